"""Levels and sides named in a sentence, and which of them stands nearest to given words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from leaderboard.scoring.checklist.words import Word

CLAUSE_COST = 3
"""A comma, "and", "but" or "with" between a finding and a place counts as so many words."""
_JOINTS = frozenset((",", "and", "or", "to", "through", "as", "well", "also", "level", "levels"))
_TURNS = frozenset((",", "(", ")", "and", "but", "while", "whereas", "with", "without", "however"))
_NO_PLACE = frozenset(("not", "no", "than", "without", "nor"))


class Group(NamedTuple):
    """Places named in one breath, words [start, end): "L3/L4 and L4/L5", "left and right"."""

    start: int
    end: int
    names: frozenset[str]
    ends: frozenset[str]


class Places(NamedTuple):
    """The groups of levels and of sides of a sentence, from left to right."""

    levels: tuple[Group, ...]
    sides: tuple[Group, ...]
    costs: tuple[int, ...]
    """Distance of each word from the sentence's start, clauses counted."""


def find_places(words: Sequence[Word]) -> Places:
    """The places of a sentence; those after "not" or "rather than" are left out."""
    costs, cost = [], 0
    for word in words:
        cost += CLAUSE_COST if word.text in _TURNS else 1
        costs.append(cost)
    return Places(
        tuple(_groups(words, _level_names)), tuple(_groups(words, _side_names)), tuple(costs)
    )


def _level_names(word: Word) -> tuple[frozenset[str], frozenset[str]]:
    return word.levels, word.ends


def _side_names(word: Word) -> tuple[frozenset[str], frozenset[str]]:
    names = frozenset((word.side.value,)) if word.side else frozenset()
    return names, names


def _groups(
    words: Sequence[Word], names_of: Callable[[Word], tuple[frozenset[str], frozenset[str]]]
) -> Iterator[Group]:
    group: Group | None = None
    for at, word in enumerate(words):
        names, ends = names_of(word)
        if not names:
            continue
        if group and all(w.text in _JOINTS for w in words[group.end : at]):
            group = Group(group.start, at + 1, group.names | names, group.ends | ends)
            continue
        if group:
            yield group
        is_denied = any(w.text in _NO_PLACE for w in words[max(0, at - 2) : at])
        group = None if is_denied else Group(at, at + 1, names, ends)
    if group:
        yield group


def nearest_group(
    groups: Sequence[Group], start: int, end: int, costs: Sequence[int]
) -> Group | None:
    """The group nearest to words [start, end); of two equally near the one before."""
    if not groups:
        return None
    place = bisect_left(groups, start, key=lambda group: group.start)
    best: tuple[int, Group] | None = None
    for group in groups[max(0, place - 1) : place + 2]:
        if group.start >= end:
            distance = costs[group.start] - costs[end - 1]
        elif group.end <= start:
            distance = costs[start] - costs[group.end - 1]
        else:
            distance = 0
        if best is None or distance < best[0]:
            best = (distance, group)
    return best[1] if best else None
