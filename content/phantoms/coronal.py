"""The posed spine as seen from the front, chained upwards from the sacrum.

Coordinates in mm: x towards the patient's left (the right of an image), y towards the feet,
origin at the middle of the upper endplate of S1. A positive tilt (radians) leans the
vertebra's head towards +x.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from content.phantoms.findings import Posture
from content.phantoms.levels import VERTEBRAE
from content.phantoms.shapes import Point, Points, placed
from content.phantoms.spine import Spine

ROTATION = 0.45
"""Degrees of axial rotation at a curve's apex for each degree of Cobb angle."""


@dataclass(frozen=True)
class FrontPose:
    """A body from the front: `tall` mm high; `turn` (radians) takes its spine towards +x."""

    name: str
    centre: Point
    tilt: float
    turn: float
    tall: float

    def place(self, shape: Points) -> Points:
        """A shape about the body's own middle, put where the body is."""
        return placed(shape, self.centre, self.tilt)


def make_front_poses(spine: Spine) -> dict[str, FrontPose]:
    """Every vertebra from C2 to L5 (and S1) from the front."""
    posture = spine.patient.posture
    low, high = -60.0, 60.0
    for _ in range(40):
        middle = (low + high) / 2
        offset = _chain(spine, _tilts(posture, middle))["C7"].centre[0]
        if offset < posture.lean:
            low = middle
        else:
            high = middle
    return _chain(spine, _tilts(posture, (low + high) / 2))


def _tilts(posture: Posture, base: float) -> dict[str, float]:
    """Tilt of every vertebra in degrees, where the lowest end vertebra tilts by `base`."""
    ends: dict[str, float] = {"S1": 0.0}
    curves = posture.curves
    tilt = base
    ends[curves[-1].lower if curves else "L4"] = tilt
    for curve in reversed(curves):
        tilt -= curve.convex.sign * curve.cobb
        ends[curve.upper] = tilt
    top = VERTEBRAE.index(curves[0].upper if curves else "T10")
    ends[VERTEBRAE[max(1, top - 4)]] = tilt * 0.15
    ends["C2"] = 0.0
    places = sorted((VERTEBRAE.index(name), value) for name, value in ends.items())
    tilts = {}
    for (first, a), (last, b) in pairwise(places):
        for n in range(first, last + 1):
            share = (n - first) / (last - first)
            tilts[VERTEBRAE[n]] = a + (b - a) * (1 - math.cos(math.pi * share)) / 2
    return tilts


def _turns(posture: Posture) -> dict[str, float]:
    """Rotation in degrees: spinous processes turn towards a curve's concavity."""
    turns = dict.fromkeys(VERTEBRAE, 0.0)
    for curve in posture.curves:
        first, last = VERTEBRAE.index(curve.upper), VERTEBRAE.index(curve.lower)
        for n in range(first, last + 1):
            share = math.sin(math.pi * (n - first) / (last - first))
            turns[VERTEBRAE[n]] = -curve.convex.sign * ROTATION * curve.cobb * share
    return turns


def _chain(spine: Spine, tilts: dict[str, float]) -> dict[str, FrontPose]:
    turns = _turns(spine.patient.posture)
    poses = {"S1": FrontPose("S1", np.array([0.0, 13.0]), 0.0, 0.0, 26.0)}
    place, below = np.zeros(2), "S1"
    for name in reversed(VERTEBRAE[1:-1]):
        v, under = spine.vertebrae[name], spine.vertebrae[below]
        tilt = math.radians(tilts[name])
        gap = abs(float(under.upper_middle[1] - v.lower_middle[1]))
        tall = abs(float(v.lower_middle[1] - v.upper_middle[1]))
        lean = (tilt + math.radians(tilts[below])) / 2
        place = place + gap * np.array([math.sin(lean), -math.cos(lean)])
        up = np.array([math.sin(tilt), -math.cos(tilt)])
        poses[name] = FrontPose(name, place + up * tall / 2, tilt, math.radians(turns[name]), tall)
        place, below = place + up * tall, name
    return poses


def cobb_angle(poses: dict[str, FrontPose], upper: str, lower: str) -> float:
    """The angle (degrees) between the upper endplate of one body and the lower of another."""
    return abs(math.degrees(poses[upper].tilt - poses[lower].tilt))
