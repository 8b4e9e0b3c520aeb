"""The scores of one submission: a table of items and their values in, estimates out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.items.slices import ItemSlice, item_slices
from leaderboard.items.targets import (
    RATING_BOUNDS,
    REPORT,
    REPORT_BOUNDS,
    Target,
    list_targets,
)
from leaderboard.items.weights import weigh_tracks
from leaderboard.scoring.boards import Metric, Slice, Track
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
)
from leaderboard.scoring.statistics.shrinkage import FEW_ITEMS, MIN_SLICES, shrink

SHARE_BOUNDS = (0.0, 1.0)


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
    for grouping in item_slices(reports):
        yield from map(_report_score, grouping)
    if Track.REPORT in tracks:
        yield from _rating_scores(ratings, reports, rubric, means)


def make_joint_scores(
    items: pd.DataFrame, of_track: Mapping[Track, Scored], report: CalibratedMean | None
) -> Iterator[Scored]:
    """The scores that several tracks may have a part in, of those in `of_track`.

    `items` are as of `make_scores`, with `answered`; `report` is the calibrated report score.
    """
    sent = items[items["track"].isin([track.value for track in of_track])]
    closed = sent[sent["track"] != Track.REPORT.value]
    if {Track.TEXT, Track.IMAGE} <= set(of_track) and len(closed):
        yield accuracy_score(ItemSlice(Slice.CLOSED, "closed", closed), weighs_tracks=True)
        yield modality_gap(of_track[Track.TEXT], of_track[Track.IMAGE])
    yield _overall_score(items, of_track, report)
    yield from _multiple_scores(closed)
    for grouping in item_slices(closed):
        yield from accuracy_scores(grouping)


def make_item_weights(items: pd.DataFrame) -> Weights | None:
    """The bootstrap weights of a split's items, seeded by their ids; None for too many cases."""
    clusters = items["cluster"].to_numpy().astype(np.int64)
    if len(np.unique(clusters)) > MAX_CLUSTERS:
        return None
    keys = "\n".join(items["key"])
    return _keep_weights(keys, tuple(pd.factorize(items["track"])[0]), tuple(clusters))


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
        part = ItemSlice(Slice.TRACK, track.value, sent[sent["track"] == track.value])
        found[track] = _report_score(part) if track is Track.REPORT else accuracy_score(part)
    if report is not None and Track.REPORT in found:
        reports = sent[sent["track"] == Track.REPORT.value]
        estimate = _calibrated_estimate(report) if _is_whole(reports) else None
        found[Track.REPORT] = replace(found[Track.REPORT], estimate=estimate)
    return found


def _percent(estimate: Estimate) -> Estimate:
    value, low, high = estimate
    return Estimate(
        value * 100, None if low is None else low * 100, None if high is None else high * 100
    )


def accuracy_score(part: ItemSlice, *, weighs_tracks: bool = False) -> Scored:
    """The share of right ones; none where an item is without a prediction.

    With `weighs_tracks` each track weighs as many items as the whole split has of it.
    """
    known = _with_value(part)
    correct = known["value"].to_numpy() == 100.0
    clusters = known["cluster"].to_numpy()
    weights = weigh_tracks(known) if weighs_tracks else None
    whole = _is_whole(part.items)
    return Scored(
        metric=Metric.ACCURACY,
        slice=part.slice,
        name=part.name,
        estimate=_percent(accuracy(correct, clusters, weights)) if whole else None,
        n=len(known),
        n_unscored=len(part.items) - len(known),
        n_correct=int(correct.sum()),
    )


def _with_value(part: ItemSlice) -> pd.DataFrame:
    return part.items[part.items["value"].notna()]


def _is_whole(items: pd.DataFrame) -> bool:
    """Whether there are items, and each has a prediction."""
    return len(items) > 0 and bool(items["answered"].all())


def accuracy_scores(grouping: list[ItemSlice]) -> list[Scored]:
    """A grouping's accuracies; those on few items are shrunk, where there are slices enough."""
    every = [(part, accuracy_score(part)) for part in grouping]
    empty = [score for _, score in every if score.estimate is None]
    scores = [score for _, score in every if score.estimate is not None]
    if len(scores) < MIN_SLICES or all(score.n >= FEW_ITEMS for score in scores):
        return [score for _, score in every]
    effective = []
    for known in (_with_value(part) for part, score in every if score.estimate is not None):
        correct = (known["value"].to_numpy() == 100.0).astype(np.float64)
        effective.append(len(correct) / design_effect(correct, known["cluster"].to_numpy()))
    shares = [(score.n_correct or 0) / score.n for score in scores]
    right = [share * n for share, n in zip(shares, effective, strict=True)]
    return [
        score
        if score.n >= FEW_ITEMS
        else replace(score, estimate=_percent(estimate), is_shrunk=True)
        for score, estimate in zip(scores, shrink(right, effective), strict=True)
    ] + empty


def _report_score(part: ItemSlice) -> Scored:
    scored = _with_value(part)
    return Scored(
        metric=Metric.REPORT,
        slice=part.slice,
        name=part.name,
        estimate=_mean(scored["value"], scored["cluster"].to_numpy(), REPORT_BOUNDS)
        if _is_whole(part.items)
        else None,
        n=len(scored),
        n_unscored=len(part.items) - len(scored),
    )


def _mean(
    values: pd.Series[float], clusters: NDArray[np.int64], bounds: tuple[float, float]
) -> Estimate | None:
    numbers: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    return mean(numbers, clusters, bounds) if len(numbers) else None


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


def _overall_score(
    items: pd.DataFrame, of_track: Mapping[Track, Scored], report: CalibratedMean | None
) -> Scored:
    """Sum over tracks of N_track / N x track score, if every one of `items` was scored."""
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
    samples = [
        _sample(items, track, score, report if track is Track.REPORT else None)
        for track, score in of_track.items()
        if score.estimate is not None
    ]
    return replace(whole, estimate=overall_interval(make_item_weights(items), samples))


def _sample(
    items: pd.DataFrame, track: Track, score: Scored, calibrated: CalibratedMean | None
) -> TrackSample:
    columns = np.flatnonzero(items["track"] == track.value)
    values = items["value"].to_numpy()[columns]
    estimate = score.estimate or Estimate(float(values.mean()), None, None)
    share = float(weigh_tracks(items)[columns].sum()) / len(items)
    sample = TrackSample(share, estimate, columns, values)
    if calibrated is None:
        return sample
    if calibrated.standard_error is None or calibrated.freedom is None:
        # Nothing to resample: its undefined ends leave the overall ones undefined.
        return sample._replace(values=np.full(len(columns), calibrated.value))
    return sample._replace(error=ReportError(calibrated.standard_error, calibrated.freedom))


def _multiple_scores(closed: pd.DataFrame) -> Iterator[Scored]:
    """Precision and recall over the multi-answer items; unscored where no letter was read."""
    multiple = closed[closed["multiple"]]
    for metric in (Metric.PRECISION, Metric.RECALL):
        if len(multiple):
            known = multiple[multiple[metric.value].notna()]
            estimate = None
            if _is_whole(multiple):
                estimate = _mean(known[metric.value], known["cluster"].to_numpy(), SHARE_BOUNDS)
            yield Scored(
                metric=metric,
                slice=Slice.CLOSED,
                name="multiple",
                estimate=_percent(estimate) if estimate else None,
                n=len(known),
                n_unscored=len(multiple) - len(known),
            )


def _rating_scores(
    ratings: pd.DataFrame,
    reports: pd.DataFrame,
    rubric: Rubric,
    means: Mapping[Target, CalibratedMean],
) -> Iterator[Scored]:
    """The mean rating (1..5) of each section and of each of its dimensions."""
    cluster = ratings["item_id"].map(reports.set_index("item_id")["cluster"]).to_numpy()
    for target in list_targets(rubric):
        if target == REPORT:
            continue
        known = ratings[target.key].notna()
        n = int(known.sum())
        estimate = _mean(ratings[target.key][known], cluster[known.to_numpy()], RATING_BOUNDS)
        if target in means:
            estimate = _calibrated_estimate(means[target])
        if not _is_whole(reports):
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
