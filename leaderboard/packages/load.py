"""Load a benchmark package into the database, where its version stays as it is for good."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.commitments.answers import commit_answers
from leaderboard.db import now
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict
from leaderboard.models.benchmark import Benchmark, Image, Item, ItemImage, ItemKind, Split
from leaderboard.models.harm import GradeAgreement
from leaderboard.models.reference import ItemHarm, ItemImageSource, ItemReference
from leaderboard.packages.catalogue import has_version
from leaderboard.packages.feedback_part import draw_feedback_part
from leaderboard.packages.harm import agree, list_graded
from leaderboard.packages.opening import open_version
from leaderboard.packages.package import McqItem, PackageItem, track_of, write_question
from leaderboard.packages.read import Package


class Loaded(NamedTuple):
    """The benchmark of a package, and whether this load put it there."""

    benchmark: Benchmark
    is_new: bool


def load_package(session: Session, package: Package) -> Loaded:
    """Put `package` there; the same content again changes nothing.

    The first version of a benchmark is opened at once, later ones are prepared until a host opens
    them.
    A third of a protected split's questions becomes its feedback part, by chance; what earlier
    versions have keeps its part. Raises Conflict if the version was published with other content.
    """
    manifest = package.manifest
    before = session.scalar(
        select(Benchmark).where(
            (Benchmark.content_hash == package.content_hash)
            | ((Benchmark.slug == manifest.slug) & (Benchmark.version == manifest.version))
        )
    )
    if before is not None and before.content_hash == package.content_hash:
        return Loaded(before, False)
    if before is not None:
        raise Conflict(
            f"{manifest.slug} {manifest.version} was published with other content "
            f"(hash {before.content_hash[:12]}, this package {package.content_hash[:12]}).",
            "A published version never changes: raise the version in manifest.json.",
        )
    benchmark = Benchmark(
        slug=manifest.slug,
        version=manifest.version,
        name=manifest.name,
        licence=manifest.licence,
        content_hash=package.content_hash,
        manifest=msgspec.to_builtins(manifest),
        published_at=now(),
    )
    is_first = not has_version(session, manifest.slug)
    session.add(benchmark)
    _add_images(session, package)
    for part in manifest.splits:
        split = Split(benchmark=benchmark, name=part.name, answers=part.answers)
        session.add(split)
        session.flush()
        _add_items(session, split.id, package, package.items[part.name])
        if is_protected(split):
            draw_feedback_part(session, split, np.random.default_rng())
    _add_agreement(session, benchmark.id, package)
    session.flush()
    commit_answers(session, benchmark)
    if is_first:
        open_version(session, benchmark)
    return Loaded(benchmark, True)


def _add_images(session: Session, package: Package) -> None:
    known = set(session.scalars(select(Image.sha256)))
    for picture in package.pictures.values():
        sha256 = hashlib.sha256(picture.content).hexdigest()
        if sha256 not in known:
            known.add(sha256)
            session.add(
                Image(
                    sha256=sha256,
                    media_type=picture.media_type,
                    width=picture.width,
                    height=picture.height,
                    content=picture.content,
                )
            )
    session.flush()


def _add_items(session: Session, split_id: int, package: Package, items: list[PackageItem]) -> None:
    rows = [_make_item(split_id, position, item) for position, item in enumerate(items)]
    session.add_all(rows)
    session.flush()
    for row, item in zip(rows, items, strict=True):
        session.add(_make_reference(row.id, item))
        if isinstance(item, McqItem) and not isinstance(item.harm, UnsetType):
            session.add(ItemHarm(item_id=row.id, content=msgspec.to_builtins(item.harm)))
        for position, image in enumerate(item.images):
            sha256 = hashlib.sha256(package.pictures[image.path].content).hexdigest()
            session.add(
                ItemImage(
                    item_id=row.id,
                    position=position,
                    sha256=sha256,
                    path=image.path,
                    alt=image.alt,
                )
            )
    session.flush()
    for row, item in zip(rows, items, strict=True):
        for position, image in enumerate(item.images):
            if not isinstance(image.source, UnsetType):
                content = msgspec.to_builtins(image.source)
                session.add(ItemImageSource(item_id=row.id, position=position, content=content))
    session.flush()


def _add_agreement(session: Session, benchmark_id: int, package: Package) -> None:
    items = [item for split in package.items.values() for item in split]
    found = agree(list_graded(package.manifest, items))
    if found is None:
        return
    value, low, high = found.estimate or (None, None, None)
    session.add(
        GradeAgreement(
            benchmark_id=benchmark_id, n_grades=found.n_grades, value=value, low=low, high=high
        )
    )


def _make_item(split_id: int, position: int, item: PackageItem) -> Item:
    is_mcq = isinstance(item, McqItem)
    return Item(
        split_id=split_id,
        position=position,
        key=item.id,
        kind=ItemKind.MCQ if is_mcq else ItemKind.REPORT,
        track=track_of(item),
        question=write_question(item),
        options=item.options if isinstance(item, McqItem) else {},
        multiple=item.multiple if isinstance(item, McqItem) else False,
        subcondition=item.subcondition,
        axis=item.axis,
        modality=item.modality,
        levels=item.levels,
        case_key=item.case_key,
    )


def _make_reference(item_id: int, item: PackageItem) -> ItemReference:
    if isinstance(item, McqItem):
        answer, explanation, report, checklist = sorted(item.answer), item.explanation, "", []
    else:
        answer, explanation, report = [], "", item.reference_report
        checklist = msgspec.to_builtins(item.checklist)
    source = None if isinstance(item.provenance, UnsetType) else item.provenance
    return ItemReference(
        item_id=item_id,
        answer=answer,
        explanation=explanation,
        reference_report=report,
        checklist=checklist,
        provenance_kind=source.kind if source else "",
        provenance_reference=source.reference if source else "",
    )
