"""A text ready to be read, and what reading a place of it gives."""

from typing import NamedTuple

from leaderboard.scoring.answers.options import Options


class Page(NamedTuple):
    """A plain text, its lower-case twin of the same length, and the item it answers."""

    text: str
    low: str
    options: Options
    multiple: bool

    def part(self, start: int, end: int) -> "Page":
        """Return text[start:end] as a page of its own."""
        return self._replace(text=self.text[start:end], low=self.low[start:end])


class Reading(NamedTuple):
    """The letters put forward, which may lie outside the options; `unsure` where they are offered
    as alternatives or contradict the option text beside them. `end` is where reading stopped."""

    letters: frozenset[str]
    unsure: bool
    end: int
    by_words: bool = False
