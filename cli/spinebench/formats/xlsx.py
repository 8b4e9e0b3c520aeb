"""Excel workbooks (xlsx), VLMEvalKit's among them: the sheet that has the columns."""

from __future__ import annotations

from spinebench.formats.file import File, Kind
from spinebench.formats.foreign import read_foreign
from spinebench.formats.format import FileFacts, Format, Rows


def read_xlsx_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each line of the sheet below its header; None for an empty one."""
    return read_foreign("xlsx", "Excel workbook", file, facts)


def _is_xlsx(file: File) -> bool:
    return file.kind is Kind.ZIP and "xl/workbook.xml" in file.archive.members


FORMAT = Format("Excel", (".xlsx",), read_xlsx_rows, _is_xlsx)
