"""The host's acts on uploaded packages: upload, answer what is asked, load, drop; and their end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import Reach
from leaderboard.audit import add_audit
from leaderboard.db import clock, now
from leaderboard.errors import Conflict, InvalidRequest, NotFound, TooLarge
from leaderboard.hosting.act import Act
from leaderboard.hosting.uploaded.lease import UPLOADS
from leaderboard.hosting.uploaded.shapes import Report, Said, read_shape, write_shape
from leaderboard.models.role import SITE
from leaderboard.models.team import User
from leaderboard.models.uploaded import (
    SheetKind,
    UploadedPackage,
    UploadedPiece,
    UploadPicture,
    UploadReport,
    UploadSheet,
    UploadState,
    UploadStep,
)
from leaderboard.packages.catalogue import has_version
from leaderboard.packages.importing import SOURCES
from leaderboard.pictures import Concern, Confirmed
from leaderboard.queue import Nudge

KEPT = timedelta(days=7)
"""After the last act on it, an uploaded package is deleted."""
MOST_KEPT = 3
"""Uploaded packages of one benchmark at a time."""
PIECE_BYTES = 1024 * 1024
MAX_BY = 200
MAX_FOUND = 2000


def receive_package(
    session: Session,
    stream: BinaryIO,
    file_name: str,
    benchmark: str,
    layout: str,
    user: User,
    most_bytes: int,
) -> tuple[UploadedPackage, Act]:
    """Keep a file for the hosts of `benchmark` (SITE: for administrators), and have it looked at.

    `layout` is that of an importer, or "" for a package. Nothing in it is read here. Raises
    InvalidRequest, TooLarge, or Conflict where too many are kept already.
    """
    if layout and layout not in SOURCES:
        raise InvalidRequest(f"There is no layout {layout[:40]!r}.", "Choose one.").at("layout")
    if benchmark != SITE and not has_version(session, benchmark):
        raise InvalidRequest(f"There is no benchmark {benchmark[:80]!r}.", "Choose one.").at(
            "benchmark"
        )
    open_ = (UploadedPackage.benchmark == benchmark) & (UploadedPackage.state != UploadState.LOADED)
    if (session.scalar(select(func.count()).where(open_)) or 0) >= MOST_KEPT:
        raise Conflict(
            f"{MOST_KEPT} uploaded packages of this benchmark are kept already.",
            "Load or drop one of them first.",
        )
    kept = UploadedPackage(
        benchmark=benchmark,
        file_name=file_name[-200:],
        n_bytes=0,
        layout=layout,
        said=write_shape(Said()),
        step=UploadStep.READ,
        state=UploadState.WAITING,
        heartbeat_at=clock(),
        uploaded_by=user,
        uploaded_at=now(),
        expires_at=now() + KEPT,
    )
    session.add(kept)
    session.flush()
    for place, piece in enumerate(_cut(stream)):
        kept.n_bytes += len(piece)
        if kept.n_bytes > most_bytes:
            raise TooLarge(
                f"The file has more than {most_bytes:,} bytes.",
                "Load it with `flask benchmark load` on the server.",
            ).at("file")
        row = {"uploaded_id": kept.id, "place": place, "content": piece}
        session.execute(insert(UploadedPiece), [row])
    if not kept.n_bytes:
        raise InvalidRequest("The file is empty.", "Choose another one.").at("file")
    _note(session, kept, user, "upload package", f"{kept.n_bytes:,} bytes")
    return kept, Act(f"{file_name[-200:]} is uploaded; a worker looks at it.", waiting=_nudge(kept))


def make_mark(session: Session, kept: UploadedPackage) -> str:
    """What tells this upload, as it was looked at last, from any other state of this number."""
    report = session.get(UploadReport, kept.id)
    looked = "" if report is None else f"{report.read_at.isoformat()}"
    told = f"{kept.file_name}\n{kept.uploaded_at.isoformat()}\n{looked}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def require_seen(session: Session, kept: UploadedPackage, mark: str | None) -> None:
    """Raise Conflict where the page on which somebody decided showed something else.

    A program that decides without a page has no mark.
    """
    if mark is not None and mark != make_mark(session, kept):
        raise Conflict(
            "This package was looked at again, or another one took its number, since you opened "
            "the page.",
            "Look at what it is now.",
        )


def answer_questions(session: Session, kept: UploadedPackage, said: Said, user: User) -> Act:
    """Have the file looked at again with what the host says beside it. Raises Conflict."""
    _require_resting(kept)
    said.confirmed = []
    kept.said = write_shape(said)
    _begin(kept, UploadStep.READ)
    _note(session, kept, user, "answer for package", "")
    return Act("A worker looks at it again, with your answers.", waiting=_nudge(kept))


def load_uploaded(
    session: Session, kept: UploadedPackage, by: str, found: str, *, has_looked: bool, user: User
) -> Act:
    """Confirm what must be confirmed, by whom and with what found, and have the package loaded.

    Where it has pictures, somebody has to have looked at each of them. Raises InvalidRequest, or
    Conflict where it has problems or is not looked at yet.
    """
    _require_resting(kept)
    report = find_report(session, kept)
    if report is None or not report.is_loadable:
        raise Conflict("This package has problems.", "Fix them, and upload it again.")
    if report.n_pictures:
        by, found = " ".join(by.split()), " ".join(found.split())
        if not has_looked:
            raise InvalidRequest(
                "Nobody has confirmed that the pictures were looked at.",
                f"Look at each of the {report.n_pictures:,} pictures, and tick the box.",
            ).at("looked")
        if not 1 <= len(by) <= MAX_BY:
            raise InvalidRequest("Who looked is missing.", "Give a name and a profession.").at("by")
        if not 1 <= len(found) <= MAX_FOUND:
            raise InvalidRequest("What was found is missing.", "Say it in a sentence.").at("found")
    said = read_said(kept)
    said.confirmed = [
        Confirmed(what=Concern(one.concern), by=by, reason=found, on=f"{now():%Y-%m-%d}")
        for one in report.unconfirmed
    ]
    kept.said = write_shape(said)
    _begin(kept, UploadStep.LOAD)
    n = report.n_pictures
    looked = f"{by} looked at {n:,} picture{'s' if n != 1 else ''}: {found}" if n else ""
    _note(session, kept, user, "load package", looked)
    return Act(f"{report.slug} {report.version} is being loaded.", waiting=_nudge(kept))


def drop_uploaded(session: Session, kept: UploadedPackage, user: User) -> Act:
    """Delete an uploaded package with all that was made of it."""
    _note(session, kept, user, "drop package", "")
    message = f"{kept.file_name} is deleted."
    delete_uploaded(session, [kept.id])
    return Act(message)


def delete_expired(session: Session) -> None:
    """Delete uploaded packages whose time is over, but what a worker has in hand."""
    expired = select(UploadedPackage.id).where(
        UploadedPackage.expires_at < clock(), UploadedPackage.state != UploadState.WORKING
    )
    delete_uploaded(session, list(session.scalars(expired)))


def delete_uploaded(session: Session, keys: Sequence[int]) -> None:
    """Delete uploaded packages with all that was made of them."""
    for key in keys:
        delete_contents(session, key)
        session.execute(delete(UploadReport).where(UploadReport.uploaded_id == key))
        session.execute(delete(UploadedPackage).where(UploadedPackage.id == key))


def delete_contents(session: Session, key: int) -> None:
    """Delete the bytes and the preview of an uploaded package, which stays known."""
    session.execute(delete(UploadedPiece).where(UploadedPiece.uploaded_id == key))
    delete_preview(session, key)


def delete_preview(session: Session, key: int) -> None:
    """Delete the sheets and pictures of a dry run."""
    for table in (UploadSheet, UploadPicture):
        session.execute(delete(table).where(table.uploaded_id == key))


def get_uploaded(session: Session, key: int) -> UploadedPackage:
    """The uploaded package of this number. Raises NotFound."""
    found = session.get(UploadedPackage, key)
    if found is None:
        raise no_uploaded(key)
    return found


def no_uploaded(key: int) -> NotFound:
    """There is none of this number, or it is not for the one who asks."""
    return NotFound(
        f"There is no uploaded package {key}.",
        f"It may be deleted: they are kept for {KEPT.days} days. See the list.",
    )


def read_uploaded(session: Session, reach: Reach) -> list[UploadedPackage]:
    """Uploaded packages within `reach`, newest first."""
    query = select(UploadedPackage).where(reach.names(UploadedPackage.benchmark))
    return list(session.scalars(query.order_by(UploadedPackage.id.desc())))


def read_said(kept: UploadedPackage) -> Said:
    """What its host said beside it."""
    return read_shape(kept.said, Said)


def find_report(session: Session, kept: UploadedPackage) -> Report | None:
    """What the last dry run found; None before there was one."""
    row = session.get(UploadReport, kept.id)
    return None if row is None else read_shape(row.content, Report)


def read_sheet(session: Session, key: int, kind: SheetKind, place: int) -> list[dict[str, object]]:
    """The rows of a sheet of the preview; none where there is no such sheet."""
    row = session.get(UploadSheet, (key, kind, place))
    return [] if row is None else row.rows


def get_picture(session: Session, key: int, place: int) -> UploadPicture:
    """A picture of the preview. Raises NotFound."""
    found = session.get(UploadPicture, (key, place))
    if found is None:
        raise NotFound("There is no such picture.", "See the package's pictures.")
    return found


def _cut(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(PIECE_BYTES):
        yield piece


def _require_resting(kept: UploadedPackage) -> None:
    if kept.state.is_open or kept.state is UploadState.LOADED:
        raise Conflict(f"This package is {kept.state.label}.", "Look at its page again.")


def _begin(kept: UploadedPackage, step: UploadStep) -> None:
    kept.step, kept.state, kept.reason = step, UploadState.WAITING, ""
    kept.n_attempts = kept.n_done = kept.n_all = 0
    kept.heartbeat_at, kept.expires_at = clock(), now() + KEPT


def _nudge(kept: UploadedPackage) -> tuple[Nudge[int], ...]:
    return (Nudge(UPLOADS.job, kept.id),)


def _note(session: Session, kept: UploadedPackage, user: User, action: str, note: str) -> None:
    subject = f"package {kept.id}"
    add_audit(session, user.email, action, subject, note, benchmark=kept.benchmark)
