"""Turn what was parsed and rated into scores with intervals and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from leaderboard.evaluation.rate import get_rater_id, read_rubric
from leaderboard.evaluation.values import (
    add_mcq_values,
    pack_values,
    read_items,
    read_ratings,
)
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import ItemValues, Metric, OutcomeCount, Score, Slice
from leaderboard.models.submission import Submission
from leaderboard.scoring.intervals import Estimate, Part, accuracy, mean, weighted_sum
from leaderboard.scoring.rubric import Rubric

REPORT_BOUNDS = (20.0, 100.0)
RATING_BOUNDS = (1.0, 5.0)
SHARE_BOUNDS = (0.0, 1.0)
SLICE_COLUMNS = (
    (Slice.SUBCONDITION, "subcondition"),
    (Slice.AXIS, "axis"),
    (Slice.MODALITY, "modality"),
)


def score_submission(session: Session, submission_id: str, judge: JudgeIdentity) -> int:
    """Replace the scores of a submission and its item values; returns the split's row id.

    Reports are scored by the ratings of `judge`.
    """
    submission = session.get_one(Submission, submission_id)
    rubric = read_rubric(session, submission.split_id)
    items = add_mcq_values(session, submission, read_items(session, submission.split_id))
    ratings = read_ratings(session, submission, get_rater_id(session, judge), rubric)
    reports = items["item_id"].map(ratings.set_index("item_id")["value"])
    items["value"] = items["value"].where(items["track"] != Track.REPORT.value, reports)
    tracks = [Track(track) for track in submission.tracks]
    scores = list(_make_scores(items, ratings, rubric, tracks))
    for table in (Score, OutcomeCount, ItemValues):
        session.execute(delete(table).where(table.submission_id == submission_id))
    session.execute(insert(Score), [_make_row(submission_id, score) for score in scores])
    known = items[items["outcome"].notna()]
    for (track, outcome), n in Counter(zip(known["track"], known["outcome"], strict=True)).items():
        session.add(
            OutcomeCount(submission_id=submission_id, track=Track(track), outcome=outcome, n=n)
        )
    session.add(
        ItemValues(submission_id=submission_id, content=pack_values(items["value"].to_numpy()))
    )
    return submission.split_id


class _Scored:
    """A score on its way to a row."""

    def __init__(
        self,
        metric: Metric,
        slice_: Slice,
        name: str,
        estimate: Estimate | None,
        n: int,
        n_unscored: int = 0,
        n_correct: int | None = None,
    ) -> None:
        self.metric, self.slice, self.name = metric, slice_, name
        self.estimate, self.n, self.n_unscored = estimate, n, n_unscored
        self.n_correct = n_correct


def _make_row(submission_id: str, score: _Scored) -> dict[str, object]:
    value, low, high = score.estimate or (None, None, None)
    return {
        "submission_id": submission_id,
        "metric": score.metric,
        "slice": score.slice,
        "name": score.name,
        "value": value,
        "low": low,
        "high": high,
        "n": score.n,
        "n_correct": score.n_correct,
        "n_unscored": score.n_unscored,
    }


def _make_scores(
    items: pd.DataFrame, ratings: pd.DataFrame, rubric: Rubric, tracks: list[Track]
) -> Iterator[_Scored]:
    sent = items[items["track"].isin([track.value for track in tracks])]
    closed = sent[sent["track"] != Track.REPORT.value]
    reports = sent[sent["track"] == Track.REPORT.value]
    of_track: dict[Track, _Scored] = {}
    for track in tracks:
        part = sent[sent["track"] == track.value]
        make = _report_score if track is Track.REPORT else _accuracy_score
        of_track[track] = make(part, Slice.TRACK, track.value)
    yield from of_track.values()
    if {Track.TEXT, Track.IMAGE} <= set(tracks) and len(closed):
        yield _accuracy_score(closed, Slice.CLOSED, "closed")
    yield _overall_score(items, of_track)
    yield from _multiple_scores(closed)
    for slice_, column in SLICE_COLUMNS:
        for name, part in closed.groupby(column):
            yield _accuracy_score(part, slice_, str(name))
        for name, part in reports.groupby(column):
            yield _report_score(part, slice_, str(name))
    if Track.REPORT in tracks:
        yield from _rating_scores(ratings, reports, rubric)


def _percent(estimate: Estimate) -> Estimate:
    value, low, high = estimate
    return Estimate(
        value * 100, None if low is None else low * 100, None if high is None else high * 100
    )


def _accuracy_score(part: pd.DataFrame, slice_: Slice, name: str) -> _Scored:
    correct = part["value"].to_numpy() == 100.0
    estimate = _percent(accuracy(correct, part["cluster"].to_numpy()))
    n_correct = int(correct.sum())
    return _Scored(Metric.ACCURACY, slice_, name, estimate, len(part), n_correct=n_correct)


def _report_score(part: pd.DataFrame, slice_: Slice, name: str) -> _Scored:
    scored = part[part["value"].notna()]
    estimate = _mean(scored["value"], scored["cluster"].to_numpy(), REPORT_BOUNDS)
    n_unscored = len(part) - len(scored)
    return _Scored(Metric.REPORT, slice_, name, estimate, len(scored), n_unscored)


def _mean(
    values: pd.Series[float], clusters: NDArray[np.int64], bounds: tuple[float, float]
) -> Estimate | None:
    numbers: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    return mean(numbers, clusters, bounds) if len(numbers) else None


def _overall_score(items: pd.DataFrame, of_track: dict[Track, _Scored]) -> _Scored:
    """Sum over tracks of N_track / N x track score, if every item of the split was scored."""
    n = int(items["value"].notna().sum())
    if n < len(items):
        return _Scored(Metric.OVERALL, Slice.ALL, "overall", None, n, len(items) - n)
    parts = [Part(score.n / n, score.estimate) for score in of_track.values() if score.estimate]
    return _Scored(Metric.OVERALL, Slice.ALL, "overall", weighted_sum(parts), n)


def _multiple_scores(closed: pd.DataFrame) -> Iterator[_Scored]:
    """Precision and recall over the multi-answer items; unscored where no letter was read."""
    multiple = closed[closed["multiple"]]
    for metric in (Metric.PRECISION, Metric.RECALL):
        if len(multiple):
            known = multiple[multiple[metric.value].notna()]
            estimate = _mean(known[metric.value], known["cluster"].to_numpy(), SHARE_BOUNDS)
            yield _Scored(
                metric,
                Slice.CLOSED,
                "multiple",
                _percent(estimate) if estimate else None,
                len(known),
                len(multiple) - len(known),
            )


def _rating_scores(
    ratings: pd.DataFrame, reports: pd.DataFrame, rubric: Rubric
) -> Iterator[_Scored]:
    """The mean rating (1..5) of each dimension, and of each section over its dimensions."""
    cluster = ratings["item_id"].map(reports.set_index("item_id")["cluster"]).to_numpy()
    for section in rubric.sections:
        keys = [dimension.key for dimension in section.dimensions]
        columns = [(Slice.DIMENSION, key, ratings[key]) for key in keys]
        columns.append(
            (Slice.SECTION, section.key, ratings[keys].mean(axis="columns", skipna=False))
        )
        for slice_, name, values in columns:
            known = values.notna()
            estimate = _mean(values[known], cluster[known.to_numpy()], RATING_BOUNDS)
            n = int(known.sum())
            yield _Scored(Metric.RATING, slice_, name, estimate, n, len(reports) - n)
