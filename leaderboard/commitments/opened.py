"""What has been revealed: answers and salts, with the values of ranked submissions on those items.

The only reader of `models.sealed` that answers anybody; it reads of revealed items alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.commitments.answers import describe_answer, name_split
from leaderboard.commitments.hashing import (
    UNSCORED,
    SplitName,
    Step,
    build_tree,
    derive_salt,
    find_path,
    hash_answer,
    write_value,
)
from leaderboard.commitments.values import hash_leaves
from leaderboard.disclosure import is_public
from leaderboard.errors import NotFound
from leaderboard.items.values import unpack_values
from leaderboard.models.benchmark import Answers, Benchmark, Item, Split, Track
from leaderboard.models.commitment import (
    AnswerCommitment,
    RankedCommitment,
    Reveal,
    RevealedItem,
    ValueCommitment,
)
from leaderboard.models.ranking import Ranking
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.models.release import Release
from leaderboard.models.sealed import AnswerSalt, CommittedValues
from leaderboard.models.submission import Submission

FULL_MARKS = write_value(100.0)
KEPT_TREES = 128


class OpenedItem(NamedTuple):
    """A revealed item; `answer` and `salt` give its commitment."""

    split: str
    key: str
    track: Track
    commitment: str
    salt: str
    answer: Any
    revealed_at: datetime
    reason: str


class OpenedValue(NamedTuple):
    """A submission's value on a revealed item, as it is hashed; `path` leads from it to the root.

    Where every item of the split is revealed there is no path: the leaves give the root.
    """

    key: str
    salt: str
    value: str
    decides: bool
    path: Sequence[Step]


class OpenedModel(NamedTuple):
    """The values of a ranked submission on the revealed items, in the items' order."""

    split: str
    model: str
    name: str
    submission: str
    root: str
    values: Sequence[OpenedValue]


class Opened(NamedTuple):
    """All that is revealed of a version. `complete` are the splits whose every item is."""

    complete: Sequence[str]
    items: Sequence[OpenedItem]
    models: Sequence[OpenedModel]


class Verdict(NamedTuple):
    """The ranked submissions that had a question right, and the others that answered it."""

    right: list[OpenedModel]
    wrong: list[OpenedModel]


@dataclass(frozen=True)
class _Tree:
    """What a submission's tree is made of; its root tells it from every other."""

    root: str
    split: SplitName = field(compare=False)
    submission: str = field(compare=False)
    sealed: CommittedValues = field(compare=False)


class _Place(NamedTuple):
    """Where an item stands among all of its split."""

    key: str
    is_revealed: bool


def count_revealed(session: Session, benchmark: Benchmark) -> int:
    """How many items of a version are revealed."""
    query = select(func.count()).select_from(RevealedItem).join(Reveal)
    return session.scalar(query.where(Reveal.benchmark_id == benchmark.id)) or 0


def read_opened(session: Session, benchmark: Benchmark, root: str | None = None) -> Opened:
    """What is revealed of a version, with the models that the public sees in rankings kept.

    root: that of values which a ranking was once made from, to have these alone. Raises NotFound
    if there is none with it.
    """
    complete, items, models = [], [], []
    for split in benchmark.splits:
        opened = _read_items(session, split)
        if not opened:
            continue
        items += opened
        places = _read_places(session, split)
        if all(place.is_revealed for place in places):
            complete.append(split.name)
        models += _read_models(session, split, places, root)
    if root is not None and not models:
        raise NotFound(
            f"There are no revealed values with the root {root[:64]!r}.",
            "Take a root from the version's commitments; its split must have revealed items.",
        )
    return Opened(complete, items, models)


def _read_items(session: Session, split: Split) -> list[OpenedItem]:
    if split.answers is not Answers.HIDDEN:
        return []
    name = name_split(split)
    rows = session.execute(
        select(Item, ItemReference, ItemHarm, AnswerCommitment.digest, AnswerSalt.salt, Reveal)
        .join(RevealedItem, RevealedItem.item_id == Item.id)
        .join(Reveal, Reveal.id == RevealedItem.reveal_id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .outerjoin(ItemHarm, ItemHarm.item_id == Item.id)
        .join(AnswerCommitment, AnswerCommitment.item_id == Item.id)
        .join(AnswerSalt, AnswerSalt.item_id == Item.id)
        .where(Item.split_id == split.id)
        .order_by(Item.position)
    )
    return [
        OpenedItem(
            split.name,
            item.key,
            item.track,
            digest,
            salt.hex(),
            _find_committed(name, item, reference, harm, salt, digest),
            reveal.revealed_at,
            reveal.reason,
        )
        for item, reference, harm, digest, salt, reveal in rows
    ]


def _find_committed(
    split: SplitName,
    item: Item,
    reference: ItemReference,
    harm: ItemHarm | None,
    salt: bytes,
    digest: str,
) -> Any:
    """The answer as it was committed to: before harm grades were, without them."""
    graded = describe_answer(item, reference, harm)
    if harm is None or hash_answer(salt, split, item.key, graded) == digest:
        return graded
    return describe_answer(item, reference, None)


def _read_places(session: Session, split: Split) -> list[_Place]:
    rows = session.execute(
        select(Item.key, RevealedItem.item_id)
        .outerjoin(RevealedItem, RevealedItem.item_id == Item.id)
        .where(Item.split_id == split.id)
        .order_by(Item.position)
    )
    return [_Place(key, item_id is not None) for key, item_id in rows]


def _read_models(
    session: Session, split: Split, places: Sequence[_Place], root: str | None
) -> list[OpenedModel]:
    """By model, a submission's values once, however many rankings were made from them."""
    # By the rankings of the split: who stood in them may have moved to a newer version.
    standing = (
        select(RankedCommitment.value_commitment_id)
        .join(Ranking, Ranking.id == RankedCommitment.ranking_id)
        .join(Release, Release.id == Ranking.release_id)
        .where(Release.split_id == split.id)
    )
    wanted: ColumnElement[bool] = ValueCommitment.id.in_(standing)
    if root is not None:
        own = or_(wanted, Submission.split_id == split.id)
        wanted = and_(ValueCommitment.root == root, own)
    rows = session.execute(
        select(Submission, ValueCommitment.root, CommittedValues)
        .join(ValueCommitment, ValueCommitment.submission_id == Submission.id)
        .join(CommittedValues, CommittedValues.value_commitment_id == ValueCommitment.id)
        .where(is_public(), wanted)
        .options(joinedload(Submission.model_card))
    ).all()
    found = [
        OpenedModel(
            split.name,
            submission.model_card.slug,
            submission.model_card.name,
            submission.id,
            own_root,
            _open_values(_Tree(own_root, name_split(split), submission.id, sealed), places),
        )
        for submission, own_root, sealed in rows
    ]
    return sorted(found, key=lambda one: (one.model, one.submission, one.root))


def _open_values(tree: _Tree, places: Sequence[_Place]) -> list[OpenedValue]:
    sealed, values = tree.sealed, unpack_values(tree.sealed.content)
    paths: Mapping[int, Sequence[Step]] = {}
    if not all(place.is_revealed for place in places):
        paths = _find_paths(tree, tuple(places))
    return [
        OpenedValue(
            place.key,
            derive_salt(sealed.seed, place.key).hex(),
            write_value(values[number]),
            bool(sealed.decides[number]),
            paths.get(number, ()),
        )
        for number, place in enumerate(places)
        if place.is_revealed
    ]


@lru_cache(maxsize=KEPT_TREES)
def _find_paths(tree: _Tree, places: tuple[_Place, ...]) -> Mapping[int, Sequence[Step]]:
    """The paths of the revealed items by their places; a tree takes a while, so they are kept."""
    keys = [place.key for place in places]
    rows = build_tree(hash_leaves(tree.sealed, tree.split, tree.submission, keys))
    return {number: find_path(rows, number) for number, one in enumerate(places) if one.is_revealed}


def list_verdicts(opened: Opened) -> Mapping[tuple[str, str], Verdict]:
    """How each question went, by its split and key; an item without any result has none."""
    found: dict[tuple[str, str], Verdict] = {}
    for model in opened.models:
        for value in model.values:
            if value.value != UNSCORED:
                verdict = found.setdefault((model.split, value.key), Verdict([], []))
                (verdict.right if value.value == FULL_MARKS else verdict.wrong).append(model)
    return found
