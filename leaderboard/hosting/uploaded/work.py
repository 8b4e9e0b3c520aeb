"""What a worker does with an uploaded package: a dry run with its preview, or loading it."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec import UnsetType
from sqlalchemy import insert
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import Sessions, now
from leaderboard.errors import ClaimLost, Conflict, Problem, SpineBenchError
from leaderboard.hosting.uploaded.keep import delete_contents, delete_preview, read_said
from leaderboard.hosting.uploaded.lease import UPLOADS
from leaderboard.hosting.uploaded.open_files import open_files, write_file
from leaderboard.hosting.uploaded.preview import (
    PER_SHEET,
    order_pictures,
    show_item,
    show_picture,
    show_problem,
)
from leaderboard.hosting.uploaded.shapes import (
    Missing,
    Report,
    Said,
    SplitChange,
    SplitPart,
    Unconfirmed,
    write_shape,
)
from leaderboard.leases import Claim, claim_row, end, renew
from leaderboard.models.role import SITE
from leaderboard.models.uploaded import (
    SheetKind,
    UploadedPackage,
    UploadPicture,
    UploadReport,
    UploadSheet,
    UploadState,
    UploadStep,
)
from leaderboard.moments import say_moment
from leaderboard.packages.check import MANIFEST
from leaderboard.packages.confirmed import (
    Examination,
    examine_items,
    examine_pictures,
    require_confirmed,
)
from leaderboard.packages.files import PackageFiles
from leaderboard.packages.load import find_loaded, find_past_dates, load_package
from leaderboard.packages.package import PackageItem
from leaderboard.packages.read import Package, Survey, survey_package
from leaderboard.packages.unloaded import compare_package
from leaderboard.packages.versions import Change, describe_shared, describe_split
from leaderboard.pictures import Concern

log = logging.getLogger(__name__)
UNPACKED_TIMES = 4
"""Unpacked, a file may have so many times the bytes that it may have as it is sent."""
TOLD_EACH = 20
"""Pictures after which a claim is renewed and the page told."""
MOST_KEYS = 50


class _Facts(msgspec.Struct):
    """What of the row is needed while no transaction is open."""

    file_name: str
    layout: str
    benchmark: str
    step: UploadStep
    said: Said


def work_on_upload(sessions: Sessions, key: int, most_bytes: int) -> bool:
    """Do what a waiting package waits for; whether this call did it.

    Unpacked it may have `most_bytes`. No transaction is open while it is read.
    """
    with sessions.write() as session:
        claim = claim_row(session, UPLOADS, key)
    if claim is None:
        return False
    try:
        with TemporaryDirectory() as name:
            folder = Path(name)
            with sessions.read() as session:
                row = session.get(UploadedPackage, key)
                if row is None:
                    raise ClaimLost
                place = write_file(session, row, folder)
                facts = _Facts(row.file_name, row.layout, row.benchmark, row.step, read_said(row))
            if facts.step is UploadStep.READ:
                _look(sessions, claim, facts, place, most_bytes)
            else:
                _load(sessions, claim, facts, place, most_bytes)
    except ClaimLost:
        log.info("uploaded package %s went to another worker, or was dropped", key)
        return False
    return True


def _look(
    sessions: Sessions, claim: Claim[int], facts: _Facts, place: Path, most_bytes: int
) -> None:
    """The dry run: what is wrong, what is asked for, what there is to see."""
    survey = Survey(None, [], {}, [], None)
    try:
        survey = survey_package(_open(facts, place, most_bytes), most_bytes)
    except SpineBenchError as error:
        survey.problems.extend(error.problems or [Problem(error.message, error.remedy)])
    items = [line.item for line in survey.lines if not line.broken]

    def tell(n_done: int, n_all: int) -> None:
        if n_done % TOLD_EACH == 0:
            with sessions.write() as session:
                renew(session, claim, n_done=n_done, n_all=n_all)

    examination = examine_items(items, survey.pictures, survey.manifest, tell)
    report = _report(survey, items, examination)
    problems = [one for one in survey.problems if one.field is None]
    with sessions.read() as session:
        problems += _compare(session, facts, survey.package, report)
    report.n_problems = len(problems)
    with sessions.write() as session:
        end(session, claim, state=UploadState.READY, n_done=0, n_all=0)
        delete_preview(session, claim.key)
        _write_sheets(session, claim.key, SheetKind.PROBLEMS, list(map(show_problem, problems)))
        _write_pictures(session, claim.key, survey, items, examination)
        session.merge(
            UploadReport(uploaded_id=claim.key, content=write_shape(report), read_at=now())
        )


def _open(facts: _Facts, place: Path, most_bytes: int) -> PackageFiles:
    return open_files(place, facts.file_name, facts.layout, facts.said, place.parent, most_bytes)


def _report(survey: Survey, items: Sequence[PackageItem], examination: Examination) -> Report:
    counts = Counter(one.concern for one in examination.open)
    report = Report(
        n_items=len(items),
        n_pictures=len(examination.shown),
        n_warned=sum(bool(one.warnings or one.concerns) for one in examination.shown),
        missing=[
            Missing(field=one.field, message=one.message) for one in survey.problems if one.field
        ],
        unconfirmed=[
            Unconfirmed(concern=one.value, label=one.label, n_pictures=counts[one])
            for one in Concern
            if counts[one]
        ],
    )
    if survey.package is not None:
        manifest, of_split = survey.package.manifest, survey.package.items
        report.name, report.slug, report.version = manifest.name, manifest.slug, manifest.version
        report.licence, report.description = manifest.licence, manifest.description
        report.content_hash = survey.package.content_hash
        report.splits = [
            SplitPart(
                name=one.name,
                answers=one.answers,
                n_items=len(of_split[one.name]),
                reveal_at="" if isinstance(one.reveal_at, UnsetType) else say_moment(one.reveal_at),
            )
            for one in manifest.splits
        ]
    return report


def _compare(
    session: Session, facts: _Facts, package: Package | None, report: Report
) -> list[Problem]:
    """Write into `report` what it changes of the version in front; what hinders it to be loaded."""
    if package is None:
        return []
    slug = package.manifest.slug
    if facts.benchmark not in (SITE, slug):
        return [
            Problem(
                f"The package is of {slug}, and was uploaded for {facts.benchmark}.",
                f'Write "slug": "{facts.benchmark}", or ask an administrator to load it.',
                path=MANIFEST,
            )
        ]
    try:
        if find_loaded(session, package) is not None:
            return [
                Problem(
                    f"{slug} {package.manifest.version} is loaded already, with this content.",
                    "Nothing is left to be done: drop it.",
                    path=MANIFEST,
                )
            ]
    except Conflict as error:
        return [Problem(error.message, error.remedy, path=MANIFEST)]
    if past := find_past_dates(session, package.manifest):
        return past
    proposed = compare_package(session, package)
    if proposed is not None:
        report.front, report.shared = proposed.front.version, describe_shared(proposed.diff)
        report.changes = [
            SplitChange(
                name=name,
                words=describe_split(one),
                keys=[
                    f"{item.key}: {', '.join(change.label for change in item.changes)}"
                    for item in one.items
                    if item.change is not Change.SAME
                ][:MOST_KEYS],
            )
            for name, one in proposed.diff.splits.items()
        ]
    return []


def _write_pictures(
    session: Session,
    key: int,
    survey: Survey,
    items: Sequence[PackageItem],
    examination: Examination,
) -> None:
    """The pictures and the items, which name these by their places."""
    users = defaultdict(list)
    for item in items:
        for path in dict.fromkeys(image.path for image in item.images):
            users[path].append(item)
    ordered = order_pictures(examination.shown)
    places = {one.path: place for place, one in enumerate(ordered)}
    shown = [
        show_picture(place, one, survey.pictures[one.path], users[one.path])
        for place, one in enumerate(ordered)
    ]
    _write_sheets(session, key, SheetKind.PICTURES, shown)
    _write_sheets(session, key, SheetKind.ITEMS, [show_item(one, places) for one in items])
    for path, place in places.items():
        picture = survey.pictures[path]
        row = {"uploaded_id": key, "place": place, "media_type": picture.media_type}
        session.execute(insert(UploadPicture), [row | {"content": picture.content}])


def _write_sheets(
    session: Session, key: int, kind: SheetKind, shown: Sequence[msgspec.Struct]
) -> None:
    size = PER_SHEET[kind]
    parts = [shown[first : first + size] for first in range(0, len(shown), size)]
    rows: list[dict[str, Any]] = [
        {"uploaded_id": key, "kind": kind, "place": place, "rows": list(map(write_shape, part))}
        for place, part in enumerate(parts)
    ]
    if rows:
        session.execute(insert(UploadSheet), rows)


def _load(
    sessions: Sessions, claim: Claim[int], facts: _Facts, place: Path, most_bytes: int
) -> None:
    """Load it as `flask benchmark load` does; a domain error ends it with its words."""
    try:
        package = survey_package(_open(facts, place, most_bytes), most_bytes).package
        if package is None:
            raise Conflict("The package has problems.", "Upload it again.")
        require_confirmed(examine_pictures(package))
        with sessions.write() as session:
            end(session, claim, state=UploadState.LOADED)
            slug, version = package.manifest.slug, package.manifest.version
            if facts.benchmark not in (SITE, slug):
                raise Conflict(f"The package is of {slug}.", "Upload it for that benchmark.")
            row = load_package(session, package).benchmark
            state = "published" if row.opening else "prepared"
            subject = f"benchmark {slug} {version}"
            add_audit(session, "worker", f"package {state}", subject, benchmark=slug)
            delete_contents(session, claim.key)
    except SpineBenchError as error:
        with sessions.write() as session:
            reason = f"{error.message} {error.remedy}".strip()
            end(session, claim, state=UploadState.FAILED, reason=reason)
