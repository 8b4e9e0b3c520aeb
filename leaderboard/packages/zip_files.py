"""The files of a zip from anybody: its list is looked at before anything in it is read."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from leaderboard.errors import InvalidPackage, InvalidRequest, Problem, TooLarge

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_ZIP_FILES = 50_000
MAX_LIST_BYTES = 16 * 1024 * 1024
"""Of the list at a zip's end, which is held in memory as a whole."""
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\5\6", 22, 0xFFFF
_END64, _LOCATOR64, _END64_BYTES, _LOCATOR64_BYTES = b"PK\6\6", b"PK\6\7", 56, 20
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_AGAIN = "Create it again with any zip program."
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, ValueError, RuntimeError),
)
"""What zipfile raises for what it cannot read; RuntimeError is for versions and passwords."""


class ZipFiles:
    """The files of a zip, whose one top folder, if it has one, is left out of the paths."""

    def __init__(self, place: Path) -> None:
        self._zip = _open(place)
        problems = list(_find_problems(self._zip.infolist()))
        if problems:
            raise InvalidPackage(
                f"{place.name} has {len(problems)} problem(s); nothing in it was read.",
                "Fix them all, then check it again with `flask benchmark check`.",
                problems,
            )
        tops = [PurePosixPath(name) for name in self._zip.namelist()]
        manifests = [top for top in tops if top.name == "manifest.json" and len(top.parts) <= 2]
        top = min(manifests, key=lambda path: len(path.parts), default=PurePosixPath("."))
        self._prefix = "".join(f"{part}/" for part in top.parts[:-1])

    def read(self, path: str) -> bytes:
        """The bytes at `path`, never more than the limit, whatever the zip declares."""
        if ".." in PurePosixPath(path).parts:
            raise KeyError(path)
        return self._read(self._zip.getinfo(self._prefix + path))

    def extract(self, folder: Path, most_bytes: int) -> list[str]:
        """Write every file below `folder`, and name them in the order of the list.

        Raises TooLarge where all together have more than `most_bytes`, whatever the zip declares.
        """
        names, n_bytes = [], 0
        for info in self._zip.infolist():
            if info.is_dir():
                continue
            content = self._read(info)
            n_bytes += len(content)
            if n_bytes > most_bytes:
                raise TooLarge(
                    f"Unpacked it has more than {most_bytes:,} bytes.", "Make it smaller."
                )
            place = folder / info.filename
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            except OSError as error:
                raise InvalidRequest(
                    f"{_shown(info)} cannot be written: {error.strerror}.", _AGAIN
                ) from error
            names.append(info.filename)
        return names

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(info) as stream:
                content = stream.read(MAX_FILE_BYTES + 1)
        except _DAMAGED as error:
            raise InvalidRequest("It is damaged inside the zip file.", _AGAIN) from error
        if len(content) > MAX_FILE_BYTES:
            raise TooLarge(f"It is larger than {MAX_FILE_BYTES:,} bytes.", "Make it smaller.")
        return content


def _open(place: Path) -> zipfile.ZipFile:
    try:
        if _read_list_bytes(place) > MAX_LIST_BYTES:
            raise TooLarge(
                f"{place.name} lists far too many files.",
                f"Send at most {MAX_ZIP_FILES:,}: the manifest, the items and their images.",
            )
        return zipfile.ZipFile(place)
    except UnicodeDecodeError as error:
        raise InvalidRequest(
            f"{place.name} has names that claim to be UTF-8 but are not.",
            "Name the files with ASCII letters and create the zip file again.",
        ) from error
    except _DAMAGED as error:
        raise InvalidRequest(f"{place.name} is not a readable zip file.", _AGAIN) from error


def _read_list_bytes(place: Path) -> int:
    """How long the zip says that its list of files is. Raises BadZipFile where it has none.

    Found as zipfile finds it, which holds the whole list before it can be asked.
    """
    with place.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _END64_BYTES - _LOCATOR64_BYTES))
        tail = file.read()
    at = tail.rfind(_END)
    end = tail[at:]
    is_whole = at >= 0 and len(end) >= _END_BYTES
    if not is_whole or len(end) != _END_BYTES + struct.unpack("<H", end[20:22])[0]:
        raise zipfile.BadZipFile("no end of the list")
    n_bytes = int(struct.unpack("<L", end[12:16])[0])
    before = tail[max(0, at - _END64_BYTES - _LOCATOR64_BYTES) : at]
    if before.startswith(_END64) and before[_END64_BYTES:].startswith(_LOCATOR64):
        n_bytes = max(n_bytes, int(struct.unpack("<Q", before[40:48])[0]))
    return n_bytes


def _find_problems(infos: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    if len(infos) > MAX_ZIP_FILES:
        yield Problem(
            f"The zip file has {len(infos):,} files; the limit is {MAX_ZIP_FILES:,}.",
            "Leave out everything except the manifest, the items files and the items' images.",
        )
        return
    alike = Counter(info.filename.casefold() for info in infos)
    for info in infos:
        for message, remedy in _complaints(info):
            yield Problem(message, remedy, path=_shown(info))
        if alike[info.filename.casefold()] > 1:
            yield Problem(
                "The name occurs twice in the zip file, possibly in different upper and lower "
                "case.",
                "Give each file its own name.",
                path=_shown(info),
            )


def _complaints(info: zipfile.ZipInfo) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry of the list, and the remedy."""
    name = info.orig_filename
    if not _is_plain(name):
        yield (
            "The name leads out of the package, or is not a plain path.",
            "Use paths inside the package, with / between folders.",
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "It is a link or a device, not a file.", "Put the file itself into the zip file."
    if info.flag_bits & _ENCRYPTED:
        yield "It is encrypted.", "Create the zip file again without a password."
    elif info.compress_type not in _METHODS:
        yield "It uses an unsupported compression method.", "Create the zip again with deflate."
    if info.file_size > MAX_FILE_BYTES:
        message = f"It has {info.file_size:,} bytes; the limit is {MAX_FILE_BYTES:,}."
        yield message, "Make it smaller."


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not (
        not name
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or not name.isprintable()
        or (len(name) > 1 and name[0].isalpha() and name[1] == ":")
    )


def _shown(info: zipfile.ZipInfo) -> str:
    """The name, fit to be printed."""
    return ascii(info.orig_filename[:200])[1:-1]
