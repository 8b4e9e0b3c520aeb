"""Levels and sides named in a sentence, and which of them stands nearest to given words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.words import Word

CLAUSE_COST = 3
"""A comma, "and", "but" or "with" between a finding and a place counts as so many words."""
_LINKS = frozenset(("and", "or", "as", "also"))
_JOINTS = _LINKS | {",", "to", "through", "well", "level", "levels"}
_LINKED_JOINTS = frozenset(
    "at in on of the a both lesser smaller degree extent side less marked pronounced severe".split()
)
"""These stand between places of one breath beside an "and": "at L4/L5 and, less, at L5/S1"."""
_MORE = frozenset(("greater", "more", "worse", "larger"))
_TURNS = frozenset((",", "(", ")", "and", "but", "while", "whereas", "with", "without", "however"))
_NO_PLACE = frozenset(("not", "no", "than", "without", "nor"))
_OF_LEVELS = frozenset("at in on of the level levels disc segment space interspace foramen".split())
_NORMAL = frozenset("normal unremarkable clear patent preserved intact none".split())
_PREDICATES = (
    vocabulary.AUXILIARIES
    | vocabulary.DENIALS
    | vocabulary.GRADES
    | _NORMAL
    | {"there", "shows", "show", "demonstrates", "mild"}
)


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
    heads: tuple[int, ...]
    """Where levels stand that head what follows them: "L4/L5: stenosis, L5/S1: herniation"."""


def find_places(words: Sequence[Word]) -> Places:
    """The places of a sentence; those after "not" or "rather than" are left out."""
    costs, cost = [], 0
    for word in words:
        cost += CLAUSE_COST if word.text in _TURNS else 1
        costs.append(cost)
    levels = tuple(_groups(words, _level_names))
    heads = tuple(group.start for group in levels if _heads(words, group.start, group.end))
    return Places(levels, tuple(_groups(words, _side_names)), tuple(costs), heads)


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
        if group and _joins(words, group, at):
            group = Group(group.start, at + 1, group.names | names, group.ends | ends)
            continue
        if group:
            yield group
        group = None if _is_denied(words, at) else Group(at, at + 1, names, ends)
    if group:
        yield group


def _is_denied(words: Sequence[Word], at: int) -> bool:
    near = [word.text for word in words[max(0, at - 5) : at]]
    return any(text in _NO_PLACE and not (text == "than" and "other" in near) for text in near[-2:])


def _joins(words: Sequence[Word], group: Group, at: int) -> bool:
    """Whether the place at `at` is named in one breath with the group before it."""
    between = [word.text for word in words[group.end : at] if word.side is None]
    is_linked = bool(_LINKS.intersection(between))
    if "than" in between:
        rest = _MORE | _LINKED_JOINTS | {"than"}
        return bool(_MORE.intersection(between)) and all(text in rest for text in between)
    allowed = _JOINTS | _LINKED_JOINTS if is_linked else _JOINTS
    if not all(text in allowed for text in between):
        return False
    return _begins(words, group.start) or not _has_predicate(words, at + 1, is_linked=is_linked)


def _has_predicate(words: Sequence[Word], at: int, *, is_linked: bool) -> bool:
    """Whether a place is what the next words speak of: "L5/S1 is normal", "L5/S1: no stenosis"."""
    while at < len(words) and words[at].text in _OF_LEVELS:
        at += 1
    texts = [word.text for word in words[at : at + 2]]
    if is_linked:
        return len(texts) == 2 and texts[0] in vocabulary.BE and texts[1] in _NORMAL
    if texts[:1] == [","]:
        return len(texts) == 2 and texts[1] in _PREDICATES
    return bool(texts) and (texts[0] in (":", "(") or texts[0] in _PREDICATES)


def _begins(words: Sequence[Word], at: int) -> bool:
    """Whether nothing but "at the" stands between a place and the clause's beginning."""
    while at and words[at - 1].text in _OF_LEVELS:
        at -= 1
    return not at or words[at - 1].is_mark or words[at - 1].text in _TURNS


def _heads(words: Sequence[Word], start: int, end: int) -> bool:
    """Whether a place begins a clause that speaks of it."""
    while end < len(words) and words[end].text in _OF_LEVELS:
        end += 1
    if end == len(words) or not _begins(words, start):
        return False
    return words[end].is_mark or words[end].text in _PREDICATES


def find_nearest(groups: Sequence[Group], start: int, end: int, places: Places) -> Group | None:
    """The group nearest to words [start, end); of two equally near the one before.

    What stands under a head belongs to the levels from that head to the next, if it has any.
    """
    place = bisect_right(places.heads, start)
    first = places.heads[place - 1] if place else 0
    limit = places.heads[place] if place < len(places.heads) else len(places.costs)
    own = [group for group in groups if first <= group.start < limit]
    return _nearest(own or groups, start, end, places.costs)


def _nearest(groups: Sequence[Group], start: int, end: int, costs: Sequence[int]) -> Group | None:
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
