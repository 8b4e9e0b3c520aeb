"""Tables as files: the same cells in every format, and no formula that a spreadsheet would run."""

import csv
import io
import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from leaderboard.exports.formats import Format, write_table
from leaderboard.exports.table import Column, Table

AT = datetime(2026, 1, 31, 12, 0, 0, 500000, tzinfo=UTC)
TABLE = Table(
    "trial",
    "A trial",
    (
        Column("name", str, "a name"),
        Column("n", int, "a count"),
        Column("gap", float, "a gap, -100 to 100"),
        Column("is_open", bool, "a flag"),
        Column("at", datetime, "a time"),
    ),
    [('Größe, "quoted"\nline', 3, -12.25, True, AT), ("plain", None, 0.1, False, None)],
)


def read_csv(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")))


def test_csv_keeps_text_numbers_flags_times_and_what_is_missing() -> None:
    assert read_csv(write_table(TABLE, Format.CSV)) == [
        ["name", "n", "gap", "is_open", "at"],
        ['Größe, "quoted"\nline', "3", "-12.25", "true", "2026-01-31T12:00:00.500000Z"],
        ["plain", "", "0.1", "false", ""],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0"],
)
def test_text_that_a_spreadsheet_takes_for_a_formula_is_quoted(text: str) -> None:
    table = Table("t", "t", (Column("x", str, ""), Column("y", float, "")), [(text, -1.5)])
    assert read_csv(write_table(table, Format.CSV))[1] == ["'" + text, "-1.5"]


def test_text_in_json_and_parquet_stays_as_it_is() -> None:
    table = Table("t", "t", (Column("x", str, ""),), [("=1+1",)])
    assert json.loads(write_table(table, Format.JSON))["rows"] == [{"x": "=1+1"}]
    assert pq.read_table(io.BytesIO(write_table(table, Format.PARQUET))).to_pylist() == [
        {"x": "=1+1"}
    ]


def test_json_says_what_each_column_means() -> None:
    found = json.loads(write_table(TABLE, Format.JSON))
    assert found["columns"][2] == {"name": "gap", "type": "number", "meaning": "a gap, -100 to 100"}
    assert datetime.fromisoformat(found["rows"][0]["at"]) == AT
    assert found["rows"][1]["n"] is None


def test_parquet_keeps_types_meanings_and_what_is_missing() -> None:
    found = pq.read_table(io.BytesIO(write_table(TABLE, Format.PARQUET)))
    assert [str(kind) for kind in found.schema.types] == [
        "string",
        "int64",
        "double",
        "bool",
        "timestamp[us, tz=UTC]",
    ]
    assert found.schema.field("gap").metadata == {b"meaning": b"a gap, -100 to 100"}
    assert [tuple(row.values()) for row in found.to_pylist()] == TABLE.rows


@pytest.mark.parametrize("format_", Format)
def test_a_table_without_rows_is_a_file_with_columns(format_: Format) -> None:
    empty = Table("t", "t", TABLE.columns, [])
    raw = write_table(empty, format_)
    assert raw == write_table(empty, format_)
    if format_ is Format.PARQUET:
        assert pq.read_table(io.BytesIO(raw)).num_rows == 0
    else:
        assert b"is_open" in raw
