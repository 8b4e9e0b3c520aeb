"""Whether a picture can be looked at: nearly black, nearly white, inverted against a neighbour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DARKEST, BRIGHTEST = 24, 231
"""Grey levels: a picture that has 99 % of its pixels below or above is nearly black or white."""
INVERTED = -0.6
"""Correlation with a neighbour below which one of the two is inverted."""
BLOCK = 16
"""Pictures are compared by the means of so many by so many fields."""


def find_odd_contrast(pixels: NDArray[np.uint8]) -> str | None:
    """What is odd about a picture by itself, as the end of a sentence, or None."""
    low, high = np.percentile(pixels, [1, 99])
    if high <= DARKEST:
        return "is nearly black"
    if low >= BRIGHTEST:
        return "is nearly white"
    return None


def make_fields(pixels: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """The means of 16 by 16 fields of a picture; None for one that is smaller."""
    grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    if min(grey.shape) < BLOCK:
        return None
    rows, columns = (np.linspace(0, n, BLOCK, endpoint=False).astype(int) for n in grey.shape)
    sums = np.add.reduceat(np.add.reduceat(grey.astype(np.float64), rows, 0), columns, 1)
    heights = np.diff([*rows, grey.shape[0]])
    widths = np.diff([*columns, grey.shape[1]])
    means: NDArray[np.float64] = sums / np.outer(heights, widths)
    return means


def is_inverted_against(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether one of two pictures of the same scan, by their fields, is a negative of the other."""
    if one.std() == 0 or other.std() == 0:
        return False
    return bool(np.corrcoef(one.ravel(), other.ravel())[0, 1] < INVERTED)
