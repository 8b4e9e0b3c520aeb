"""Terms of a checklist, and where they occur in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from leaderboard.scoring.checklist.vocabulary import ADVERBS, AUXILIARIES, OF_PLACE
from leaderboard.scoring.checklist.words import Word, fold_spelling, fold_word, split_words

MAX_SKIPPED = 4
"""At most this many articles, sides and levels between two words of a term are passed over."""
_GRADES = frozenset(
    "severe moderate mild marked minimal slight critical small large massive".split()
)
"""A term that begins with one of these may have it at its end: "the stenosis is severe"."""
MAX_TO_GRADE = 9
_PASSED_OVER = frozenset(["the", "a", "an", "his", "her", "its", "their", "this", "that"])


class Hit(NamedTuple):
    """Words [start, end) of a sentence that are a term of the check `key`."""

    key: str
    start: int
    end: int


class _Part(NamedTuple):
    """One word of a term: equal to a fold, or beginning with it; an empty beginning is any word."""

    fold: str
    is_beginning: bool
    levels: frozenset[str]

    @property
    def is_any(self) -> bool:
        """Whether it is a lone *, for which any word may stand."""
        return self.is_beginning and not self.fold

    def matches(self, word: Word) -> bool:
        if word.is_mark:
            return False
        if self.is_beginning:
            return fold_spelling(word.text).startswith(self.fold)
        if self.levels and word.levels:
            return self.levels == word.levels
        return word.stem == self.fold


@lru_cache(maxsize=20_000)
def read_term(term: str) -> tuple[_Part, ...]:
    """A term such as "decompress*" or "loss of * height" as its words; () if it has none."""
    words = [word for word in split_words(term) if not word.is_mark]
    parts = []
    for at, word in enumerate(words):
        if 0 < at < len(words) - 1 and word.text in _PASSED_OVER:
            continue
        is_beginning = word.text.endswith("*")
        fold = fold_spelling(word.text[:-1]) if is_beginning else fold_word(word.text)
        parts.append(_Part(fold, is_beginning, word.levels))
    return tuple(parts)


class TermIndex:
    """The terms of many checks by their first word, so that a sentence is read once."""

    def __init__(self, terms: Mapping[str, Iterable[str]]) -> None:
        self._whole: dict[str, list[tuple[str, tuple[_Part, ...]]]] = {}
        self._begun: list[tuple[str, tuple[_Part, ...]]] = []
        self._graded: dict[str, list[tuple[str, tuple[_Part, ...], str]]] = {}
        self._seen: dict[Word, list[tuple[str, tuple[_Part, ...]]]] = {}
        for key, own in terms.items():
            for term in own:
                parts = read_term(term)
                if not parts:
                    continue
                if parts[0].is_beginning or parts[0].levels:
                    self._begun.append((key, parts))
                else:
                    self._whole.setdefault(parts[0].fold, []).append((key, parts))
                if parts[0].fold in _GRADES and len(parts) > 1:
                    entry = (key, parts[1:], parts[0].fold)
                    self._graded.setdefault(parts[1].fold, []).append(entry)

    def find(self, words: Sequence[Word]) -> Iterator[Hit]:
        """Every occurrence of every term, from left to right; the longest for a check and start."""
        for start, word in enumerate(words):
            if word.is_mark:
                continue
            longest: dict[str, int] = {}
            for key, parts in self._candidates(word):
                end = _match(parts, words, start)
                if end is not None:
                    longest[key] = max(end, longest.get(key, 0))
            for key, parts, grade in self._graded.get(word.stem, ()):
                end = _match(parts, words, start)
                if end is not None and _is_graded(words, end, grade):
                    longest[key] = max(end, longest.get(key, 0))
            for key, end in longest.items():
                yield Hit(key, start, end)

    def _candidates(self, word: Word) -> list[tuple[str, tuple[_Part, ...]]]:
        known = self._seen.get(word)
        if known is None:
            begun = [entry for entry in self._begun if entry[1][0].matches(word)]
            known = self._seen[word] = [*self._whole.get(word.stem, []), *begun]
        return known


def _match(parts: Sequence[_Part], words: Sequence[Word], start: int) -> int | None:
    """The end of a term that begins at words[start], or None if it does not stand there."""
    at = start + 1
    for part in parts[1:]:
        skipped = 0
        while at < len(words) and skipped < MAX_SKIPPED and _is_passed_over(words[at], part):
            at, skipped = at + 1, skipped + 1
        if at >= len(words) or not part.matches(words[at]):
            return None
        at += 1
    return at


def _is_graded(words: Sequence[Word], end: int, grade: str) -> bool:
    """Whether the grade follows: "stenosis at L4/L5 is severe", "stenosis: severe"."""
    for at in range(end, min(len(words), end + MAX_TO_GRADE)):
        word = words[at]
        if word.stem == grade:
            after = words[at + 1] if at + 1 < len(words) else None
            return after is None or after.is_mark or _is_beside(after)
        if not (word.is_mark or _is_beside(word) or ADVERBS.match(word.text)):
            return False
    return False


def _is_beside(word: Word) -> bool:
    """Whether a word may stand between a finding and its grade, or after that."""
    is_place = bool(word.levels) or word.side is not None
    return is_place or word.text in _BESIDE or word.stem in _GRADES


_BESIDE = AUXILIARIES | OF_PLACE | {"and", "to", "but", "with", "most", "grade", "yes", "present"}


def _is_passed_over(word: Word, part: _Part) -> bool:
    if part.fold and part.matches(word):
        return False
    is_place = word.side is not None or word.is_level or word.text == "sided"
    return is_place or word.text in _PASSED_OVER
