"""How far the judges of a split agree with each other on the reports that both rated."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_public
from leaderboard.items.reports import read_rubric
from leaderboard.items.targets import Target, list_targets, make_target_table
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.agreement import Agreement, assess_agreement


@dataclass(frozen=True)
class JudgePair:
    """Two judges and the agreement of their raw ratings by target, in the rubric's order.

    Differences are those of `first` minus `second`. A target of which they rated no report both
    has an agreement over 0.
    """

    first: Rater
    second: Rater
    agreements: Mapping[Target, Agreement]


def compare_judges(session: Session, split: Split) -> list[JudgePair]:
    """Every pair of judges that rated a report of `split` both, in the order of their row ids.

    Of public results alone, as all that everybody sees of judges; empty with fewer than two.
    """
    rubric = read_rubric(session, split.id)
    tables = _read_tables(session, split.id, rubric)
    raters = {one.id: one for one in session.scalars(select(Rater).where(Rater.id.in_(tables)))}
    return [
        JudgePair(raters[first], raters[second], _compare(tables[first], tables[second], rubric))
        for first, second in itertools.combinations(sorted(tables), 2)
        if len(tables[first].index.intersection(tables[second].index))
    ]


def _compare(first: pd.DataFrame, second: pd.DataFrame, rubric: Rubric) -> dict[Target, Agreement]:
    found = {}
    for target in list_targets(rubric):
        pair = pd.DataFrame({"first": first[target.key], "second": second[target.key]}).dropna()
        found[target] = assess_agreement(
            pair["first"].to_numpy(float), pair["second"].to_numpy(float), target.categories
        )
    return found


def _read_tables(session: Session, split_id: int, rubric: Rubric) -> dict[int, pd.DataFrame]:
    """The target table of each judge, where there are at least two."""
    of_judges = (
        select(Rating.rater_id, Rating.prediction_id, Rating.dimension, Rating.value)
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == split_id, Rater.kind == RaterKind.JUDGE, is_public())
    )
    judges = session.scalars(of_judges.with_only_columns(Rating.rater_id).distinct()).all()
    if len(judges) < 2:
        return {}
    columns = ["rater_id", "prediction_id", "dimension", "value"]
    rows = pd.DataFrame([tuple(row) for row in session.execute(of_judges)], columns=columns)
    return {
        int(str(key)): make_target_table(part, rubric) for key, part in rows.groupby("rater_id")
    }
