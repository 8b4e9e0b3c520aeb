"""Promises of the posed spine: it has the angles and slips that were asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from content.phantoms.ap_parts import front_body
from content.phantoms.coronal import make_front_poses
from content.phantoms.findings import BodyFracture, Curve, Mechanism, Patient, Posture, Slip
from content.phantoms.levels import Side
from content.phantoms.profile import body_outline
from content.phantoms.spine import make_spine
from content.phantoms.truth import (
    coronal_offset,
    genant_grade,
    lordosis,
    meyerding_grade,
    pelvic_incidence,
    slip_length,
    vertical_axis,
)


@pytest.mark.parametrize("asked", [20.0, 45.0, 60.0])
def test_lumbar_lordosis_is_what_the_posture_asks_for(asked: float) -> None:
    spine = make_spine(Patient(1, Posture(lumbar_lordosis=asked)))
    top, sacrum = spine.vertebrae["L1"], spine.vertebrae["S1"]
    edges = [v.upper_back - v.upper_front for v in (top, sacrum)]
    cosine = edges[0] @ edges[1] / (np.hypot(*edges[0]) * np.hypot(*edges[1]))
    assert math.degrees(math.acos(cosine)) == pytest.approx(asked, abs=0.1)
    assert lordosis(spine, "L1", "S1") == pytest.approx(asked)


def test_pelvic_incidence_does_not_depend_on_how_the_pelvis_is_tilted() -> None:
    for slope in (20.0, 40.0):
        spine = make_spine(Patient(1, Posture(sacral_slope=slope, pelvic_incidence=55.0)))
        assert pelvic_incidence(spine) == pytest.approx(55.0)


def test_a_flat_back_leans_forward() -> None:
    flat = make_spine(Patient(1, Posture(lumbar_lordosis=20.0)))
    curved = make_spine(Patient(1, Posture(lumbar_lordosis=60.0)))
    assert vertical_axis(flat) > vertical_axis(curved)


@pytest.mark.parametrize(("percent", "grade"), [(15, "I"), (38, "II"), (62, "III"), (88, "IV")])
def test_a_slip_is_graded_by_quarters_of_the_endplate_below(percent: float, grade: str) -> None:
    spine = make_spine(Patient(1, findings=(Slip("L5/S1", percent, Mechanism.ISTHMIC),)))
    assert meyerding_grade(spine, "L5/S1") == grade


def test_a_slip_moves_only_what_lies_above_it() -> None:
    plain, slipped = make_spine(Patient(1)), make_spine(Patient(1, findings=(Slip("L4/L5", 20),)))
    assert np.allclose(plain.vertebrae["L5"].centre, slipped.vertebrae["L5"].centre)
    moved = slip_length(slipped, "L4/L5") - slip_length(plain, "L4/L5")
    assert moved == pytest.approx(0.20 * 35.0, abs=0.01)
    assert slip_length(slipped, "L3/L4") == pytest.approx(slip_length(plain, "L3/L4"))


@pytest.mark.parametrize(
    ("front", "grade"), [(0.1, "none"), (0.22, "mild"), (0.33, "moderate"), (0.5, "severe")]
)
def test_a_wedged_body_is_graded_by_the_height_it_lost_in_front(front: float, grade: str) -> None:
    spine = make_spine(Patient(1, findings=(BodyFracture("L1", front, front / 2),)))
    assert genant_grade(spine, "L1") == grade


def test_a_broken_body_is_drawn_lower_in_front_than_its_neighbours() -> None:
    spine = make_spine(Patient(1, findings=(BodyFracture("L2", 0.5, 0.4),)))
    heights = {name: float(np.ptp(body_outline(spine, name)[:, 1])) for name in ("L1", "L2", "L3")}
    assert heights["L2"] < min(heights["L1"], heights["L3"])


@pytest.mark.parametrize("side", list(Side))
def test_a_curve_has_its_cobb_angle_and_bulges_to_its_side(side: Side) -> None:
    posture = Posture(curves=(Curve("T5", "T12", 50.0, side),))
    poses = make_front_poses(make_spine(Patient(1, posture)))
    slopes = []
    for name, upper in (("T5", True), ("T12", False)):
        shape = front_body(poses[name])
        middle = shape.mean(axis=0)
        corner = [shape[np.argmax((shape - middle) @ (s, -1 if upper else 1))] for s in (-1, 1)]
        slopes.append(math.degrees(math.atan2(*(corner[1] - corner[0])[::-1])))
    assert abs(slopes[0] - slopes[1]) == pytest.approx(50.0, abs=3.0)
    apex = poses["T8"].centre[0]
    ends = (poses["T5"].centre[0] + poses["T12"].centre[0]) / 2
    assert np.sign(apex - ends) == side.sign


def test_the_trunk_leans_as_far_as_asked() -> None:
    curves = (Curve("T10", "L3", 30.0, Side.RIGHT),)
    spine = make_spine(Patient(1, Posture(curves=curves, lean=40.0)))
    offset, side = coronal_offset(spine)
    assert offset == pytest.approx(40.0, abs=0.1)
    assert side is Side.LEFT
