"""How far raters of the same reports lie apart, case by case."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.items.reports import read_rubric
from leaderboard.items.targets import REPORT, make_target_table
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.items import measure_disagreement


def read_disagreement(
    session: Session, split: Split, kind: RaterKind, keys: Collection[str] | None = None
) -> dict[int, Estimate]:
    """By item id, how far raters of a kind lie apart on its reports, in points of a report score.

    Of the submissions `keys`, or else of every scored one. A judge counts in its newest version. A
    case without a report that two of them scored in full is left out.
    """
    ratings = _read_ratings(session, split, kind, keys)
    rubric = read_rubric(session, split.id)
    items = ratings.drop_duplicates("prediction_id").set_index("prediction_id")["item_id"]
    scores: dict[int, dict[int, list[float]]] = {}
    for _, own in ratings.groupby("rater_id"):
        table = make_target_table(own, rubric)[REPORT.key].dropna()
        for prediction_id, score in table.items():
            case = scores.setdefault(int(str(items.at[prediction_id])), {})
            case.setdefault(int(str(prediction_id)), []).append(float(score))
    widest = REPORT.bounds[1] - REPORT.bounds[0]
    found = {
        item_id: measure_disagreement(list(reports.values()), (0.0, widest))
        for item_id, reports in scores.items()
    }
    return {item_id: one for item_id, one in found.items() if one is not None}


def _read_ratings(
    session: Session, split: Split, kind: RaterKind, keys: Collection[str] | None
) -> pd.DataFrame:
    newest = select(func.max(Rater.id)).where(Rater.kind == kind).group_by(Rater.name)
    raters = Rating.rater_id.in_(
        newest if kind is RaterKind.JUDGE else select(Rater.id).where(Rater.kind == kind)
    )
    query = (
        select(Rating.prediction_id, Prediction.item_id, Rating.rater_id, Rating.dimension)
        .add_columns(Rating.value)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == split.id, Submission.status == Status.SCORED, raters)
        .order_by(Rating.id)
    )
    if keys is not None:
        query = query.where(Submission.id.in_(keys))
    columns = ["prediction_id", "item_id", "rater_id", "dimension", "value"]
    rows = [tuple(row) for row in session.execute(query)]
    return pd.DataFrame(rows, columns=columns).astype({"value": float})
