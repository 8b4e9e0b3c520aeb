"""Prediction files of one JSON object a line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from leaderboard.errors import Problem
from leaderboard.json_text import REPLACEMENT, mend_halves
from leaderboard.submissions.formats.format import (
    MOST_BYTES,
    MOST_MENDED,
    TOO_LONG_REMEDY,
    TOO_LONG_WORDS,
    Extras,
    Format,
    Row,
    read_extras,
)

EXAMPLE = '{"id": "test-text-001", "prediction": "ANSWER: B"}'
MOST_EXAMINED = 2**20
"""So many bytes of a file are read a second time to see which key occurs twice."""
_OPENING = re.compile(rb"\s*([{\[])")
_TOO_DEEP = "Not valid JSON: nested too deeply."
_KINDS = {b"{": "dict", b"[": "list", b"t": "bool", b"f": "bool", b"n": "null", b'"': "str"}
"""What a value is by its first byte; any other is a number."""


class _Line(msgspec.Struct):
    """A line; the optional facts may be anything here, and are looked at where there are any."""

    id: str
    prediction: str
    confidence: object = None
    input_tokens: object = None
    output_tokens: object = None
    cost_usd: object = None
    latency_s: object = None
    run: object = None


class _AnyLine(msgspec.Struct):
    """A line whose two values may be anything, and are not read."""

    id: msgspec.Raw = msgspec.Raw()
    prediction: msgspec.Raw = msgspec.Raw()


def read_jsonl_rows(raw: bytes) -> Iterator[Row | Problem | None]:
    """A row or a problem for each line, None for a blank one; keys beside the two are ignored."""
    if _opening(raw) == b"[":
        yield Problem(
            "The file is one JSON array.",
            "Write one JSON object a line, without brackets around them (JSONL).",
            line=1,
        )
        return
    reader = _Reader()
    for number, line in enumerate(io.BytesIO(raw), start=1):
        yield reader.read(number, line)


class _Reader:
    """Reads the lines of one file; what is costly is done for so much of a file and no more."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(_Line).decode
        self._n_mended = 0
        self._n_examined = 0

    def read(self, number: int, line: bytes) -> Row | Problem | None:
        if len(line) > MOST_BYTES:
            return Problem(TOO_LONG_WORDS.format("line"), TOO_LONG_REMEDY, number)
        try:
            row = self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not line or line.isspace():
                return None
            mended = self._decode_mended(line)
            if mended is None:
                return _explain(number, line, error)
            row = mended
        if line.count(b'"id"') > 1 or line.count(b'"prediction"') > 1:
            problem = self._find_repetition(mend_halves(line))
            if problem is not None:
                return problem._replace(line=number, id=row.id)
        extras = _read_extras(number, row)
        if isinstance(extras, Problem):
            return extras
        return Row(number, row.id, row.prediction, extras)

    def _decode_mended(self, line: bytes) -> _Line | None:
        """The line with U+FFFD for half characters; None where more than that is wrong with it.

        A text of nothing else is wrong too.
        """
        if self._n_mended > MOST_MENDED:
            return None
        mended = mend_halves(line)
        if mended == line:
            return None
        self._n_mended += mended.count(rb"\ufffd") + mended.count(REPLACEMENT.encode())
        try:
            row = self._decode(mended)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return row if row.prediction.replace(REPLACEMENT, " ").strip() else None

    def _find_repetition(self, line: bytes) -> Problem | None:
        """What is wrong if the outermost object holds one of the keys twice, or nests too deep."""
        try:
            values = msgspec.json.decode(line, type=dict[str, msgspec.Raw]).values()
            inside = b" ".join(values)
            # Of a key that occurs twice one value is known, so it may also be another key.
            if all(
                line.count(name) - inside.count(name) < 2 for name in (b'"id"', b'"prediction"')
            ):
                return None
            self._n_examined += len(line)
            if self._n_examined > MOST_EXAMINED:
                return Problem("A key occurs twice.", f"Write a line such as {EXAMPLE}.")
            repeated = _find_repeated_key(line)
        except RecursionError:
            return Problem(_TOO_DEEP, f"Write a line such as {EXAMPLE}.")
        if repeated is None:
            return None
        return Problem(f"The key {repeated!r} occurs twice.", "Keep one.")


def _read_extras(number: int, row: _Line) -> Extras | Problem | None:
    if (
        row.confidence is None
        and row.input_tokens is None
        and row.output_tokens is None
        and row.cost_usd is None
        and row.latency_s is None
        and row.run is None
    ):
        return None
    return read_extras(msgspec.structs.asdict(row), number, row.id)


def _find_repeated_key(line: bytes) -> str | None:
    """`id` or `prediction` if the outermost object holds it twice."""

    class Pairs(list[tuple[str, Any]]):
        pass

    # Numbers stay text: one of many digits is costly to read, and no number matters here.
    pairs = json.loads(line, object_pairs_hook=Pairs, parse_int=str, parse_float=str)
    keys = [key for key, _ in pairs]
    return next((key for key in ("id", "prediction") if keys.count(key) > 1), None)


def _explain(number: int, line: bytes, error: Exception) -> Problem:
    """What is wrong with a line that did not decode, in words for whoever wrote it."""
    try:
        line.decode()
    except UnicodeDecodeError as bad:
        return Problem(f"Byte {bad.start + 1} is not UTF-8.", "Save the file as UTF-8.", number)
    try:
        found = msgspec.json.decode(line, type=_AnyLine)
    except msgspec.ValidationError:
        return Problem("Not a JSON object.", f"Write a line such as {EXAMPLE}.", number)
    except (msgspec.DecodeError, RecursionError):
        too_deep = isinstance(error, RecursionError)
        reason = _TOO_DEEP if too_deep else f"Not valid JSON: {error}."
        return Problem(reason, f"Write a line such as {EXAMPLE}.", number)
    values = {"id": bytes(found.id).strip(), "prediction": bytes(found.prediction).strip()}
    key = values["id"]
    known = _read_key(key) if key.startswith(b'"') else None
    for name, value in values.items():
        if not value:
            return Problem(
                f'There is no "{name}".', f"Write a line such as {EXAMPLE}.", number, known
            )
        kind = _name_kind(value)
        if kind != "str":
            return Problem(
                f'"{name}" is of type {kind}, not a string.', "Put it in quotes.", number, known
            )
    return Problem(f"{error}.", f"Write a line such as {EXAMPLE}.", number, known)


def _read_key(quoted: bytes) -> str | None:
    """The beginning of an id as JSON has it; None where it cannot be read."""
    try:
        return msgspec.json.decode(quoted, type=str)[:120]
    except msgspec.DecodeError:
        return None


def _name_kind(value: bytes) -> str:
    number = "float" if any(mark in value for mark in (b".", b"e", b"E")) else "int"
    return _KINDS.get(value[:1], number)


def _opening(raw: bytes) -> bytes:
    found = _OPENING.match(raw)
    return found[1] if found else b""


FORMAT = Format(
    "JSONL",
    (".jsonl", ".json"),
    read_jsonl_rows,
    recognises=lambda raw: bool(_opening(raw)),
)
