"""Load a benchmark package into the database, where its version stays as it is for good."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UnsetType
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.commitments.answers import commit_answers
from leaderboard.commitments.dates import set_date
from leaderboard.db import Base, now, read_clock
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict, Problem
from leaderboard.models.benchmark import Benchmark, Image, Item, ItemImage, ItemKind, Split
from leaderboard.models.harm import GradeAgreement
from leaderboard.models.reference import ItemHarm, ItemImageSource, ItemReference
from leaderboard.moments import say_moment
from leaderboard.packages.catalogue import has_version
from leaderboard.packages.check import MANIFEST
from leaderboard.packages.feedback_part import draw_feedback_part
from leaderboard.packages.harm import agree, list_graded
from leaderboard.packages.opening import open_version
from leaderboard.packages.package import (
    Manifest,
    McqItem,
    PackageItem,
    track_of,
    write_question,
)
from leaderboard.packages.phases import set_phase
from leaderboard.packages.read import Package
from leaderboard.third_parties import ThirdParties, tighten_third_parties


class Loaded(NamedTuple):
    """The benchmark of a package, and whether this load put it there."""

    benchmark: Benchmark
    is_new: bool


def load_package(session: Session, package: Package) -> Loaded:
    """Put `package` there; the same content again changes nothing.

    The first version of a benchmark is opened at once, later ones are prepared until a host opens
    them.
    A third of a protected split's questions becomes its feedback part, by chance; what earlier
    versions have keeps its part. Raises Conflict if the version was published with other content,
    or if the date of a reveal would give away what another version hides.
    """
    manifest = package.manifest
    before = find_loaded(session, package)
    if before is not None:
        return Loaded(before, False)
    benchmark = Benchmark(
        slug=manifest.slug,
        version=manifest.version,
        name=manifest.name,
        licence=manifest.licence,
        content_hash=package.content_hash,
        manifest=msgspec.to_builtins(manifest),
        published_at=now(),
    )
    for past in find_past_dates(session, manifest):
        raise Conflict(past.message, past.remedy)
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
    for split, part in zip(benchmark.splits, manifest.splits, strict=True):
        if not isinstance(part.reveal_at, UnsetType):
            set_date(session, split, part.reveal_at)
        for phase in part.phases:
            units = None if isinstance(phase.submissions, UnsetType) else phase.submissions
            set_phase(
                session,
                split,
                phase.name,
                phase.opens_at,
                phase.closes_at,
                units=units,
                is_final=phase.final,
            )
    stated = ThirdParties(manifest.third_party_judges, manifest.third_party_endpoints)
    tighten_third_parties(session, benchmark.slug, stated)
    if is_first:
        open_version(session, benchmark)
    return Loaded(benchmark, True)


def find_past_dates(session: Session, manifest: Manifest) -> list[Problem]:
    """Splits whose hidden answers would be public as soon as the package is loaded."""
    return [
        Problem(
            f"splits: the answers of {part.name!r} would be public at once and for good, because "
            f"their date, {say_moment(part.reveal_at)}, is past.",
            'Correct "reveal_at", or say "answers": "public".',
            path=MANIFEST,
        )
        for part in manifest.splits
        if not isinstance(part.reveal_at, UnsetType) and part.reveal_at <= read_clock(session)
    ]


def find_loaded(session: Session, package: Package) -> Benchmark | None:
    """The version that `package` was loaded as before; None where it was not.

    Raises Conflict if that version was published with other content.
    """
    manifest = package.manifest
    before = session.scalar(
        select(Benchmark).where(
            (Benchmark.content_hash == package.content_hash)
            | ((Benchmark.slug == manifest.slug) & (Benchmark.version == manifest.version))
        )
    )
    if before is not None and before.content_hash != package.content_hash:
        raise Conflict(
            f"{manifest.slug} {manifest.version} was published with other content "
            f"(hash {before.content_hash[:12]}, this package {package.content_hash[:12]}).",
            "A published version never changes: raise the version in manifest.json.",
        )
    return before


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
    """By tens of thousands, as plain values: those cost less than half of what objects do."""
    _insert(session, Item, [make_item_values(split_id, *one) for one in enumerate(items)])
    query = select(Item.id).where(Item.split_id == split_id).order_by(Item.position)
    keyed = list(zip(session.scalars(query), items, strict=True))
    _insert(session, ItemReference, [make_reference_values(*one) for one in keyed])
    _insert(
        session,
        ItemHarm,
        [
            {"item_id": key, "content": msgspec.to_builtins(item.harm)}
            for key, item in keyed
            if isinstance(item, McqItem) and not isinstance(item.harm, UnsetType)
        ],
    )
    hashes = {
        path: hashlib.sha256(picture.content).hexdigest()
        for path, picture in package.pictures.items()
    }
    shown = [
        (key, position, image) for key, item in keyed for position, image in enumerate(item.images)
    ]
    _insert(
        session,
        ItemImage,
        [
            {"item_id": key, "position": position, "sha256": hashes[image.path]}
            | {"path": image.path, "alt": image.alt}
            for key, position, image in shown
        ],
    )
    _insert(
        session,
        ItemImageSource,
        [
            {"item_id": key, "position": position, "content": msgspec.to_builtins(image.source)}
            for key, position, image in shown
            if not isinstance(image.source, UnsetType)
        ],
    )


def _insert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


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


def make_item_values(split_id: int, position: int, item: PackageItem) -> dict[str, Any]:
    """The columns of an item's row."""
    is_mcq = isinstance(item, McqItem)
    return {
        "split_id": split_id,
        "position": position,
        "key": item.id,
        "kind": ItemKind.MCQ if is_mcq else ItemKind.REPORT,
        "track": track_of(item),
        "question": write_question(item),
        "options": item.options if isinstance(item, McqItem) else {},
        "multiple": item.multiple if isinstance(item, McqItem) else False,
        "subcondition": item.subcondition,
        "axis": item.axis,
        "modality": item.modality,
        "levels": item.levels,
        "attributes": item.attributes,
        "case_key": item.case_key,
    }


def make_reference_values(item_id: int, item: PackageItem) -> dict[str, Any]:
    """The columns of the row that holds an item's answer."""
    if isinstance(item, McqItem):
        answer, explanation, report, checklist = sorted(item.answer), item.explanation, "", []
    else:
        answer, explanation, report = [], "", item.reference_report
        checklist = msgspec.to_builtins(item.checklist)
    source = None if isinstance(item.provenance, UnsetType) else item.provenance
    return {
        "item_id": item_id,
        "answer": answer,
        "explanation": explanation,
        "reference_report": report,
        "checklist": checklist,
        "provenance_kind": source.kind if source else "",
        "provenance_reference": source.reference if source else "",
    }
