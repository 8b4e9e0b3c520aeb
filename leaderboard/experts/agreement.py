"""How far experts agree with each other, for each number that they are asked for."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.calibration.ratings import read_expert_ratings
from leaderboard.experts.raters import read_pseudonyms
from leaderboard.items.reports import read_rubric
from leaderboard.items.targets import REPORT, Target, list_targets, make_target_table
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Slice
from leaderboard.models.rating import RaterKind
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.agreement import RATINGS, ExpertAgreement, assess_experts


class TargetAgreement(NamedTuple):
    """Raters of one kind against each other on the report score or a dimension."""

    target: Target
    name: str
    agreement: ExpertAgreement


def read_agreement(session: Session, split: Split, kind: RaterKind) -> list[TargetAgreement]:
    """Agreement on the report score, then on each dimension; empty where no two share a report.

    Raters are called by their pseudonyms.
    """
    ratings = read_expert_ratings(session, split.id)
    own = ratings[ratings["rater_kind"] == kind.value]
    rubric = read_rubric(session, split.id)
    pseudonyms = read_pseudonyms(session)
    tables = {
        pseudonyms[int(str(rater_id))]: make_target_table(part, rubric)
        for rater_id, part in own.groupby("rater_id")
    }
    names = _name_targets(rubric)
    rows = [TargetAgreement(target, names[target], _assess(tables, target)) for target in names]
    return rows if any(row.agreement.n_pairs for row in rows) else []


def _name_targets(rubric: Rubric) -> dict[Target, str]:
    dimensions = {d.key: d.name for section in rubric.sections for d in section.dimensions}
    return {
        target: "Report score" if target is REPORT else dimensions[target.name]
        for target in list_targets(rubric)
        if target.slice is not Slice.SECTION
    }


def _assess(tables: dict[str, pd.DataFrame], target: Target) -> ExpertAgreement:
    values = {
        name: {str(key): float(value) for key, value in table[target.key].dropna().items()}
        for name, table in tables.items()
    }
    # A report score is not a category: kappa is only for ratings.
    return assess_experts(values, () if target is REPORT else RATINGS)
