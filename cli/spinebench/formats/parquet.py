"""Parquet files, of which only the wanted columns are read."""

from __future__ import annotations

from spinebench.formats.file import File, Kind
from spinebench.formats.foreign import read_foreign
from spinebench.formats.format import FileFacts, Format, Rows


def read_parquet_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each row of the file."""
    return read_foreign("parquet", "Parquet file", file, facts)


FORMAT = Format("Parquet", (".parquet",), read_parquet_rows, lambda file: file.kind is Kind.PARQUET)
