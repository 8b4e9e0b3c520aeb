"""Rows of a table whose cells are texts, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spinebench.formats.columns import Columns
from spinebench.formats.format import Row, Shown, read_extras
from spinebench.formats.problem import Problem

_COMMA = re.compile(r"(?<=\d),(?=\d+\s*$)")
"""The decimal comma of a number."""


class Places:
    """How many columns a table has, and where what is read of them stands.

    It `has_commas` where numbers are written 0,85, as Excel does in much of Europe.
    """

    def __init__(self, header: Sequence[str], columns: Columns, has_commas: bool = False) -> None:
        self.has_commas = has_commas
        self.n = len(header)
        self.id = header.index(columns.id)
        self.text = header.index(columns.text)
        self.extras = {name: header.index(called) for name, called in columns.extras.items()}
        self.options = {one: header.index(called) for one, called in columns.options.items()}


def make_row(line: int, cells: Sequence[str], places: Places) -> Row | Problem:
    """The row that stands in the cells of a line, as many as the header's."""
    key = cells[places.id].strip()
    if not places.extras and not places.options:
        return Row(line, key, cells[places.text])
    given = {name: cells[place] for name, place in places.extras.items()}
    if places.has_commas:
        given = {
            name: cell if name == "run" else _COMMA.sub(".", cell) for name, cell in given.items()
        }
    extras = read_extras(given, line, key)
    if isinstance(extras, Problem):
        return extras
    options = {one: cells[place] for one, place in places.options.items() if cells[place].strip()}
    return Row(line, key, cells[places.text], extras, Shown(options, True) if options else None)
