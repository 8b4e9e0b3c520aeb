"""Write a version of a benchmark as a package again, from its rows."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, cast

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from leaderboard.commitments.dates import read_dates, read_unrevealed
from leaderboard.db import now
from leaderboard.models.benchmark import Benchmark, Image, Item, ItemImage, ItemKind, Split
from leaderboard.models.reference import ItemHarm, ItemImageSource, ItemReference
from leaderboard.packages.catalogue import read_items
from leaderboard.packages.check import MANIFEST
from leaderboard.packages.package import (
    NUMBERING_WORDS,
    Manifest,
    McqItem,
    Numbering,
    PackageImage,
    PackageItem,
    PhaseFacts,
    Provenance,
    ReportItem,
)
from leaderboard.packages.phases import read_phases
from leaderboard.pictures import PictureSource
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.harm import OptionHarm

MEMORY_BYTES = 16 * 1024 * 1024
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_Sources = Mapping[tuple[int, int], PictureSource]


class WrittenFiles:
    """The files of a package that was written, by their path inside it."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = contents

    def read(self, path: str) -> bytes:
        """The bytes at `path`."""
        return self.contents[path]


class Corrected(NamedTuple):
    """Corrected right letters of questions and corrected checklists of reports, by item id."""

    answers: Mapping[int, Sequence[str]]
    checklists: Mapping[int, Sequence[Check]]


def write_package(
    session: Session,
    benchmark: Benchmark,
    version: str | None = None,
    corrected: Corrected | None = None,
) -> WrittenFiles:
    """The files of a version: its manifest, the items of its splits, its pictures.

    With another `version` number and the dates of reveals as they are now, and with what is
    `corrected` in place of what the version has.
    The same rows give the same bytes. What is loaded from these gives them again; the files that a
    version was loaded from before may be written otherwise and mean the same.
    """
    manifest = msgspec.convert(benchmark.manifest, Manifest)
    if version is not None:
        manifest = replace(_date_splits(session, benchmark, manifest), version=version)
    contents = {MANIFEST: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"}
    splits = {split.name: split for split in benchmark.splits}
    for part in manifest.splits:
        items = _make_items(session, splits[part.name], corrected or Corrected({}, {}))
        contents[part.items] = b"".join(msgspec.json.encode(item) + b"\n" for item in items)
    pictures = session.execute(
        select(ItemImage.path, Image.content)
        .join(Image, Image.sha256 == ItemImage.sha256)
        .join(Item, Item.id == ItemImage.item_id)
        .where(Item.split_id.in_([split.id for split in benchmark.splits]))
    )
    return WrittenFiles(contents | {row[0]: row[1] for row in pictures})


def _date_splits(session: Session, benchmark: Benchmark, manifest: Manifest) -> Manifest:
    """The manifest with the dates of reveals as they are now, where answers are still hidden."""
    dates = read_dates(session, benchmark)
    splits = {split.name: split for split in benchmark.splits}
    parts = []
    for stated in manifest.splits:
        part, row = stated, dates.get(stated.name)
        if row is not None:
            part = replace(part, reveal_at=row.reveals_at)
        elif read_unrevealed(session, splits[part.name]):
            part = replace(part, reveal_at=UNSET)
        parts.append(replace(part, phases=_read_phases(session, splits[part.name])))
    return replace(manifest, splits=parts)


def _read_phases(session: Session, split: Split) -> list[PhaseFacts]:
    """The phases of a split that have not ended, as they are now."""
    return [
        PhaseFacts(
            name=one.name,
            opens_at=one.opens_at,
            closes_at=one.closes_at,
            submissions=UNSET if one.units is None else one.units,
            final=one.is_final,
        )
        for one in read_phases(session, split.id)
        if one.closes_at > now()
    ]


def make_item(session: Session, item: Item, corrected: Corrected) -> PackageItem:
    """One item as a package has it, with what is corrected."""
    harm = session.get(ItemHarm, item.id)
    return _make_item(
        session.get_one(Split, item.split_id),
        item,
        session.get_one(ItemReference, item.id),
        UNSET if harm is None else msgspec.convert(harm.content, OptionHarm),
        _read_sources(session, ItemImageSource.item_id == item.id),
        corrected,
    )


def write_zip(files: WrittenFiles) -> BinaryIO:
    """A zip of a package, at its beginning."""
    # The response that sends it closes it.
    spooled = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
    stream = cast(BinaryIO, spooled)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.contents.items():
            info = zipfile.ZipInfo(path, ZIP_TIME)
            archive.writestr(info, content, compress_type=zipfile.ZIP_DEFLATED)
    stream.seek(0)
    return stream


def _make_items(session: Session, split: Split, corrected: Corrected) -> list[PackageItem]:
    references = {
        one.item_id: one
        for one in session.scalars(
            select(ItemReference).join(Item).where(Item.split_id == split.id)
        )
    }
    harms = {
        one.item_id: msgspec.convert(one.content, OptionHarm)
        for one in session.scalars(select(ItemHarm).join(Item).where(Item.split_id == split.id))
    }
    in_split = ItemImageSource.item_id.in_(select(Item.id).where(Item.split_id == split.id))
    sources = _read_sources(session, in_split)
    return [
        _make_item(split, item, references[item.id], harms.get(item.id, UNSET), sources, corrected)
        for item in read_items(session, split)
    ]


def _read_sources(session: Session, which: ColumnElement[bool]) -> _Sources:
    """By item and position, how pictures were made from scans, for those that were."""
    return {
        (one.item_id, one.position): msgspec.convert(one.content, PictureSource)
        for one in session.scalars(select(ItemImageSource).where(which))
    }


def _make_item(
    split: Split,
    item: Item,
    reference: ItemReference,
    harm: OptionHarm | UnsetType,
    sources: _Sources,
    corrected: Corrected,
) -> PackageItem:
    question, numbering = _split_question(item.question)
    images = [
        PackageImage(path=one.path, alt=one.alt, source=sources.get((item.id, one.position), UNSET))
        for one in item.images
    ]
    provenance = (
        Provenance(kind=reference.provenance_kind, reference=reference.provenance_reference)
        if reference.provenance_kind
        else UNSET
    )
    shared: dict[str, Any] = {
        "id": item.key,
        "split": split.name,
        "question": question,
        "images": images,
        "subcondition": item.subcondition,
        "axis": item.axis,
        "levels": item.levels,
        "attributes": item.attributes,
        "numbering": numbering,
        "modality": item.modality,
        "case_id": item.case_key,
        "provenance": provenance,
    }
    if item.kind is ItemKind.REPORT:
        checklist = corrected.checklists.get(item.id)
        if checklist is None:
            checklist = msgspec.convert(reference.checklist, list[Check])
        return ReportItem(
            **shared, reference_report=reference.reference_report, checklist=list(checklist)
        )
    right = list(corrected.answers.get(item.id, reference.answer))
    is_named = split.benchmark.tracks != DEFAULT_TRACKS
    return McqItem(
        **shared,
        options=item.options,
        track=item.track.value if is_named else UNSET,
        multiple=item.multiple,
        answer=right,
        explanation=reference.explanation,
        harm=_leave_out(harm, right),
    )


def _leave_out(harm: OptionHarm | UnsetType, right: Sequence[str]) -> OptionHarm | UnsetType:
    """The harm of the options that are wrong: one that a correction makes right has none."""
    if isinstance(harm, UnsetType) or not set(harm.options) & set(right):
        return harm
    options = {key: one for key, one in harm.options.items() if key not in right}
    return replace(harm, options=options)


def _split_question(question: str) -> tuple[str, Numbering | None]:
    """A question without the numbering of the vertebrae at its end (see `write_question`)."""
    for numbering, words in NUMBERING_WORDS.items():
        if question.endswith(f"\n\n{words}"):
            return question.removesuffix(f"\n\n{words}"), numbering
    return question, None
