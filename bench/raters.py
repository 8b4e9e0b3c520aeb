"""What intervals of means of labels cover when other experts might have rated: a seeded simulation.

Reports of one model are labelled by raters who differ in severity. The target is the mean that all
raters of the kind would give. The interval of the labels holds for these raters; with the variance
component of raters, estimated from all reports that several of them rated, it holds for others too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from leaderboard.scoring.statistics.severity import Severity, estimate_severity

SEED = 20261130
N_LABELS, N_OTHERS = 30, 210
MEAN, SPREAD, NOISE = 70.0, 12.0, 8.0
STEP = 20.0
"""Points of the report score in one rating step."""


class Design(NamedTuple):
    """How many raters share the work, how many rate each report, their severity's spread."""

    n_raters: int
    n_each: int
    spread: float


class Coverage(NamedTuple):
    """Shares of intervals that hold the mean over raters, without and with the component."""

    plain: float
    widened: float
    width: float


DESIGNS = (
    Design(3, 3, 0.3 * STEP),
    Design(3, 2, 0.3 * STEP),
    Design(5, 2, 0.3 * STEP),
    Design(8, 2, 0.3 * STEP),
    Design(5, 2, 0.0),
)


def measure() -> None:
    """Print a row for each design."""
    print(f"{N_LABELS} labels of a model, {N_OTHERS} of others; 95 % intervals of means")
    columns = f"{'these raters':>14}{'any raters':>12}{'width':>8}"
    print(f"{'raters':>7}{'each':>6}{'SD':>6}{columns}")
    for design in DESIGNS:
        plain, widened, width = cover(design, 2_000, np.random.default_rng(SEED))
        print(
            f"{design.n_raters:7}{design.n_each:6}{design.spread:6.1f}"
            f"{100 * plain:13.1f}%{100 * widened:11.1f}%{width:8.1f}"
        )


def cover(design: Design, n_draws: int, rng: np.random.Generator) -> Coverage:
    """Coverage over `n_draws` sets of raters and reports."""
    found = [_draw(design, rng) for _ in range(n_draws)]
    plain, widened, width = np.mean(found, axis=0)
    return Coverage(float(plain), float(widened), float(width))


def _draw(design: Design, rng: np.random.Generator) -> tuple[bool, bool, float]:
    table = draw_ratings(design, rng)
    own = table[:N_LABELS]
    labels = np.nanmean(own, axis=1)
    error, freedom = float(labels.std(ddof=1)) / math.sqrt(N_LABELS), N_LABELS - 1
    gap = abs(float(labels.mean()) - MEAN)
    plain = gap <= float(stdtrit(freedom, 0.975)) * error
    severity = estimate_severity(table)
    assert severity is not None
    counts = [{k: 1 for k, value in enumerate(report) if value == value} for report in own]
    wide, degrees = widen(error, freedom, severity, share_weight(counts))
    reach = float(stdtrit(degrees, 0.975)) * wide
    return plain, gap <= reach, 2 * reach


def draw_ratings(design: Design, rng: np.random.Generator) -> NDArray[np.float64]:
    """Ratings of all reports by raters, (N_LABELS + N_OTHERS, raters), NaN where not rated."""
    shape = (N_LABELS + N_OTHERS, design.n_raters)
    reports = rng.normal(MEAN, SPREAD, (shape[0], 1))
    table = reports + rng.normal(0, design.spread, shape[1]) + rng.normal(0, NOISE, shape)
    left_out = rng.random(shape).argsort(axis=1) >= design.n_each
    return np.where(left_out, np.nan, table)


def share_weight(counts: Sequence[Mapping[int, int]]) -> float:
    """How much of one rater's variance is left in a mean of labels: the sum of squared shares.

    counts: of each labelled report the ratings by rater; a label is the mean over its raters, and
    all labels weigh the same. With J raters who share the work alike it is 1/J.
    """
    weights: dict[int, float] = {}
    for report in counts:
        for rater, n in report.items():
            weights[rater] = weights.get(rater, 0.0) + n / sum(report.values()) / len(counts)
    return sum(weight**2 for weight in weights.values())


def widen(error: float, freedom: int, severity: Severity, weight: float) -> tuple[float, int]:
    """Standard error and degrees of freedom of a mean for other raters than these.

    error^2 + weight x variance, with Welch and Satterthwaite's degrees of freedom rounded down;
    those of the raters are J - 1.
    """
    extra = weight * severity.variance
    if not extra:
        return error, freedom
    total = error**2 + extra
    degrees = total**2 / (error**4 / freedom + extra**2 / (severity.n_raters - 1))
    return math.sqrt(total), max(1, int(degrees))
