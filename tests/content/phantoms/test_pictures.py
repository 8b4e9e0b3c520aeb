"""Promises of drawn pictures: repeatable, and changed where the finding is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from content.phantoms.findings import (
    Crowding,
    Finding,
    Herniation,
    Metastasis,
    Patient,
    Slip,
    Stenosis,
    Zone,
)
from content.phantoms.levels import Side
from content.phantoms.picture import PicturePlan, Plane, View, draw_picture, encode_png, frame_of
from content.phantoms.profile import disc_middle
from content.phantoms.spine import make_spine
from content.phantoms.tissues import Weighting

SAGITTAL = View(Plane.SAGITTAL, "L3", columns=300, rows=380, pixel=0.72, shift=(14.0, 6.0))
AXIAL = View(Plane.AXIAL, "L4/L5", columns=240, rows=240, pixel=0.6)


def change(view: View, *findings: Finding) -> NDArray[np.float64]:
    """How much each pixel differs between a patient with and one without findings."""
    with_it = draw_picture(PicturePlan(Patient(5, findings=findings), view))
    without = draw_picture(PicturePlan(Patient(5), view))
    return np.abs(with_it.astype(float) - without)


def test_the_same_plan_gives_the_same_pixels_and_file() -> None:
    plan = PicturePlan(Patient(5, findings=(Herniation("L4/L5", 7.0),)), AXIAL)
    first, second = draw_picture(plan), draw_picture(plan)
    assert np.array_equal(first, second)
    assert encode_png(first) == encode_png(second)


def test_another_seed_gives_another_picture_and_name() -> None:
    plans = [PicturePlan(Patient(seed), AXIAL) for seed in (1, 2)]
    assert not np.array_equal(draw_picture(plans[0]), draw_picture(plans[1]))
    assert plans[0].name != plans[1].name


@pytest.mark.parametrize("disc", ["L2/L3", "L4/L5"])
def test_a_herniation_changes_a_sagittal_section_at_its_level_alone(disc: str) -> None:
    difference = change(SAGITTAL, Herniation(disc, 8.0))
    spine = make_spine(Patient(5))
    x, y = disc_middle(spine, disc) + np.array([17.0, 0.0])
    column, row = frame_of(spine, SAGITTAL).to_pixels(float(x), float(y))
    rows, columns = np.nonzero(difference > 40)
    assert abs(rows.mean() - row) < 14
    assert abs(columns.mean() - column) < 16


@pytest.mark.parametrize("side", list(Side))
def test_a_paracentral_herniation_lies_on_its_side_of_an_axial_section(side: Side) -> None:
    difference = change(AXIAL, Herniation("L4/L5", 8.0, Zone.PARACENTRAL, side))
    _, columns = np.nonzero(difference > 60)
    assert np.sign(columns.mean() - 120) == side.sign


def test_an_axial_section_shows_no_finding_of_another_level() -> None:
    other = replace(AXIAL, centre="L2/L3")
    assert change(other, Stenosis("L4/L5", Crowding.D)).max() == 0


def test_a_lost_pedicle_darkens_its_side_of_a_front_view() -> None:
    view = View(Plane.FRONT, "L3", columns=300, rows=300, pixel=0.7)
    difference = change(view, Metastasis("L3", pedicle=Side.RIGHT))
    _, columns = np.nonzero(difference > 25)
    assert columns.mean() < 150


def test_a_tumour_is_darker_than_marrow_on_t1() -> None:
    view = replace(SAGITTAL, weighting=Weighting.T1)
    spine = make_spine(Patient(5))
    column, row = frame_of(spine, view).to_pixels(*spine.vertebrae["L2"].centre.tolist())
    spot = np.s_[int(row) - 4 : int(row) + 4, int(column) - 8 : int(column)]
    sick = draw_picture(PicturePlan(Patient(5, findings=(Metastasis("L2"),)), view))
    well = draw_picture(PicturePlan(Patient(5), view))
    assert sick[spot].mean() < 0.6 * well[spot].mean()


def test_a_slip_is_seen_on_a_lateral_radiograph() -> None:
    view = View(Plane.LATERAL, "L4", columns=300, rows=300, pixel=0.7)
    assert (change(view, Slip("L4/L5", 30.0)) > 30).mean() > 0.01


def test_every_picture_bears_the_phantom_mark() -> None:
    picture = draw_picture(PicturePlan(Patient(5), AXIAL))
    assert picture[4:16, -60:].max() > 200
    assert picture.dtype == np.uint8
