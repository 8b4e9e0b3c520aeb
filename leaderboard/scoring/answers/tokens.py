"""A text's words, numbers and levels in one form, whatever their spelling."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from leaderboard.scoring.answers.text import plain_characters, without_markup

_LEVEL = (
    r"(?:(?:c|th?|l|s)\s?\d{1,2}\s?(?:[-/]|\bto\b|(?<=\d)(?=[lst]\d))\s?(?:c|th?|l|s)?\s?\d{1,2}"
    r"(?!\d|\s?[-/]\s?(?:c|th?|l|s)?\d)"
    r"|between (?:c|th?|l|s)\d{1,2} and (?:c|th?|l|s)\d{1,2})"
)
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(
    rf"(?P<level>(?<![a-z\d\u00c0-\u024f]){_LEVEL}(?![a-z\d]))|\d+(?:[.,]\d+)*|[<>≤≥%°±+]|[{_CJK}]"
    rf"|[^\W\d_{_CJK}]+(?:'[a-z]+)?\d*",
)
_LEVEL_PARTS = re.compile(r"(?:(c|t|l|s)h?\s?)?(\d{1,2})")
_SAME_TOKEN = {
    "°": "degrees", "degree": "degrees", "percent": "%", "≤": "<=", "≥": ">=",
}  # fmt: skip
_DROPPED = frozenset({"the"})
_SPELLINGS = (
    (re.compile(r"^disk(?=[a-z]|$)"), "disc"),
    (re.compile(r"(?<=[a-z])ae(?=[a-z])|^ae(?=[a-z]{4})"), "e"),
    (re.compile(r"^oe(?=d)"), "e"),
    (re.compile(r"(?<=[a-z]{3})our$"), "or"),
    (re.compile(r"(?<=[a-z]{4})is(?=ation$|e$|ed$|ing$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3}[^\Wsui])s$"), ""),
)
"""British and American spellings, and plurals, read the same."""


class Token(NamedTuple):
    """One word, number or level of a text in its normal form, and where it stands."""

    word: str
    start: int
    end: int


def tokens(low: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Yield the tokens of a lower-case text; every spelling of a disc level becomes `l4/l5`."""
    for found in _TOKEN.finditer(low, start, len(low) if end is None else end):
        word = _level(found[0]) if found.lastgroup else _normal(found[0])
        if word not in _DROPPED:
            yield Token(word, found.start(), found.end())


_LONG = 1_000


@lru_cache(maxsize=1)
def _all_tokens(low: str) -> tuple[list[Token], list[int]]:
    seen = list(tokens(low))
    return seen, [token.start for token in seen]


def tokens_between(low: str, start: int, end: int) -> list[Token]:
    """The tokens within low[start:end]; a long text is cut into tokens once, however many places
    of it are read."""
    if len(low) <= _LONG:
        return list(tokens(low, start, end))
    seen, starts = _all_tokens(low)
    within = seen[bisect_left(starts, start) : bisect_left(starts, end)]
    return within[:-1] if within and within[-1].end > end else within


@lru_cache(maxsize=16_384)
def _normal(word: str) -> str:
    if word.isalpha() and word.isascii() and len(word) > 3:
        for pattern, form in _SPELLINGS:
            word = pattern.sub(form, word)
    return _SAME_TOKEN.get(word, word)


@lru_cache(maxsize=1_024)
def _level(word: str) -> str:
    """Return `l4/l5` for `L4-5`, `L4 / L5`, `between L4 and L5`; `t12` for Th12."""
    (upper, first), (lower, second) = _LEVEL_PARTS.findall(word)
    return f"{upper}{int(first)}/{lower or upper}{int(second)}"


def words_of(text: str) -> tuple[str, ...]:
    """Return the normal form of an option's text or of a whole answer."""
    plain = without_markup(plain_characters(text))
    return tuple(token.word for token in tokens(plain.lower()))
