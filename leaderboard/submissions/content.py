"""The bytes of an uploaded file: decompressed within a limit that compression cannot get round."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from leaderboard.errors import InvalidPredictions, Problem, TooLarge

PIECE_BYTES = 16_384
MOST_MEMBERS = 10_000
"""Programs that compress in blocks write a member for each 64 kB of text."""
GZIP_MAGIC = b"\x1f\x8b"
OTHER_KINDS = {
    b"PK\x05\x06": "an empty zip",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"BZh": "compressed with bzip2",
    b"\x28\xb5\x2f\xfd": "compressed with zstandard",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (xls)",
    b"%PDF": "a PDF",
    GZIP_MAGIC: "packed twice by gzip",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3\0": "a database (SQLite)",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}
"""How files begin that are sent by mistake."""


class Content(NamedTuple):
    """A file's decompressed bytes and their SHA-256 in hex; `most_bytes` may be in a zip."""

    raw: bytes
    file_hash: str
    most_bytes: int = 64 * 2**20


def read_content(stream: BinaryIO, max_bytes: int) -> Content:
    """The file in `stream`, gunzipped if it is gzip.

    Raises TooLarge over `max_bytes` as sent or decompressed, InvalidPredictions if the file is
    empty or no text can be in it.
    """
    raw = stream.read(max_bytes + 1)
    if raw.startswith(GZIP_MAGIC):
        raw = _gunzip(raw, max_bytes)
    if len(raw) > max_bytes:
        raise TooLarge(
            f"The file is larger than {max_bytes / 2**20:.0f} MiB once decompressed.",
            "Send only id and prediction for each item: `spinebench convert FILE -o "
            "predictions.jsonl` writes what counts of a log.",
        )
    for magic, kind in OTHER_KINDS.items():
        if raw.startswith(magic):
            raise _unreadable(
                f"The file is {kind}.", "Save it as JSONL, CSV or Excel; gzip or zip may pack it."
            )
    file_hash = hashlib.sha256(raw).hexdigest()
    if not raw or raw.isspace():
        raise _unreadable("The file is empty.", 'Write a line {"id": ..., "prediction": ...}.')
    return Content(raw, file_hash, max_bytes)


def join_contents(named: Sequence[tuple[str, Content]]) -> Content:
    """Several files as the zip of them; its hash is that of the files one after the other by name.

    Raises TooLarge where they hold more together than one may.
    """
    packed = io.BytesIO()
    digest = hashlib.sha256()
    most_bytes = named[0][1].most_bytes
    if sum(len(content.raw) for _, content in named) > most_bytes:
        raise TooLarge(
            f"The files are larger than {most_bytes / 2**20:.0f} MiB together.",
            "Send only id and prediction for each item, as `spinebench convert` writes them.",
        )
    with zipfile.ZipFile(packed, "w") as archive:
        for n, (name, content) in enumerate(sorted(named), start=1):
            inside = PurePosixPath(name.replace("\\", "/")).name or "file"
            archive.writestr(zipfile.ZipInfo(f"{n:03} {inside}"[:200]), content.raw)
            digest.update(content.raw)
    return Content(packed.getvalue(), digest.hexdigest(), most_bytes)


def _gunzip(raw: bytes, max_bytes: int) -> bytes:
    """All members of a gzip file, never more than `max_bytes` + 1 bytes of them.

    Zeros behind the last member are padding, as tapes and disks leave it.
    """
    parts: list[bytes] = []
    room, place, n_members = max_bytes + 1, 0, 0
    while place < len(raw) and room > 0 and not (raw[place] == 0 and _is_padding(raw, place)):
        n_members += 1
        if n_members > MOST_MEMBERS:
            raise _unreadable(
                f"The gzip file is made of more than {MOST_MEMBERS:,} parts.",
                "Compress the predictions again, as one file.",
            )
        place, room = _gunzip_member(raw, place, room, parts)
    return b"".join(parts)


def _gunzip_member(raw: bytes, place: int, room: int, parts: list[bytes]) -> tuple[int, int]:
    """Add what is in the member at `place`, up to `room` bytes; where it ends, and what is left."""
    member = zlib.decompressobj(wbits=31)
    while not member.eof and room > 0:
        if place >= len(raw):
            raise _unreadable("The gzip file is truncated.", "Send the whole file again.")
        # Piece by piece: what stands behind a member is copied whenever one ends.
        piece = raw[place : place + PIECE_BYTES]
        try:
            part = member.decompress(piece, room)
        except zlib.error as error:
            raise _unreadable(f"The gzip file is damaged: {error}.", "Compress it again.") from None
        parts.append(part)
        room -= len(part)
        place += len(piece) - len(member.unused_data)
    return place, room


def _is_padding(raw: bytes, place: int) -> bool:
    """Whether only zeros follow. No member begins with one, so this is asked once."""
    return raw.count(0, place) == len(raw) - place


def _unreadable(message: str, remedy: str) -> InvalidPredictions:
    return InvalidPredictions(
        "The prediction file cannot be read.", remedy, [Problem(message, remedy, line=1)]
    )
