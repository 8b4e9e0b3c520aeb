"""Prediction files of one JSON object a line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from spinebench.formats.characters import REPLACEMENT, mend_halves
from spinebench.formats.columns import Columns, find_columns, note_columns, refuse_columns
from spinebench.formats.file import File, Kind
from spinebench.formats.format import (
    EXTRA_TYPES,
    MOST_BYTES,
    MOST_MENDED,
    NO_OUTPUT,
    TOO_LONG_REMEDY,
    TOO_LONG_WORDS,
    Extras,
    FileFacts,
    Format,
    Origin,
    Row,
    Rows,
    Shown,
    read_extras,
)
from spinebench.formats.problem import Problem, Unreadable

EXAMPLE = '{"id": "test-text-001", "prediction": "ANSWER: B"}'
MOST_EXAMINED = 2**20
"""So many bytes of a file are read a second time to see which key occurs twice."""
_TOO_DEEP = "Not valid JSON: nested too deeply."
_KINDS = {b"{": "dict", b"[": "list", b"t": "bool", b"f": "bool", b"n": "null", b'"': "str"}
"""What a value is by its first byte; any other is a number."""
_REMEDIES = {
    "null": f'If the model wrote nothing, write "{NO_OUTPUT}": it counts as unparsed.',
    "list": "Write one text: the model's output.",
    "dict": "Write one text: the model's output.",
}
_BETWEEN = re.compile(rb"\n\}\r?\n\{[ \t]*\r?\n")
"""What stands between two objects of several lines each."""
_AS_TEXT = "Write the model's output as a text, in quotes."
_ID_REMEDY = "Write the id of the item, as in the downloaded items."
PLAIN = Columns("id", "prediction", {name: name for name in EXTRA_TYPES}, {}, "")


class _Line(msgspec.Struct):
    """A line; the optional facts may be anything here, and are looked at where there are any."""

    id: str | int
    prediction: str
    confidence: object = None
    input_tokens: object = None
    output_tokens: object = None
    cost_usd: object = None
    latency_s: object = None
    run: object = None
    options: object = None
    prompt_options: object = None
    failed: object = None
    read_from: object = None


def read_jsonl_rows(file: File, facts: FileFacts) -> Rows:
    """A row or a problem for each line, None for a blank one; keys beside the known are ignored."""
    facts.tool = "JSONL"
    columns = PLAIN
    if file.keys:
        found = find_columns(file.keys)
        if found is None:
            raise refuse_columns("A line of the file", file.keys, "keys")
        note_columns(found, facts)
        columns = found
    elif _BETWEEN.search(file.raw):
        raise Unreadable(
            "The objects of the file stand on several lines each.",
            "Write each on a line of its own, or all of them as one JSON array.",
        )
    return read_objects(enumerate(io.BytesIO(file.raw), start=1), columns, facts)


def read_objects(objects: Iterable[tuple[int, bytes]], columns: Columns, facts: FileFacts) -> Rows:
    """The same of JSON objects, each with its number."""
    reader = _Reader(columns, facts)
    for number, one in objects:
        yield reader.read(number, one)


def _make_line_type(columns: Columns) -> Any:
    """The type of lines whose keys are called otherwise."""
    named = {"id": columns.id, "prediction": columns.text, **columns.extras}
    names = {name: named.get(name, name) for name in _Line.__struct_fields__}
    if columns.options:
        names["options"] = ""
    fields = [(one.name, one.type, one.default) for one in msgspec.structs.fields(_Line)]
    required = [(name, kind) for name, kind, _ in fields[:2]]
    return msgspec.defstruct("Line", [*required, *fields[2:]], rename=names)


class _Reader:
    """Reads the lines of one file; what is costly is done for so much of a file and no more."""

    def __init__(self, columns: Columns, facts: FileFacts) -> None:
        self._facts = facts
        is_plain = (columns.id, columns.text) == ("id", "prediction") and not columns.options
        line_type = _Line if is_plain else _make_line_type(columns)
        self._columns = columns
        self._decode = msgspec.json.Decoder(line_type).decode
        self._names = tuple(f'"{name}"'.encode() for name in (columns.id, columns.text))
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
                return _explain(number, line, error, self._columns)
            row = mended
        id_name, text_name = self._names
        key = row.id if type(row.id) is str else str(row.id)
        if line.count(id_name) > 1 or line.count(text_name) > 1:
            problem = self._find_repetition(mend_halves(line))
            if problem is not None:
                return problem._replace(line=number, id=key)
        extras = _read_extras(number, key, row)
        if isinstance(extras, Problem):
            return extras
        shown = _read_shown(row)
        if self._columns.options:
            shown = self._read_option_keys(line)
        if row.read_from is not None:
            self._tell_origin(row.read_from)
        text = row.prediction
        if row.failed is True:
            text = self._facts.settle(None, failed=True)
        return Row(number, key, text, extras, shown)

    def _tell_origin(self, value: object) -> None:
        """Take over what `spinebench convert` says of the file that it read."""
        try:
            msgspec.convert(value, Origin).tell(self._facts)
        except msgspec.ValidationError:
            return

    def _read_option_keys(self, line: bytes) -> Shown | None:
        """The options that stand under keys of their own, as in tables."""
        values = msgspec.json.decode(mend_halves(line), type=dict[str, Any])
        given = {one: values.get(name) for one, name in self._columns.options.items()}
        options = {one: text for one, text in given.items() if isinstance(text, str) and text}
        return Shown(options, True) if options else None

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
            if all(line.count(name) - inside.count(name) < 2 for name in self._names):
                return None
            self._n_examined += len(line)
            if self._n_examined > MOST_EXAMINED:
                return Problem("A key occurs twice.", f"Write a line such as {EXAMPLE}.")
            repeated = _find_repeated_key(line, (self._columns.id, self._columns.text))
        except RecursionError:
            return Problem(_TOO_DEEP, f"Write a line such as {EXAMPLE}.")
        if repeated is None:
            return None
        return Problem(f"The key {repeated!r} occurs twice.", "Keep one.")


def _read_extras(number: int, key: str, row: _Line) -> Extras | Problem | None:
    if (
        row.confidence is None
        and row.input_tokens is None
        and row.output_tokens is None
        and row.cost_usd is None
        and row.latency_s is None
        and row.run is None
    ):
        return None
    return read_extras(msgspec.structs.asdict(row), number, key)


def _read_shown(row: _Line) -> Shown | None:
    """The options as a line says that the model saw them, texts by letter."""
    if row.options is None and row.prompt_options is None:
        return None
    options = row.prompt_options if row.options is None else row.options
    if not isinstance(options, dict) or not all(isinstance(one, str) for one in options.values()):
        return None
    return Shown(options, row.options is not None)


def _find_repeated_key(line: bytes, names: tuple[str, str]) -> str | None:
    """Which of the two keys the outermost object holds twice."""

    class Pairs(list[tuple[str, Any]]):
        pass

    # Numbers stay text: one of many digits is costly to read, and no number matters here.
    pairs = json.loads(line, object_pairs_hook=Pairs, parse_int=str, parse_float=str)
    keys = [key for key, _ in pairs]
    return next((key for key in names if keys.count(key) > 1), None)


def _explain(number: int, line: bytes, error: Exception, columns: Columns) -> Problem:
    """What is wrong with a line that did not decode, in words for whoever wrote it."""
    try:
        line.decode()
    except UnicodeDecodeError as bad:
        return Problem(f"Byte {bad.start + 1} is not UTF-8.", "Save the file as UTF-8.", number)
    try:
        found = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return Problem("Not a JSON object.", f"Write a line such as {EXAMPLE}.", number)
    except (msgspec.DecodeError, RecursionError):
        too_deep = isinstance(error, RecursionError)
        reason = _TOO_DEEP if too_deep else f"Not valid JSON: {error}."
        return Problem(reason, f"Write a line such as {EXAMPLE}.", number)
    return _explain_values(number, found, columns) or Problem(
        f"{error}.", f"Write a line such as {EXAMPLE}.", number, _read_key(found, columns)
    )


def _explain_values(
    number: int, found: Mapping[str, msgspec.Raw], columns: Columns
) -> Problem | None:
    """Which of the two values is missing or of another type."""
    known = _read_key(found, columns)
    for name, kinds in ((columns.id, ("str", "int")), (columns.text, ("str",))):
        value = bytes(found.get(name, b"")).strip()
        if not value:
            remedy = f"Write a line such as {EXAMPLE}."
            return Problem(f'There is no "{name}".', remedy, number, known)
        kind = _name_kind(value)
        if kind not in kinds:
            remedy = _ID_REMEDY if name == columns.id else _REMEDIES.get(kind, _AS_TEXT)
            words = f'"{name}" is of type {kind}, not a string.'
            return Problem(words, remedy, number, known)
    return None


def _read_key(found: Mapping[str, msgspec.Raw], columns: Columns) -> str | None:
    """The beginning of an id as JSON has it; None where it cannot be read."""
    try:
        return msgspec.json.decode(found.get(columns.id, b""), type=str)[:120]
    except msgspec.DecodeError:
        return None


def _name_kind(value: bytes) -> str:
    number = "float" if any(mark in value for mark in (b".", b"e", b"E")) else "int"
    return _KINDS.get(value[:1], number)


FORMAT = Format(
    "JSONL",
    (".jsonl",),
    read_jsonl_rows,
    recognises=lambda file: file.kind is Kind.LINES,
)
