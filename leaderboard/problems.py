"""The problems of a file: the first are kept, alike ones listed a few times, all counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spinebench.formats.problem import Problem as Problem

MOST_PROBLEMS = 200
"""Of more problems of one file the first are kept, and the others counted."""
MOST_ALIKE = 5
"""Of one problem on more lines of a file the first are listed, and the others counted."""
MOST_LINES = 10
"""How many of the lines are named that are only counted."""
_SAID = re.compile(r"""'[^']*'|"[^"]*"|[\d.,]*\d""")


class FileProblems(list[Problem]):
    """The first MOST_PROBLEMS problems of a file in their order; `n_all` counts every one."""

    def __init__(self) -> None:
        super().__init__()
        self.n_all = 0

    def append(self, problem: Problem) -> None:
        """Count the problem, and keep it if it is one of the first."""
        self.n_all += 1
        if len(self) < MOST_PROBLEMS:
            super().append(problem)


class LineProblems(FileProblems):
    """The same, where one mistake may stand on every line of a file.

    After the first MOST_ALIKE problems that lines have with the same remedy and the same message,
    whatever values and numbers it quotes, one row counts the others.
    """

    def __init__(self) -> None:
        super().__init__()
        self._alike: dict[tuple[str, str, str], _Alike] = {}

    def append(self, problem: Problem, file: str = "") -> None:
        """Count the problem of a line of `file`, and keep it if it is one of the first."""
        if problem.line is None:
            super().append(problem)
            return
        kind = (file, _SAID.sub("", problem.message), problem.remedy)
        alike = self._alike.get(kind)
        if alike is None or alike.n < MOST_ALIKE:
            super().append(problem)
            if alike is None and len(self) == MOST_PROBLEMS:
                return
            alike = self._alike.setdefault(kind, _Alike())
            alike.n, alike.last = alike.n + 1, problem
            return
        self.n_all += 1
        alike.n += 1
        if len(alike.lines) < MOST_LINES:
            alike.lines.append(problem.line)

    def list_rows(self) -> Iterator[Problem]:
        """The problems that are kept, and behind the last of each kind how many more there are."""
        more = {id(one.last): (kind, one) for kind, one in self._alike.items() if one.lines}
        for problem in self:
            yield problem
            if id(problem) in more:
                (file, _, _), alike = more[id(problem)]
                yield alike.count_others(file)


class _Alike:
    """Problems of one kind: how many, the last that is listed, and lines of those that are not."""

    def __init__(self) -> None:
        self.n = 0
        self.last: Problem | None = None
        self.lines: list[int] = []

    def count_others(self, file: str) -> Problem:
        """One row for those that are not listed."""
        assert self.last is not None, "the first ones are listed"
        n = self.n - MOST_ALIKE
        lines = ", ".join(map(str, self.lines)) + (" …" if n > len(self.lines) else "")
        words = (
            f"1 more line has the same problem (line {lines})."
            if n == 1
            else f"{n:,} more lines have the same problem (lines {lines})."
        )
        message = f"{file}: {words}" if file else words
        return Problem(message, self.last.remedy, line=self.lines[0], n_lines=n)
