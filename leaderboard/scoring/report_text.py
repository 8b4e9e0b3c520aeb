"""A report as plain sentences, with the levels and sides that each one names."""

from __future__ import annotations

import enum
import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

MAX_CHARACTERS = 20_000
LEVEL = re.compile(
    r"(?:C[1-7]|T(?:1[0-2]|[1-9])|L[1-5]|S1)(?:/(?:C[1-7]|T(?:1[0-2]|[1-9])|L[1-5]|S1))?"
)
VERTEBRAE = [
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    "S1",
]
DISCS = {f"{upper}/{lower}" for upper, lower in pairwise(VERTEBRAE)}

_MARKUP = re.compile(r"<!--.*?(?:-->|$)|<[^<>]{0,200}>", re.DOTALL)
_MARKS = re.compile(r"[*_`#>|]+")
_BULLET = re.compile(r"^\s*(?:[-+\u2022]|\d{1,2}[.)])\s+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|vs|approx|fig|dr)\.", re.IGNORECASE)
_DISC = re.compile(
    r"\b(c|th|t|d|l|s)(\d{1,2})\s{0,2}(?:/|-|to)\s{0,2}(?:(c|th|t|d|l|s)\s?)?(\d{1,2})\b"
)
_VERTEBRA = re.compile(r"\b(c|th|t|d|l|s)(\d{1,2})\b")
_NOT_A_SIDE = re.compile(
    r"\bright (?:answer|away|now|choice|diagnosis|treatment|level)\b|\ball right\b"
)


class Side(enum.StrEnum):
    """Where beside the midline."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    CENTRAL = "central"


_SIDES = {
    Side.BILATERAL: re.compile(
        r"\bbilateral(?:ly)?\b|\bboth sides\b|\bleft and right\b|\bright and left\b"
    ),
    Side.LEFT: re.compile(r"\bleft(?:ward|wards)?\b"),
    Side.RIGHT: re.compile(r"\bright(?:ward|wards)?\b"),
    Side.CENTRAL: re.compile(r"\b(?:central(?:ly)?|midline|median)\b"),
}


class Sentence(NamedTuple):
    """A sentence in lower case, with its number of words and the places it names."""

    text: str
    n_words: int
    levels: frozenset[str]
    sides: frozenset[Side]


def read_sentences(report: str, question: str = "") -> list[Sentence]:
    """The sentences of `report`, without markup and without those of `question`."""
    asked = set(_split(question))
    return [_make_sentence(text) for text in _split(report) if text not in asked]


def clean_text(text: str) -> str:
    """Plain text: NFKC, no markup, no control or zero-width characters, at most 20,000 long."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS]
    text = "".join(
        char
        for char in text
        if char == "\n"
        or char == "\t"
        or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs")
    )
    return _DASHES.sub("-", _MARKUP.sub(" ", text))


def _split(text: str) -> list[str]:
    sentences = []
    plain = _ABBREVIATION.sub(lambda match: match.group().replace(".", ""), clean_text(text))
    for line in plain.splitlines():
        for part in _SENTENCE_END.split(_MARKS.sub(" ", _BULLET.sub("", line))):
            words = part.casefold().split()
            if words:
                sentences.append(" ".join(words))
    return sentences


def _make_sentence(text: str) -> Sentence:
    sided = _NOT_A_SIDE.sub(" ", text)
    sides = {side for side, pattern in _SIDES.items() if pattern.search(sided)}
    if Side.BILATERAL in sides:
        sides -= {Side.LEFT, Side.RIGHT}
    return Sentence(text, len(text.split()), read_levels(text), frozenset(sides))


def read_levels(text: str) -> frozenset[str]:
    """The discs (L4/L5) and vertebrae (L4) that lower-case `text` names, in any spelling.

    A pair that is no disc, such as the span L3-S1, names no level.
    """
    levels = set()
    rest = text
    for match in _DISC.finditer(text):
        upper = _name(match.group(1), match.group(2))
        lower = _name(match.group(3) or _region_below(upper), match.group(4))
        if f"{upper}/{lower}" in DISCS:
            levels.add(f"{upper}/{lower}")
        rest = rest.replace(match.group(), " ")
    for match in _VERTEBRA.finditer(rest):
        name = _name(match.group(1), match.group(2))
        if name in VERTEBRAE:
            levels.add(name)
    return frozenset(levels)


def _name(letter: str, number: str) -> str:
    return {"th": "T", "d": "T"}.get(letter, letter.upper()) + number


def _region_below(upper: str) -> str:
    """The region's letter of the vertebra below, for spellings such as L4/5, C7/1 and L5/1."""
    place = VERTEBRAE.index(upper) if upper in VERTEBRAE else -1
    below = VERTEBRAE[place + 1] if 0 <= place < len(VERTEBRAE) - 1 else upper
    return below[0].lower()
