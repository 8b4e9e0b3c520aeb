"""Submissions go over to a new version of their split, with all that hangs on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from leaderboard.db import clock
from leaderboard.models.approval import TeamApproval
from leaderboard.models.benchmark import Item
from leaderboard.models.endpoint import EndpointReply, EndpointSplit, FailedItem, SentItem
from leaderboard.models.expert import RatingPlan
from leaderboard.models.publication import ChosenResult
from leaderboard.models.quota import QuotaEntry
from leaderboard.models.release import ApartSplit
from leaderboard.models.submission import Prediction, PredictionExtras, Status, Step, Submission
from leaderboard.packages.versions import SplitDiff

OF_SPLIT: tuple[Any, ...] = (
    Submission,
    ChosenResult,
    QuotaEntry,
    TeamApproval,
    EndpointSplit,
    RatingPlan,
    ApartSplit,
)
"""What is about a split in whichever version is in front."""
OF_ITEM: tuple[Any, ...] = (
    Prediction,
    PredictionExtras,
    SentItem,
    FailedItem,
    EndpointReply,
)
"""What a submission has of single items."""


def move_split(session: Session, diff: SplitDiff) -> None:
    """Bring everything of a split to the same split of the version that follows.

    What a submission has of items that do not carry over stays with the items as they were, and
    counts for nothing. A run under way is put back into the queue: it goes on from what it had.
    """
    session.execute(
        update(Submission)
        .where(Submission.split_id == diff.before_id, Submission.status == Status.RUNNING)
        .values(status=Status.QUEUED, step=Step.WAITING, run_id=None, heartbeat_at=clock())
    )
    for table in OF_SPLIT:
        session.execute(
            update(table)
            .where(table.split_id == diff.before_id)
            .values(split_id=diff.after_id)
            .execution_options(synchronize_session=False)
        )
    old, new = aliased(Item), aliased(Item)
    kept = [one.before_id for one in diff.items if one.before_id not in diff.carried]
    for table in OF_ITEM:
        follows = (
            select(new.id)
            .join(old, old.key == new.key)
            .where(old.id == table.item_id, new.split_id == diff.after_id)
            .scalar_subquery()
        )
        carried = select(Item.id).where(
            Item.split_id == diff.before_id,
            Item.id.not_in([key for key in kept if key is not None]),
        )
        session.execute(
            update(table)
            .where(table.item_id.in_(carried))
            .values(item_id=follows)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
