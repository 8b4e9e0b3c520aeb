"""The members of a zip, read one at a time within a limit, also those packed by Zstandard."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import zstandard

from spinebench.formats.problem import Unreadable

MOST_MEMBERS = 200_000
"""A zip with more members is not opened."""
MOST_EXPANDED = 8
"""Members read one at a time may hold so many times what a file may hold, all together."""
ZSTANDARD = 93
WINDOW_BYTES = 2**25
"""Zstandard may look back as far as its highest ordinary level does."""
_LOCAL = struct.Struct("<4s22xHH")
_END = struct.Struct("<4s4xHHLL2x")
_ENTRY = struct.Struct("<4s4xHH8xLLHHH8xL")
_IN_ZIP64, _MANY = 0xFFFFFFFF, 0xFFFF


class Member(NamedTuple):
    """What the directory of a zip says of a member: packed it has `n_packed` bytes."""

    flags: int
    method: int
    n_packed: int
    n_bytes: int
    start: int


class Archive:
    """A zip whose `members` are known by name, directories left out.

    A member may hold `most_bytes`, all together MOST_EXPANDED times as much.
    """

    def __init__(self, raw: bytes, most_bytes: int) -> None:
        self._raw = raw
        self._most_bytes = most_bytes
        self._room = MOST_EXPANDED * most_bytes
        self._zstandard = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES)
        try:
            self.members = dict(_list_plain(raw) or _list_any(raw))
        except (
            zipfile.BadZipFile,
            ValueError,
            NotImplementedError,
            OSError,
            struct.error,
        ) as error:
            cut = b"PK\x05\x06" not in raw
            raise self._damaged("its end is missing" if cut else str(error)) from None

    def read(self, name: str) -> bytes:
        """The content of a member. Raises Unreadable, over the limits too."""
        member = self.members.get(name)
        if member is None:
            raise self._damaged(f"it has no {name}")
        if member.flags & 1:
            raise Unreadable("The zip is encrypted.", "Send it without a password.")
        most = min(self._most_bytes, self._room)
        content = self._expand(member, self._find(member, name), most) if most >= 0 else None
        if content is None or len(content) > most:
            raise Unreadable(
                f"The zip is larger than {self._most_bytes / 2**20:.0f} MiB once decompressed.",
                "Make it smaller with `spinebench convert FILE -o predictions.jsonl`.",
            )
        self._room -= len(content)
        return content

    def _find(self, member: Member, name: str) -> bytes:
        """The packed bytes of a member."""
        if member.start < 0 or member.start + 30 > len(self._raw):
            raise self._damaged(f"{name[:100]} is not in it")
        magic, n_name, n_extra = _LOCAL.unpack_from(self._raw, member.start)
        begin = member.start + 30 + n_name + n_extra
        packed = self._raw[begin : begin + member.n_packed]
        if magic != b"PK\x03\x04" or len(packed) != member.n_packed:
            raise self._damaged(f"{name[:100]} is cut short")
        return packed

    def _expand(self, member: Member, packed: bytes, most: int) -> bytes | None:
        """The content of a member, or None or more than `most` bytes where it is too long."""
        try:
            if member.method == ZSTANDARD:
                return self._expand_zstandard(member, packed, most)
            if member.method == zipfile.ZIP_DEFLATED:
                return zlib.decompressobj(wbits=-15).decompress(packed, most + 1)
        except (zlib.error, zstandard.ZstdError) as error:
            raise self._damaged(str(error)) from None
        if member.method == zipfile.ZIP_STORED:
            return packed
        raise Unreadable(
            f"The zip is packed by method {member.method}, which is not read.",
            "Pack it again as an ordinary zip.",
        )

    def _expand_zstandard(self, member: Member, packed: bytes, most: int) -> bytes | None:
        """The same; room is made for what the frame says it holds, or else the directory."""
        stated = zstandard.frame_content_size(packed)
        size = member.n_bytes if stated < 0 else stated
        if size > most:
            return None
        return self._zstandard.decompress(packed, max_output_size=size) if size else b""

    def _damaged(self, why: str) -> Unreadable:
        return Unreadable(f"The zip is damaged: {why[:200]}.", "Send it again whole.")


def _list_plain(raw: bytes) -> list[tuple[str, Member]] | None:
    """The members of a zip as most are: several times faster than zipfile; None of any other."""
    place = raw.rfind(b"PK\x05\x06")
    if place < 0 or place + 22 > len(raw):
        return None
    _, _, n_members, n_bytes, at = _END.unpack_from(raw, place)
    if n_members == _MANY or at == _IN_ZIP64 or at + n_bytes != place:
        return None
    members = []
    for _ in range(n_members):
        magic, flags, method, n_packed, size, n_name, n_extra, n_note, start = _ENTRY.unpack_from(
            raw, at
        )
        if magic != b"PK\x01\x02" or _IN_ZIP64 in (n_packed, size, start):
            return None
        name = raw[at + 46 : at + 46 + n_name].decode("utf-8" if flags & 0x800 else "cp437")
        if not name.endswith("/"):
            members.append((name, Member(flags, method, n_packed, size, start)))
        at += 46 + n_name + n_extra + n_note
    return members


def _list_any(raw: bytes) -> Iterator[tuple[str, Member]]:
    """The same of any zip. Raises what zipfile does."""
    infos = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    if len(infos) > MOST_MEMBERS:
        raise Unreadable(f"The zip has {len(infos):,} members.", "Send fewer files.")
    for one in infos:
        if not one.is_dir():
            packed, size = one.compress_size, one.file_size
            yield (
                one.filename,
                Member(one.flag_bits, one.compress_type, packed, size, one.header_offset),
            )
