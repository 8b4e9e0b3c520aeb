"""What changed of single items between two versions, before and after: for hosts, with answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from leaderboard.models.benchmark import Item, ItemImage
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.packages.versions import Change, ItemDiff, SplitDiff
from leaderboard.scoring.harm import Harm, OptionHarm


class FieldChange(NamedTuple):
    """A field of an item as it was and as it is, in a text; empty where it has none."""

    name: str
    before: str
    after: str


class ItemChange(NamedTuple):
    """What became of an item: the fields that differ, and its pictures where those differ."""

    diff: ItemDiff
    fields: tuple[FieldChange, ...]
    before_images: tuple[ItemImage, ...]
    after_images: tuple[ItemImage, ...]


def read_item_changes(session: Session, diff: SplitDiff) -> list[ItemChange]:
    """The items of which anything differs, in order. An added one has no text before."""
    changed = [one for one in diff.items if one.change is not Change.SAME]
    ids = [key for one in changed for key in (one.before_id, one.after_id) if key is not None]
    items = {
        item.id: item
        for item in session.scalars(
            select(Item)
            .where(Item.id.in_(ids))
            .options(selectinload(Item.images).selectinload(ItemImage.image))
        )
    }
    references = {
        one.item_id: one
        for one in session.scalars(select(ItemReference).where(ItemReference.item_id.in_(ids)))
    }
    harms = {
        one.item_id: one.content
        for one in session.scalars(select(ItemHarm).where(ItemHarm.item_id.in_(ids)))
    }
    return [_make_change(one, items, references, harms) for one in changed]


def _make_change(
    one: ItemDiff,
    items: dict[int, Item],
    references: dict[int, ItemReference],
    harms: dict[int, dict[str, Any]],
) -> ItemChange:
    sides = [
        (items[key], references[key], harms.get(key)) if key is not None else None
        for key in (one.before_id, one.after_id)
    ]
    before, after = (_write_fields(side) for side in sides)
    fields = [
        FieldChange(name, before.get(name, ""), after.get(name, ""))
        for name in before | after
        if before.get(name, "") != after.get(name, "")
    ]
    was, now = (tuple(side[0].images) if side else () for side in sides)
    is_replaced = [shown.sha256 for shown in was] != [shown.sha256 for shown in now]
    return ItemChange(one, tuple(fields), was if is_replaced else (), now if is_replaced else ())


def _write_fields(
    side: tuple[Item, ItemReference, dict[str, Any] | None] | None,
) -> dict[str, str]:
    if side is None:
        return {}
    item, reference, harm = side
    return {
        "Question": item.question,
        "Options": "\n".join(f"{letter}. {text}" for letter, text in item.options.items()),
        "Several answers": "yes" if item.multiple else "no",
        "Key": ", ".join(reference.answer),
        "Explanation": reference.explanation,
        "Reference report": reference.reference_report,
        "Checklist": _write_checks(reference.checklist),
        "Harm": "" if harm is None else _write_harm(msgspec.convert(harm, OptionHarm)),
        "Subcondition": item.subcondition or "",
        "Axis": item.axis or "",
        "Modality": item.modality or "",
        "Levels": ", ".join(item.levels),
        "Attributes": ", ".join(f"{key}: {value}" for key, value in item.attributes.items()),
        "Case": item.case_key,
        "Source": ": ".join(
            filter(None, (reference.provenance_kind, reference.provenance_reference))
        ),
        "Picture descriptions": "\n".join(shown.alt for shown in item.images),
    }


def _write_harm(harm: OptionHarm) -> str:
    """A line for each wrong option, and one for a missing answer."""
    lines = [f"{letter}: {one.describe()}" for letter, one in harm.options.items()]
    if harm.missing is not UNSET:
        lines.append(f"No answer: {harm.missing.describe()}")
    return "\n".join(lines)


def _write_checks(checklist: Sequence[dict[str, Any]]) -> str:
    """A line for each check: its key, what it asks, and the harm of it."""
    return "\n".join(map(_write_check, checklist))


def _write_check(check: Mapping[str, Any]) -> str:
    asked = "; ".join(
        f"{name.replace('_', ' ')} {_write_value(value)}"
        for name, value in check.items()
        if name not in ("key", "harm")
    )
    harm = msgspec.convert(check.get("harm", {}), Harm)
    for words, one in (("harm if left out", harm.omission), ("harm if wrong", harm.commission)):
        if one is not UNSET:
            asked += f"; {words}: {one.describe()}"
    return f"{check['key']}: {asked}"


def _write_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_write_value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
