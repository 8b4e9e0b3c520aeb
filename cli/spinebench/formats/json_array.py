"""Prediction files of one JSON array: objects as of JSONL, also as VLMEvalKit writes them."""

from __future__ import annotations

from spinebench.formats.columns import find_columns, note_columns, refuse_columns
from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Rows
from spinebench.formats.jsonl import read_objects
from spinebench.formats.problem import Unreadable


def read_array_rows(file: File, facts: FileFacts) -> Rows:
    """A row or a problem for each object, counted from 1."""
    facts.tool = "JSON array"
    elements = file.elements
    if not elements:
        raise Unreadable("The file is an empty JSON array.", "Send one object for each item.")
    columns = find_columns(file.keys)
    if columns is None and not file.keys:
        raise Unreadable(
            "The file is a JSON array, and its first value is not an object.",
            'Write objects such as {"id": ..., "prediction": ...} into it.',
        )
    if columns is None:
        raise refuse_columns("The first object of the file", file.keys, "keys")
    note_columns(columns, facts)
    return read_objects(
        ((n, bytes(one)) for n, one in enumerate(elements, start=1)), columns, facts
    )


FORMAT = Format(
    "JSON",
    (".json",),
    read_array_rows,
    recognises=lambda file: file.kind is Kind.ARRAY,
)
