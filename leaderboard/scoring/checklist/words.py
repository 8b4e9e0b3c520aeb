"""Words of a sentence, folded so that spellings and plurals of one word are equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist.places import Side, find_sides, read_chain, tie_pairs
from leaderboard.scoring.checklist.regions import find_regions, name_ordinal

_TOKEN = late_pattern(
    r"(?P<level>\b(?:th|[cdtls])\d{1,2}"
    r"(?:[-/](?:th|[cdtls])?\d{1,2}|\s?[-/]\s?(?:th|[cdtls])\d{1,2})*(?!\w))"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_][^\W_]*\*?|\*)"
    r"|(?P<mark>[,:()]|\s-\s|[%°])"
)
_UNSPACED = late_pattern(r"\b([cdtl]\d{1,2})(?=[tls]\d{1,2}\b)")
_ORDINAL = late_pattern(
    r"\b(\d{1,2})(?:st|nd|rd|th)"
    r"(?= (?:(?:and|or) \d{1,2}(?:st|nd|rd|th) )?(?:lumbar|thoracic|cervical)\b)"
)
_SACRUM = late_pattern(r"(?<=\d) (to|through) (?:the )?sacrum\b")
_INTERSPACE = late_pattern(
    r"\b([cdtl]\d{1,2}) and ([cdtls]\d{1,2})(?= (?:interspace|disc space)\b)"
)
_SPACED = late_pattern(r"\b([cl]) (?=\d[-/]\d\b)")
_SHORTENED = late_pattern(
    r"\b(?P<before>(?P<letter>[cdtl])\d{1,2}[-/][cdtls]?\d{1,2})(?P<joint>(?:\s*,)?\s*(?:and|or|&|,)"
    r"\s+)(?P<upper>\d{1,2})(?P<slash>[-/])(?P<lower>\d{1,2})(?![\w/-]|\s*(?:mm|cm|%|power|strength))"
)
_LEVEL_NAME = late_pattern(r"(?:th|[cdtls])\d")
_IRREGULAR = {"disk": "disc", "disks": "disc", "centre": "center", "vertebrae": "vertebra"}
MOST_SENTENCES = 4_096
"""How many sentences are kept that were split: what reads a report asks for most of them again."""
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("our", "or"), ("z", "s"))


class Word(NamedTuple):
    """A word or a mark; `levels` and `side` where it names a place.

    `ends` are the first and last of a span such as T5 to T12, or else all of `levels`.
    """

    text: str
    stem: str
    levels: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    side: Side | None = None

    @property
    def is_mark(self) -> bool:
        """Whether it is punctuation: a comma (also for a dash), colon or bracket."""
        return self.text in (",", ":", "(", ")")

    @property
    def is_level(self) -> bool:
        """Whether it is spelt like a level, be it a place, a nerve root or neither."""
        return bool(_LEVEL_NAME.match(self.text))


@lru_cache(maxsize=MOST_SENTENCES)
def split_words(text: str) -> tuple[Word, ...]:
    """The words and marks of a sentence, in order, with the places that they name."""
    tokens = list(_TOKEN.finditer(_spell_levels(text.casefold())))
    texts = [_token_text(match) for match in tokens]
    chains = [match.group("level") is not None for match in tokens]
    spans = tie_pairs(
        texts, [read_chain(texts, at) if is_chain else None for at, is_chain in enumerate(chains)]
    )
    for region in find_regions(texts):
        spans[region.at] = region.span
    sides = find_sides(texts)
    return tuple(
        Word(
            text,
            fold_word(text),
            span.levels if span else frozenset(),
            span.ends if span else frozenset(),
            side,
        )
        for text, span, side in zip(texts, spans, sides, strict=True)
    )


def text_at(words: Sequence[Word], at: int) -> str:
    """The text of a word; "" beyond either end."""
    return words[at].text if 0 <= at < len(words) else ""


def _spell_levels(text: str) -> str:
    """Levels in their usual form: L5S1, "L 4/5" and the second of "L3-4 and 4-5"."""
    text = _SPACED.sub(r"\1", _UNSPACED.sub(r"\1-", text))
    text = _INTERSPACE.sub(r"\1-\2", _SACRUM.sub(r" \1 s1", text))
    text = _ORDINAL.sub(lambda match: name_ordinal(int(match[1])), text)
    before = ""
    while before != text:
        before, text = text, _SHORTENED.sub(_lengthen, text)
    return text


def _lengthen(match: re.Match[str]) -> str:
    upper, lower = int(match["upper"]), int(match["lower"])
    if lower != upper + 1:
        return match.group()
    return f"{match['before']}{match['joint']}{match['letter']}{upper}{match['slash']}{lower}"


def _token_text(match: re.Match[str]) -> str:
    text = match.group().strip()
    if match.group("level"):
        return re.sub(r"\s", "", text)
    return {"-": ",", "%": "percent", "°": "degree"}.get(text, text)


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """A word without plural ending, accents, and British or American spelling.

    >>> fold_word("oedema") == fold_word("edema"), fold_word("stenoses") == fold_word("stenosis")
    (True, True)
    """
    return _singular(fold_spelling(word))


@lru_cache(maxsize=50_000)
def fold_spelling(word: str) -> str:
    """A word or the beginning of one without accents and regional spelling."""
    decomposed = unicodedata.normalize("NFKD", _IRREGULAR.get(word, word))
    word = "".join(char for char in decomposed if not unicodedata.combining(char))
    for spelling, plain in _SPELLINGS:
        word = word.replace(spelling, plain)
    return word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith(("ses", "sis")):
        return word[:-2]
    if word.endswith("se"):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
