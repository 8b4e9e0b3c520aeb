"""Length and formatting of a report, and how far a judge's rating leans on them."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from leaderboard.scoring.statistics.calibration_fit import Values, is_constant
from leaderboard.scoring.statistics.intervals import Estimate

_MARK = re.compile(
    r"^[ \t]{0,12}(?:\#{1,6}[ ]|[-*+][ ]|\d{1,3}[.)][ ]|>|```|~~~|\||([-*_])\1\1+[ ]*$)"
    r"|\*\*[^*\n]{1,200}\*\*|\b__[^_\n]{1,200}__\b|`[^`\n]{1,200}`|\[[^\[\]\n]{1,200}\]\(",
    re.MULTILINE,
)
"""Headings, list entries, quotes, fences, table rows, rules; bold, code, links."""


class Style(NamedTuple):
    """How long and how formatted a text is."""

    n_words: int
    n_marks: int

    @property
    def density(self) -> float | None:
        """Marks per 100 words; None without words."""
        return 100 * self.n_marks / self.n_words if self.n_words else None


class StyleSlopes(NamedTuple):
    """Slopes of judge minus experts with their 95 % intervals, over n reports.

    on_log_length: points per unit of the natural logarithm of the number of words (a doubling
    is 0.69 of it); on_density: points per mark in 100 words. None where undefined.
    """

    n: int
    on_log_length: Estimate | None
    on_density: Estimate | None


def measure_style(text: str) -> Style:
    """Words and markdown marks of a text.

    Words are pieces between white space with a letter or digit. Marks are headings, list entries,
    quotes, fences, table rows and rules, which begin a line, and bold spans, code spans and links:
    one each.
    """
    words = sum(any(map(str.isalnum, piece)) for piece in text.split())
    return Style(words, sum(1 for _ in _MARK.finditer(text)))


def assess_style(differences: Values, n_words: Values, densities: Values) -> StyleSlopes:
    """How judge minus experts goes with length and with formatting, each by itself.

    differences, n_words, densities: (n,) in one order, n_words at least 1.
    """
    return StyleSlopes(
        len(differences),
        fit_slope(np.log(n_words), differences),
        fit_slope(densities, differences),
    )


def fit_slope(x: Values, y: Values) -> Estimate | None:
    """The least-squares slope of y on x with its t interval, n - 2 degrees of freedom.

    None with fewer than 3 points or a constant x.
    """
    n = len(x)
    if n < 3 or is_constant(x):
        return None
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ y) / spread
    rest = y - y.mean() - slope * centred
    error = float(np.sqrt(rest @ rest / (n - 2) / spread))
    reach = float(stdtrit(n - 2, 0.975)) * error
    return Estimate(slope, slope - reach, slope + reach)
