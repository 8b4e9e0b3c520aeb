"""How far raters differ in severity, from reports that several of them rated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import csgraph
from leaderboard.scoring.statistics.intervals import pool_freedom

LEAST_SHARED = 10
"""Ratings of shared reports that each rater needs: fewer say too little."""


class Severity(NamedTuple):
    """The variance of severity between raters, and the number of raters that it is estimated from.

    In squared points of what was rated. `n_others` rated too, but share too little with those to
    tell: they are taken to differ as much.
    """

    variance: float
    n_raters: int
    n_others: int = 0

    @property
    def spread(self) -> float:
        """The standard deviation of severity between raters."""
        return math.sqrt(self.variance)

    @property
    def error(self) -> float:
        """The standard error that as many other raters bring into a mean, sharing work alike."""
        return math.sqrt(self.variance / self.n_raters)


class RaterShares(NamedTuple):
    """Whose ratings a mean of labels is made of: each rater's share of it, by any key, sum 1.

    A label is the mean over its raters, and all labels weigh the same. `severity` is that of such
    raters.
    """

    shares: Mapping[str, float]
    severity: Severity


class RaterPart(NamedTuple):
    """What the choice of raters adds to the variance of a mean: the sum of squared `errors`.

    errors: of each rater the share of the labels x the standard deviation of severity. Models that
    a rater labelled err together by it, so of a difference remains the difference of errors.
    `freedom` is that of the variance between raters, `cases_freedom` that of the rest of the mean.
    """

    errors: Mapping[str, float]
    freedom: int
    cases_freedom: int

    @property
    def variance(self) -> float:
        """The sum of squares."""
        return sum(error**2 for error in self.errors.values())


def find_shares(rated: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each rater's share of the mean label: (J,) of (n, J), who rated which labelled report.

    With J raters who share the work alike it is 1 / J. n >= 1; every report has a rater.
    """
    shares: NDArray[np.float64] = (rated / rated.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def find_part(raters: RaterShares, cases_freedom: int) -> RaterPart:
    """What these raters add to a mean that has so many degrees of freedom without them."""
    spread = raters.severity.spread
    errors = {key: share * spread for key, share in raters.shares.items() if share > 0}
    return RaterPart(errors, raters.severity.n_raters - 1, cases_freedom)


def add_part(variance: float, part: RaterPart) -> tuple[float, int]:
    """The variance of a mean with its raters' part, and its degrees of freedom.

    `variance` is that without it. Welch and Satterthwaite's degrees, rounded down, at least 1.
    """
    added = part.variance
    if added <= 0:
        return variance, part.cases_freedom
    degrees = pool_freedom([(variance, part.cases_freedom), (added, part.freedom)])
    return variance + added, max(1, int(degrees))


def estimate_severity(table: NDArray[np.float64]) -> Severity | None:
    """The variance component of raters, report effects taken out; table: (reports, raters), NaN.

    rating = report + severity of the rater + error, by Henderson's third method (1953, Biometrics
    9:226): with C the raters' matrix once reports are absorbed and J raters,
    variance = max(0, (SS(raters | reports) - (J - 1) s^2) / trace(C)). Where every rater rated
    every report that is the analysis of variance's. Only raters of `_find_overlapping` are counted;
    None where there are none, or no degree of freedom is left.
    """
    known = ~np.isnan(table)
    overlapping = _find_overlapping(known)
    n_others = int(known.any(axis=0).sum() - overlapping.sum())
    shared = known[:, overlapping].sum(axis=1) >= 2
    table, known = table[shared][:, overlapping], known[shared][:, overlapping]
    n_raters = table.shape[1]
    freedom = int(known.sum()) - len(table) - (n_raters - 1)
    if n_raters < 2 or freedom < 1:
        return None
    rated = known.astype(np.float64)
    n = rated.sum(axis=1, keepdims=True)
    centred = np.where(known, table - np.nansum(table, axis=1, keepdims=True) / n, 0.0)
    absorbed = np.diag(rated.sum(axis=0)) - rated.T @ (rated / n)
    sums = centred.sum(axis=0)
    of_raters = float(sums @ np.linalg.pinv(absorbed) @ sums)
    error = (float((centred**2).sum()) - of_raters) / freedom
    variance = (of_raters - (n_raters - 1) * error) / float(np.trace(absorbed))
    return Severity(max(0.0, variance), n_raters, n_others)


def _find_overlapping(known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which raters tell how far raters differ: (J,) of (reports, raters), who rated which.

    Those with LEAST_SHARED ratings of reports that others of them rated too, if more than half of
    them are connected by such reports: then those that are, otherwise none. How groups without a
    report in common differ is not known.
    """
    kept: NDArray[np.bool_] = np.asarray(known.any(axis=0))
    while kept.any():
        shared = known[:, kept].sum(axis=1) >= 2
        enough = kept & (known[shared].sum(axis=0) >= LEAST_SHARED)
        if (enough == kept).all():
            break
        kept = enough
    rated = known[:, kept].astype(np.int64)
    if not rated.shape[1]:
        return kept
    _, groups = csgraph.connected_components(rated.T @ rated, directed=False)
    sizes = np.bincount(groups)
    largest = int(sizes.argmax())
    found = np.zeros_like(kept)
    if 2 * sizes[largest] > len(groups):
        found[np.flatnonzero(kept)[groups == largest]] = True
    return found
