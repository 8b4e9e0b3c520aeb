"""What a format of prediction files is, and what its reader yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from leaderboard.errors import Problem


class Row(NamedTuple):
    """One prediction as it stands in the file; lines count from 1."""

    line: int
    key: str
    text: str


@dataclass(frozen=True)
class Format:
    """A format: its name, how its files' names end, and how it is recognised and read.

    `recognises` looks at a file's bytes, whatever its name is; without one, the format is that of
    every file that no other recognises. `read_rows` yields a row or a problem for each record.
    """

    name: str
    endings: tuple[str, ...]
    read_rows: Callable[[bytes], Iterator[Row | Problem]]
    recognises: Callable[[bytes], bool] | None = None
