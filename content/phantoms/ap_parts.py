"""Outlines of vertebrae, ribs and pelvis as an anteroposterior radiograph shows them."""

from __future__ import annotations

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.coronal import FrontPose
from content.phantoms.levels import Side
from content.phantoms.shapes import Points, closed_spline, ellipse, open_spline, points, rounded


def half_size(pose: FrontPose) -> tuple[float, float]:
    """Half the width and half the height of a body, mm."""
    return BUILDS[pose.name].width / 2, pose.tall / 2


def front_body(pose: FrontPose) -> Points:
    """The body, waisted at both sides."""
    a, b = half_size(pose)
    half = points((0.55, -1.0), (0.96, -1.0), (1.0, -0.82), (0.87, -0.25), (0.87, 0.3), (1, 0.84))
    half = np.concatenate([half, points((0.96, 1.0), (0.55, 0.97))])
    whole = np.concatenate([half, (half * np.array([-1, 1]))[::-1]])
    return pose.place(rounded(whole * np.array([a, b]), 2, 0.25))


def pedicle_ring(pose: FrontPose, side: Side) -> Points:
    """One pedicle end on; it moves with the rotation of the vertebra."""
    a, b = half_size(pose)
    region = pose.name[0]
    rx, ry = {"C": (2.6, 3.2), "T": (2.9, 4.8), "L": (4.4, 6.8)}[region]
    if pose.name == "L5":
        rx, ry = 5.6, 5.8
    spread = {"C": 0.7, "T": 0.6, "L": 0.62}[region] * a
    depth = BUILDS[pose.name].depth * 0.62
    shift = depth * np.sin(pose.turn)
    squeeze = 1 - 0.35 * abs(np.sin(pose.turn))
    return pose.place(ellipse((side.sign * spread + shift, -0.28 * b), rx * squeeze, ry))


def spinous_drop(pose: FrontPose) -> Points:
    """The spinous process end on, as a drop."""
    _, b = half_size(pose)
    depth = BUILDS[pose.name].depth * 0.5 + (34 if pose.name[0] != "C" else 24)
    shift = depth * np.sin(pose.turn)
    low = {"C": 0.7, "T": 1.35, "L": 0.62}[pose.name[0]] * b
    drop = points((0, -7), (2.2, -3), (3.1, 3), (2.3, 6.5), (0, 7.6))
    drop = np.concatenate([drop, (drop[1:-1] * np.array([-1, 1]))[::-1]])
    size = {"C": 0.55, "T": 0.85, "L": 1.1}[pose.name[0]]
    return pose.place(rounded(drop * size + np.array([shift, low])))


def facets(pose: FrontPose, side: Side) -> tuple[Points, Points]:
    """The superior and the inferior articular process with its half of the lamina."""
    a, b = half_size(pose)
    upper = points((0.46, -0.5), (0.5, -1.1), (0.64, -1.45), (0.8, -1.3), (0.8, -0.5), (0.66, -0.1))
    lower = points((0.06, -0.3), (0.45, -0.35), (0.56, 0.3), (0.6, 1.2), (0.5, 1.52), (0.32, 1.4))
    lower = np.concatenate([lower, points((0.24, 0.8), (0.06, 0.6))])
    size = np.array([a * side.sign, b])
    shift = np.array([BUILDS[pose.name].depth * 0.8 * np.sin(pose.turn), 0.0])
    return pose.place(rounded(upper * size) + shift), pose.place(rounded(lower * size) + shift)


def transverse(pose: FrontPose, side: Side) -> Points:
    """The transverse process of one side."""
    a, b = half_size(pose)
    if pose.name.startswith("T"):
        shape = points((0.7, -0.5), (1.2, -0.75), (1.6, -1.0), (1.68, -0.6), (1.3, -0.15), (0.8, 0))
    else:
        long = {"L1": 1.75, "L2": 1.9, "L3": 2.1, "L4": 1.9, "L5": 1.75}.get(pose.name, 1.3)
        shape = points((0.75, -0.5), (1.2, -0.5), (long, -0.62), (long + 0.04, -0.3))
        shape = np.concatenate([shape, points((1.3, -0.08), (0.8, 0.05))])
    return pose.place(rounded(shape * np.array([a * side.sign, b]), 2, 0.25))


CHEST = (46.0, 66, 84, 98, 108, 116, 122, 126, 128, 126, 104, 78)
"""How far the ribs reach to the side, T1 to T12, mm."""


def rib_lines(pose: FrontPose, side: Side) -> tuple[Points, Points | None]:
    """The back part of a rib, and the fainter front part if it comes round."""
    a, b = half_size(pose)
    number = int(pose.name[1:])
    wide = CHEST[number - 1] - 0.5 * side.sign * float(pose.centre[0])
    drop = 10 + 5.2 * min(number, 9) + (12 if number > 10 else 0)
    knots = points(
        (a * 0.95, -0.85 * b),
        (a * 1.6, -0.9 * b - 1),
        (wide * 0.62, 0.05 * drop),
        (wide * 0.86, 0.32 * drop),
        (wide * 0.985, 0.72 * drop),
    )
    mirror = np.array([side.sign, 1.0])
    if number > 10:
        return pose.centre + open_spline(knots * mirror, 6), None
    knots = np.concatenate([knots, points((wide, 1.15 * drop))])
    front = points(
        (wide, 1.15 * drop),
        (wide * 0.93, 1.6 * drop),
        (wide * 0.74, 1.85 * drop + 6),
        (wide * 0.46, 1.8 * drop + 2),
    )
    near = pose.centre + open_spline(knots * mirror, 6)
    return near, pose.centre + open_spline(front * mirror, 6)


def sacrum_front() -> Points:
    """The sacrum from the front, its promontory at the origin."""
    half = points((26, -4), (34, 4), (50, 6), (56, 16), (50, 40), (40, 62), (27, 84), (14, 104))
    half = np.concatenate([half, points((6, 118))])
    whole = np.concatenate([half, (half * np.array([-1, 1]))[::-1]])
    return rounded(whole, 2, 0.25)


def ilium_front(side: Side) -> Points:
    """One hip bone's wing from the front, down to the socket."""
    knots = points(
        (44, 12),
        (52, -12),
        (74, -30),
        (104, -30),
        (130, -8),
        (140, 26),
        (134, 48),
        (126, 72),
        (134, 92),
        (130, 112),
        (108, 128),
        (88, 120),
        (70, 104),
        (58, 82),
        (54, 56),
    )
    return closed_spline(knots * np.array([side.sign, 1.0]), 4)


def pelvic_rami(side: Side) -> Points:
    """Pubis and ischium of one side as a line about the obturator foramen."""
    knots = points(
        (104, 120),
        (76, 122),
        (46, 128),
        (16, 140),
        (9, 154),
        (20, 172),
        (48, 190),
        (74, 196),
        (92, 176),
        (100, 146),
    )
    return open_spline(knots * np.array([side.sign, 1.0]), 5)


def hip_head(side: Side) -> Points:
    """One femoral head from the front."""
    return ellipse((side.sign * 114.0, 112.0), 23.5, 23.5)
