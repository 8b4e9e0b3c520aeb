"""The scores of a model that stands by several runs: their mean, and what differs between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leaderboard.evaluation.estimates import (
    Scored,
    has_few,
    list_asked,
    make_sample,
    modality_gap,
    multiple_scores,
    overall_score,
    report_score,
    score_rewards,
    shrink_few,
)
from leaderboard.items.runs import Runs, count_for
from leaderboard.items.slices import ItemSlice, item_slices
from leaderboard.items.targets import RATING_BOUNDS
from leaderboard.items.weights import weigh_overall, weigh_tracks
from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Board, Metric, Slice, Track
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.intervals import Estimate, design_effect, mean_accuracy
from leaderboard.scoring.statistics.runs import Between, widen

PERCENT = (0.0, 100.0)


def make_run_scores(
    items: pd.DataFrame,
    tracks: Sequence[Track],
    report: CalibratedMean | None,
    runs: Runs,
    multiple: Mapping[Metric, Runs],
    foreign: Collection[Track] = (),
) -> Iterator[Scored]:
    """The scores of a model with runs on the items that decide ranks, but its ratings.

    items: with the mean `value` of the runs, `answered`, `precision` and `recall`; report: the mean
    of the runs' calibrated report scores. `multiple` has the precision and recall of each run. What
    several tracks have a part in is made without those of `foreign`. No score counts what is right:
    of several runs there is no such number.
    """
    sent = items[items["track"].isin([track.value for track in tracks])]
    plain = {track: _score_track(sent, track, report, runs) for track in tracks}
    for track, score in plain.items():
        yield _widen(score, runs.find_between_of(sent[sent["track"] == track.value]), PERCENT)
    reports = sent[sent["track"] == Track.REPORT.value]
    taken = items["track"].isin([track.value for track in foreign])
    items = items.assign(value=items["value"].where(~taken), answered=items["answered"] & ~taken)
    sent = items.loc[sent.index]
    closed = sent[sent["track"] != Track.REPORT.value]
    asked = list_asked(items)
    if len(asked) > 1 and asked <= set(tracks):
        yield _accuracy(ItemSlice(Slice.CLOSED, "closed", closed), runs, weighs_tracks=True)
    if {Track.TEXT, Track.IMAGE} <= asked & set(tracks):
        gap = modality_gap(plain[Track.TEXT], plain[Track.IMAGE])
        if foreign:
            gap = replace(gap, estimate=None)
        yield _widen(gap, runs.find_between(_weigh_gap(items)), (-100.0, 100.0))
    if asked and asked <= set(tracks):
        yield _reliability(closed, items, runs)
    overall = overall_score(items, plain, report)
    yield _widen(overall, runs.find_between(weigh_overall(items) / max(1, len(items))), PERCENT)
    yield from _score_multiple(closed, multiple)
    for grouping in item_slices(closed):
        yield from _score_slices(grouping, runs)
    for grouping in item_slices(reports):
        for part in grouping:
            yield _widen(_report_score(part), runs.find_between_of(part.items), PERCENT)


def mean_ratings(scores: Sequence[Scored]) -> Scored:
    """The mean of one rating over runs. Its interval is the mean one, as if all runs had the same
    errors, with all that differs between the runs' means."""
    known = [one.estimate for one in scores if one.estimate is not None]
    if len(known) < len(scores):
        return replace(scores[0], estimate=None)
    values, lows, highs = zip(*known, strict=True)
    estimate = Estimate(
        float(np.mean(values)),
        None if None in lows else float(np.mean([end or 0.0 for end in lows])),
        None if None in highs else float(np.mean([end or 0.0 for end in highs])),
    )
    square = float(np.var(values, ddof=1)) / len(values)
    between = Between(square, square, len(values) - 1)
    return replace(scores[0], estimate=widen(estimate, between, RATING_BOUNDS))


def _widen(score: Scored, between: Between, bounds: tuple[float, float]) -> Scored:
    if score.estimate is None:
        return score
    return replace(score, estimate=widen(score.estimate, between, bounds))


def _score_track(
    sent: pd.DataFrame, track: Track, report: CalibratedMean | None, runs: Runs
) -> Scored:
    """A track's score by its items alone."""
    part = ItemSlice(Slice.TRACK, track.value, sent[sent["track"] == track.value])
    if not track.is_report:
        return _accuracy(part, runs, is_plain=True)
    score = _report_score(part)
    if report is not None and score.estimate is not None:
        score = replace(score, estimate=Estimate(report.value, report.low, report.high))
    return score


def _report_score(part: ItemSlice) -> Scored:
    return report_score(make_sample(part.slice, part.name, part.items))


def _accuracy(
    part: ItemSlice, runs: Runs, *, weighs_tracks: bool = False, is_plain: bool = False
) -> Scored:
    known = _with_value(part.items)
    weights = weigh_tracks(known) if weighs_tracks else None
    estimate = None
    if _is_whole(part.items) and len(known) == len(part.items):
        values, clusters = known["value"].to_numpy(np.float64), known["cluster"].to_numpy()
        estimate = mean_accuracy(values, clusters, runs.most, weights)
        if not is_plain:
            estimate = widen(estimate, runs.find_between_of(known, weights), PERCENT)
    return Scored(
        metric=Metric.ACCURACY,
        slice=part.slice,
        name=part.name,
        estimate=estimate,
        n=len(known),
        n_unscored=len(part.items) - len(known),
    )


def _reliability(closed: pd.DataFrame, items: pd.DataFrame, runs: Runs) -> Scored:
    """The mean over runs of what their answers earn."""
    board = Board.RELIABILITY
    rewards, blocks = count_for(board, items["value"].to_numpy(), runs.blocks, items)
    own = items.index.get_indexer(closed.index)
    part = make_sample(Slice.CLOSED, "closed", closed)._replace(values=rewards[own])
    weights, chances = weigh_tracks(closed), closed["chance"].to_numpy()
    score = score_rewards(part, weights, chances, runs.most)
    return _widen(score, Runs(runs.items, blocks).find_between_of(closed, weights), PERCENT)


def _score_slices(grouping: list[ItemSlice], runs: Runs) -> list[Scored]:
    """As `estimates.accuracy_scores`: those on few items are drawn towards the others."""
    every = [(part, _accuracy(part, runs)) for part in grouping]
    scores = [(part, score) for part, score in every if score.estimate is not None]
    empty = [score for _, score in every if score.estimate is None]
    if not has_few([score for _, score in scores]):
        return [score for _, score in every]
    shares, effective = [], []
    for part, _ in scores:
        values = part.items["value"].to_numpy(np.float64) / 100
        shares.append(min(1.0, float(values.mean())))
        effective.append(len(values) / design_effect(values, part.items["cluster"].to_numpy()))
    drawn = shrink_few([score for _, score in scores], shares, effective)
    made = [
        _widen(score, runs.find_between_of(part.items), PERCENT) if score.is_shrunk else score
        for (part, _), score in zip(scores, drawn, strict=True)
    ]
    return made + empty


def _score_multiple(closed: pd.DataFrame, multiple: Mapping[Metric, Runs]) -> Iterator[Scored]:
    """Precision and recall over the multi-answer items."""
    for score in multiple_scores(closed):
        if score.metric in multiple:
            known = closed[closed["multiple"] & closed[score.metric.value].notna()]
            yield _widen(score, multiple[score.metric].find_between_of(known), PERCENT)
        else:
            yield score


def _weigh_gap(items: pd.DataFrame) -> NDArray[np.float64]:
    """(N,) weights of image less text."""
    is_image = (items["track"] == Track.IMAGE.value).to_numpy()
    is_text = (items["track"] == Track.TEXT.value).to_numpy()
    weights: NDArray[np.float64] = np.subtract(
        is_image / max(1, is_image.sum()), is_text / max(1, is_text.sum())
    )
    return weights


def _with_value(items: pd.DataFrame) -> pd.DataFrame:
    """Those of the items that have a value."""
    return items[items["value"].notna()]


def _is_whole(items: pd.DataFrame) -> bool:
    """Whether there are items, and each has a prediction."""
    return len(items) > 0 and bool(items["answered"].all())
