"""Which items of hidden splits are there for feedback."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select

from leaderboard.models.benchmark import Item
from leaderboard.models.publication import FeedbackItem


def select_feedback(split_ids: Collection[int]) -> Select[int]:
    """The ids of the items in the feedback parts of these splits."""
    return (
        select(FeedbackItem.item_id)
        .join(Item, Item.id == FeedbackItem.item_id)
        .where(Item.split_id.in_(split_ids))
    )
