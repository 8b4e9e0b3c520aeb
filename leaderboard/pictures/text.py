"""Burned-in text, looked for in the pixels: rows of sharp, even marks as tall as letters.

It reads nothing, so it quotes nothing. "Found nothing" is no proof that there is nothing; how often
it finds text that was drawn into pictures is measured by `python -m bench burned_in_text`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_MARKS = 4
"""In a row, to be text: side marks such as L, R and single letters of a series are fewer."""
LEAST_HEIGHT, MOST_HEIGHT = 5, 64
MOST_WIDTH = 1.6
"""Of a mark, in heights: touching letters are wider than one."""
LEVELS = (242, 192, 128, 80)
"""Grey levels above which marks are looked for: text is even, and stands out at one of them."""
LEAST_DROP = 45
"""From a pixel of a mark to the darkest pixel within two."""
LEAST_STROKES = 40
"""Pixels of marks in a picture; fewer are no text."""
MOST_UNEVEN = 34
MOST_CANDIDATES = 1200
"""Marks at one level; more are texture, and of them the first are looked at."""
DENSE = 0.9
"""Of its box, what a mark fills: rows of bars alone are rulers, not text."""


class Place(NamedTuple):
    """Where text seems to be, in pixels of the picture."""

    left: int
    top: int
    right: int
    bottom: int


class _Marks(NamedTuple):
    """Boxes of marks, one number each per mark, and how much of its box a mark fills."""

    left: NDArray[np.int64]
    top: NDArray[np.int64]
    right: NDArray[np.int64]
    bottom: NDArray[np.int64]
    fill: NDArray[np.float64]


def find_text(pixels: NDArray[np.uint8]) -> Place | None:
    """The first place in a picture (rows, columns, maybe colours) that looks like text, or None.

    Bright text on dark and dark text on bright are looked for, upright text alone.
    """
    grey = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    for shown in (grey, 255 - grey):
        is_thin = _drop(shown) >= LEAST_DROP
        n_before = 0
        for level in LEVELS:
            # Thin strokes are dark nearby all over; inside of what is wider there is nothing.
            is_stroke = is_thin & (shown >= level)
            n_strokes = int(np.count_nonzero(is_stroke))
            if n_strokes < LEAST_STROKES or n_strokes == n_before:
                # A lower level has at least the strokes of the one above: so many are the same.
                continue
            n_before = n_strokes
            marks = _find_marks(shown, is_stroke)
            place = None if marks is None else _find_row(marks)
            if place is not None:
                return place
    return None


def _drop(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much darker the darkest pixel within two rows and columns is, of every pixel."""
    darkest = grey
    for axis in (0, 1):
        room = np.pad(darkest, [(2, 2) if one == axis else (0, 0) for one in (0, 1)], mode="edge")
        n = grey.shape[axis]
        darkest = _lowest(room, axis, n)
    return grey - darkest


def _lowest(room: NDArray[np.uint8], axis: int, n: int) -> NDArray[np.uint8]:
    """The lowest of each five values beside each other, n of them along `axis`."""
    parts = [
        room[first : first + n] if axis == 0 else room[:, first : first + n] for first in range(5)
    ]
    lowest = parts[0].copy()
    for part in parts[1:]:
        np.minimum(lowest, part, out=lowest)
    return lowest


def _find_marks(grey: NDArray[np.uint8], is_stroke: NDArray[np.bool_]) -> _Marks | None:
    from scipy import ndimage

    labels, n = ndimage.label(is_stroke, structure=np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    box = np.array([(b[1].start, b[0].start, b[1].stop, b[0].stop) for b in boxes], np.int64)
    width, height = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    is_sized = (height >= LEAST_HEIGHT) & (height <= MOST_HEIGHT) & (width <= MOST_WIDTH * height)
    if is_sized.sum() < LEAST_MARKS:
        return None
    inside = labels > 0
    which, values = labels[inside], grey[inside].astype(np.float64)
    area = np.bincount(which, minlength=n + 1)[1:]
    mean = np.bincount(which, values, n + 1)[1:] / area
    spread = np.sqrt(np.maximum(np.bincount(which, values**2, n + 1)[1:] / area - mean**2, 0))
    is_mark = is_sized & (spread <= MOST_UNEVEN)
    places = np.flatnonzero(is_mark)[:MOST_CANDIDATES]
    if len(places) < LEAST_MARKS:
        return None
    kept = box[places]
    fill = area[places] / (width[places] * height[places])
    return _Marks(kept[:, 0], kept[:, 1], kept[:, 2], kept[:, 3], fill)


def _find_row(marks: _Marks) -> Place | None:
    """The first row of marks that stand beside each other on one line and are of one size."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    height = marks.bottom - marks.top
    taller = np.maximum(height[:, None], height[None, :])
    shorter = np.minimum(height[:, None], height[None, :])
    gap = marks.left[None, :] - marks.right[:, None]
    overlap = np.minimum(marks.bottom[:, None], marks.bottom[None, :]) - np.maximum(
        marks.top[:, None], marks.top[None, :]
    )
    is_beside = (gap >= -1) & (gap <= 0.9 * taller) & (overlap >= 0.6 * shorter)
    is_beside &= taller <= 1.8 * shorter
    n_rows, row = connected_components(csr_matrix(is_beside), directed=False)
    for number in np.flatnonzero(np.bincount(row, minlength=n_rows) >= LEAST_MARKS):
        found = np.flatnonzero(row == number)
        if _is_line(marks, found, height[found]):
            return Place(
                int(marks.left[found].min()),
                int(marks.top[found].min()),
                int(marks.right[found].max()),
                int(marks.bottom[found].max()),
            )
    return None


def _is_line(marks: _Marks, found: NDArray[np.int64], height: NDArray[np.int64]) -> bool:
    """Whether most marks of a row end on one line, are alike in height, and are not all bars."""
    usual = float(np.median(height))
    bottoms = marks.bottom[found]
    off_line = float(np.median(np.abs(bottoms - np.median(bottoms))))
    off_height = float(np.median(np.abs(height - usual)))
    n_shaped = int(np.sum(marks.fill[found] < DENSE))
    return off_line <= max(1.0, 0.12 * usual) and off_height <= 0.3 * usual and n_shaped >= 2
