"""What an item asks, whatever its key and version: so a later version knows it again."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Item, ItemImage


def read_contents(session: Session, split_ids: Collection[int]) -> dict[int, str]:
    """A hash of each item's question, options and pictures, by item id.

    White space, the key, and the letters and order of the options make no difference.
    """
    images: dict[int, list[str]] = defaultdict(list)
    for item_id, sha256 in session.execute(
        select(ItemImage.item_id, ItemImage.sha256)
        .join(Item, Item.id == ItemImage.item_id)
        .where(Item.split_id.in_(split_ids))
        .order_by(ItemImage.item_id, ItemImage.position)
    ):
        images[item_id].append(sha256)
    rows = session.execute(
        select(Item.id, Item.question, Item.options).where(Item.split_id.in_(split_ids))
    )
    return {row[0]: _hash(row[1], row[2].values(), images[row[0]]) for row in rows}


def _hash(question: str, options: Collection[str], images: Collection[str]) -> str:
    texts = [" ".join(text.split()) for text in (question, *sorted(options))]
    return hashlib.sha256(json.dumps([texts, list(images)]).encode()).hexdigest()
