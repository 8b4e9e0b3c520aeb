"""The scores of one submission: a table of items and their values in, estimates out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.items.slices import SlicePlaces, find_slices
from leaderboard.items.targets import (
    RATING_BOUNDS,
    REPORT,
    REPORT_BOUNDS,
    Target,
    list_targets,
)
from leaderboard.items.weights import stratify, weigh_overall, weigh_tracks
from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Board, Metric, ScorePlace, Slice, Track
from leaderboard.scoring.reliability import find_rewards, make_rewards
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.bootstrap import (
    MAX_CLUSTERS,
    ReportError,
    TrackSample,
    Weights,
    make_weights,
    overall_interval,
)
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.intervals import (
    Estimate,
    accuracy,
    design_effect,
    difference,
    mean,
    mean_between,
)
from leaderboard.scoring.statistics.shrinkage import FEW_ITEMS, MIN_SLICES, shrink

SHARE_BOUNDS = (0.0, 1.0)
PERCENT_BOUNDS = (0.0, 100.0)
RIGHT = 100.0
"""The value of a question that was answered right."""
REWARD_LEVELS = 4
"""A mean of rewards is known as well as that of so many times as many right and wrong answers, at
most: where nothing is answered, nothing varies, and yet another question might be."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A score on its way to a row; no estimate is unscored."""

    metric: Metric
    slice: Slice
    name: str
    estimate: Estimate | None
    n: int
    n_unscored: int = 0
    n_correct: int | None = None
    is_shrunk: bool = False

    @property
    def place(self) -> ScorePlace:
        """Where it stands among the scores of a submission."""
        return ScorePlace(self.metric, self.slice, self.name)


class Sample(NamedTuple):
    """What a slice is scored from, (n,) each: its items' values, their clusters, which have a
    prediction.

    A value is NaN where there is none.
    """

    slice: Slice
    name: str
    values: NDArray[np.float64]
    clusters: NDArray[np.int64]
    answered: NDArray[np.bool_]

    @property
    def is_whole(self) -> bool:
        """Whether there are items, and each has a prediction."""
        return len(self.answered) > 0 and bool(self.answered.all())

    def take_known(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The values that there are, and their clusters."""
        is_known = ~np.isnan(self.values)
        return self.values[is_known], self.clusters[is_known]

    def take(self, part: SlicePlaces) -> Sample:
        """Those of its items that are in a slice."""
        at = part.places
        return Sample(part.slice, part.name, self.values[at], self.clusters[at], self.answered[at])


def make_sample(slice_: Slice, name: str, items: pd.DataFrame) -> Sample:
    """Of items with the columns value, cluster and answered."""
    columns = (items[column].to_numpy() for column in ("value", "cluster", "answered"))
    return Sample(slice_, name, *columns)


def make_scores(
    items: pd.DataFrame,
    ratings: pd.DataFrame,
    rubric: Rubric,
    tracks: list[Track],
    means: Mapping[Target, CalibratedMean],
) -> Iterator[Scored]:
    """All scores of a submission that answered `tracks`, over the items that decide ranks.

    `items` are those, with `values.read_readings` and report scores merged in; `ratings` as of
    `values.read_ratings`. Where a target has a calibrated mean it takes the place of the judge's;
    report scores of slices are means of the values in `items`, calibrated ones too. No mean is
    made over an item without a prediction: a team owns its endpoint and could withhold what is
    hard.
    """
    rated = items["item_id"].isin(ratings["item_id"])
    items = items.assign(answered=items["value"].notna() | rated)
    sent = items[items["track"].isin([track.value for track in tracks])]
    reports = sent[sent["track"] == Track.REPORT.value]
    of_track = _track_scores(sent, tracks, means.get(REPORT))
    yield from of_track.values()
    yield from make_joint_scores(items, of_track, means.get(REPORT))
    every = make_sample(Slice.ALL, "reports", reports)
    for grouping in find_slices(reports):
        yield from map(report_score, map(every.take, grouping))
    if Track.REPORT in tracks:
        yield from _rating_scores(ratings, reports, rubric, means)


def make_joint_scores(
    items: pd.DataFrame,
    of_track: Mapping[Track, Scored],
    report: CalibratedMean | None,
    changed: NDArray[np.bool_] | None = None,
) -> Iterator[Scored]:
    """The scores that several tracks may have a part in, of those in `of_track`.

    `items` are as of `make_scores`, with `answered`; `report` is the calibrated report score.
    `changed`, (N,), leaves out scores that none of these items has a part in.
    """
    is_closed = items["track"].isin([one.value for one in of_track if not one.is_report])
    closed = items[is_closed]
    asked = list_asked(items)
    if len(asked) > 1 and asked <= set(of_track):
        yield closed_score("closed", closed)
    if {Track.TEXT, Track.IMAGE} <= asked & set(of_track):
        yield modality_gap(of_track[Track.TEXT], of_track[Track.IMAGE])
    if asked and asked <= set(of_track):
        yield reliability_score(closed)
    yield overall_score(items, of_track, report)
    if changed is None or items["multiple"][changed].any():
        yield from multiple_scores(closed)
    holding = None if changed is None else changed[is_closed.to_numpy()]
    every = make_sample(Slice.CLOSED, "closed", closed)
    for grouping in find_slices(closed, holding):
        yield from accuracy_scores([every.take(part) for part in grouping])


def renew_scores(
    items: pd.DataFrame,
    kept: Sequence[Scored],
    report: CalibratedMean | None,
    changed: NDArray[np.bool_],
) -> Iterator[Scored]:
    """The scores of a submission whose questions `changed`, (N,) of `items`, have other values.

    `items` and `report` are as of `make_joint_scores`. Of the scores that were `kept` before,
    those stand that no changed item has a part in.
    """
    of_track = {Track(one.name): one for one in kept if one.slice is Slice.TRACK}
    for track in {Track(one) for one in items["track"][changed]} & set(of_track):
        own = items[items["track"] == track.value]
        of_track[track] = accuracy_score(make_sample(Slice.TRACK, track.value, own))
    new = [*of_track.values(), *make_joint_scores(items, of_track, report, changed)]
    by_place = {one.place: one for one in new}
    for one in kept:
        yield by_place.get(one.place, one)


def make_item_weights(items: pd.DataFrame) -> Weights | None:
    """The bootstrap weights of a split's items, seeded by their ids; None for too many cases."""
    clusters = items["cluster"].to_numpy().astype(np.int64)
    if len(np.unique(clusters)) > MAX_CLUSTERS:
        return None
    keys = "\n".join(items["key"])
    return _keep_weights(keys, tuple(stratify(items, Board.OVERALL)), tuple(clusters))


@lru_cache(maxsize=1)
def _keep_weights(keys: str, strata: tuple[int, ...], clusters: tuple[int, ...]) -> Weights:
    """One item set's weights, kept for the next submission of whoever scores several."""
    seed = int.from_bytes(hashlib.sha256(keys.encode()).digest()[:8])
    return make_weights(np.array(strata, np.int64), np.array(clusters, np.int64), seed)


def _track_scores(
    sent: pd.DataFrame, tracks: list[Track], report: CalibratedMean | None
) -> dict[Track, Scored]:
    found: dict[Track, Scored] = {}
    for track in tracks:
        part = make_sample(Slice.TRACK, track.value, sent[sent["track"] == track.value])
        found[track] = report_score(part) if track.is_report else accuracy_score(part)
    if report is not None and Track.REPORT in found:
        reports = sent[sent["track"] == Track.REPORT.value]
        is_whole = make_sample(Slice.TRACK, Track.REPORT.value, reports).is_whole
        estimate = _calibrated_estimate(report) if is_whole else None
        found[Track.REPORT] = replace(found[Track.REPORT], estimate=estimate)
    return found


def _percent(estimate: Estimate) -> Estimate:
    value, low, high = estimate
    return Estimate(
        value * 100, None if low is None else low * 100, None if high is None else high * 100
    )


def closed_score(name: str, closed: pd.DataFrame) -> Scored:
    """The accuracy over the tracks of questions, each weighing as many as the split has of it."""
    weights = weigh_tracks(closed[closed["value"].notna()])
    return accuracy_score(make_sample(Slice.CLOSED, name, closed), weights)


def list_asked(items: pd.DataFrame) -> set[Track]:
    """The tracks of questions that there are items of."""
    return set(Board.CLOSED.take(map(Track, items["track"].unique())))


def reliability_score(closed: pd.DataFrame, most: int = 1) -> Scored:
    """The mean reward of questions (see `scoring.reliability`), tracks weighing as in the split.

    closed: those items with their `value` and `chance`; none where an item is without a prediction.
    """
    rewards = make_rewards(closed["value"].to_numpy(), closed["chance"].to_numpy())
    part = make_sample(Slice.CLOSED, "closed", closed)._replace(values=rewards)
    return score_rewards(part, weigh_tracks(closed), closed["chance"].to_numpy(), most)


def score_rewards(
    part: Sample, weights: NDArray[np.float64], chances: NDArray[np.float64], most: int = 1
) -> Scored:
    """The score of rewards (0..100); as many as `most` runs are in their means."""
    values, clusters = part.take_known()
    estimate = None
    if part.is_whole and len(values) == len(part.values):
        right, wrong = find_rewards(chances)
        bounds = float(wrong.min()), float(right.max())
        n_levels = REWARD_LEVELS * most
        estimate = mean_between(values, clusters, bounds, weights, n_levels)
    return Scored(
        metric=Metric.RELIABILITY,
        slice=part.slice,
        name=part.name,
        estimate=estimate,
        n=len(values),
        n_unscored=len(part.values) - len(values),
    )


def accuracy_score(part: Sample, weights: NDArray[np.float64] | None = None) -> Scored:
    """The share of right ones; none where an item is without a prediction.

    The items with a value weigh alike, or by `weights`, with a mean of 1.
    """
    values, clusters = part.take_known()
    correct = values == RIGHT
    estimate = _percent(accuracy(correct, clusters, weights)) if part.is_whole else None
    return Scored(
        metric=Metric.ACCURACY,
        slice=part.slice,
        name=part.name,
        estimate=estimate,
        n=len(values),
        n_unscored=len(part.values) - len(values),
        n_correct=int(correct.sum()),
    )


def accuracy_scores(grouping: list[Sample]) -> list[Scored]:
    """A grouping's accuracies; those on few items are shrunk, where there are slices enough."""
    every = [(part, accuracy_score(part)) for part in grouping]
    empty = [score for _, score in every if score.estimate is None]
    scores = [score for _, score in every if score.estimate is not None]
    if not has_few(scores):
        return [score for _, score in every]
    effective = []
    for part in (part for part, score in every if score.estimate is not None):
        values, clusters = part.take_known()
        correct = (values == RIGHT).astype(np.float64)
        effective.append(len(correct) / design_effect(correct, clusters))
    shares = [(score.n_correct or 0) / score.n for score in scores]
    return shrink_few(scores, shares, effective) + empty


def has_few(scores: Sequence[Scored]) -> bool:
    """Whether a grouping's accuracies are drawn towards each other: some on few items, of enough
    slices."""
    return len(scores) >= MIN_SLICES and any(score.n < FEW_ITEMS for score in scores)


def shrink_few(
    scores: Sequence[Scored], shares: Sequence[float], effective: Sequence[float]
) -> list[Scored]:
    """The accuracies of a grouping, those on few items drawn towards the others.

    Of each, its share of right ones and its effective number of items.
    """
    right = [share * n for share, n in zip(shares, effective, strict=True)]
    few = [place for place, score in enumerate(scores) if score.n < FEW_ITEMS]
    drawn = list(scores)
    for place, estimate in zip(few, shrink(right, effective, few), strict=True):
        drawn[place] = replace(drawn[place], estimate=_percent(estimate), is_shrunk=True)
    return drawn


def report_score(part: Sample) -> Scored:
    """The mean of report scores; none where a report is without a prediction."""
    values, clusters = part.take_known()
    return Scored(
        metric=Metric.REPORT,
        slice=part.slice,
        name=part.name,
        estimate=_mean(values, clusters, REPORT_BOUNDS) if part.is_whole else None,
        n=len(values),
        n_unscored=len(part.values) - len(values),
    )


def _mean(
    values: NDArray[np.float64], clusters: NDArray[np.int64], bounds: tuple[float, float]
) -> Estimate | None:
    return mean(values, clusters, bounds) if len(values) else None


def modality_gap(text: Scored, image: Scored) -> Scored:
    """Image less text accuracy, in points."""
    estimate = None
    if text.estimate is not None and image.estimate is not None:
        estimate = difference(image.estimate, text.estimate)
    return Scored(
        metric=Metric.GAP,
        slice=Slice.MODALITY_GAP,
        name="image_less_text",
        estimate=estimate,
        n=text.n + image.n,
    )


def overall_score(
    items: pd.DataFrame, of_track: Mapping[Track, Scored], report: CalibratedMean | None
) -> Scored:
    """The mean over the groups of the benchmark's rule, if every one of `items` was scored."""
    n = int(items["value"].notna().sum())
    whole = Scored(
        metric=Metric.OVERALL,
        slice=Slice.ALL,
        name="overall",
        estimate=None,
        n=n,
        n_unscored=len(items) - n,
    )
    if whole.n_unscored:
        return whole
    weights = weigh_overall(items)
    samples = [
        sample
        for track, score in of_track.items()
        if score.estimate is not None
        for sample in _samples(items, weights, track, score, report)
    ]
    return replace(whole, estimate=overall_interval(make_item_weights(items), samples))


def _samples(
    items: pd.DataFrame,
    weights: NDArray[np.float64],
    track: Track,
    score: Scored,
    report: CalibratedMean | None,
) -> Iterator[TrackSample]:
    """The parts of a track in the groups of the rule; a track that lies in one is a part whole."""
    columns = np.flatnonzero(items["track"] == track.value)
    groups = items["group"].to_numpy()[columns]
    for group in dict.fromkeys(groups):
        own = columns[groups == group]
        part, values = items.iloc[own], items["value"].to_numpy(np.float64)[own]
        estimate = score.estimate if len(own) == len(columns) else _estimate_part(part, values)
        estimate = estimate or Estimate(float(values.mean()), None, None)
        sample = TrackSample(float(weights[own].sum()) / len(items), estimate, own, values)
        yield _calibrate(sample, report if track.is_report else None)


def _estimate_part(part: pd.DataFrame, values: NDArray[np.float64]) -> Estimate | None:
    """The share of right ones; of means over runs and of reports, which a group may split, the
    mean."""
    if np.isin(values, (0.0, RIGHT)).all():
        return accuracy_score(make_sample(Slice.TRACK, "part", part)).estimate
    return _mean(values, part["cluster"].to_numpy(np.int64), PERCENT_BOUNDS)


def _calibrate(sample: TrackSample, calibrated: CalibratedMean | None) -> TrackSample:
    if calibrated is None:
        return sample
    if calibrated.standard_error is None or calibrated.freedom is None:
        # Nothing to resample: its undefined ends leave the overall ones undefined.
        return sample._replace(values=np.full(len(sample.columns), calibrated.value))
    error = ReportError(calibrated.standard_error, calibrated.freedom, REPORT_BOUNDS)
    return sample._replace(error=error)


def multiple_scores(closed: pd.DataFrame) -> Iterator[Scored]:
    """Precision and recall over the multi-answer items; unscored where no letter was read."""
    multiple = closed[closed["multiple"]]
    for metric in (Metric.PRECISION, Metric.RECALL):
        if len(multiple):
            shares = multiple.assign(value=multiple[metric.value])
            part = make_sample(Slice.CLOSED, "multiple", shares)
            values, clusters = part.take_known()
            estimate = _mean(values, clusters, SHARE_BOUNDS) if part.is_whole else None
            yield Scored(
                metric=metric,
                slice=part.slice,
                name=part.name,
                estimate=_percent(estimate) if estimate else None,
                n=len(values),
                n_unscored=len(multiple) - len(values),
            )


def _rating_scores(
    ratings: pd.DataFrame,
    reports: pd.DataFrame,
    rubric: Rubric,
    means: Mapping[Target, CalibratedMean],
) -> Iterator[Scored]:
    """The mean rating (1..5) of each section and of each of its dimensions."""
    cluster = ratings["item_id"].map(reports.set_index("item_id")["cluster"]).to_numpy()
    is_whole = make_sample(Slice.TRACK, Track.REPORT.value, reports).is_whole
    for target in list_targets(rubric):
        if target == REPORT:
            continue
        values = ratings[target.key].to_numpy(np.float64)
        known = ~np.isnan(values)
        n = int(known.sum())
        estimate = _mean(values[known], cluster[known], RATING_BOUNDS)
        if target in means:
            estimate = _calibrated_estimate(means[target])
        if not is_whole:
            estimate = None
        yield Scored(
            metric=Metric.RATING,
            slice=target.slice,
            name=target.name,
            estimate=estimate,
            n=n,
            n_unscored=len(reports) - n,
        )


def _calibrated_estimate(mean: CalibratedMean) -> Estimate:
    return Estimate(mean.value, mean.low, mean.high)
