"""What a format of prediction files is, and what its reader yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from leaderboard.errors import Problem
from leaderboard.scoring.replies import MOST_CHARACTERS

MOST_BYTES = 2**20
"""A longer line or field is not read: reading one costs many times its length in memory."""
MOST_MENDED = 500_000
"""After so many half characters of one file were replaced, a further one is a problem."""
TOO_LONG_WORDS = f"The {{}} is longer than {MOST_BYTES // 2**20} MiB."
TOO_LONG_REMEDY = (
    f"Shorten the prediction, and leave out what is beside it: of a long prediction only the last "
    f"{MOST_CHARACTERS:,} characters are read."
)


class Row(NamedTuple):
    """One prediction as it stands in the file; lines count from 1."""

    line: int
    key: str
    text: str


@dataclass(frozen=True)
class Format:
    """A format: its name, how its files' names end, and how it is recognised and read.

    `recognises` looks at a file's bytes, whatever its name is; without one, the format is that of
    every file that no other recognises. `read_rows` yields a row or a problem for each record, None
    for a blank one, and reads no further than it is asked: whoever asks decides when to stop.
    """

    name: str
    endings: tuple[str, ...]
    read_rows: Callable[[bytes], Iterator[Row | Problem | None]]
    recognises: Callable[[bytes], bool] | None = None
