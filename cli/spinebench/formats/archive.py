"""The members of a zip, read one at a time within a limit, also those packed by Zstandard."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from typing import Any

from spinebench.formats.problem import Unreadable

MOST_MEMBERS = 200_000
"""A zip with more members is not opened."""
MOST_EXPANDED = 8
"""Members read one at a time may hold so many times what a file may hold, all together."""
ZSTANDARD = 93
WINDOW_BITS = 25
"""Zstandard may look back 32 MiB, what its highest ordinary level does."""
_LOCAL = struct.Struct("<4s22xHH")


class Archive:
    """A zip whose `members` are known by name, directories left out.

    A member may hold `most_bytes`, all together MOST_EXPANDED times as much.
    """

    def __init__(self, raw: bytes, most_bytes: int) -> None:
        self._raw = raw
        self._most_bytes = most_bytes
        self._room = MOST_EXPANDED * most_bytes
        try:
            infos = zipfile.ZipFile(io.BytesIO(raw)).infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise self._damaged(str(error)) from None
        if len(infos) > MOST_MEMBERS:
            raise Unreadable(f"The zip has {len(infos):,} members.", "Send fewer files.")
        self.members = {one.filename: one for one in infos if not one.is_dir()}

    def read(self, name: str) -> bytes:
        """The content of a member. Raises Unreadable, over the limits too."""
        info = self.members.get(name)
        if info is None:
            raise self._damaged(f"it has no {name}")
        if info.flag_bits & 1:
            raise Unreadable("The zip is encrypted.", "Send it without a password.")
        most = min(self._most_bytes, self._room)
        content = self._expand(info, self._find(info), most + 1)
        if len(content) > most:
            raise Unreadable(
                f"The zip is larger than {most / 2**20:.0f} MiB once decompressed.",
                "Make it smaller with `spinebench convert FILE -o predictions.jsonl`.",
            )
        self._room -= len(content)
        return content

    def _find(self, info: zipfile.ZipInfo) -> bytes:
        """The packed bytes of a member."""
        start = info.header_offset
        if start < 0 or start + _LOCAL.size > len(self._raw):
            raise self._damaged(f"{info.filename[:100]} is not in it")
        magic, n_name, n_extra = _LOCAL.unpack_from(self._raw, start)
        begin = start + 30 + n_name + n_extra
        packed = self._raw[begin : begin + info.compress_size]
        if magic != b"PK\x03\x04" or len(packed) != info.compress_size:
            raise self._damaged(f"{info.filename[:100]} is cut short")
        return packed

    def _expand(self, info: zipfile.ZipInfo, packed: bytes, room: int) -> bytes:
        """At most `room` bytes of a member."""
        try:
            if info.compress_type == zipfile.ZIP_STORED:
                return packed[:room]
            if info.compress_type == zipfile.ZIP_DEFLATED:
                return zlib.decompressobj(wbits=-15).decompress(packed, room)
            if info.compress_type == ZSTANDARD:
                return _expand_zstandard(packed, room)
        except zlib.error as error:
            raise self._damaged(str(error)) from None
        except _zstandard().ZstdError as error:
            raise self._damaged(str(error)) from None
        raise Unreadable(
            f"The zip is packed by method {info.compress_type}, which is not read.",
            "Pack it again as an ordinary zip.",
        )

    def _damaged(self, why: str) -> Unreadable:
        return Unreadable(f"The zip is damaged: {why[:200]}.", "Send it again whole.")


def _zstandard() -> Any:
    """The module of the standard library, or its backport; loaded where a file asks for it."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _expand_zstandard(packed: bytes, room: int) -> bytes:
    zstd = _zstandard()
    options = {zstd.DecompressionParameter.window_log_max: WINDOW_BITS}
    content: bytes = zstd.ZstdDecompressor(options=options).decompress(packed, room)
    return content
