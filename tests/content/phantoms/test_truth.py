"""Promises of what is read off a phantom: roots, grades and rules."""

from __future__ import annotations

import pytest

from content.phantoms.findings import (
    CordCompression,
    Crowding,
    Herniation,
    Ossification,
    Patient,
    Posture,
    Stenosis,
    Zone,
)
from content.phantoms.levels import DISCS, Side
from content.phantoms.spine import make_spine
from content.phantoms.truth import (
    affected_root,
    cord_room,
    crosses_k_line,
    disc_window,
    fixed_span,
    hernia_share,
    sac_share,
)


@pytest.mark.parametrize(
    ("disc", "zone", "root"),
    [
        ("L4/L5", Zone.PARACENTRAL, "left L5"),
        ("L4/L5", Zone.FORAMINAL, "left L4"),
        ("L3/L4", Zone.EXTRAFORAMINAL, "left L3"),
        ("L5/S1", Zone.PARACENTRAL, "left S1"),
        ("C5/C6", Zone.FORAMINAL, "left C6"),
        ("C6/C7", Zone.PARACENTRAL, "left C7"),
        ("C7/T1", Zone.FORAMINAL, "left C8"),
    ],
)
def test_a_herniation_presses_the_root_that_anatomy_says(disc: str, zone: Zone, root: str) -> None:
    assert affected_root(Herniation(disc, 7.0, zone, Side.LEFT)) == root


def test_the_sac_is_narrower_the_worse_the_stenosis() -> None:
    shares = [
        sac_share(make_spine(Patient(1, findings=(Stenosis("L3/L4", grade),))), "L3/L4")
        for grade in Crowding
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[Crowding.A] > 0.6
    assert shares[Crowding.C] < 0.3


def test_a_stenosis_leaves_other_levels_wide() -> None:
    spine = make_spine(Patient(1, findings=(Stenosis("L4/L5", Crowding.D),)))
    assert sac_share(spine, "L2/L3") > 0.9


def test_a_herniation_takes_its_size_out_of_the_canal() -> None:
    spine = make_spine(Patient(1, findings=(Herniation("L4/L5", 8.7),)))
    assert hernia_share(spine, "L4/L5") == pytest.approx(8.7 / 17.4, abs=0.03)


def test_pressure_from_both_sides_leaves_the_cord_no_fluid() -> None:
    spine = make_spine(Patient(1, findings=(CordCompression("C5/C6", 3.5, 2.2),)))
    assert cord_room(spine, "C5/C6") < 0.6
    assert cord_room(spine, "C3/C4") > 3


def test_thick_ossification_crosses_the_k_line_only_of_a_kyphotic_neck() -> None:
    bone = Ossification("C3", "C6", 6.0)
    straight = Posture(thoracic_kyphosis=28, cervical_lordosis=16)
    kyphotic = Posture(thoracic_kyphosis=28, cervical_lordosis=-10)
    assert not crosses_k_line(make_spine(Patient(1, straight, (bone,))))
    assert crosses_k_line(make_spine(Patient(1, kyphotic, (bone,))))


def test_three_levels_above_and_below_a_broken_disc_are_counted_from_its_bodies() -> None:
    assert fixed_span("C6/C7", 3) == ("C4", "T2")
    assert fixed_span("T10/T11", 3) == ("T8", "L1")


def test_a_window_of_discs_keeps_their_order() -> None:
    assert disc_window("T12/L1", 1) == ("T11/T12", "T12/L1", "L1/L2", "L2/L3")
    assert DISCS[0] == "C2/C3"
    assert DISCS[-1] == "L5/S1"
