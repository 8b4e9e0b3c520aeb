"""Outlines of the spine in profile, in the coordinates of `spine`."""

from __future__ import annotations

import math

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.findings import BodyFracture, DensFracture, Mechanism, Slip
from content.phantoms.levels import lower_of, upper_of, vertebra_after
from content.phantoms.shapes import Point, Points, between, ellipse, points, rounded
from content.phantoms.spine import Spine, Vertebra, along, upwards

EDGE = np.array([0.04, 0.2, 0.4, 0.6, 0.8, 0.96])
"""Where an edge of a body has its corners, as parts of its length."""


def body_outline(spine: Spine, name: str) -> Points:
    """The body from its upper front corner over the back to the front again."""
    if name == "C2":
        return axis_outline(spine)
    v = spine.vertebrae[name]
    hollow = 0.035 * v.depth if not name.startswith("C") else 0.3
    sink, bulge = _fracture_shape(spine, name)
    down = -upwards(v.slope)
    back = along(v.slope)
    arch = np.sin(np.pi * EDGE)[:, None]
    top = _edge(v.upper_front, v.upper_back) + arch**0.7 * down * (hollow + sink)
    bottom = _edge(v.lower_back, v.lower_front) - arch**0.7 * down * hollow
    height = float(np.hypot(*(v.upper_back - v.lower_back)))
    rear = _edge(v.upper_back, v.lower_back)[1:-1]
    profile = np.array([1.0, 0.75, 0.3, 0.05])[:, None]
    rear = rear + profile * bulge * back - arch[1:-1] * 0.035 * height * back
    front = _edge(v.lower_front, v.upper_front)[1:-1] + arch[1:-1] * 0.075 * height * back
    if bulge > 0:
        top = np.concatenate([top[:-1], top[-1:] + 0.75 * bulge * back])
    return rounded(np.concatenate([top, rear, bottom, front]), 2, 0.25)


def _edge(first: Point, last: Point) -> Points:
    out: Points = first + (last - first) * EDGE[:, None]
    return out


def _fracture_shape(spine: Spine, name: str) -> tuple[float, float]:
    """How far the upper endplate sinks in its middle, and bone moves into the canal, mm."""
    for fracture in spine.findings(BodyFracture):
        if fracture.vertebra == name:
            build = BUILDS[name]
            sink = (fracture.middle - (fracture.front + fracture.back) / 2) * build.height
            return max(0.0, sink), fracture.retropulsion * build.canal
    return 0.0, 0.0


def disc_outline(spine: Spine, disc: str, bulge: float = 0.6) -> Points:
    """The disc between two bodies, `bulge` mm beyond them in front and at the back."""
    upper, lower = spine.vertebrae[upper_of(disc)], spine.vertebrae[lower_of(disc)]
    back = along(upper.lower_slope)
    sag = 0.03 * upper.depth
    arch = np.sin(np.pi * EDGE)[:, None] ** 0.7
    top = _edge(upper.lower_front, upper.lower_back) + arch * upwards(upper.lower_slope) * sag
    bottom = _edge(lower.upper_back, lower.upper_front)
    bottom = bottom - arch * upwards(lower.upper_slope) * sag
    rear = (upper.lower_back + lower.upper_back) / 2 + back * bulge
    front = (upper.lower_front + lower.upper_front) / 2 - back * (bulge + 0.4)
    return rounded(np.concatenate([top, rear[None], bottom, front[None]]), 2, 0.25)


def disc_middle(spine: Spine, disc: str) -> Point:
    """The middle of a disc."""
    upper, lower = spine.vertebrae[upper_of(disc)], spine.vertebrae[lower_of(disc)]
    return (upper.lower_middle + lower.upper_middle) / 2


def arch_shift(spine: Spine, name: str) -> float:
    """How far (mm) the posterior arch lags behind its body: where the pars is broken."""
    for slip in spine.findings(Slip):
        if upper_of(slip.disc) == name and slip.mechanism is Mechanism.ISTHMIC:
            return slip.percent / 100 * spine.vertebrae[lower_of(slip.disc)].depth
    return 0.0


def from_wall(spine: Spine, name: str, shape: Points, follow_arch: bool = True) -> Points:
    """A shape given from the middle of the posterior wall (x back, y down), in place."""
    v = spine.vertebrae[name]
    wall = (v.upper_back + v.lower_back) / 2
    back = along(v.slope)
    if follow_arch:
        wall = wall + back * arch_shift(spine, name)
    return wall + shape[:, :1] * back - shape[:, 1:] * upwards(v.slope)


def spinous_outline(spine: Spine, name: str) -> Points:
    """The spinous process with its lamina, cut in the midline."""
    build = BUILDS[name]
    gap = 0.0
    for broken in spine.findings(BodyFracture):
        gap -= broken.gap * (broken.vertebra == name)
        gap += broken.gap * (vertebra_after(broken.vertebra, -1) == name)
    knots = _spinous_knots(name)
    shape = points(*knots) + np.array([build.canal + 0.6, -gap / 2])
    return rounded(from_wall(spine, name, shape), 2, 0.25)


def _spinous_knots(name: str) -> list[tuple[float, float]]:
    if name == "C2":
        return [(0, -4), (8, -3), (19, 5), (23, 11), (20, 15), (10, 11), (1, 8)]
    if name == "C7":
        return [(0, -1), (9, 1), (26, 9), (32, 13), (30, 18), (13, 14), (1, 10)]
    if name.startswith("C"):
        return [(0, -1), (7, 1.5), (16, 6.5), (19, 11), (16, 14), (7, 11.5), (1, 9.5)]
    if name.startswith("T"):
        return _thoracic_spinous(int(name[1:]))
    if name == "L5":
        return [(0, 0), (8, 1), (20, 6), (23, 12), (20, 18), (8, 17), (1, 14)]
    return [(0, 0), (7, -2), (24, 1), (32, 8), (31, 20), (24, 23), (9, 20), (1, 16)]


def _thoracic_spinous(number: int) -> list[tuple[float, float]]:
    steep = {1: 0.45, 2: 0.6, 3: 0.75, 4: 0.9, 9: 1.0, 10: 0.8, 11: 0.5, 12: 0.35}.get(number, 1.1)
    long = 33.0 - (4.0 if number > 10 else 0.0)
    high = 13.0 + (4.0 if number > 10 else 0.0)
    tip = (long * math.cos(steep * 0.75), long * math.sin(steep * 0.9) + 3)
    x, y = tip
    return [(0, 0), (6, 1), (x, y), (x + 1, y + 7), (x - 5, y + 9), (7, 3 + high), (1, high)]


def axis_outline(spine: Spine) -> Points:
    """C2 in the midline: its body with the dens."""
    v = spine.vertebrae["C2"]
    tall = float(np.hypot(*(v.upper_middle - v.lower_middle)))
    dens = points((-7.2, 3), (-5.2, -1), (-4.6, -5), (-4.8, -11), (-3.6, -16), (0, -18))
    dens = np.concatenate([dens, points((3.4, -16.4), (4.4, -11), (4.4, -5), (5.6, -1), (7.2, 4))])
    dens = dens + np.where(dens[:, 1:] < -2.5, np.array([dens_shift(spine), 0.0]), np.zeros(2))
    foot = points((7.4, tall - 1), (6.2, tall + 0.2), (0, tall - 1), (-7, tall + 1.6), (-8.2, 9))
    return rounded(_from_upper_endplate(v, np.concatenate([dens, foot])), 2, 0.25)


def dens_shift(spine: Spine) -> float:
    """How far (mm, backwards) a broken dens has moved."""
    return sum(f.shift for f in spine.findings(DensFracture) if f.type == 2)


def dens_line(spine: Spine, fracture: DensFracture) -> Points:
    """Where the dens or the body of C2 is broken."""
    knots = {
        1: ((-5, -13.5), (0, -13.0), (5, -15.5)),
        2: ((-6.5, -1.8), (0, -2.6), (6.5, -1.6)),
        3: ((-8.2, 5.5), (-3, 4.2), (2, 4.6), (8.2, 6.6)),
    }[fracture.type]
    return _from_upper_endplate(spine.vertebrae["C2"], points(*knots))


def atlas_outlines(spine: Spine) -> tuple[Points, Points]:
    """The anterior and the posterior arch of C1, cut in the midline."""
    v, shift = spine.vertebrae["C2"], dens_shift(spine)
    front = _from_upper_endplate(v, ellipse((-8.8 + shift, -11.5), 2.6, 5.2, 0.1))
    back = _from_upper_endplate(v, ellipse((26.5 + shift, -7.5), 4.2, 3.4, 0.3))
    return front, back


def _from_upper_endplate(v: Vertebra, shape: Points) -> Points:
    origin = v.upper_middle
    return origin + shape[:, :1] * along(v.slope) - shape[:, 1:] * upwards(v.slope)


SACRAL_LENGTHS = (28.0, 24.0, 20.0, 17.0, 15.0, 16.0)
SACRAL_DEPTHS = (33.0, 23.0, 17.0, 13.0, 10.0, 7.0, 3.0)
SACRAL_BENDS = (6.0, 9.0, 15.0, 19.0, 20.0, 14.0)


def sacral_segments(spine: Spine) -> list[Points]:
    """Outlines of S1 to S5 and the coccyx."""
    slope = spine.vertebrae["S1"].upper_slope
    place = along(slope) * SACRAL_DEPTHS[0] / 2
    outlines = []
    for n, (length, bend) in enumerate(zip(SACRAL_LENGTHS, SACRAL_BENDS, strict=True)):
        low = slope - math.radians(bend)
        down = -upwards((slope + low) / 2)
        top_front = place - along(slope) * SACRAL_DEPTHS[n]
        low_back = place + down * length
        low_front = low_back - along(low) * SACRAL_DEPTHS[n + 1]
        hollow = 0.05 * length * along(slope)
        corners = [top_front, place, (place + low_back) / 2 - hollow * 0.4, low_back]
        corners += [low_front, (top_front + low_front) / 2 + hollow]
        outlines.append(rounded(np.asarray(corners), 3, 0.16))
        slope, place = low, low_back + down * 1.6
    return outlines


def sacral_back(spine: Spine) -> Points:
    """The posterior wall of the sacrum from S1 to S5 as a line of points."""
    slope = spine.vertebrae["S1"].upper_slope
    place = along(slope) * SACRAL_DEPTHS[0] / 2
    line = [place]
    for length, bend in zip(SACRAL_LENGTHS[:4], SACRAL_BENDS[:4], strict=True):
        low = slope - math.radians(bend)
        place = place - upwards((slope + low) / 2) * (length + 1.6)
        slope = low
        line.append(place)
    return np.asarray(line)


def sacral_crest(spine: Spine) -> Points:
    """The median sacral crest behind the sacral canal."""
    line = sacral_back(spine)[:4]
    slope = spine.vertebrae["S1"].upper_slope
    back = [along(slope - math.radians(bend)) for bend in (4, 10, 20, 34)]
    reach = [(15, 25), (13, 22), (11, 18), (8, 13)]
    inner = np.asarray([p + b * r[0] for p, b, r in zip(line, back, reach, strict=True)])
    outer = np.asarray([p + b * r[1] for p, b, r in zip(line, back, reach, strict=True)])
    return rounded(between(inner[1:] - (inner[1] - inner[0]) * 0.5, outer[1:]), 2, 0.2)
