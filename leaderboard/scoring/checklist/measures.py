"""Amounts that a sentence states of a term: "a bulge of about 2 mm", "triceps 4/5"."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.words import Word, text_at

MOST_BETWEEN = 8
"""At most this many words stand between a term and its amount."""
_NUMBER = late_pattern(r"\d+(?:[.,]\d+)?$")
_POWERS = frozenset("012345")
_UNITS = {
    "mm": ("mm", 1.0),
    "millimetre": ("mm", 1.0),
    "millimetres": ("mm", 1.0),
    "millimeter": ("mm", 1.0),
    "millimeters": ("mm", 1.0),
    "cm": ("mm", 10.0),
    "degree": ("degrees", 1.0),
    "degrees": ("degrees", 1.0),
    "percent": ("percent", 1.0),
}
_JOINTS = frozenset(("to", "x", "by", "and", "or", "mm"))
"""Between the numbers of one amount: "8 to 10 mm", "9 x 7 mm"."""
_BETWEEN = vocabulary.GRADES | frozenset(
    "of about approximately approx some roughly nearly around circa measuring measures measured is "
    "are was with at on in size sized a an the diameter thickness power strength force grade mrc "
    "angle cobb weak weakness weakened weaker paresis paralysis palsy reduced paralysed paralyzed "
    "fully completely complete only just to now estimated ( :".split()
)
_COMPARING = frozenset(
    "than least most over above below under beyond within exceeding exceeds every if when".split()
)
_ELSEWHERE = frozenset(
    "above below from behind beyond caudal cranial proximal distal inferior superior per "
    "beside of".split()
)
"""Behind an amount: it is a distance, or a share of something else."""


class Unit(enum.StrEnum):
    """What is counted: millimetres, degrees, percent, or muscle power out of five."""

    MILLIMETRES = "mm"
    DEGREES = "degrees"
    PERCENT = "percent"
    POWER = "/5"


class Amount(NamedTuple):
    """The words [start, end) that state an amount, with its least and greatest value."""

    start: int
    end: int
    low: float
    high: float


def find_amounts(words: Sequence[Word], start: int, end: int, unit: Unit) -> list[Amount]:
    """The amounts of the words [start, end), with nothing between but words that belong to both.

    None is a bound ("larger than 6 mm") or a distance ("9 mm below").
    """
    return [
        amount
        for amount in _list_amounts(words, unit)
        if _belongs(words, start, end, amount, unit) and not _is_of_else(words, amount)
    ]


def _list_amounts(words: Sequence[Word], unit: Unit) -> Iterator[Amount]:
    at = 0
    while at < len(words):
        amount = _read_power(words, at) if unit is Unit.POWER else _read_amount(words, at, unit)
        if amount is not None:
            yield amount
        at = at + 1 if amount is None else amount.end


def _read_power(words: Sequence[Word], at: int) -> Amount | None:
    """ "4/5", "4+/5" or "4 out of 5"."""
    if text_at(words, at) not in _POWERS:
        return None
    after = at + 1
    if text_at(words, after) == "out" and text_at(words, after + 1) == "of":
        after += 2
    if text_at(words, after) != "5" or text_at(words, after + 1) in _UNITS:
        return None
    value = float(text_at(words, at))
    return Amount(at, after + 1, value, value)


def _read_amount(words: Sequence[Word], at: int, unit: Unit) -> Amount | None:
    """ "9 mm", "0.9 cm", "8 to 10 mm", "9 x 7 mm"."""
    values: list[float] = []
    place = at
    while place < len(words):
        if _NUMBER.match(words[place].text):
            values.append(float(words[place].text.replace(",", ".")))
        elif not values or words[place].text not in _JOINTS or not _is_number(words, place + 1):
            break
        place += 1
    name, factor = _UNITS.get(text_at(words, place), ("", 0.0))
    if not values or name != unit.value:
        return None
    return Amount(at, place + 1, factor * min(values), factor * max(values))


def _is_number(words: Sequence[Word], at: int) -> bool:
    return bool(_NUMBER.match(text_at(words, at)))


def _belongs(words: Sequence[Word], start: int, end: int, amount: Amount, unit: Unit) -> bool:
    if amount.start >= end:
        between = words[end : amount.start]
    elif amount.end <= start:
        between = words[amount.end : start]
    else:
        return True
    allowed = _BETWEEN | {","} if unit is Unit.POWER else _BETWEEN
    return len(between) <= MOST_BETWEEN and all(
        word.text in allowed or word.levels or word.side is not None for word in between
    )


def _is_of_else(words: Sequence[Word], amount: Amount) -> bool:
    return (
        text_at(words, amount.start - 1) in _COMPARING or text_at(words, amount.end) in _ELSEWHERE
    )
