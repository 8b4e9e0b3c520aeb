"""Vertebral levels and sides as reports spell them."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.levels import ALL_DISCS, ALL_VERTEBRAE, list_span, place_of

_ORDER = {name: place for place, name in enumerate(ALL_VERTEBRAE)}
_BELOW = {"C7": "T1", "T12": "L1", "T13": "L1", "L5": "S1", "L6": "S1"}
"""What "1" means after the last vertebra of a region, as in L5/1."""

_PART = late_pattern(r"(th|[cdtls])?(\d{1,2})")
_SEQUENCE = late_pattern(
    r"weighted|weighting|signal|image|imaging|sequence|flair|fse|stir|fat|bright|dark|hyper"
    r"|hypo|iso|sagittal|axial|coronal|mri|w$|tse|shortening|prolongation|relaxation|high|low"
    r"|and$|contrast|spin|map|scan"
)
_VERTEBRA_WORD = late_pattern(
    r"vertebra|body|bodies|level|fracture|lamina|pedicle|spinous|endplate"
)
_NERVE = late_pattern(
    r"nerve|root|radicul|dermatom|myotom|distribution|territor|sensory|motor|reflex|pals|weak"
    r"|numb|pain|innervat"
)
_COUNTING = late_pattern(r"count|number|label|enumerat")
_DOWNWARDS = late_pattern(r"down|caudal")
_NERVE_BEFORE = frozenset(
    ("exiting", "traversing", "root", "roots", "nerve", "dermatome", "dermatomes", "below")
)
_SPAN_WORDS = frozenset(("to", "through", "thru", "until"))
_UPON = frozenset(("on", "over", "upon"))


class Side(enum.StrEnum):
    """Where beside the midline."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    CENTRAL = "central"


class Span(NamedTuple):
    """Levels named by one expression; `ends` are the outer ones of T5 to T12, or all."""

    levels: frozenset[str]
    ends: frozenset[str]


def vertebrae_of(levels: frozenset[str]) -> frozenset[str]:
    """The vertebrae of discs and vertebrae: L4/L5 gives L4 and L5."""
    return frozenset(part for level in levels for part in level.split("/"))


def read_chain(texts: Sequence[str], at: int) -> Span | None:
    """The levels of the expression texts[at], such as l4-5 or t12; None if it names no level.

    Nerve roots (the S1 root) and MRI sequences (T2 signal) are not levels.
    """
    names: list[str] = []
    for part in re.split("[-/]", texts[at]):
        name = _resolve(part, names[-1] if names else None)
        if name is None:
            break
        names.append(name)
    if not names or _is_sequence(texts, at, names):
        return None
    if texts[at].startswith("d") and at and texts[at - 1] == "vitamin":
        return None
    if names == ["C2"] and _is_convention(texts, at):
        return None
    if len(names) == 1:
        single = frozenset(names)
        return None if _is_nerve(texts, at) else Span(single, single)
    spans = [_span(first, last) for first, last in pairwise(names)]
    return Span(
        frozenset().union(*(span.levels for span in spans)),
        frozenset().union(*(span.ends for span in spans)),
    )


def _resolve(part: str, before: str | None) -> str | None:
    match = _PART.fullmatch(part)
    if match is None:
        return None
    letter, number = match.groups()
    if letter:
        name = {"th": "T", "d": "T"}.get(letter, letter.upper()) + number
        return name if name in _ORDER else None
    if before is None:
        return None
    same = before[0] + number
    if same in _ORDER and _ORDER[same] > _ORDER[before]:
        return same
    return _BELOW.get(before) if number == "1" else None


def _span(first: str, last: str) -> Span:
    """A disc for neighbours; else every disc and vertebra from `first` to `last`."""
    vertebrae, discs = list_span(first, last)
    if len(discs) == 1:
        disc = frozenset(discs)
        return Span(disc, disc)
    return Span(frozenset((*vertebrae, *discs)), frozenset((first, last)))


def _is_sequence(texts: Sequence[str], at: int, names: Sequence[str]) -> bool:
    if not set(names) <= {"T1", "T2"}:
        return False
    after = texts[at + 1] if at + 1 < len(texts) else ""
    before = texts[at - 1] if at else ""
    if len(names) > 1:
        return bool(_SEQUENCE.match(after))
    if after in _SPAN_WORDS and at + 2 < len(texts) and _PART.fullmatch(texts[at + 2]):
        return False
    return not (_VERTEBRA_WORD.match(after) or _VERTEBRA_WORD.match(before) or before == "at")


def _is_convention(texts: Sequence[str], at: int) -> bool:
    """Whether C2 is where vertebrae are counted from, and no place of a finding."""
    before, after = texts[max(0, at - 4) : at], texts[at + 1 : at + 3]
    if before[-1:] == ["from"] and any(_COUNTING.match(text) for text in before):
        return True
    return (
        bool(after) and bool(_DOWNWARDS.match(after[0])) and after[1:] not in (["to"], ["through"])
    )


def _is_nerve(texts: Sequence[str], at: int) -> bool:
    if at and texts[at - 1] in _NERVE_BEFORE:
        return True
    if at > 1 and texts[at - 1] == "level" and _NERVE.match(texts[at - 2]):
        return True
    after = at + 1
    while after < min(at + 5, len(texts)) and (
        texts[after] in ("and", "or", ",") or _PART.fullmatch(texts[after])
    ):
        after += 1
    return after < len(texts) and bool(_NERVE.match(texts[after]))


def tie_pairs(texts: Sequence[str], spans: Sequence[Span | None]) -> list[Span | None]:
    """Spans with levels that stand apart read as one expression.

    "L4 on L5", "between L4 and L5", "T5 to T12" and "L2/L3 through L5/S1" are one; "L4 L5" and
    "L4, L5" alone are the disc and both vertebrae.
    """
    tied = list(spans)
    places = [at for at, span in enumerate(spans) if span]
    for number, (first, second) in enumerate(pairwise(places)):
        upper, lower = spans[first], spans[second]
        if upper is None or lower is None or second - first > 5:
            continue
        span = _tie_pair(texts, (first, upper), (second, lower))
        is_alone = number + 2 >= len(places) or places[number + 2] - second > 2
        is_alone = is_alone and not (number and first - places[number - 1] <= 2)
        if span is None and (is_alone or second - first == 1):
            span = _side_by_side(texts, (first, upper), (second, lower))
        if span:
            tied[first] = tied[second] = span
    return tied


_Named = tuple[int, Span]


def _tie_pair(texts: Sequence[str], first: _Named, second: _Named) -> Span | None:
    """The span from one level to another, if the words between them say so."""
    (at, upper), (end, lower) = first, second
    joint = texts[end - 1]
    is_between = joint == "and" and at > 0 and texts[at - 1] == "between"
    is_far = end - at == 3 and texts[at + 1] in ("down", "through") and joint in _SPAN_WORDS
    is_span = is_far or (end - at == 2 and (joint in _SPAN_WORDS or is_between))
    if len(upper.levels) == len(lower.levels) == 1:
        (above,), (below,) = upper.levels, lower.levels
        if "/" in above and "/" in below:
            return _disc_span(above, below) if is_span else None
        if "/" in above + below or above == below:
            return None
        is_slip = joint in _UPON and {f"{above}/{below}", f"{below}/{above}"} & ALL_DISCS
        return _span(above, below) if is_span or is_slip else None
    return None


def _disc_span(first: str, last: str) -> Span | None:
    """Every disc from `first` to `last`, and the vertebrae between them."""
    upper, lower = sorted((first, last), key=place_of)
    if upper == lower:
        return None
    vertebrae, discs = list_span(upper.split("/")[0], lower.split("/")[1])
    return Span(frozenset((*discs, *vertebrae[1:-1])), frozenset(discs))


def _side_by_side(texts: Sequence[str], first: _Named, second: _Named) -> Span | None:
    """The disc between neighbours of which nothing or a comma stands between, and both."""
    (at, upper), (end, lower) = first, second
    if end - at > 2 or (end - at == 2 and texts[at + 1] != ","):
        return None
    names = upper.levels | lower.levels
    if len(upper.levels) != 1 or len(lower.levels) != 1 or any("/" in name for name in names):
        return None
    (above,), (below,) = upper.levels, lower.levels
    if f"{above}/{below}" not in ALL_DISCS:
        return None
    both = names | {f"{above}/{below}"}
    return Span(both, both)


_LEFT = frozenset(
    ("left", "lt", "leftward", "leftwards", "levoconvex", "levoscoliosis", "sinistral")
)
_RIGHT = frozenset(("right", "rt", "rightward", "rightwards", "dextroconvex", "dextroscoliosis"))
_BOTH = frozenset(("bilateral", "bilaterally"))
_CENTRAL = frozenset(("central", "centrally", "midline"))
_NO_LEFT = late_pattern(
    r"predominan|dominan|untreated|alone|unaddressed|unchanged|unattended|unrepaired|with$|behind|over|to$|in$|out$|as$"
)
_NO_RIGHT = late_pattern(
    r"predominan|dominan|answer|choice|option|diagnos|treatment|away|now|after|before|level|time|decision|patient|way"
    r"|thing"
)
_NO_CENTRAL = late_pattern(
    r"nervous|cord|line$|venous|obes|sensiti|canal|spinal|stenos|incision|sagittal|approach|image"
    r"|skin|section|slice|vein"
)
_LEFT_OVER = frozenset(("fluid", "csf", "space", "fat", "nothing", "none", "room", "joint", "is"))
_ON_THE = (["on", "the"], ["to", "the"], ["at", "the"])
_PAIRED = late_pattern(r"side|facet|foram|pedicle|lamina|root|joint|recess|psoas|limb|leg")


def find_sides(texts: Sequence[str]) -> list[Side | None]:
    """The side that each word names, or None ("the right answer" names none)."""
    return [_side(texts, at) for at in range(len(texts))]


def _side(texts: Sequence[str], at: int) -> Side | None:
    text = texts[at]
    after = texts[at + 1] if at + 1 < len(texts) else ""
    before = texts[at - 1] if at else ""
    if text in _LEFT | _RIGHT and texts[max(0, at - 2) : at] in _ON_THE:
        is_verdict = text in _RIGHT and _NO_RIGHT.match(after)
        return None if is_verdict else (Side.LEFT if text in _LEFT else Side.RIGHT)
    if text in _LEFT and after == "with" and _PART.fullmatch(re.split("[-/]", before)[0]):
        return Side.LEFT
    if text in _LEFT:
        is_rest = before in _LEFT_OVER and (not after[:1].isalpha() or after in ("at", "around"))
        return None if is_rest or _NO_LEFT.match(after) else Side.LEFT
    if text in _RIGHT:
        return None if before == "all" or _NO_RIGHT.match(after) else Side.RIGHT
    if text in _BOTH:
        return Side.BILATERAL
    if text == "both":
        near = texts[at + 1 : at + 4]
        return Side.BILATERAL if any(_PAIRED.match(word) for word in near) else None
    if text in _CENTRAL:
        return None if _NO_CENTRAL.match(after) else Side.CENTRAL
    return None
