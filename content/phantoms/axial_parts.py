"""Outlines of axial sections: x towards the patient's left (right of the image), y towards the
back, in mm from the middle of the posterior wall of the body or disc."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.levels import Side
from content.phantoms.shapes import Points, closed_spline, ellipse, points, rounded


@dataclass(frozen=True)
class Cut:
    """Where a section lies: through a disc (`L4/L5`) or through the pedicles of a vertebra."""

    level: str

    @property
    def is_disc(self) -> bool:
        """Whether the section runs through a disc."""
        return "/" in self.level

    @property
    def vertebra(self) -> str:
        """The vertebra cut, or the one above the disc."""
        return self.level.split("/")[0]

    @property
    def region(self) -> str:
        """C, T or L."""
        return self.vertebra[0]

    @property
    def width(self) -> float:
        """Width of the body, mm."""
        return BUILDS[self.vertebra].width

    @property
    def depth(self) -> float:
        """Depth of the body, mm."""
        return BUILDS[self.vertebra].depth

    @property
    def canal(self) -> float:
        """Depth of the canal, mm."""
        return BUILDS[self.vertebra].canal


def both(half: Points) -> Points:
    """A closed shape from its half on the patient's left, given from front to back."""
    return np.concatenate([half, (half * np.array([-1.0, 1.0]))[::-1]])


def body_section(cut: Cut) -> Points:
    """The body or disc, hollow at the canal."""
    w, d = cut.width, cut.depth
    half = points(
        (0.1 * w, -d),
        (0.28 * w, -0.94 * d),
        (0.44 * w, -0.72 * d),
        (0.5 * w, -0.44 * d),
        (0.45 * w, -0.16 * d),
        (0.32 * w, -0.015 * d),
        (0.14 * w, -0.03 * d),
    )
    if cut.region == "C":
        half = points(
            (0.12 * w, -d),
            (0.34 * w, -0.93 * d),
            (0.46 * w, -0.66 * d),
            (0.5 * w, -0.3 * d),
            (0.44 * w, -0.03 * d),
            (0.2 * w, 0.0),
        )
    return closed_spline(both(half), 4)


def canal_section(cut: Cut) -> Points:
    """The bony canal."""
    c = cut.canal
    if cut.region == "L":
        half = points((6, 0.2), (10.8, 1.0), (12, 5), (9.4, 10), (4, c - 0.8))
    elif cut.region == "T":
        half = points((5, 0.2), (8.6, 2.4), (9.2, 7), (6.8, 12), (2.6, c))
    else:
        half = points((6, 0.1), (11.4, 1.6), (11.8, 5), (7, 10.8), (2, c))
    return closed_spline(both(half), 4)


def sac_section(cut: Cut) -> Points:
    """The thecal sac."""
    c = cut.canal
    if cut.region == "L":
        half = points((3, 1.6), (7.4, 2.4), (9.2, 6), (7.4, 10.5), (2.6, c - 3.2))
    elif cut.region == "T":
        half = points((3, 1.2), (6.4, 2.8), (7.6, 7), (5.6, 11), (2, c - 1.6))
    else:
        half = points((3.4, 1.0), (8.4, 2.4), (9.4, 5.4), (6, 10.2), (2, c - 1.4))
    return closed_spline(both(half), 4)


def arch_section(cut: Cut) -> list[Points]:
    """The bones of the posterior arch on the patient's left, to be mirrored; then the midline."""
    if cut.is_disc:
        return _arch_at_disc(cut)
    w = cut.width
    if cut.region == "L":
        pedicle = points((8.5, -7), (w * 0.42, -8), (w * 0.45, 4), (20, 14), (12.2, 12), (11.5, 3))
        process = points((17, 5), (30, 5.5), (44, 8), (46, 11), (42, 13), (28, 13), (17, 15))
        lamina = points((12.4, 9), (20, 12), (19, 20), (10, 25), (1, 31), (0, 17.6), (7, 14))
        spine = points((-3.6, 20), (3.6, 20), (3.2, 36), (4.4, 47), (0, 51), (-4.4, 47), (-3.2, 36))
    elif cut.region == "T":
        pedicle = points((6.5, -5), (w * 0.42, -6), (w * 0.42, 4), (14, 11), (9, 10), (8.8, 3))
        process = points((10, 5), (17, 6), (32, 18), (35, 24), (30, 26), (19, 18), (10, 14))
        lamina = points((9, 8), (13, 9), (15, 14), (8, 20), (0, 24), (0, 15.2), (5, 13))
        spine = points((-3, 16), (3, 16), (2.6, 32), (3, 44), (0, 47), (-3, 44), (-2.6, 32))
    else:
        pedicle = points((w * 0.36, -7), (w * 0.5, -6), (13.4, 1), (17, 6), (12.6, 6), (11.2, 0.5))
        process = points((13, -8), (21, -6), (25, -1), (22, 2.4), (14, 1))
        lamina = points((11.8, 3), (18.5, 1.6), (20, 8), (13, 13), (2, 20), (0, 14.9), (7, 11))
        spine = points(
            (-2.6, 15),
            (2.6, 15),
            (3, 27),
            (6.2, 35),
            (1.2, 32.5),
            (-1.2, 32.5),
            (-6.2, 35),
            (-3, 27),
        )
    return [rounded(shape) for shape in (pedicle, process, lamina, spine)]


def _arch_at_disc(cut: Cut) -> list[Points]:
    if cut.region == "L":
        superior = points(
            (15.4, 6.8), (19.4, 5.4), (23.4, 9.4), (23.6, 16), (20.6, 19), (18.4, 13.4)
        )
        inferior = points((13.6, 10.6), (17.2, 14), (19.2, 19.6), (15.4, 24), (9, 25), (8.8, 18))
        lamina = points((10.6, 18), (14, 24), (8, 28), (1, 32), (0, 24.4), (5, 20.6))
        spine = points((-3.2, 24), (3.2, 24), (3.4, 38), (4.6, 48), (0, 51), (-4.6, 48), (-3.4, 38))
    elif cut.region == "T":
        superior = points((9.5, 7.4), (15.4, 7.6), (15, 11.4), (9.6, 11.2))
        inferior = points((8.6, 12.2), (14.6, 12.4), (12, 17.4), (7, 19))
        lamina = points((7, 14), (11, 16), (6, 21), (0, 24), (0, 16.4))
        spine = points((-2.8, 18), (2.8, 18), (2.6, 36), (0, 44), (-2.6, 36))
    else:
        superior = points((11.6, 3), (19, 1.2), (20.4, 5.6), (12.6, 7.2))
        inferior = points((12.2, 8.2), (20.4, 6.6), (19, 12), (11.6, 13.6))
        lamina = points((8.4, 10.6), (12.6, 8.8), (17.5, 10.4), (11, 16.4), (1.5, 21.4), (0, 15.4))
        spine = points(
            (-2.4, 16), (2.4, 16), (2.6, 28), (5.4, 35), (0, 32.6), (-5.4, 35), (-2.6, 28)
        )
    return [rounded(shape) for shape in (superior, inferior, lamina, spine)]


def joint_line(cut: Cut) -> Points:
    """The facet joint on the patient's left, as a line."""
    if cut.region == "L":
        return points((15.2, 9.4), (17.6, 13.2), (19.2, 17.4))
    if cut.region == "T":
        return points((9, 11.8), (15, 12.0))
    return points((12.8, 7.6), (19.4, 6.3))


def root_place(cut: Cut, side: Side) -> tuple[float, float]:
    """Where the root that leaves at this level lies, outside the sac."""
    x, y = {"L": (21.0, 0.6), "T": (12.5, 3.0), "C": (14.6, -0.6)}[cut.region]
    return side.sign * x, y


def muscles(cut: Cut) -> list[Points]:
    """Muscles on the patient's left, to be mirrored."""
    if cut.region == "L":
        return [
            ellipse((37.5, -13), 17, 22, 0.2),
            ellipse((63, 9), 10, 21, 0.5),
            ellipse((45, 36), 21, 19, -0.2),
            ellipse((27, 40), 14, 16, -0.3),
            ellipse((12.5, 38), 9.5, 14.5, -0.15),
        ]
    if cut.region == "T":
        return [
            ellipse((27, 36), 22, 14, -0.3),
            ellipse((9.5, 34), 7.5, 13),
            ellipse((58, 44), 26, 6, -0.4),
        ]
    return [
        ellipse((8, -20), 8, 3.8, 0.1),
        ellipse((27, -1), 8, 9, 0.3),
        ellipse((13, 23), 10.5, 9, -0.3),
        ellipse((29, 17), 9, 12, -0.6),
        ellipse((21, 38), 19, 9, -0.5),
        ellipse((43, 28), 7, 18, -0.5),
        ellipse((41, -13), 9, 13, 0.6),
    ]
