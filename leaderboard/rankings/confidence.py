"""What a result's confidences are worth, as all may see it: curve, calibration and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, disclosure, is_protected
from leaderboard.items.values import read_items
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.submission import (
    ParsedPrediction,
    Prediction,
    PredictionExtras,
    Submission,
)
from leaderboard.rankings.rows import RankingRow
from leaderboard.scoring.boards import order_tracks
from leaderboard.scoring.statistics.confidence import (
    Bin,
    CalibrationError,
    CalibrationLine,
    fit_line,
    make_bins,
    measure_brier,
    measure_calibration_error,
    measure_excess,
)
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.selective import (
    Answers,
    Area,
    CurvePoint,
    find_accuracy,
    measure_area,
    trace_accuracy,
)

COVERAGE = 0.8
"""At which the accuracy is named."""
FEWEST = 15
"""Of fewer answers with a confidence nothing is made: every figure would be chance."""
Parts = Mapping[Track, Sequence[Submission]]
"""By track, the runs or the one file that a result is of."""


@dataclass(frozen=True)
class ConfidenceProfile:
    """What is made of the confidences of a result on the questions that decide ranks.

    Of `n_items` questions (each run's are counted) `n` have an answer with a confidence. Figures
    are on 0..1; `at_coverage` is None where less than COVERAGE of the questions have one, `line`
    where none can be fitted.
    """

    n_items: int
    n: int
    curve: tuple[CurvePoint, ...]
    at_coverage: CurvePoint | None
    area: Area
    brier: Estimate
    excess: Estimate
    bins: tuple[Bin, ...]
    error: CalibrationError
    line: CalibrationLine | None


def find_row_confidence(session: Session, row: RankingRow) -> ConfidenceProfile | None:
    """That of a model in a ranking, by what it stands by.

    None without confidences or a breakdown, and on a protected split: whoever chooses confidences
    chooses which answers a figure weighs, and so what it tells of single ones.
    """
    if not row.has_breakdown:
        return None
    return _find_profile(session, row.submission.split, row.stands_by)


def find_submission_confidence(
    session: Session, submission: Submission, viewer: Viewer
) -> ConfidenceProfile | None:
    """That of a submission, where the viewer may see its breakdown; else None."""
    if not disclosure(submission, viewer).breakdown:
        return None
    parts = {Track(track): (submission,) for track in submission.tracks}
    return _find_profile(session, submission.split, parts)


def count_confidences(session: Session, submission: Submission) -> int:
    """How many of its predictions came with a confidence."""
    found: Sequence[float | None] = session.scalars(
        select(PredictionExtras.confidence).where(
            PredictionExtras.submission_id == submission.id,
            PredictionExtras.confidence.is_not(None),
        )
    ).all()
    return len(found)


def _find_profile(session: Session, split: Split, parts: Parts) -> ConfidenceProfile | None:
    if is_protected(split):
        return None
    keys = {run.id for track, runs in parts.items() if not track.is_report for run in runs}
    said = _read_said(session, keys)
    if len(said) < FEWEST:
        return None
    items = select_deciding(read_items(session, split.id))
    return make_profile(_join(items, said, parts))


def _read_said(session: Session, keys: Iterable[str]) -> pd.DataFrame:
    """The answers with a confidence: submission, item_id, confidence, correct."""
    rows = session.execute(
        select(
            Prediction.submission_id,
            Prediction.item_id,
            PredictionExtras.confidence,
            ParsedPrediction.is_correct,
        )
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .join(
            PredictionExtras,
            (PredictionExtras.submission_id == Prediction.submission_id)
            & (PredictionExtras.item_id == Prediction.item_id),
        )
        .where(
            Prediction.submission_id.in_(keys),
            PredictionExtras.confidence.is_not(None),
            ParsedPrediction.letters != "",
        )
    ).all()
    columns = ["submission", "item_id", "confidence", "correct"]
    return pd.DataFrame([tuple(row) for row in rows], columns=columns)


def _join(items: pd.DataFrame, said: pd.DataFrame, parts: Parts) -> Answers:
    """The answers on every question, those of each run in turn."""
    every = []
    for track in order_tracks(map(Track, items["track"].unique())):
        own = items.loc[items["track"] == track.value, ["item_id", "cluster"]]
        for run in () if track.is_report else parts.get(track, ()):
            of_run = said[said["submission"] == run.id]
            every.append(own.merge(of_run, on="item_id", how="left"))
    table = pd.concat(every)
    return Answers(
        table["confidence"].to_numpy(np.float64),
        (table["correct"] == True).to_numpy(np.bool_),  # noqa: E712
        table["cluster"].to_numpy(np.int64),
    )


def make_profile(answers: Answers) -> ConfidenceProfile | None:
    """All figures; None where fewer than FEWEST answers have a confidence."""
    known = answers.take_known()
    area = measure_area(answers)
    if len(known.confidence) < FEWEST or area is None:
        return None
    return ConfidenceProfile(
        n_items=len(answers.confidence),
        n=len(known.confidence),
        curve=tuple(trace_accuracy(answers)),
        at_coverage=find_accuracy(answers, COVERAGE),
        area=area,
        brier=measure_brier(known),
        excess=measure_excess(known),
        bins=tuple(make_bins(known)),
        error=measure_calibration_error(known),
        line=fit_line(known),
    )
