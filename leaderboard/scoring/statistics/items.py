"""What models' answers say about an item: difficulty, discrimination, one wrong option.

Classical item analysis, as tests for people have had it for a century: an item whose key is wrong
is hard, is missed by the models that are otherwise good, and these choose the same other option.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.statistics.agreement_measures import pearson
from leaderboard.scoring.statistics.calibration_fit import FLAT, is_constant
from leaderboard.scoring.statistics.intervals import Estimate, mean, wilson_interval

Values = NDArray[np.float64]

LEAST_MODELS = 5
"""Fewer models say nothing of an item but how many had it right."""
LEAST_GOOD = 3
"""So many models at least are the good ones."""
GOOD_SHARE = 1 / 3
"""Of the models, by their score on the other items: the good ones."""
LEAST_COVERED = 0.5
"""Of the other items a model needs a value on so many, to be compared with others by their mean."""


class NoFigure(enum.StrEnum):
    """Why a figure is missing, in words."""

    FEW_MODELS = f"fewer than {LEAST_MODELS} models"
    ALL_ALIKE = "all models have the same value on it"
    OTHERS_ALIKE = "all models have the same mean on the other items"
    NO_OTHERS = "there are no other items of its kind"
    NO_OPTIONS = "it has no options"


class SameWrong(NamedTuple):
    """How many of the good models choose the same wrong option: their share on 0..1.

    `n_key` of them choose the key.
    """

    option: str
    n: int
    n_good: int
    share: Estimate
    n_key: int

    @property
    def outvotes_key(self) -> bool:
        """Whether at least half of them choose it, and fewer the key."""
        return 2 * self.n >= self.n_good and self.n > self.n_key


@dataclass(frozen=True)
class ItemFigures:
    """What the models' values on an item say, each with its 95 % interval or why there is none.

    `difficulty` is the mean value on 0..1 (for right and wrong the share that is right) of `n`
    models. `discrimination` correlates it with the mean of the other items, -1..1. `same_wrong` is
    None where no good model is wrong, or where `no_same_wrong` says why.
    """

    n: int
    n_right: int | None
    difficulty: Estimate | None
    discrimination: Estimate | None
    no_discrimination: NoFigure | None
    same_wrong: SameWrong | None
    no_same_wrong: NoFigure | None

    @property
    def is_constant(self) -> bool:
        """Whether enough models have a value, and all the same."""
        return self.no_discrimination is NoFigure.ALL_ALIKE


def rest_means(values: Values) -> Values:
    """(M, N) the mean of each model's values on all other items than each.

    values: (M, N), NaN where there is none. NaN where a model has a value on less than
    LEAST_COVERED of the other items, or where there are none.
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    n_others = known.sum(axis=1, keepdims=True) - known
    sums = filled.sum(axis=1, keepdims=True) - filled
    is_enough = n_others >= max(1.0, LEAST_COVERED * (values.shape[1] - 1))
    rest: Values = np.where(is_enough, sums / np.maximum(n_others, 1), np.nan)
    return rest


def correlate_with_rest(values: Values, rest: Values) -> Estimate | NoFigure:
    """The item-rest correlation with its interval, or why there is none; values, rest: (n,).

    Of right and wrong it is the point-biserial correlation. The interval is Fisher's (1921); of
    right and wrong it covers 92 to 98 % instead of 95 (see its test). At 1 or -1 it has no ends.
    """
    if len(values) < LEAST_MODELS:
        return NoFigure.FEW_MODELS
    if is_constant(values):
        return NoFigure.ALL_ALIKE
    found = pearson(values, rest)
    if found is None:
        return NoFigure.OTHERS_ALIKE
    is_whole = 1 - abs(found.value) < FLAT
    return Estimate(round(found.value), None, None) if is_whole else found


def pick_good(rest: Values) -> NDArray[np.bool_]:
    """(n,) the top third by `rest`, at least LEAST_GOOD, with all that are level with the last."""
    n_good = max(LEAST_GOOD, round(GOOD_SHARE * len(rest)))
    if n_good >= len(rest):
        return np.ones(len(rest), np.bool_)
    last = np.sort(rest)[::-1][n_good - 1]
    good: NDArray[np.bool_] = rest >= last
    return good


def find_same_wrong(
    answers: Sequence[str], is_right: NDArray[np.bool_], rest: Values
) -> SameWrong | NoFigure | None:
    """The wrong answer that most good models give; None where none of them gives one.

    answers: (n,) the letters that each model chose, "" for none that could be read, which counts
    among the good models and for no option. Of several, the one that is first by its letters.
    """
    if len(answers) < LEAST_MODELS:
        return NoFigure.FEW_MODELS
    good = pick_good(rest)
    n_good = int(good.sum())
    wrong = Counter(
        one
        for one, right, is_good in zip(answers, is_right, good, strict=True)
        if is_good and one and not right
    )
    if not wrong:
        return None
    option, n = min(wrong.items(), key=lambda pair: (-pair[1], pair[0]))
    n_key = int((is_right & good).sum())
    return SameWrong(option, n, n_good, wilson_interval(n, n_good), n_key)


def analyse_questions(right: Values, answers: Sequence[Sequence[str]]) -> list[ItemFigures]:
    """The figures of each of N questions.

    right: (M, N) 1 for right, 0 for wrong, NaN where a model was not asked. answers: M rows of N
    letters. The models are to be independent: one result each.
    """
    rest = rest_means(right)
    return [
        _analyse_question(right[:, at], [row[at] for row in answers], rest[:, at], right.shape[1])
        for at in range(right.shape[1])
    ]


def analyse_reports(values: Values) -> list[ItemFigures]:
    """The same of each of N reports; values: (M, N) on 0..1, NaN for none.

    The interval of the difficulty is Student's t over models, cut at 0 and 1.
    """
    rest = rest_means(values)
    figures = []
    for at in range(values.shape[1]):
        known = ~np.isnan(values[:, at])
        own, n = values[known, at], int(known.sum())
        both = known & ~np.isnan(rest[:, at])
        found = _correlate(values[both, at], rest[both, at], values.shape[1])
        figures.append(
            ItemFigures(
                n,
                None,
                mean(own, np.arange(n), (0.0, 1.0)) if n else None,
                *_split(found),
                None,
                NoFigure.NO_OPTIONS,
            )
        )
    return figures


def measure_disagreement(
    reports: Sequence[Sequence[float]], bounds: tuple[float, float]
) -> Estimate | None:
    """How far raters of the same reports lie apart, in the points of their scores.

    reports: the scores of each report by its raters; those with fewer than two say nothing. The
    mean over reports of the mean difference between two raters, whichever is higher, with a t
    interval over reports cut at `bounds`. None where no report has two raters.
    """
    apart = [
        float(np.mean([abs(one - other) for one, other in combinations(scores, 2)]))
        for scores in reports
        if len(scores) > 1
    ]
    return mean(np.array(apart), np.arange(len(apart)), bounds) if apart else None


def _analyse_question(
    right: Values, answers: Sequence[str], rest: Values, n_items: int
) -> ItemFigures:
    asked = ~np.isnan(right)
    n, n_right = int(asked.sum()), int(np.nansum(right))
    both = asked & ~np.isnan(rest)
    found = _correlate(right[both], rest[both], n_items)
    chosen = [one for one, is_both in zip(answers, both, strict=True) if is_both]
    same = find_same_wrong(chosen, right[both] == 1, rest[both])
    return ItemFigures(
        n,
        n_right,
        wilson_interval(n_right, n) if n else None,
        *_split(found),
        None if isinstance(same, NoFigure) else same,
        same if isinstance(same, NoFigure) else None,
    )


def _correlate(values: Values, rest: Values, n_items: int) -> Estimate | NoFigure:
    if n_items < 2:
        return NoFigure.NO_OTHERS
    return correlate_with_rest(values, rest)


def _split(found: Estimate | NoFigure) -> tuple[Estimate | None, NoFigure | None]:
    return (None, found) if isinstance(found, NoFigure) else (found, None)
