"""The downloaded zip: written and unpacked whole or not at all, and never outside its folder."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from spinebench.errors import SpinebenchError, UnexpectedAnswerError

MAX_UNPACKED_BYTES = 10 * 1024**3


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears as `path` when all went well; otherwise nothing appears."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w+b") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def check_is_zip(package: BinaryIO) -> None:
    """Raises UnexpectedAnswerError when something other than a whole zip was downloaded."""
    package.flush()
    if not zipfile.is_zipfile(package):
        raise UnexpectedAnswerError(
            "What the server sent is not a zip file.",
            remedy="Check the address, or whether your network asks for a sign-in first.",
        )


def unpack(package: BinaryIO, folder: Path, prepare: Callable[[Path], None] | None = None) -> None:
    """Unpacks into `folder`, replacing files of the same name and touching no others.

    Everything is unpacked beside it first, and `prepare` may change it there. Raises
    SpinebenchError for a zip that is not safe.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        zipfile.ZipFile(package) as archive,
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=".spinebench-") as beside,
    ):
        fresh = Path(beside) / "fresh"
        fresh.mkdir()
        for member, place in _safe_members(archive):
            target = fresh / place
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("xb") as file:
                shutil.copyfileobj(source, file)
        if prepare is not None:
            prepare(fresh)
        if folder.exists():
            _move_into(fresh, folder)
        else:
            os.replace(fresh, folder)


def _safe_members(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Every file of the archive with its place inside the folder."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise SpinebenchError(
            "The package would take up more than 10 GB unpacked.",
            remedy="If you trust it, download it without --unzip and unpack it yourself.",
        )
    placed = [(member, PurePosixPath(member.filename)) for member in members]
    for member, place in placed:
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        escapes = place.is_absolute() or ".." in place.parts or not place.parts
        if is_link or escapes or any(c in member.filename for c in "\\:\0"):
            raise SpinebenchError(
                f"The package holds an unsafe path: {member.filename!r}. Nothing was unpacked.",
                remedy="Tell the host of the leaderboard.",
            )
    return placed


def _move_into(fresh: Path, folder: Path) -> None:
    for source in sorted(path for path in fresh.rglob("*") if path.is_file()):
        target = folder / source.relative_to(fresh)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
