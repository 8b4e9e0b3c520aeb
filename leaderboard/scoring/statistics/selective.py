"""How a model's accuracy depends on which of its answers are taken: the most confident first.

With the answers ordered by their confidence, *coverage* is the share of all items whose answer is
taken, and *risk* the share of wrong ones among these (El-Yaniv and Wiener 2010, JMLR 11:1605;
Geifman and El-Yaniv 2017, NeurIPS). The area under that curve, AURC, is the mean of the risks at
coverages 1/N, 2/N and so on (Geifman, Uziel and El-Yaniv 2019, ICLR).

Answers of equal confidence have no order. Where a part of such a group is taken, the risk is what a
random order of the group has on average: of j of its m answers j/m of each. So no figure depends on
the order of the items, and a model that says the same confidence of everything has at each coverage
the risk that it has at the highest.

An item without an answer, or without a confidence, is never taken: coverage ends before 100 %.
Otherwise a model could choose on which items its confidence is judged.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.statistics.intervals import (
    Estimate,
    design_effect,
    logit_interval,
    wilson_interval,
)

COVERAGES = tuple(step / 20 for step in range(1, 21))
"""Where the curve is shown."""
NEAR = 0.2
"""The share of all items, around the last one taken, that says how often answers of its confidence
are right."""
MAX_GROUPS = 50
"""Into so many parts at most the cases are divided for the interval of the area."""

Values = NDArray[np.float64]


class Answers(NamedTuple):
    """What the figures are of: (N,) confidences on 0..1, right or not, clusters.

    A confidence is NaN where there is none, or no answer that could be right.
    """

    confidence: Values
    correct: NDArray[np.bool_]
    clusters: NDArray[np.int64]

    def take_known(self) -> Answers:
        """Those that have a confidence."""
        known = ~np.isnan(self.confidence)
        return Answers(self.confidence[known], self.correct[known], self.clusters[known])


class CurvePoint(NamedTuple):
    """The accuracy (0..1) on the most confident `coverage` of all items.

    `threshold` is the lowest confidence among them.
    """

    coverage: float
    threshold: float
    accuracy: Estimate


class Area(NamedTuple):
    """The area under the curve of risk (0..1) over the coverages reached, with its interval.

    `best` is that of an order with every right answer before every wrong one, `random` that of no
    order: the share of wrong answers.
    """

    area: Estimate
    best: float
    random: float


def trace_accuracy(answers: Answers) -> list[CurvePoint]:
    """The curve at the coverages that are shown, as far as it reaches; of no answer none."""
    found = (find_accuracy(answers, coverage) for coverage in COVERAGES)
    return [point for point in found if point is not None]


def find_accuracy(answers: Answers, coverage: float) -> CurvePoint | None:
    """The accuracy on the most confident `coverage` (0..1) of all items; None if fewer are known.

    The interval is Wilson's with the number of items that a share of the same variance would have.
    With A the accuracy, c the coverage, m the share of right answers around the threshold and z the
    part (0..1) of an answer that is taken, the variance is that of z (y - m) / c, by cluster: of
    independent items (A (1 - A) + (1 - c) (A - m)^2) / (N c). The second term is there because
    another draw of items would have another threshold.
    """
    n = len(answers.confidence)
    n_taken = coverage * n
    known = answers.take_known()
    if not len(known.confidence) or n_taken > len(known.confidence) + 1e-9:
        return None
    taken, threshold = _take(known.confidence, n_taken)
    right = known.correct.astype(np.float64)
    value = min(1.0, float(taken @ right) / n_taken)
    near = _share_near(known, taken, threshold, NEAR * n)
    residuals = np.zeros(n)
    residuals[~np.isnan(answers.confidence)] = taken * (right - near) / coverage
    variance = _clustered_variance(residuals, answers.clusters)
    whole = taken > 0
    most = n_taken / design_effect(right[whole], known.clusters[whole])
    varies = variance > 0 and 0 < value < 1
    effective = min(most, value * (1 - value) / variance) if varies else most
    _, low, high = wilson_interval(value * effective, effective)
    return CurvePoint(coverage, threshold, Estimate(value, low, high))


def _take(confidence: Values, n_taken: float) -> tuple[Values, float]:
    """The part of each answer that is among the `n_taken` most confident, and their lowest."""
    ordered = np.sort(confidence)[::-1]
    threshold = float(ordered[min(len(ordered), math.ceil(n_taken - 1e-9)) - 1])
    above, level = confidence > threshold, confidence == threshold
    part = (n_taken - above.sum()) / level.sum()
    return above + level * min(1.0, float(part)), threshold


def _share_near(known: Answers, taken: Values, threshold: float, n_near: float) -> float:
    """The share of right answers of about the threshold's confidence, of at least n_near of them.

    All of that confidence count, and as many others as are missing, the nearest first.
    """
    distance = np.abs(known.confidence - threshold)
    reach = np.sort(distance)[min(len(distance), max(1, math.ceil(n_near))) - 1]
    return float(known.correct[distance <= reach].mean())


def _clustered_variance(values: Values, clusters: NDArray[np.int64]) -> float:
    """The cluster-robust variance of the mean of `values`; 0 for a single cluster."""
    _, index = np.unique(clusters, return_inverse=True)
    n_clusters = int(index.max()) + 1
    if n_clusters < 2:
        return 0.0
    sums = np.bincount(index, weights=values - values.mean())
    return float(sums @ sums) / len(values) ** 2 * n_clusters / (n_clusters - 1)


def measure_area(answers: Answers) -> Area | None:
    """The area under the curve of risk; None where nothing has a confidence.

    The interval is the jackknife's, of cases left out in up to MAX_GROUPS parts, by t with one
    degree of freedom fewer than there are parts (Tukey 1958; Efron and Stein 1981, Ann. Statist.
    9:586), on the scale of log odds (see `intervals.logit_interval`): undefined for a single case,
    and where all or no answers are right.
    """
    known = answers.take_known()
    if not len(known.confidence):
        return None
    wrong = ~known.correct
    value, n_wrong = find_area(known.confidence, wrong), int(wrong.sum())
    n = len(wrong)
    best = float((np.arange(1, n_wrong + 1) / np.arange(n - n_wrong + 1, n + 1)).sum()) / n
    low, high = _jackknife(known, wrong, value)
    return Area(Estimate(value, low, high), best, n_wrong / n)


def find_area(confidence: Values, wrong: NDArray[np.bool_]) -> float:
    """The mean risk at coverages 1/n, 2/n .. 1, expected over random orders of ties; n >= 1."""
    n = len(confidence)
    _, group, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    share = np.bincount(group, weights=wrong.astype(np.float64)) / sizes
    risks = np.cumsum(np.repeat(share, sizes)) / np.arange(1, n + 1)
    return float(risks.mean())


def _jackknife(
    known: Answers, wrong: NDArray[np.bool_], value: float
) -> tuple[float | None, float | None]:
    _, index = np.unique(known.clusters, return_inverse=True)
    n_groups = min(MAX_GROUPS, int(index.max()) + 1)
    if n_groups < 2 or not 0 < value < 1:
        return None, None
    group = index % n_groups
    without = np.array(
        [find_area(known.confidence[group != one], wrong[group != one]) for one in range(n_groups)]
    )
    variance = float(((without - without.mean()) ** 2).sum()) * (n_groups - 1) / n_groups
    return logit_interval(value, float(special.stdtrit(n_groups - 1, 0.975)) * math.sqrt(variance))
