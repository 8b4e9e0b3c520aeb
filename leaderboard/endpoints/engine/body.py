"""Reading an answer's bytes within a limit, as sent and once decompressed."""

from __future__ import annotations

import zlib
from typing import Protocol

import aiohttp

STREAM_END = b"data: [DONE]"


class BodyTooLarge(Exception):
    """More bytes than the limit."""


class BodyBroken(Exception):
    """Bytes that do not decompress, or not to their end."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Plain:
    """Passes bytes through."""

    eof = True

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return data[:max_length]


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, decompressed, of at most `limit` bytes in either form.

    An event stream is read to its end mark. Raises BodyTooLarge, BodyBroken, and what aiohttp
    raises for a broken connection.
    """
    is_stream = response.content_type == "text/event-stream"
    decompressor = _make_decompressor(response.headers.get("Content-Encoding", ""))
    body, n_received = bytearray(), 0
    if (response.content_length or 0) > limit:
        raise BodyTooLarge
    async for chunk in response.content.iter_any():
        n_received += len(chunk)
        try:
            body += decompressor.decompress(chunk, limit + 1 - len(body))
        except zlib.error as error:
            raise BodyBroken from error
        if max(n_received, len(body)) > limit:
            raise BodyTooLarge
        if is_stream and STREAM_END in body[-len(chunk) - len(STREAM_END) :]:
            return bytes(body)
    if not decompressor.eof:
        raise BodyBroken
    return bytes(body)


def _make_decompressor(encoding: str) -> _Decompressor:
    """For identity, gzip and deflate; we asked for identity. Raises BodyBroken for others."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(zlib.MAX_WBITS | 32)
    raise BodyBroken
