"""From stored values to 8-bit grey levels: rescale, window or table, inversion, padding."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest
from leaderboard.pictures.source import Window

WHITE = 255
N_STORED = 1 << 16
"""Stored values of up to 16 bits go through one table of so many grey levels."""
LOW_PERCENT, HIGH_PERCENT = 1.0, 99.0


class Table(NamedTuple):
    """A lookup table of a header: its entries belong to `first`, `first` + 1 ...; values beyond
    its ends take its ends. `top` is the largest entry that its bits can hold."""

    first: int
    entries: tuple[int, ...]
    top: int

    def look_up(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The entries of `values`, as they are."""
        places = np.clip(np.rint(values) - self.first, 0, len(self.entries) - 1).astype(np.int64)
        found: NDArray[np.float64] = np.asarray(self.entries, np.float64)[places]
        return found


class Grey(NamedTuple):
    """How the stored values of one slice become grey levels.

    `padding` are the first and the last stored value of pixels outside the scan: they are drawn
    black, whatever is inverted.
    """

    slope: float
    intercept: float
    units: Table | None
    window: Window
    voi: Table | None
    is_inverted: bool
    padding: tuple[int, int] | None
    is_signed: bool

    def rescale(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """The scanner's values of `stored` ones."""
        values = np.asarray(stored, np.float64)
        if self.units is not None:
            return self.units.look_up(values)
        return values * self.slope + self.intercept

    def is_padding(self, stored: NDArray[Any]) -> NDArray[np.bool_]:
        """Which pixels lie outside the scan."""
        if self.padding is None:
            return np.zeros(stored.shape, np.bool_)
        return (stored >= self.padding[0]) & (stored <= self.padding[1])


def draw(stored: NDArray[Any], grey: Grey) -> NDArray[np.uint8]:
    """The 8-bit picture of `stored` values (rows, columns)."""
    if stored.dtype.itemsize <= 2 and stored.dtype.kind in "iu":
        levels = _levels_of(grey)
        # Big-endian files come in their own order of bytes.
        stored = stored.astype(np.int16 if stored.dtype.kind == "i" else np.uint16, copy=False)
        return levels.take(np.ascontiguousarray(stored).view(np.uint16))
    return _draw_values(stored, grey)


def make_window(center: float, width: float, rule: str, function: str = "linear") -> Window:
    """A window of a header or of the host. Raises InvalidRequest if nothing can be seen in it."""
    least = 1.0 if function == "linear" else 0.0
    if not (math.isfinite(center) and math.isfinite(width) and width >= least and width > 0):
        raise InvalidRequest(
            f"A window of center {center:g} and width {width:g} shows nothing.",
            "Give a window with --window CENTER/WIDTH.",
        )
    made: dict[str, Any] = {"rule": rule, "function": function}
    return Window(center=float(center), width=float(width), **made)


def find_window(values: NDArray[np.float64]) -> Window:
    """The window from percentile 1 to 99 of the finite `values`; of one value alone, around it."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise InvalidRequest("No pixel has a value.", "Leave the file out.")
    low, high = np.percentile(finite, [LOW_PERCENT, HIGH_PERCENT])
    if high <= low:
        low, high = finite.min(), finite.max()
    width = float(high - low) or 1.0
    return make_window(float(low) + width / 2, width, "percentiles", "linear_exact")


def apply_window(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """From 0 to 255: DICOM PS3.3, C.11.2.1.2 and C.11.2.1.3."""
    center, width = float(window.center or 0), float(window.width or 1)
    if window.function == "sigmoid":
        with np.errstate(over="ignore"):
            shown: NDArray[np.float64] = WHITE / (1 + np.exp(-4 * (values - center) / width))
        return shown
    if window.function == "linear":
        center, width = center - 0.5, width - 1
    if width <= 0:
        return np.where(values <= center, 0.0, float(WHITE))
    shown = ((values - center) / width + 0.5) * WHITE
    return np.clip(shown, 0, WHITE)


@lru_cache(maxsize=16)
def _levels_of(grey: Grey) -> NDArray[np.uint8]:
    """The grey level of every stored value, by its 16 bits without a sign."""
    stored = np.arange(N_STORED, dtype=np.uint16)
    levels = _draw_values(stored.view(np.int16) if grey.is_signed else stored, grey)
    levels.setflags(write=False)
    return levels


def _draw_values(stored: NDArray[Any], grey: Grey) -> NDArray[np.uint8]:
    values = grey.rescale(stored)
    if grey.voi is not None:
        shown = grey.voi.look_up(values) * (WHITE / grey.voi.top)
    else:
        shown = apply_window(values, grey.window)
    shown = WHITE - shown if grey.is_inverted else shown
    shown = np.where(np.isfinite(shown) & ~grey.is_padding(stored), shown, 0)
    return np.rint(np.clip(shown, 0, WHITE)).astype(np.uint8)
