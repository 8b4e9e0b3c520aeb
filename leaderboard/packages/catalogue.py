"""Look benchmarks up: versions, splits, composition, images, and the items of open splits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from leaderboard.disclosure import shows_items
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import (
    Answers,
    Benchmark,
    Image,
    Item,
    ItemImage,
    Opening,
    Split,
    Track,
)
from leaderboard.models.reference import ItemReference


class CompositionRow(NamedTuple):
    """How many items of each track carry one value of the taxonomy."""

    key: str | None
    counts: dict[Track, int]


class OpenItem(NamedTuple):
    """An item of a split whose answers are public, with its answer."""

    item: Item
    reference: ItemReference


def read_benchmarks(session: Session) -> list[Benchmark]:
    """The newest version of every benchmark, the one opened last first."""
    newest: dict[str, Benchmark] = {}
    for row in session.scalars(_select_open().options(selectinload(Benchmark.splits))):
        newest.setdefault(row.slug, row)
    return list(newest.values())


def read_older_versions(session: Session) -> list[Benchmark]:
    """Every version that a newer one followed, newest first; they stay readable."""
    newest = {one.id for one in read_benchmarks(session)}
    return [row for row in session.scalars(_select_open()) if row.id not in newest]


def read_versions(session: Session, slug: str) -> list[Benchmark]:
    """All open versions of the benchmark `slug`, newest first."""
    query = _select_open().where(Benchmark.slug == slug)
    return list(session.scalars(query.options(selectinload(Benchmark.splits))))


def read_prepared(session: Session) -> list[Benchmark]:
    """The versions that were loaded and not opened yet, the one loaded last first: for hosts."""
    query = select(Benchmark).where(~Benchmark.opening.has())
    return list(session.scalars(query.order_by(Benchmark.id.desc())))


def get_benchmark(session: Session, slug: str, version: str | None = None) -> Benchmark:
    """The benchmark `slug` in `version`, or in its newest. Raises NotFound.

    The newest version is the one opened last. A prepared one does not exist here.
    """
    versions = read_versions(session, slug)
    if not versions:
        raise NotFound(f"There is no benchmark {slug[:80]!r}.", "See the list of benchmarks.")
    return _find_version(versions, version) if version else versions[0]


def find_front(session: Session, version: str | None = None) -> str | None:
    """The slug of the benchmark opened last; None without any benchmark.

    Where that has no such version, of the benchmark that opened one of that number last.
    """
    columns = Benchmark.slug, Benchmark.version
    opened = session.execute(_select_open().with_only_columns(*columns)).all()
    having = [slug for slug, number in opened if number == version]
    front = opened[0][0] if opened else None
    return having[0] if having and front not in having else front


def get_loaded(session: Session, slug: str, version: str) -> Benchmark:
    """The benchmark `slug` in `version`, opened or prepared: for hosts. Raises NotFound."""
    rows = session.scalars(
        select(Benchmark).where(Benchmark.slug == slug).order_by(Benchmark.id.desc())
    ).all()
    if not rows:
        raise NotFound(f"There is no benchmark {slug[:80]!r}.", "See the list of benchmarks.")
    return _find_version(rows, version)


def has_version(session: Session, slug: str) -> bool:
    """Whether a version of the benchmark `slug` was ever loaded."""
    return session.scalar(select(Benchmark.id).where(Benchmark.slug == slug).limit(1)) is not None


def find_successor(session: Session, benchmark: Benchmark) -> Benchmark | None:
    """The newest version, where `benchmark` is an older one; None for the newest itself."""
    newest = get_benchmark(session, benchmark.slug)
    return newest if benchmark.opening and newest is not benchmark else None


def _select_open() -> Select[Benchmark]:
    return (
        select(Benchmark)
        .join(Opening, Opening.benchmark_id == Benchmark.id)
        .order_by(Opening.opened_at.desc(), Benchmark.id.desc())
    )


def _find_version(versions: Sequence[Benchmark], version: str) -> Benchmark:
    """The one of `versions`, newest first, of that number. Raises NotFound."""
    for one in versions:
        if one.version == version:
            return one
    known = ", ".join(one.version for one in versions)
    raise NotFound(
        f"There is no version {version[:40]!r} of {versions[0].slug}.", f"Its versions are {known}."
    )


def get_split(benchmark: Benchmark, name: str) -> Split:
    """The split `name` of `benchmark`. Raises NotFound."""
    for split in benchmark.splits:
        if split.name == name:
            return split
    known = ", ".join(split.name for split in benchmark.splits)
    raise NotFound(f"{benchmark.name} has no split {name!r}.", f"Its splits are {known}.")


def ranked_split(benchmark: Benchmark) -> Split:
    """The split that `benchmark` ranks by: its first with hidden answers, else its first."""
    hidden = [split for split in benchmark.splits if split.answers is Answers.HIDDEN]
    return (hidden or benchmark.splits)[0]


def count_composition(session: Session, split: Split, column: str) -> list[CompositionRow]:
    """Items by `column` (subcondition, axis or modality) and track, in the column's order."""
    field = {"subcondition": Item.subcondition, "axis": Item.axis, "modality": Item.modality}[
        column
    ]
    rows = session.execute(
        select(field, Item.track, func.count())
        .where(Item.split_id == split.id)
        .group_by(field, Item.track)
        .order_by(field)
    )
    table: dict[str | None, dict[Track, int]] = {}
    for key, track, count in rows:
        table.setdefault(key, dict.fromkeys(split.benchmark.tracks, 0))[track] = count
    return [CompositionRow(key, counts) for key, counts in table.items()]


def read_items(session: Session, split: Split) -> list[Item]:
    """The items of `split` in their order, with their images, without answers."""
    return list(
        session.scalars(
            select(Item)
            .where(Item.split_id == split.id)
            .options(selectinload(Item.images).selectinload(ItemImage.image))
            .order_by(Item.position)
        )
    )


def read_open_items(session: Session, split: Split) -> list[OpenItem]:
    """The items of `split` with their answers. Raises NotFound if its answers are hidden."""
    if split.answers is not Answers.PUBLIC:
        raise NotFound(f"The answers of {split.name} are hidden.", "Use the dev split.")
    items = read_items(session, split)
    references = {
        reference.item_id: reference
        for reference in session.scalars(
            select(ItemReference).join(Item).where(Item.split_id == split.id)
        )
    }
    return [OpenItem(item, references[item.id]) for item in items]


def read_first_items(session: Session, benchmark: Benchmark) -> list[OpenItem]:
    """The first item of each track of the first split that shows its items, if there is one."""
    split = next((one for one in benchmark.splits if shows_items(one)), None)
    if split is None:
        return []
    firsts = select(func.min(Item.position)).where(Item.split_id == split.id).group_by(Item.track)
    items = session.scalars(
        select(Item)
        .where(Item.split_id == split.id, Item.position.in_(firsts))
        .options(selectinload(Item.images).selectinload(ItemImage.image))
    ).all()
    places = {track: place for place, track in enumerate(benchmark.tracks)}
    return [
        OpenItem(item, session.get_one(ItemReference, item.id))
        for item in sorted(items, key=lambda one: places[one.track])
    ]


def get_image(session: Session, sha256: str) -> Image:
    """The image of this hash, of any open version. Raises NotFound."""
    is_shown = (
        select(ItemImage.item_id)
        .join(Item, Item.id == ItemImage.item_id)
        .join(Split, Split.id == Item.split_id)
        .join(Opening, Opening.benchmark_id == Split.benchmark_id)
        .where(ItemImage.sha256 == Image.sha256)
    )
    image = session.scalar(select(Image).where(Image.sha256 == sha256, is_shown.exists()))
    if image is None:
        raise NotFound("There is no such image.", "See the benchmark's items.")
    return image


def read_splits_of_image(session: Session, sha256: str) -> list[Split]:
    """The splits of open versions with an item that has the image of this hash."""
    rows = session.scalars(
        select(Split)
        .join(Opening, Opening.benchmark_id == Split.benchmark_id)
        .where(
            select(ItemImage.item_id)
            .join(Item, Item.id == ItemImage.item_id)
            .where(Item.split_id == Split.id, ItemImage.sha256 == sha256)
            .exists()
        )
        .order_by(Split.id)
    )
    return list(rows)


def get_loaded_image(session: Session, benchmark: Benchmark, sha256: str) -> Image:
    """The image of this hash, of a version opened or prepared: for hosts. Raises NotFound."""
    image = session.scalar(
        select(Image)
        .join(ItemImage, ItemImage.sha256 == Image.sha256)
        .join(Item, Item.id == ItemImage.item_id)
        .join(Split, Split.id == Item.split_id)
        .where(Split.benchmark_id == benchmark.id, Image.sha256 == sha256)
        .limit(1)
    )
    if image is None:
        raise NotFound("There is no such image.", "See the version's items.")
    return image
