"""The files of a benchmark package, from a folder or a zip, read within limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Protocol

from leaderboard.errors import InvalidRequest, TooLarge
from leaderboard.packages.zip_files import MAX_FILE_BYTES, ZipFiles


class PackageFiles(Protocol):
    """Reads a package's files by their path inside it.

    A missing one raises KeyError, one that cannot be read InvalidRequest.
    """

    def read(self, path: str) -> bytes: ...


class FolderFiles:
    """The files below a folder; symbolic links out of it are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, path: str) -> bytes:
        """The bytes at `path`."""
        if ".." in PurePosixPath(path).parts:
            raise KeyError(path)
        try:
            place = (self._folder / path).resolve()
            if not place.is_relative_to(self._folder):
                raise InvalidRequest(
                    "It is a link to a place outside the package.",
                    "Replace it with the file itself.",
                )
            if not place.is_file():
                raise KeyError(path)
            if place.stat().st_size > MAX_FILE_BYTES:
                raise TooLarge(f"It is larger than {MAX_FILE_BYTES:,} bytes.", "Make it smaller.")
            return place.read_bytes()
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
            reason = getattr(error, "strerror", None) or "links in a circle"
            raise InvalidRequest(f"It cannot be read: {reason}.", "Fix the file.") from error


def open_package(place: Path) -> PackageFiles:
    """The files of the folder or zip at `place`. Raises InvalidRequest if it is neither."""
    if place.is_dir():
        return FolderFiles(place)
    if place.is_file():
        return ZipFiles(place)
    raise InvalidRequest(f"There is no folder or zip at {place}.", "Check the path.")


def content_hash(files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 (hex) over the files' paths and contents, the same for a folder and its zip."""
    digest = hashlib.sha256()
    for path, content in sorted(files):
        digest.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()
