"""Plane geometry: points are float arrays of shape (n, 2), in millimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Point = NDArray[np.float64]


def points(*pairs: Sequence[float]) -> Points:
    """The pairs as an array of shape (n, 2)."""
    return np.asarray(pairs, dtype=np.float64)


def turned(shape: Points, angle: float) -> Points:
    """`shape` turned about the origin: x towards y for a positive angle (radians)."""
    cosine, sine = math.cos(angle), math.sin(angle)
    out: Points = shape @ np.array([[cosine, sine], [-sine, cosine]])
    return out


def placed(shape: Points, origin: Point, angle: float) -> Points:
    """`shape` turned by `angle` (radians), then moved to `origin`."""
    return turned(shape, angle) + origin


def mirrored(shape: Points) -> Points:
    """`shape` with left and right exchanged."""
    out: Points = shape * np.array([-1.0, 1.0])
    return out


def ellipse(centre: Sequence[float], rx: float, ry: float, angle: float = 0.0) -> Points:
    """An ellipse as a polygon of 36 corners; `angle` in radians."""
    t = np.linspace(0.0, 2.0 * math.pi, 36, endpoint=False)
    shape = np.stack([rx * np.cos(t), ry * np.sin(t)], axis=1)
    return placed(shape, np.asarray(centre, dtype=np.float64), angle)


def rounded(corners: Points, n_cuts: int = 2, ratio: float = 0.22) -> Points:
    """A closed polygon with its corners cut off `n_cuts` times (Chaikin)."""
    shape = corners
    for _ in range(n_cuts):
        after = np.roll(shape, -1, axis=0)
        near, far = shape + (after - shape) * ratio, after - (after - shape) * ratio
        shape = np.stack([near, far], axis=1).reshape(-1, 2)
    return shape


def closed_spline(knots: Points, n_between: int = 6) -> Points:
    """A smooth closed curve through the knots (Catmull-Rom)."""
    return _spline(
        np.roll(knots, 1, axis=0),
        knots,
        np.roll(knots, -1, axis=0),
        np.roll(knots, -2, axis=0),
        n_between,
    )


def open_spline(knots: Points, n_between: int = 6) -> Points:
    """A smooth curve through the knots, ends included (Catmull-Rom)."""
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    curve = _spline(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], n_between)
    return np.concatenate([curve, knots[-1:]])


def _spline(p0: Points, p1: Points, p2: Points, p3: Points, n_between: int) -> Points:
    t = (np.arange(n_between) / n_between)[None, :, None]
    a, b, c, d = p0[:, None], p1[:, None], p2[:, None], p3[:, None]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return np.asarray(curve.reshape(-1, 2), dtype=np.float64)


def ribbon(line: Points, width: float | NDArray[np.float64]) -> Points:
    """A closed band about a line: `width` mm, one number or one per point."""
    normal = normals(line)
    half = np.broadcast_to(np.asarray(width, dtype=np.float64) / 2, (len(line),))[:, None]
    return np.concatenate([line + normal * half, (line - normal * half)[::-1]])


def between(front: Points, back: Points) -> Points:
    """The closed region between two lines that run the same way."""
    return np.concatenate([front, back[::-1]])


def normals(line: Points) -> Points:
    """Unit normals of a line, on its left when y points down and it runs downwards: +x side."""
    tangent = np.gradient(line, axis=0)
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    unit = tangent / length
    return np.stack([unit[:, 1], -unit[:, 0]], axis=1)


def arc_lengths(line: Points) -> NDArray[np.float64]:
    """Distance along the line from its start to each point, mm."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def resampled(line: Points, step: float) -> Points:
    """The line with points every `step` mm."""
    along = arc_lengths(line)
    wanted = np.arange(0.0, along[-1], step)
    return np.stack([np.interp(wanted, along, line[:, axis]) for axis in (0, 1)], axis=1)
