"""Levels named by region and number: "every lumbar level", "the two lowest lumbar discs"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist.places import Span
from leaderboard.scoring.levels import ALL_DISCS, ALL_VERTEBRAE, DISCS, VERTEBRAE, list_span

_LETTERS = {"cervical": "C", "thoracic": "T", "dorsal": "T", "lumbar": "L"}
_ALL = frozenset(("all", "every", "each", "throughout", "entire", "whole"))
_FIRSTS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
).split()
_ORDINALS = {word: number for number, word in enumerate(_FIRSTS, 1)}
_NUMBERS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4}
_LOWEST = frozenset(("lower", "lowest", "last", "bottom", "caudal", "distal"))
_HIGHEST = frozenset(("upper", "uppermost", "highest", "top", "upmost"))
_BETWEEN = frozenset("the of entire whole five six seven twelve 5 6 7 12 vertebral disc".split())
_SIX = frozenset(("six", "6"))
_DISC = late_pattern(r"dis[ck]|space|interspace|intervertebral|junction")
_VERTEBRA = late_pattern(r"vertebra|body|bodies")
_LEVEL = late_pattern(
    r"level|segment|spine$|dis[ck]|interspace|intervertebral|vertebra|body|bodies"
)
_JUNCTIONS = {"lumbosacral": "L5/S1", "cervicothoracic": "C7/T1"}
_JUNCTION = late_pattern(r"junction|dis[ck]|level|segment|interspace")


class Region(NamedTuple):
    """The levels that the word at `at` stands for."""

    at: int
    span: Span


def find_regions(texts: Sequence[str]) -> Iterator[Region]:
    """The levels that are named by region in a sentence's words, from left to right."""
    for at, text in enumerate(texts):
        after = texts[at + 1] if at + 1 < len(texts) else ""
        if text in _JUNCTIONS and _JUNCTION.match(after):
            yield Region(at, _as_span([_JUNCTIONS[text]]))
        elif text in _LETTERS:
            yield from _read_region(texts, at, _LETTERS[text])


def name_ordinal(number: int) -> str:
    """The word for a number of a vertebra, such as "twelfth"; digits beyond it."""
    return _FIRSTS[number - 1] if 0 < number <= len(_FIRSTS) else str(number)


def _read_region(texts: Sequence[str], at: int, letter: str) -> Iterator[Region]:
    after = list(texts[at + 1 : at + 3])
    noun = next((text for text in after[:1] if _LEVEL.match(text)), "")
    if not noun:
        return
    before = _before(texts, at)
    if _ORDINALS.keys() & set(before[:1]):
        yield from _read_ordinals(texts, at, letter, is_disc=bool(_DISC.match(noun)))
    elif _ALL & set(before) and not _is_bounded(texts, at):
        has_six = letter == "L" and not _SIX.isdisjoint(texts[max(0, at - 2) : at])
        yield Region(at, _as_span(_named(letter, noun, has_six=has_six)))
    elif noun != "spine" and (number := _count(before)):
        names = _named(letter, noun)
        discs = [name for name in names if "/" in name]
        bodies = [name for name in names if "/" not in name]
        is_upper = bool(_HIGHEST & set(before))
        part = slice(0, number) if is_upper else slice(-number, None)
        yield Region(at, _as_span([*discs[part], *bodies[part]]))


def _before(texts: Sequence[str], at: int) -> list[str]:
    """The words before a region's name, nearest first, without articles and counts of all."""
    near: list[str] = []
    for text in reversed(texts[max(0, at - 5) : at]):
        if text in _BETWEEN and text not in _ALL:
            continue
        near.append(text)
    return near[:2]


def _count(before: Sequence[str]) -> int | None:
    """The number in "the two lowest" or "lower two"; None if there is no such number."""
    if not (_LOWEST | _HIGHEST) & set(before):
        return None
    return next((_NUMBERS[text] for text in before if text in _NUMBERS), None)


def _is_bounded(texts: Sequence[str], at: int) -> bool:
    """Whether the first and last level follow: "all lumbar levels from L3 to S1"."""
    return any(text in ("from", "between") for text in texts[at + 1 : at + 4])


def _named(letter: str, noun: str, *, has_six: bool = False) -> list[str]:
    """The discs of a region, its vertebrae, or both, from the head down; lumbar ones up to L6."""
    bodies = [name for name in VERTEBRAE if name.startswith(letter)]
    below = {"C": "C7/T1", "T": "T12/L1"}.get(letter)
    discs = [name for name in DISCS if name.startswith(letter) and name != below]
    if has_six:
        upper, lower = list_span("L1", "L6")
        bodies, discs = upper, [*lower, "L6/S1"]
    if _VERTEBRA.match(noun):
        return bodies
    return discs if _DISC.match(noun) else [*discs, *bodies]


def _read_ordinals(
    texts: Sequence[str], at: int, letter: str, *, is_disc: bool
) -> Iterator[Region]:
    """Every vertebra or disc in "the fourth and fifth lumbar vertebrae"."""
    place = at - 1
    while place >= 0 and (texts[place] in _ORDINALS or texts[place] in ("and", "or", ",", "the")):
        name = f"{letter}{_ORDINALS.get(texts[place], 0)}"
        if name in ALL_VERTEBRAE:
            below = (disc for disc in (*DISCS, *sorted(ALL_DISCS)) if disc.startswith(f"{name}/"))
            disc = next(below, name)
            yield Region(place, _as_span([disc if is_disc else name]))
        place -= 1


def _as_span(names: Sequence[str]) -> Span:
    return Span(frozenset(names), frozenset(names))
