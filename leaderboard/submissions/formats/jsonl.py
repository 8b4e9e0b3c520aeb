"""Prediction files of one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from leaderboard.errors import Problem
from leaderboard.json_text import REPLACEMENT, mend_halves
from leaderboard.submissions.formats.format import Format, Row

EXAMPLE = '{"id": "test-text-001", "prediction": "ANSWER: B"}'


_TOO_DEEP = "Not valid JSON: nested too deeply."


class _Line(msgspec.Struct):
    id: str
    prediction: str


def read_jsonl_rows(raw: bytes) -> Iterator[Row | Problem]:
    """A row or a problem for each line that is not blank; keys beside the two are ignored."""
    if raw.lstrip().startswith(b"["):
        yield Problem(
            "The file is one JSON array.",
            "Write one JSON object a line, without brackets around them (JSONL).",
            line=1,
        )
        return
    decode = msgspec.json.Decoder(_Line).decode
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            row = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            mended = _decode_mended(decode, line)
            if mended is None:
                if line.strip():
                    yield _explain(number, line, error)
                continue
            row = mended
        if line.count(b'"id"') > 1 or line.count(b'"prediction"') > 1:
            try:
                repeated = _find_repeated_key(line)
            except RecursionError:
                yield Problem(_TOO_DEEP, f"Write a line such as {EXAMPLE}.", number, row.id)
                continue
            if repeated is not None:
                yield Problem(f"The key {repeated!r} occurs twice.", "Keep one.", number, row.id)
                continue
        yield Row(number, row.id, row.prediction)


def _decode_mended(decode: Callable[[bytes], _Line], line: bytes) -> _Line | None:
    """The line with U+FFFD for half characters; None where more than that is wrong with it.

    A text of nothing else is wrong too.
    """
    mended = mend_halves(line)
    if mended == line:
        return None
    try:
        row = decode(mended)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return row if row.prediction.replace(REPLACEMENT, " ").strip() else None


def _find_repeated_key(line: bytes) -> str | None:
    """`id` or `prediction` if the outermost object holds it twice."""

    class Pairs(list[tuple[str, Any]]):
        pass

    # Numbers stay text: one of many digits is costly to read, and no number matters here.
    pairs = json.loads(mend_halves(line), object_pairs_hook=Pairs, parse_int=str, parse_float=str)
    keys = [key for key, _ in pairs]
    return next((key for key in ("id", "prediction") if keys.count(key) > 1), None)


def _explain(number: int, line: bytes, error: Exception) -> Problem:
    """What is wrong with a line that did not decode, in words for whoever wrote it."""
    try:
        line.decode()
    except UnicodeDecodeError as bad:
        return Problem(f"Byte {bad.start + 1} is not UTF-8.", "Save the file as UTF-8.", number)
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        too_deep = isinstance(error, RecursionError)
        reason = _TOO_DEEP if too_deep else f"Not valid JSON: {error}."
        return Problem(reason, f"Write a line such as {EXAMPLE}.", number)
    if not isinstance(value, dict):
        return Problem("Not a JSON object.", f"Write a line such as {EXAMPLE}.", number)
    key = value.get("id")
    known = key[:120] if isinstance(key, str) else None
    for name in ("id", "prediction"):
        if name not in value:
            return Problem(
                f'There is no "{name}".', f"Write a line such as {EXAMPLE}.", number, known
            )
        if not isinstance(value[name], str):
            found = type(value[name]).__name__.replace("NoneType", "null")
            return Problem(
                f'"{name}" is of type {found}, not a string.', "Put it in quotes.", number, known
            )
    return Problem(f"{error}.", f"Write a line such as {EXAMPLE}.", number, known)


FORMAT = Format(
    "JSONL",
    (".jsonl", ".json"),
    read_jsonl_rows,
    recognises=lambda raw: raw.lstrip()[:1] in (b"{", b"["),
)
