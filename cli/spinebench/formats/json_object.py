"""Prediction files of one JSON object, ids to outputs, as other leaderboards ask for."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from spinebench.formats.columns import (
    ID_NAMES,
    TEXT_NAMES,
    find_columns,
    note_columns,
    show_names,
)
from spinebench.formats.file import File, Kind, decode_mended
from spinebench.formats.format import FileFacts, Format, Row, Rows
from spinebench.formats.jsonl import read_objects
from spinebench.formats.problem import Problem, Unreadable

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_WRAPPERS = ("predictions", "results", "samples", "answers", "responses", "data")
"""Keys under which a list or an object of predictions may stand."""


def is_object(file: File) -> bool:
    """Whether the file is one JSON object, and none that is a line of JSONL."""
    if file.kind is Kind.OBJECT:
        return True
    named = {key.strip().lower() for key in file.keys}
    return (
        file.kind is Kind.LINES
        and bool(named)
        and named.isdisjoint((*ID_NAMES, *TEXT_NAMES))
        and file.fields is not None
    )


def read_object_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each key, counted from 1. Raises Unreadable where the values are not all texts."""
    facts.tool = "JSON object"
    columns = find_columns(file.keys)
    if columns is not None:
        note_columns(columns, facts)
        return read_objects([(1, file.raw)], columns, facts)
    wrapped = _find_wrapped(file)
    if wrapped is not None:
        name, inner = wrapped
        facts.note(f'read from "{name}"')
        return _read_wrapped(inner, facts)
    return _read_pairs(file)


def _find_wrapped(file: File) -> tuple[str, File] | None:
    fields = file.fields or {}
    for name in _WRAPPERS:
        raw = bytes(fields.get(name, b"")).strip()
        if raw[:1] in (b"[", b"{"):
            return name, File(raw, file.most_bytes)
    return None


def _read_wrapped(inner: File, facts: FileFacts) -> Rows:
    if inner.kind is not Kind.ARRAY:
        return _read_pairs(inner)
    columns = find_columns(inner.keys)
    if columns is None:
        raise Unreadable(
            f"The objects in the file have the keys {show_names(inner.keys)}: no id, or no "
            "prediction.",
            "Send JSONL with id and prediction.",
        )
    note_columns(columns, facts)
    return read_objects(
        ((n, bytes(one)) for n, one in enumerate(inner.elements, 1)), columns, facts
    )


def _read_pairs(file: File) -> Rows:
    decode = msgspec.json.Decoder(dict[str, str]).decode
    try:
        texts = decode_mended(file.raw, decode, "JSON object")
    except Unreadable:
        raise Unreadable(
            f"The file is one JSON object with the keys {show_names(tuple(file.fields or ()))}: "
            "not every value is a text, so it is not a file of predictions.",
            "Send an object of ids and outputs, or JSONL with id and prediction.",
        ) from None
    if _count_strings(file.raw) != 2 * len(texts):
        return iter([_explain_repeated(file.raw)])
    return (Row(n, key, text) for n, (key, text) in enumerate(texts.items(), start=1))


def _count_strings(raw: bytes) -> int:
    """How many strings are in valid JSON."""
    if b"\\" not in raw:
        return raw.count(b'"') // 2
    return sum(1 for _ in _STRING.finditer(raw))


def _explain_repeated(raw: bytes) -> Problem:
    class Pairs(list[tuple[str, Any]]):
        pass

    try:
        pairs = json.loads(raw.decode(errors="replace"), object_pairs_hook=Pairs, strict=False)
    except (ValueError, RecursionError):
        pairs = Pairs()
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return Problem(f"The id {key[:120]!r} occurs twice.", "Keep one.", id=key[:120])
        seen.add(key)
    return Problem("An id occurs twice.", "Keep one.")


FORMAT = Format("JSON object", (".json",), read_object_rows, recognises=is_object)
