"""The harm grades of a split's items: read for scoring alone, since they tell what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec import UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Item, ItemKind
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.scoring.harm import Harm, OptionHarm
from leaderboard.scoring.rubric import Question, Rubric


@dataclass(frozen=True)
class GradedItem:
    """The harm of a question's options, or that of a report's graded checks by their keys."""

    options: OptionHarm | None = None
    checks: Mapping[str, Harm] = field(default_factory=dict)


def read_graded(session: Session, split_id: int) -> dict[int, GradedItem]:
    """The items of a split that have a harm, by id; none where nobody graded it."""
    rows = session.execute(
        select(ItemHarm.item_id, ItemHarm.content)
        .join(Item, Item.id == ItemHarm.item_id)
        .where(Item.split_id == split_id)
    )
    graded = {key: GradedItem(msgspec.convert(one, OptionHarm)) for key, one in rows}
    checklists = session.execute(
        select(ItemReference.item_id, ItemReference.checklist)
        .join(Item, Item.id == ItemReference.item_id)
        .where(Item.split_id == split_id, Item.kind == ItemKind.REPORT)
    )
    for key, checklist in checklists:
        checks = {
            one["key"]: msgspec.convert(one["harm"], Harm) for one in checklist if "harm" in one
        }
        if checks:
            graded[key] = GradedItem(checks=checks)
    return graded


def list_graded_questions(rubric: Rubric) -> dict[tuple[str, str], tuple[Question, Harm]]:
    """The rubric's questions that have a harm, by their dimension's key and their own."""
    return {
        (dimension.key, question.key): (question, question.harm)
        for section in rubric.sections
        for dimension in section.dimensions
        for question in dimension.questions
        if not isinstance(question.harm, UnsetType)
    }
