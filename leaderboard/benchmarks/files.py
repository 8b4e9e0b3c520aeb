"""The files of a benchmark package, from a folder or a zip, read within limits."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Protocol

from leaderboard.errors import InvalidRequest, TooLarge

MAX_FILE_BYTES = 512 * 1024 * 1024


class PackageFiles(Protocol):
    """Reads a package's files by their path inside it; a missing one raises KeyError."""

    def read(self, path: str) -> bytes: ...


class FolderFiles:
    """The files below a folder; symbolic links out of it are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def read(self, path: str) -> bytes:
        """The bytes at `path`. Raises KeyError if there is no such file below the folder."""
        place = (self._folder / path).resolve()
        if not place.is_relative_to(self._folder) or not place.is_file():
            raise KeyError(path)
        if place.stat().st_size > MAX_FILE_BYTES:
            raise TooLarge(f"{path} is larger than {MAX_FILE_BYTES} bytes.", "Split the package.")
        return place.read_bytes()


class ZipFiles:
    """The files of a zip, whose one top folder, if it has one, is left out of the paths."""

    def __init__(self, place: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(place)
        except zipfile.BadZipFile as error:
            raise InvalidRequest(
                f"{place.name} is not a readable zip.", "Make it again with any zip program."
            ) from error
        manifests = [name for name in self._zip.namelist() if name.endswith("manifest.json")]
        top = min(manifests, key=len, default="manifest.json")
        self._prefix = top.removesuffix("manifest.json")

    def read(self, path: str) -> bytes:
        """The bytes at `path`, never more than the limit, whatever the zip declares."""
        if ".." in PurePosixPath(path).parts:
            raise KeyError(path)
        with self._zip.open(self._prefix + path) as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise TooLarge(f"{path} is larger than {MAX_FILE_BYTES} bytes.", "Split the package.")
        return content


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
