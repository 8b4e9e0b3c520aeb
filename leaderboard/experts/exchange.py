"""Take ratings in from a file, and give them out as one."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.calibration.refits import request_refit
from leaderboard.errors import InvalidRequest
from leaderboard.experts.draws import add_imported
from leaderboard.experts.raters import ensure_rater
from leaderboard.experts.ratings_csv import (
    COLUMNS,
    RatingLine,
    hash_report,
    read_known,
    read_ratings_csv,
)
from leaderboard.experts.trail import add_changes
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.expert import Change, RatedReport
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard
from leaderboard.spreadsheets import quote_formula


class Imported(NamedTuple):
    """How many ratings a file added, how many were there already, of how many raters."""

    n_added: int
    n_known: int
    n_raters: int


class _ImportedReport(NamedTuple):
    rater_id: int
    prediction_id: int


def import_ratings(
    session: Session, split: Split, raw: bytes, kind: RaterKind, *, is_random: bool = False
) -> Imported:
    """Add the ratings of a CSV file; the same file again changes nothing.

    `is_random`: the host says that the reports in it were drawn at random; else they were chosen.
    The caller enqueues the refit that new ratings ask for.
    Raises InvalidRatings with every problem, and then adds nothing.
    """
    if kind is RaterKind.JUDGE:
        raise InvalidRequest("Judges' ratings are not imported.", "Choose expert or constructed.")
    known = read_known(session, split, kind)
    lines = read_ratings_csv(raw, known)
    new = [x for x in lines if (x.rater, x.prediction_id, x.dimension) not in known.given]
    names = sorted({line.rater for line in lines})
    raters = {name: ensure_rater(session, kind, name).id for name in names}
    _add_rated_reports(session, new, raters)
    rows = [
        {
            "prediction_id": line.prediction_id,
            "rater_id": raters[line.rater],
            "dimension": line.dimension,
            "value": float(line.value),
            "reason": line.comment,
            "evidence": [],
        }
        for line in new
    ]
    if rows:
        session.execute(insert(Rating), rows)
        pairs = {(line.prediction_id, raters[line.rater]) for line in new}
        add_imported(session, pairs, is_random=is_random)
        for line in new:
            of = _ImportedReport(raters[line.rater], line.prediction_id)
            add_changes(session, of, Change.IMPORTED, {line.dimension: (None, float(line.value))})
        request_refit(session, split.id)
    return Imported(len(new), len(lines) - len(new), len(names))


def export_ratings(session: Session, split: Split, kind: RaterKind) -> str:
    """All ratings of one kind on a split as CSV that can be imported again."""
    rows = session.execute(
        select(
            Prediction.submission_id,
            ModelCard.slug,
            Item.key,
            Rater.name,
            Rating.dimension,
            Rating.value,
            Rating.reason,
            RatedReport.rated_at,
            Prediction.text,
        )
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .join(
            RatedReport,
            (RatedReport.rater_id == Rating.rater_id)
            & (RatedReport.prediction_id == Rating.prediction_id),
        )
        .where(Item.split_id == split.id, Rater.kind == kind)
        .order_by(Prediction.submission_id, Item.position, Rating.rater_id, Rating.id)
    )
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for *facts, value, comment, rated_at, text in rows:
        cells = (*facts, f"{value:g}", comment, rated_at.isoformat(), hash_report(text))
        writer.writerow([quote_formula(str(cell)) for cell in cells])
    return stream.getvalue()


def _add_rated_reports(session: Session, lines: list[RatingLine], raters: dict[str, int]) -> None:
    """Write down when each report was rated, by the latest of its ratings."""
    latest = {}
    for line in sorted(lines, key=lambda line: line.rated_at):
        latest[raters[line.rater], line.prediction_id] = line.rated_at
    for key, rated_at in latest.items():
        if session.get(RatedReport, key) is None:
            rater_id, prediction_id = key
            session.add(
                RatedReport(rater_id=rater_id, prediction_id=prediction_id, rated_at=rated_at)
            )
    session.flush()
