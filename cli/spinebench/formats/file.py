"""A file to be recognised: its bytes, and what of its JSON tells which tool wrote it."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from spinebench.formats.archive import Archive
from spinebench.formats.characters import mend_halves
from spinebench.formats.problem import Unreadable

MOST_VALUES = 3_000_000
"""JSON of more values is read a line at a time or not at all: each costs memory."""
NO_LIMIT = 2**40
"""How many bytes may be read of a file by whose it is, on their own computer."""
_OPENING = re.compile(rb"\s*([{\[])")
_LINE = re.compile(rb"\s*([^\n]+)")
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Value = TypeVar("Value")


class Kind(enum.Enum):
    """How a file is written."""

    ZIP = "zip"
    PARQUET = "Parquet"
    LINES = "lines of JSON"
    OBJECT = "one JSON object"
    ARRAY = "one JSON array"
    TEXT = "text"


class File:
    """The bytes of a file in UTF-8 or binary, and its name where it has one.

    `most_bytes` is how much of it may be decompressed.
    """

    def __init__(self, raw: bytes, most_bytes: int, name: str = "") -> None:
        self.raw = raw
        self.most_bytes = most_bytes
        self.name = name

    @cached_property
    def kind(self) -> Kind:
        """How it is written: a single line that is an object is LINES."""
        if self.raw.startswith(b"PK\x03\x04"):
            return Kind.ZIP
        if self.raw.startswith(b"PAR1"):
            return Kind.PARQUET
        found = _OPENING.match(self.raw)
        if found is None:
            return Kind.TEXT
        if found[1] == b"[":
            return Kind.ARRAY
        if self._first_line is None and self.fields is not None:
            return Kind.OBJECT
        return Kind.LINES

    @cached_property
    def archive(self) -> Archive:
        """The members of a zip. Raises Unreadable."""
        return Archive(self.raw, self.most_bytes)

    @cached_property
    def _first_line(self) -> dict[str, msgspec.Raw] | None:
        """The first line as an object; None where it is none by itself."""
        found = _LINE.match(self.raw)
        return _find_object(found[1]) if found else None

    @cached_property
    def fields(self) -> dict[str, msgspec.Raw] | None:
        """The values by key of a file that is one JSON object; None of any other."""
        if self.raw.lstrip()[:1] != b"{":
            return None
        if self._first_line is not None and self.raw.strip().count(b"\n"):
            return None
        return None if self.has_too_many_values else _find_object(self.raw)

    @cached_property
    def elements(self) -> list[msgspec.Raw]:
        """The values of a file that is one JSON array. Raises Unreadable."""
        return self.decode(list[msgspec.Raw])

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the first line, of the object, or of the array's first value."""
        if self.kind is Kind.LINES:
            return tuple(self._first_line or ())
        if self.kind is Kind.OBJECT:
            return tuple(self.fields or ())
        if self.kind is Kind.ARRAY and not self.has_too_many_values:
            try:
                first = self.elements[0] if self.elements else b""
            except Unreadable:
                return ()
            return tuple(_find_object(first) or ())
        return ()

    @property
    def has_too_many_values(self) -> bool:
        """Whether it may hold more values than are decoded at once."""
        is_large = self.most_bytes < NO_LIMIT and len(self.raw) > MOST_VALUES
        return is_large and self.raw.count(b",") > MOST_VALUES

    def decode(self, type_: type[Value], called: str = "JSON file") -> Value:
        """The whole file as a value of `type_`. Raises Unreadable."""
        if self.has_too_many_values:
            raise Unreadable(
                f"The {called} holds more than {MOST_VALUES:,} values.",
                "Make it smaller with `spinebench convert FILE -o predictions.jsonl`.",
            )
        return decode_mended(self.raw, msgspec.json.Decoder(type_).decode, called)


def decode_mended(raw: bytes, decode: Callable[[bytes], Value], called: str) -> Value:
    """The value of JSON, with U+FFFD for half characters. Raises Unreadable."""
    try:
        return decode(raw)
    except _ERRORS as first:
        mended = mend_halves(raw)
        error: Exception = first
        if mended != raw:
            try:
                return decode(mended)
            except _ERRORS as second:
                error = second
    if isinstance(error, RecursionError):
        raise Unreadable(f"The {called} is nested too deeply.", "Send the predictions alone.")
    raise Unreadable(
        f"The {called} cannot be read: {str(error)[:200]}.",
        "Send the file as the tool wrote it, or JSONL with id and prediction.",
    )


def _find_object(raw: bytes | msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    try:
        return decode_mended(bytes(raw), _DECODE_OBJECT, "")
    except Unreadable:
        return None


_DECODE_OBJECT: Callable[[Any], dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
).decode
