"""Sizes of a plain adult spine, in millimetres and degrees; rounded from textbook ranges."""

from __future__ import annotations

from typing import NamedTuple

from content.phantoms.levels import VERTEBRAE


class Build(NamedTuple):
    """One vertebra and the disc under it: lengths in mm; wedges in degrees, lordosis positive."""

    depth: float
    width: float
    height: float
    canal: float
    disc: float
    body_wedge: float
    disc_wedge: float


def _builds() -> dict[str, Build]:
    names = VERTEBRAE[1:]
    depth = [15.0, 15, 15.5, 16, 16.5, 17]
    depth += [17.0, 18, 19.2, 20.5, 22, 23.5, 25, 26, 27, 28, 29, 30.5]
    depth += [31.5, 32.5, 33.5, 34.5, 35, 33]
    width = [19.0, 20, 21, 22, 23.5, 26]
    width += [28.0, 27, 26, 26, 26.5, 27.5, 28.5, 30, 31.5, 33.5, 36, 39]
    width += [41.0, 42.5, 44.5, 47, 50, 52]
    height = [16.0, 13.6, 13.2, 12.8, 13.2, 14.6]
    height += [16.0, 17, 17.6, 18.2, 18.8, 19.2, 19.6, 20.2, 20.8, 21.6, 22.6, 24.2]
    height += [26.0, 26.6, 27, 27, 26.4, 29]
    canal = [16.0, 14.6, 14.2, 14, 14, 14.4]
    canal += [14.6] * 9 + [15.0, 15.5, 16.2]
    canal += [17.0, 17, 17, 17.2, 17.5, 16]
    disc = [5.2, 5.2, 5.2, 5.3, 5.6, 4.6]
    disc += [3.8, 3.4, 3.4, 3.5, 3.7, 4, 4.2, 4.5, 4.8, 5.2, 5.8, 6.8]
    disc += [8.4, 9.8, 11, 11.6, 10.4, 0]
    body_wedge = [0.0, 0.6, 0.6, 0.6, 0.6, 0.4]
    body_wedge += [-1.0, -2.2, -3, -3.4, -3.6, -3.8, -3.6, -3.2, -2.8, -2.2, -1.8, -1.4]
    body_wedge += [-0.6, 0, 1.2, 2.6, 7, 0]
    disc_wedge = [2.4, 3.0, 3.2, 3.4, 3.2, 2.0]
    disc_wedge += [-0.2, -0.6, -0.8, -0.8, -0.8, -0.8, -0.8, -0.8, -0.6, -0.4, -0.2, 1.6]
    disc_wedge += [4.4, 6.4, 8.4, 11.4, 13.8, 0]
    rows = zip(depth, width, height, canal, disc, body_wedge, disc_wedge, strict=True)
    return dict(zip(names, (Build(*row) for row in rows), strict=True))


BUILDS: dict[str, Build] = _builds()
"""From C2 to S1. C2 is its body without the dens; S1's wedges mean nothing."""

CORD_END = "L1"
"""The cord tapers to its end at the lower edge of this vertebra."""


def lumbar_wedge_sum() -> float:
    """Lordosis from the upper endplate of L1 to that of S1 in the plain build, degrees."""
    return sum(BUILDS[name].body_wedge + BUILDS[name].disc_wedge for name in VERTEBRAE[19:24])


def thoracic_wedge_sum() -> float:
    """Lordosis from the upper endplate of T1 to the lower one of T12 (negative), degrees."""
    bodies = sum(BUILDS[name].body_wedge for name in VERTEBRAE[7:19])
    return bodies + sum(BUILDS[name].disc_wedge for name in VERTEBRAE[7:18])


def cervical_wedge_sum() -> float:
    """Lordosis from the lower endplate of C2 to that of C7 in the plain build, degrees."""
    bodies = sum(BUILDS[name].body_wedge for name in VERTEBRAE[2:7])
    return bodies + sum(BUILDS[name].disc_wedge for name in VERTEBRAE[1:6])


def has_rib(vertebra: str) -> bool:
    """Whether the vertebra carries ribs."""
    return vertebra.startswith("T")
