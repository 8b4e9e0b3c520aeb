"""Which level and side a report gives to a finding, and whether they are the right ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from leaderboard.scoring.checklist.asides import Standing, find_standing
from leaderboard.scoring.checklist.groups import Group, Places, find_nearest
from leaderboard.scoring.checklist.places import Side, vertebrae_of
from leaderboard.scoring.checklist.predicates import Stance
from leaderboard.scoring.checklist.reading import Occurrence, Reading, Sentence

NEIGHBOURS = 2
"""So many sentences after a finding's own, else before it, may name its place."""

GroupsOf = Callable[[Places], Sequence[Group]]


class Tie(NamedTuple):
    """A place given to a finding at the sentence `at`.

    `nearby` holds every place of that sentence, of spans the ends. A weak tie comes from a
    neighbouring sentence: it may earn, it never contradicts.
    """

    at: int
    names: frozenset[str]
    ends: frozenset[str]
    nearby: frozenset[str]
    is_weak: bool


def tie_levels(reading: Reading, key: str, findings: Collection[str]) -> list[Tie]:
    """The levels given to the finding `key` wherever it is asserted; weak ones if no other."""
    return _tie(reading, key, findings, lambda places: places.levels)


def tie_sides(reading: Reading, key: str, findings: Collection[str]) -> list[Tie]:
    """The sides given to the finding `key` wherever it is asserted; weak ones if no other.

    "Severe on the left, mild on the right" names both at once.
    """
    ties = _tie(reading, key, findings, lambda places: places.sides)
    asides = {o.at for o in reading.occurrences[key] if o.is_aside}
    merged: list[Tie] = []
    for tie in ties:
        if merged and tie.at in asides and merged[-1].at == tie.at:
            names = merged[-1].names | tie.names
            merged[-1] = tie._replace(names=names, ends=names, nearby=tie.nearby | names)
        else:
            merged.append(tie)
    return merged


def _tie(reading: Reading, key: str, findings: Collection[str], groups_of: GroupsOf) -> list[Tie]:
    occupied = {
        occurrence.at
        for finding in findings
        for occurrence in reading.occurrences[finding]
        if occurrence.stance is Stance.ASSERTED
    }
    asserted = [o for o in reading.occurrences[key] if o.stance is Stance.ASSERTED]
    standings = {
        at: find_standing(sentence.words, sentence.asides, groups_of(sentence.places))
        for at in {occurrence.at for occurrence in asserted}
        for sentence in [reading.sentences[at]]
    }
    ties = dict.fromkeys(
        tie
        for occurrence in asserted
        if (
            tie := _tie_aside(reading.sentences, occurrence, groups_of)
            if occurrence.is_aside
            else _tie_one(
                reading.sentences, occurrence, standings[occurrence.at], occupied, groups_of
            )
        )
    )
    strong = [tie for tie in ties if not tie.is_weak]
    return _without_denied(reading, key, strong, groups_of) or list(ties)


def _without_denied(
    reading: Reading, key: str, ties: Sequence[Tie], groups_of: GroupsOf
) -> list[Tie]:
    """Ties without places nearby where the finding is denied: "L4/L5: none, L5/S1: severe"."""
    denied: dict[int, frozenset[str]] = {}
    for occurrence in reading.occurrences[key]:
        if occurrence.stance is Stance.DENIED:
            places = reading.sentences[occurrence.at].places
            group = find_nearest(groups_of(places), occurrence.start, occurrence.end, places)
            names = group.names if group else frozenset()
            denied[occurrence.at] = denied.get(occurrence.at, frozenset()) | names
    return [
        tie._replace(nearby=tie.nearby - (denied.get(tie.at, frozenset()) - tie.names))
        for tie in ties
    ]


def _tie_aside(
    sentences: Sequence[Sentence], occurrence: Occurrence, groups_of: GroupsOf
) -> Tie | None:
    """The places of the aside itself."""
    groups = groups_of(sentences[occurrence.at].places)
    own = [g for g in groups if occurrence.start <= g.start < occurrence.end]
    if not own:
        return None
    names = frozenset().union(*(group.names for group in own))
    ends = frozenset().union(*(group.ends for group in own))
    return Tie(occurrence.at, names, ends, ends, is_weak=False)


def _tie_one(
    sentences: Sequence[Sentence],
    occurrence: Occurrence,
    standing: Standing,
    occupied: Collection[int],
    groups_of: GroupsOf,
) -> Tie | None:
    """The nearest place in the sentence, else in its label, else in a neighbour without finding."""
    sentence = sentences[occurrence.at]
    own = standing.outside or (
        *standing.emphasised,
        *(group for end, group in standing.told if end <= occurrence.start),
    )
    group = find_nearest(own, occurrence.start, occurrence.end, sentence.places)
    if group:
        names, ends = group.names - standing.gone, group.ends - standing.gone
        group = group._replace(names=names or group.names, ends=ends or group.ends)
        return _make_tie(occurrence.at, group, own, is_weak=False)
    if groups_of(sentence.places):
        return None
    label = groups_of(sentence.label)
    if label:
        return _make_tie(occurrence.at, label[0], label, is_weak=False)
    for at in _neighbours(sentences, occurrence.at, occupied):
        near = groups_of(sentences[at].places)
        if near:
            return _make_tie(at, near[0], near, is_weak=True)
    return None


def _make_tie(at: int, group: Group, near: Sequence[Group], *, is_weak: bool) -> Tie:
    nearby = frozenset().union(*(other.ends for other in near))
    return Tie(at, group.names, group.ends, nearby, is_weak)


def _neighbours(sentences: Sequence[Sentence], at: int, occupied: Collection[int]) -> Iterator[int]:
    """Sentences after, then before, within the paragraph, up to one that has a finding itself."""
    for step in (1, -1):
        for place in range(at + step, at + step * (NEIGHBOURS + 1), step):
            inside = 0 <= place < len(sentences)
            if not inside or sentences[place].paragraph != sentences[at].paragraph:
                break
            if place in occupied or sentences[place].is_heading:
                break
            yield place


def judge_levels(ties: Collection[Tie], right: frozenset[str], max_extra: int) -> bool | None:
    """True if all of `right` and at most `max_extra` more are tied; False if none of it is near.

    A tie to more than `max_extra` levels beyond (all discs, a long span) counts for nothing.
    None in all other cases: no place, too many, or a vertebra of a right disc.
    """
    same = [tie for tie in ties if _kind(tie.names, right)]
    narrow = [tie for tie in same if len(_extra(tie, right)) <= max_extra]
    tied = frozenset().union(*(tie.names for tie in narrow))
    extra = frozenset().union(*(_extra(tie, right) for tie in narrow))
    if right <= tied:
        return True if len(extra) <= max_extra else None
    if any(_touches(tie, right) for tie in ties):
        return None
    return False if any(not tie.is_weak for tie in ties) else None


def _touches(tie: Tie, right: frozenset[str]) -> bool:
    """Whether some of `right` is near, all of it within a span, or a vertebra of a right disc."""
    if tie.nearby & right or right <= tie.names:
        return True
    is_other_kind = not _kind(tie.names, right)
    return is_other_kind and bool(vertebrae_of(tie.names) & vertebrae_of(right))


def _extra(tie: Tie, right: frozenset[str]) -> frozenset[str]:
    """What a tie names beyond `right`; nothing for a span with right ends."""
    return frozenset() if tie.ends <= right else _kind(tie.names - right, right)


def _kind(names: frozenset[str], like: frozenset[str]) -> frozenset[str]:
    """Those of `names` that are discs or vertebrae as `like` has them."""
    kinds = {"/" in name for name in like}
    return frozenset(name for name in names if ("/" in name) in kinds)


def judge_sides(ties: Collection[Tie], right: Side) -> bool | None:
    """True if `right` is tied more often than another side; False if only others are near."""
    n_right = n_wrong = 0
    for tie in ties:
        is_right = _is_side(tie.names, right)
        n_right += is_right is True
        n_wrong += is_right is False
    if n_right > n_wrong:
        return True
    strong = [tie for tie in ties if not tie.is_weak]
    if n_right or not strong or any(_is_side(tie.nearby, right) for tie in ties):
        return None
    return False if any(_is_side(tie.names, right) is False for tie in strong) else None


def _is_side(names: frozenset[str], right: Side) -> bool | None:
    """Whether the sides named at once are `right`; None if they name everything or nothing."""
    both = names >= {Side.LEFT, Side.RIGHT} or Side.BILATERAL in names
    if not names or (both and Side.CENTRAL in names):
        return None
    if right is Side.BILATERAL:
        return both
    if right is Side.CENTRAL:
        return Side.CENTRAL in names
    return right in names and not both
