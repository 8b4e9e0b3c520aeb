"""Measures of agreement between paired ratings, each with its 95 % interval.

A measure that is undefined is None, and so are interval ends that are: too few pairs, or a rater
who always says the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from leaderboard.late import special
from leaderboard.scoring.statistics.calibration_fit import FLAT, Values, is_constant
from leaderboard.scoring.statistics.intervals import Z95, Estimate

EXACT = 9
"""Decimals to which ratings are told apart: further ones are what floating point leaves."""


class Limits(NamedTuple):
    """The mean difference and the limits between which 95 % of the differences lie."""

    bias: Estimate
    lower: Estimate
    upper: Estimate


def limits_of_agreement(differences: Values) -> Limits | None:
    """Bias with its t interval, and bias +- 1.96 s with theirs; None with fewer than 2.

    Bland and Altman (1986), Lancet 327:307; the limits' variance is s^2 (1/n + 1.96^2/(2(n - 1)))
    as in their (1999), Statistical Methods in Medical Research 8:135.
    """
    n = len(differences)
    if n < 2:
        return None
    bias, spread = float(differences.mean()), float(differences.std(ddof=1))
    t = float(special.stdtrit(n - 1, 0.975))
    reach = t * spread / math.sqrt(n)
    limit_reach = t * spread * math.sqrt(1 / n + Z95**2 / (2 * (n - 1)))
    return Limits(
        _around(bias, reach),
        _around(bias - Z95 * spread, limit_reach),
        _around(bias + Z95 * spread, limit_reach),
    )


def absolute_icc(ratings: Values) -> Estimate | None:
    """ICC(A,1): absolute agreement of single ratings; ratings: (n reports, k raters).

    McGraw and Wong (1996), Psychological Methods 1:30, case 2A, with their interval; it is
    ICC(2,1) of Shrout and Fleiss (1979). None with fewer than 2 reports or raters, when one rater
    always says the same, or when few reports give an estimate below -1.
    """
    n, k = ratings.shape
    if n < 2 or k < 2 or any(is_constant(column) for column in ratings.T):
        return None
    centre = ratings.mean()
    rows, columns = ratings.mean(axis=1), ratings.mean(axis=0)
    between = k * float(((rows - centre) ** 2).sum()) / (n - 1)
    raters = n * float(((columns - centre) ** 2).sum()) / (k - 1)
    rest = ratings - rows[:, None] - columns + centre
    error = float((rest**2).sum()) / ((n - 1) * (k - 1))
    total = between + (k - 1) * error + k / n * (raters - error)
    if total <= FLAT or between - error < -total:
        return None
    value = (between - error) / total
    if value >= 1:
        return Estimate(1.0, 1.0, 1.0)
    # Below zero Satterthwaite's weights would be negative, and his degrees of freedom no number.
    share = k * max(0.0, value) / (n * (1 - max(0.0, value)))
    a, b = share, 1 + share * (n - 1)
    freedom = (a * raters + b * error) ** 2 / (
        (a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    f_low, f_high = (
        float(special.fdtri(n - 1, freedom, 0.975)),
        float(special.fdtri(freedom, n - 1, 0.975)),
    )
    noise = k * raters + (k * n - k - n) * error
    low = n * (between - f_low * error) / (f_low * noise + n * between)
    high = n * (f_high * between - error) / (noise + n * f_high * between)
    return Estimate(value, max(-1.0, low), high)


def weighted_kappa(first: Values, second: Values, categories: Sequence[int]) -> Estimate | None:
    """Quadratic weighted kappa with its large-sample interval, of ratings rounded to categories.

    Cohen (1968), Psychological Bulletin 70:213; variance of Fleiss, Cohen and Everitt (1969).
    Halves are rounded up, and what lies outside goes to the nearest category. categories:
    consecutive, ascending. None when a rater's rounded ratings are all the same.
    """
    rows, columns = _place(first, categories), _place(second, categories)
    if is_constant(rows) or is_constant(columns):
        return None
    counts = np.zeros((len(categories), len(categories)))
    np.add.at(counts, (rows.astype(np.int64), columns.astype(np.int64)), 1)
    steps, shares = np.linspace(0, 1, len(categories)), counts / len(rows)
    apart = np.subtract.outer(steps, steps) ** 2
    of_rows, of_columns = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(of_rows @ apart @ of_columns)
    value = 1 - float((shares * apart).sum()) / by_chance
    means = np.add.outer(apart @ of_columns, of_rows @ apart)
    squares = float((shares * (1 - apart - (2 - means) * (1 - value)) ** 2).sum())
    # Rounding can leave the variance a hair below 0.
    spread = max(0.0, squares - (value - (1 - by_chance) * (1 - value)) ** 2)
    reach = Z95 * math.sqrt(spread / len(rows)) / by_chance
    return Estimate(value, max(-1.0, value - reach), min(1.0, value + reach))


def kappa_value(first: Values, second: Values, categories: Sequence[int]) -> float | None:
    """The value of `weighted_kappa` alone, several times sooner: for resampling."""
    rows, columns = _place(first, categories), _place(second, categories)
    if is_constant(rows) or is_constant(columns):
        return None
    expected = rows.var() + columns.var() + (rows.mean() - columns.mean()) ** 2
    return float(1 - ((rows - columns) ** 2).mean() / expected)


def _place(ratings: Values, categories: Sequence[int]) -> Values:
    """Each rating's category, counted from 0: halves up, what lies outside to the nearest."""
    lowest, highest = categories[0], categories[-1]
    places: Values = np.clip(np.floor(ratings + 0.5), lowest, highest) - lowest
    return places


def pearson(first: Values, second: Values) -> Estimate | None:
    """Pearson's correlation with Fisher's (1921) interval, which needs 4 pairs.

    None with fewer than 3 pairs, or when one rater always says the same.
    """
    correlation = _correlate(first, second)
    return None if correlation is None else _fisher(correlation, len(first), 1.0)


def spearman(first: Values, second: Values) -> Estimate | None:
    """Spearman's rank correlation, ties at their mean rank, which is None where Pearson's is.

    The interval is Bonett and Wright's (2000), Psychometrika 65:23: Fisher's with the variance
    (1 + r^2/2) / (n - 3).
    """
    correlation = _correlate(_rank(first), _rank(second))
    if correlation is None:
        return None
    return _fisher(correlation, len(first), 1 + correlation**2 / 2)


def _around(value: float, reach: float) -> Estimate:
    return Estimate(value, value - reach, value + reach)


def _rank(values: Values) -> Values:
    """Ranks from 1, ties at their mean rank; what differs by rounding alone is a tie.

    The mean of three thirds is not always one: so values count to EXACT decimals.
    """
    exact = np.round(values, EXACT)
    _, index, counts = np.unique(exact, return_inverse=True, return_counts=True)
    ranks: Values = np.cumsum(counts) - (counts - 1) / 2
    return ranks[index]


def _correlate(first: Values, second: Values) -> float | None:
    if len(first) < 3 or is_constant(first) or is_constant(second):
        return None
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1, 1))


def _fisher(correlation: float, n: int, variance: float) -> Estimate:
    if n < 4:
        return Estimate(correlation, None, None)
    if abs(correlation) == 1:
        return Estimate(correlation, correlation, correlation)
    reach = Z95 * math.sqrt(variance / (n - 3))
    middle = math.atanh(correlation)
    return Estimate(correlation, math.tanh(middle - reach), math.tanh(middle + reach))
