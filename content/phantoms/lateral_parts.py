"""Outlines of the posterior elements and the pelvis as a lateral radiograph shows them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.profile import from_wall
from content.phantoms.shapes import Point, Points, ellipse, points, rounded
from content.phantoms.spine import Spine


class Arch(NamedTuple):
    """One vertebra's pedicle, articular column and lamina."""

    pedicle: Points
    column: Points
    lamina: Points


def arch_outlines(spine: Spine, name: str) -> Arch:
    """The posterior arch in profile."""
    height = BUILDS[name].height
    if name.startswith("C"):
        return _cervical_arch(spine, name, height)
    size = height / 27.0
    pedicle = points((-2, -10), (9, -8.5), (10, -1), (-2, 1.5)) * size
    column = points((5, -12), (7, -19.5), (14, -19), (15, -9), (18, 0), (19.5, 9), (18, 18))
    column = np.concatenate([column, points((11.5, 17.5), (10.5, 8), (7.5, 1), (5, -6))]) * size
    lamina = points((10, -5), (20, -2), (27, 6), (27, 15), (20, 18), (13, 13)) * size
    return Arch(
        rounded(from_wall(spine, name, pedicle, follow_arch=False)),
        rounded(from_wall(spine, name, column)),
        rounded(from_wall(spine, name, lamina)),
    )


def _cervical_arch(spine: Spine, name: str, height: float) -> Arch:
    size = height / 13.0
    pedicle = points((-2, -4.6), (4, -4.4), (4, 1.5), (-2, 2.2)) * size
    column = points((1.5, -5.5), (3.5, -9.5), (13.2, -3.5), (14, 5), (12, 9.8), (2.5, 3.5)) * size
    lamina = points((10, -3), (18, -1), (21, 5), (19, 9.5), (12, 9)) * size
    return Arch(
        rounded(from_wall(spine, name, pedicle)),
        rounded(from_wall(spine, name, column)),
        rounded(from_wall(spine, name, lamina)),
    )


def pars(spine: Spine, name: str) -> Point:
    """The middle of the pars between both articular processes."""
    place = points((9.5, 1.0)) * (BUILDS[name].height / 27.0)
    middle: Point = from_wall(spine, name, place, follow_arch=False)[0]
    return middle


HIP_DISTANCE = 112.0
"""From the middle of the sacral endplate to the axis of the hips, mm."""


def hip_axis(spine: Spine) -> Point:
    """The middle between the femoral heads: set by the pelvic incidence."""
    posture = spine.patient.posture
    tilt = math.radians(posture.pelvic_incidence - posture.sacral_slope)
    return HIP_DISTANCE * np.array([-math.sin(tilt), math.cos(tilt)])


def ilium_outline(spine: Spine, spread: float) -> Points:
    """One iliac bone in profile; `spread` mm shifts it, as the beam does for the far side."""
    hip = hip_axis(spine)
    knots = points((-8, -20), (-46, -62), (-60, -96), (-44, -130), (-4, -152), (40, -146))
    knots = np.concatenate([knots, points((66, -108), (66, -84), (44, -66), (34, -44), (24, -22))])
    lean = math.radians(spine.patient.posture.pelvic_incidence - 52.0) * -0.3
    cosine, sine = math.cos(lean), math.sin(lean)
    turned = knots @ np.array([[cosine, sine], [-sine, cosine]])
    return rounded(hip + turned + np.array([spread, spread * 0.7]), 3, 0.25)


def femoral_head(spine: Spine, spread: float) -> Points:
    """One femoral head as a circle, `spread` mm off the axis of the hips."""
    x, y = hip_axis(spine)
    return ellipse((x + spread, y + spread * 0.6), 24.0, 24.0)
