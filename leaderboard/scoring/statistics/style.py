"""Length and formatting of a report, and how far a judge's rating leans on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import late_pattern, special
from leaderboard.scoring.statistics.calibration_fit import Values, is_constant
from leaderboard.scoring.statistics.intervals import Estimate, pool_freedom

_MARK = late_pattern(
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


class StyleLeft(NamedTuple):
    """How the error of calibrated scores goes with style, within models, over n of their reports.

    slopes: points per unit of log length and per mark in 100 words, fitted together; covariance:
    theirs; freedom: its degrees. `on_length` and `on_density` say which of the two they are of:
    one that no model varies has none.
    """

    n: int
    n_models: int
    on_length: bool
    on_density: bool
    slopes: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    freedom: int


class StyleControlled(NamedTuple):
    """A mean as if its reports were as long and as formatted as the field's, with its interval.

    shift: what was added to the mean; low and high are None where the mean has no interval.
    """

    value: float
    low: float | None
    high: float | None
    shift: float


class StyleSlopes(NamedTuple):
    """Slopes of judge minus experts with their 95 % intervals, over n reports.

    on_log_length: points per unit of the natural logarithm of the number of words (a doubling
    is 0.69 of it); on_density: points per mark in 100 words. None where undefined. `left` is what
    calibration leaves of it: None where that is undefined, or was fitted before it was measured.
    """

    n: int
    on_log_length: Estimate | None
    on_density: Estimate | None
    left: StyleLeft | None = None


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
    reach = float(special.stdtrit(n - 2, 0.975)) * error
    return Estimate(slope, slope - reach, slope + reach)


def fit_style_left(
    errors: Values, models: Sequence[str], n_words: Values, densities: Values
) -> StyleLeft | None:
    """Least squares of the errors on both traits with an intercept for each model.

    errors: calibrated scores minus labels, each by a calibrator that has not seen its model; all
    (n,) in one order. An intercept for each model keeps apart what a judge thinks of a model and
    what it thinks of length. None where neither trait varies within models, where the two vary as
    one, or where no degree of freedom is left.
    """
    groups = np.unique(np.asarray(models, dtype=str), return_inverse=True)[1]
    traits = [_centre(trait, groups) for trait in (np.log(n_words), densities)]
    varies = [not is_constant(trait) for trait in traits]
    design = np.column_stack([np.zeros((len(errors), 0)), *compress(traits, varies)])
    n_models, n_traits = int(groups.max(initial=-1)) + 1, design.shape[1]
    freedom = len(errors) - n_models - n_traits
    if not n_traits or freedom < 1 or np.linalg.matrix_rank(design) < n_traits:
        return None
    own = _centre(errors, groups)
    inverse = np.linalg.inv(design.T @ design)
    slopes = inverse @ design.T @ own
    rest = own - design @ slopes
    covariance = inverse * float(rest @ rest) / freedom
    return StyleLeft(
        n=len(errors),
        n_models=n_models,
        on_length=varies[0],
        on_density=varies[1],
        slopes=tuple(map(float, slopes)),
        covariance=tuple(tuple(map(float, row)) for row in covariance),
        freedom=freedom,
    )


def control_style(
    mean: tuple[float, float | None, int | None],
    left: StyleLeft,
    away: tuple[float, float],
    bounds: tuple[float, float],
) -> StyleControlled:
    """A calibrated mean less what its style is worth to the judge, cut at the bounds.

    mean: its value, standard error and degrees of freedom; away: how far its log length and its
    marks per 100 words lie above the field's. The variance of the shift, d' V d, adds to that of
    the mean, with degrees of freedom by Satterthwaite.
    """
    value, error, freedom = mean
    distance = np.array(list(compress(away, (left.on_length, left.on_density))))
    shift = -float(distance @ np.array(left.slopes))
    moved = float(np.clip(value + shift, *bounds))
    if error is None or freedom is None:
        return StyleControlled(moved, None, None, shift)
    own, added = error**2, float(distance @ np.array(left.covariance) @ distance)
    total = own + added
    degrees = pool_freedom([(own, freedom), (added, left.freedom)]) if total > 0 else freedom
    reach = float(special.stdtrit(degrees, 0.975)) * float(np.sqrt(total))
    low, high = np.clip([value + shift - reach, value + shift + reach], *bounds)
    return StyleControlled(moved, float(low), float(high), shift)


def _centre(values: Values, groups: NDArray[np.intp]) -> Values:
    """The values less the mean of their group."""
    sums = np.bincount(groups, weights=values) / np.maximum(np.bincount(groups), 1)
    centred: Values = values - sums[groups]
    return centred
