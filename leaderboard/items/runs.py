"""Several runs of a model on the items of a split: their values, and their means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leaderboard.items.targets import REPORT_BOUNDS
from leaderboard.late import pandas as pd
from leaderboard.late import special
from leaderboard.scoring.boards import Board, Track
from leaderboard.scoring.reliability import make_rewards
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.runs import Between, add_between, between_runs
from leaderboard.scoring.statistics.severity import RaterPart, add_part

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Runs:
    """What the sets of runs of a model wrote on the items that decide ranks.

    values: a block (R, N) for each set, NaN but on the tracks that it is about; `items` are the N.
    """

    items: pd.DataFrame
    blocks: Sequence[Values]

    @property
    def most(self) -> int:
        """The number of runs of the largest set."""
        return max((len(block) for block in self.blocks), default=1)

    def find_between(self, weights: NDArray[np.float64]) -> Between:
        """What the choice of runs adds to the sum of weight x value over the items, (N,)."""
        strata = pd.factorize(self.items["track"])[0].astype(np.int64)
        clusters = self.items["cluster"].to_numpy(np.int64)
        found = []
        for block in self.blocks:
            own = (weights != 0) & ~np.isnan(block).any(axis=0)
            if own.any():
                values, weighed = block[:, own], weights[own]
                found.append(between_runs(values, weighed, strata[own], clusters[own]))
        return add_between(found)

    def find_between_of(
        self, part: pd.DataFrame, weights: NDArray[np.float64] | None = None
    ) -> Between:
        """The same for the mean, or a weighted one, of some of the items, by their index."""
        whole = np.zeros(len(self.items))
        if len(part):
            own = np.ones(len(part)) if weights is None else weights
            whole[self.items.index.get_indexer(part.index)] = own / len(part)
        return self.find_between(whole)


def stack_runs(
    sets: Mapping[Track, Sequence[str]], values: Mapping[str, Values], items: pd.DataFrame
) -> tuple[Values, list[Values]]:
    """The mean values (N,), and a block (R, N) for each set of several runs, NaN but on its tracks.

    sets: the runs of each track by id; values: (N,) of each id. A block is of all tracks that have
    the same runs.
    """
    means = np.full(len(items), np.nan)
    blocks: dict[tuple[str, ...], Values] = {}
    for track, keys in sets.items():
        own = (items["track"] == track.value).to_numpy()
        stacked = np.stack([values[key] for key in keys])
        means[own] = stacked[:, own].mean(axis=0)
        if len(keys) > 1:
            block = blocks.setdefault(tuple(keys), np.full(stacked.shape, np.nan))
            block[:, own] = stacked[:, own]
    return means, list(blocks.values())


def count_for(
    board: Board, values: Values, blocks: Sequence[Values], items: pd.DataFrame
) -> tuple[Values, list[Values]]:
    """What the items' values, (N,), and the blocks of runs (as of `stack_runs`) count on a board.

    Where guesses are penalised these are rewards: of runs the mean of theirs.
    """
    if not board.penalises_guesses:
        return values, list(blocks)
    chances = items["chance"].to_numpy(np.float64)
    rewards, rewarded = make_rewards(values, chances), []
    for block in blocks:
        rewarded.append(make_rewards(block, chances))
        own = ~np.isnan(block).any(axis=0)
        rewards[own] = rewarded[-1][:, own].mean(axis=0)
    return rewards, rewarded


def mean_calibrated(means: Sequence[CalibratedMean]) -> CalibratedMean:
    """The mean of the runs' calibrated report scores, without what differs between runs.

    Their errors are as of `mean_errors`. The badge is the least firm of them.
    """
    value = float(np.mean([one.value for one in means]))
    low = high = None
    error, freedom, raters = mean_errors(means)
    if error is not None and freedom is not None:
        reach = float(special.stdtrit(freedom, 0.975)) * error
        low, high = max(REPORT_BOUNDS[0], value - reach), min(REPORT_BOUNDS[1], value + reach)
    order = list(type(means[0].badge))
    return CalibratedMean(
        value=value,
        low=low,
        high=high,
        standard_error=error,
        freedom=freedom,
        badge=max((one.badge for one in means), key=order.index),
        n_labels=sum(one.n_labels for one in means),
        n=means[0].n,
        raw_mean=float(np.mean([one.raw_mean for one in means])),
        raters=raters,
    )


class HasError(Protocol):
    """A calibrated mean or score, as far as its error goes."""

    @property
    def standard_error(self) -> float | None:
        """Of all that the interval covers."""

    @property
    def freedom(self) -> int | None:
        """Its degrees of freedom."""

    @property
    def raters(self) -> RaterPart | None:
        """The part of raters."""


def mean_errors(
    every: Sequence[HasError],
) -> tuple[float | None, int | None, RaterPart | None]:
    """The standard error, degrees of freedom and raters' part of the mean over runs, at least one.

    What is not the raters' counts as one and the same error, because one judge and its calibration
    made all of them: the mean one, by the fewest degrees of freedom. A rater's error in the mean is
    the mean of its errors. None where a run's error is unknown.
    """
    known = [
        (one.standard_error, one.freedom, one.raters)
        for one in every
        if one.standard_error is not None and one.freedom is not None
    ]
    if len(known) < len(every):
        return None, None, None
    parts = [part for _, _, part in known if part is not None]
    if len(parts) < len(known):
        return float(np.mean([one[0] for one in known])), min(one[1] for one in known), None
    mean: dict[str, float] = {}
    for part in parts:
        for key, error in part.errors.items():
            mean[key] = mean.get(key, 0.0) + error / len(parts)
    joint = RaterPart(
        mean, min(part.freedom for part in parts), min(part.cases_freedom for part in parts)
    )
    of_cases = [
        math.sqrt(max(0.0, error**2 - part.variance))
        for (error, _, _), part in zip(known, parts, strict=True)
    ]
    variance, freedom = add_part(float(np.mean(of_cases)) ** 2, joint)
    return math.sqrt(variance), freedom, joint
