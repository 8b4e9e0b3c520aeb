"""What scoring needs of a split and is the same for every submission to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.calibration.labels import Labels, read_labels
from leaderboard.items.harm import GradedItem, read_graded
from leaderboard.items.reports import read_rubric
from leaderboard.items.values import read_items
from leaderboard.late import pandas as pd
from leaderboard.scoring.rubric import Rubric


class SplitFacts(NamedTuple):
    """A split's items (see `values.read_items`), its rubric, and its labels where it has any.

    `graded` are the items that have a harm.
    """

    items: pd.DataFrame
    rubric: Rubric
    labels: Labels | None
    graded: Mapping[int, GradedItem]


def read_split_facts(session: Session, split_id: int) -> SplitFacts:
    """Read them once for all steps, and for all submissions of a refit."""
    rubric = read_rubric(session, split_id)
    return SplitFacts(
        read_items(session, split_id),
        rubric,
        read_labels(session, split_id, rubric),
        read_graded(session, split_id),
    )
