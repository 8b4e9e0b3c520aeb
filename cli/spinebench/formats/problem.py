"""What is wrong with a file or with what was sent."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong, and the remedy.

    Of a file with where it is (line from 1, id if known), of a form or a body with the key of the
    `field`: its name, or the names on the way to it with dots between. `n_lines` is of how many
    lines it speaks.
    """

    message: str
    remedy: str
    line: int | None = None
    id: str | None = None
    path: str | None = None
    field: str | None = None
    n_lines: int = 1


class Unreadable(Exception):
    """A file of which nothing can be taken, whatever its lines are: one message for all of it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.problem = Problem(message, remedy, line=1)
