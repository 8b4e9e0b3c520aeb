"""JSON that others wrote: half characters and broken UTF-8 become U+FFFD, never an error."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from spinebench.formats.characters import REPLACEMENT

MOST_DEEP = 32
"""How deep JSON of requests may nest: what is decoded deeper cannot always be written again."""
_HALF = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|([\[{])|([\]}])', re.DOTALL)


class NotJson(ValueError):
    """The bytes are no JSON, however they are read."""


def replace_halves(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair that stands alone."""
    return _HALF.sub(REPLACEMENT, text)


def make_storable(text: str) -> str:
    """The text with U+FFFD for what no database takes: half characters and NUL."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def is_nested_beyond(raw: bytes, depth: int) -> bool:
    """Whether lists and objects stand in each other more than `depth` deep, be it JSON or not."""
    level = 0
    for found in _BRACKET.finditer(raw):
        level += 1 if found[1] else -1 if found[2] else 0
        if level > depth:
            return True
    return False


def read_json(raw: bytes) -> Any:
    """The value of `raw`; raises NotJson, also for what is nested too deeply."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_lenient(raw)


def _read_lenient(raw: bytes) -> Any:
    """What a strict decoder refused; slower than one."""
    text = raw.decode("utf-8-sig", "replace")
    try:
        # A number of many digits is costly to read as one: it stays text.
        value = json.loads(text, strict=False, parse_int=_read_int)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from None
    return _without_halves(value) if "\\u" in text else value


def _read_int(digits: str) -> int | str:
    return int(digits) if len(digits) < 20 else digits


def _without_halves(value: Any) -> Any:
    """The value with each of its texts whole; it was parsed, so it is not nested deeply."""
    if isinstance(value, str):
        return replace_halves(value)
    if isinstance(value, list):
        return [_without_halves(one) for one in value]
    if isinstance(value, dict):
        return {replace_halves(key): _without_halves(one) for key, one in value.items()}
    return value
