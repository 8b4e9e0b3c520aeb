"""Look benchmarks up: versions, splits, composition, images, and the items of open splits."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Answers, Benchmark, Image, Item, ItemImage, Split, Track
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
    """The newest version of every benchmark, newest first."""
    newest: dict[str, Benchmark] = {}
    rows = session.scalars(
        select(Benchmark)
        .options(selectinload(Benchmark.splits))
        .order_by(Benchmark.published_at.desc(), Benchmark.id.desc())
    )
    for row in rows:
        newest.setdefault(row.slug, row)
    return list(newest.values())


def read_older_versions(session: Session) -> list[Benchmark]:
    """Every version that a newer one followed, newest first; they stay readable."""
    newest = {one.id for one in read_benchmarks(session)}
    rows = session.scalars(
        select(Benchmark).order_by(Benchmark.published_at.desc(), Benchmark.id.desc())
    )
    return [row for row in rows if row.id not in newest]


def get_benchmark(session: Session, slug: str, version: str | None = None) -> Benchmark:
    """The benchmark `slug` in `version`, or in its newest. Raises NotFound."""
    query = (
        select(Benchmark)
        .where(Benchmark.slug == slug)
        .order_by(Benchmark.published_at.desc(), Benchmark.id.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(Benchmark.version == version)
    benchmark = session.scalar(query)
    if benchmark is None:
        raise NotFound(f"There is no benchmark {slug!r}.", "See the list of benchmarks.")
    return benchmark


def read_versions(session: Session, slug: str) -> list[Benchmark]:
    """All versions of the benchmark `slug`, newest first."""
    rows = session.scalars(
        select(Benchmark)
        .where(Benchmark.slug == slug)
        .options(selectinload(Benchmark.splits))
        .order_by(Benchmark.published_at.desc(), Benchmark.id.desc())
    )
    return list(rows)


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
        table.setdefault(key, dict.fromkeys(Track, 0))[track] = count
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


def get_image(session: Session, sha256: str) -> Image:
    """The image of this hash. Raises NotFound."""
    image = session.get(Image, sha256)
    if image is None:
        raise NotFound("There is no such image.", "See the benchmark's items.")
    return image
