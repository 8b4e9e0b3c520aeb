"""Tables of cues, and the cheap look that says which of them a text can hold at all."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.length import ends_of

_STEM = 3
_STEMS = late_pattern(rf"([a-z]{{1,{_STEM}}})[a-z]*")
_LETTERS = late_pattern(r"[a-z]+")


class Cue(NamedTuple):
    """A pattern that begins at a word's start, and the literal without which it cannot match."""

    literal: str
    pattern: re.Pattern[str]


class CueTable:
    """The cues of one kind of claim.

    patterns: literal -> pattern. A pattern begins with its literal's first word, or with one of
    the words that `begins` gives for it.
    """

    def __init__(
        self, patterns: Mapping[str, str], begins: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._cues = [Cue(literal, late_pattern(pattern)) for literal, pattern in patterns.items()]
        self._by_stem: dict[str, list[int]] = {}
        for number, (literal, _) in enumerate(self._cues):
            for word in (begins or {}).get(literal, (literal,)):
                if word.isascii() and (first := _LETTERS.match(word)):
                    self._by_stem.setdefault(first[0][:_STEM], []).append(number)
        self._known_stems = frozenset(self._by_stem)

    def found_in(self, low: str) -> list[Cue]:
        """The cues that may match in a text, in the order of the table."""
        if not low.isascii():
            return [cue for cue in self._cues if cue.literal in low]
        stems = self._known_stems & stems_of(low)
        if not stems:
            return []
        numbers = sorted({number for stem in stems for number in self._by_stem[stem]})
        return [cue for number in numbers if (cue := self._cues[number]).literal in low]

    def matches(self, low: str) -> Iterator[tuple[str, re.Match[str]]]:
        """Yield each match within a line, at a word's start, with its literal: cue by cue."""
        for literal, pattern in self.found_in(low):
            for found in ends_of(pattern.finditer(low)):
                if "\n" in found[0]:
                    continue
                before = low[found.start() - 1] if found.start() else " "
                if not before.isalnum() or before > "\u2e80":
                    yield literal, found


@lru_cache(maxsize=1)
def stems_of(low: str) -> frozenset[str]:
    """How the words of a text begin: their first three letters."""
    return frozenset(_STEMS.findall(low))
