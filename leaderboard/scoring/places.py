"""The levels and sides that a text names, in any usual spelling."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Set
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

VERTEBRAE = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    "S1",
)
DISCS = tuple(f"{upper}/{lower}" for upper, lower in pairwise(VERTEBRAE))
LEVEL = re.compile("|".join(DISCS + VERTEBRAE[::-1]))

_PLACE = {name: index for index, name in enumerate(VERTEBRAE)}
_VERTEBRA = re.compile(r"(?<![\w.])(c|th|t|d|l|s)(\d{1,2})(?![\w]|\.\d)")
_AND = re.compile(r"\sand\s(?=(?:c|th|t|d|l|s)\d)")
_JOIN_VERTEBRA = re.compile(
    r"(?:\s?[/-]\s?|\s(?:to|down to|through|on|over|upon)\s)(?=(?:c|th|t|d|l|s)\d)"
)
_JOIN_NUMBER = re.compile(
    r"(?:\s?/\s?|-)(\d{1,2})(?![\w.%]|\s?(?:%|mm|cm|week|month|day|hour|year|degree))"
)
_WEIGHTING = re.compile(
    r"\bt1\s?(?:/|-|,|and|or)\s?t2(?=[\s-]?(?:w|image|sequence|signal|hyper|hypo|mri))"
    r"|\bt[12](?:w|wi)\b"
    r"|\bt[12][\s-](?=weight|image|sequence|signal|hyper|hypo|bright|dark|high|low|stir|mr|fat|tse"
    r"|fse|relax|prolong|sagittal|axial|section|slice|scan|abnormal|change)"
    r"|(?<!c7 )(?<!t1 )\bon t[12]\b"
    r"|\b(?:sagittal|axial|coronal|bright|dark|hyperintense|hypointense|isointense|low|high) t[12]\b"
)
_ROOT = re.compile(
    r"\b[clst]\d{1,2}(?:\s(?:and|or)\s[clst]\d{1,2})?\s(?:spinal\s)?"
    r"(?:nerve|root|radicul|dermatom|myotom|distribution|palsy|motor|sensory)\w*"
    r"|\b(?:nerves?|roots?|dermatomes?|myotomes?) (?:of |at )?[clst]\d{1,2}\b|\bvitamin d\d\b"
)
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        start=1,
    )
}
_SPELT = re.compile(
    rf"\b({'|'.join(_ORDINALS)}) (cervical|thoracic|dorsal|lumbar|sacral) (?:vertebra|body|disc)"
)


class Side(enum.StrEnum):
    """Where beside the midline."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    CENTRAL = "central"


_SIDES = {
    Side.BILATERAL: re.compile(
        r"\bbilateral(?:ly)?\b|\bboth\b|\bleft (?:and|or) (?:the )?right\b"
        r"|\bright (?:and|or) (?:the )?left\b|\beither side\b"
    ),
    Side.LEFT: re.compile(r"\bleft(?:wards?)?\b|\blevo(?:scoliosis|convex)|\bsinistro"),
    Side.RIGHT: re.compile(r"\bright(?:wards?)?\b|\bdextro(?:scoliosis|convex)?"),
    Side.CENTRAL: re.compile(r"\b(?:central(?:ly)?|midline|median)\b"),
}
_NOT_A_SIDE = re.compile(
    r"\bright (?:answer|away|now|choice|diagnosis|treatment|level|angle|hand)\w*|\ball right\b"
    r"|\b(?:be|is|are|was|were|been|being) left\b(?! sided)|\bleft (?:hand|untreated|alone|in place)"
    r"|\bcentral (?:canal|spinal|stenosis|cord|nervous|venous)\b|\bpara[ -]central(?:ly)?\b"
)


class Places(NamedTuple):
    """What a text names: discs and vertebrae, spans of vertebrae (first, last), and sides."""

    levels: frozenset[str]
    spans: frozenset[tuple[str, str]]
    sides: frozenset[Side]


@lru_cache(maxsize=4_096)
def read_places(text: str) -> Places:
    """The places that `text` (lower case) names.

    A neighbouring pair (L4/5, l4-l5, between l4 and l5, l4 on l5) is the disc; any other pair
    (l3-s1) a span; l4 and l5 are two vertebrae. Roots (l5 root) and weightings (t2 image) are none.
    """
    levels: set[str] = set()
    spans: set[tuple[str, str]] = set()
    for chain in _chains(_ROOT.sub(" ", _WEIGHTING.sub(" ", text))):
        if len(chain) == 1:
            levels.add(chain[0])
        for one, other in pairwise(chain):
            first, last = sorted((one, other), key=_PLACE.__getitem__)
            if _PLACE[last] - _PLACE[first] == 1:
                levels.add(f"{first}/{last}")
            elif first != last:
                spans.add((first, last))
    for ordinal, region in _SPELT.findall(text):
        name = {"d": "T"}.get(region[0], region[0].upper()) + str(_ORDINALS[ordinal])
        levels |= {name} & _PLACE.keys()
    return Places(frozenset(levels), frozenset(spans), read_sides(text))


def read_levels(text: str) -> frozenset[str]:
    """The discs (L4/L5) and vertebrae (L4) that lower-case `text` names; spans name none."""
    return read_places(text).levels


def read_sides(text: str) -> frozenset[Side]:
    """The sides that lower-case `text` names; both together are bilateral."""
    sided = _NOT_A_SIDE.sub(" ", text)
    sides = {side for side, pattern in _SIDES.items() if pattern.search(sided)}
    if Side.BILATERAL in sides:
        sides -= {Side.LEFT, Side.RIGHT}
    return frozenset(sides)


def named_like(wanted: Set[str], places: Places) -> frozenset[str]:
    """The named places of the kind of `wanted`: discs or vertebrae.

    A span names all it covers; one whose two ends are both wanted names nothing else.
    """
    discs = all("/" in level for level in wanted)
    named = {level for level in places.levels if ("/" in level) == discs}
    for first, last in places.spans:
        covered = VERTEBRAE[_PLACE[first] : _PLACE[last] + 1]
        if discs:
            named.update(f"{upper}/{lower}" for upper, lower in pairwise(covered))
        else:
            named.update(set(covered) & wanted if {first, last} <= wanted else covered)
    if not discs:
        pairs = [set(level.split("/")) for level in places.levels if "/" in level]
        named.update(level for pair in pairs if pair <= wanted for level in pair)
    return frozenset(named)


def _chains(text: str) -> Iterator[list[str]]:
    """Vertebrae that the text joins by a stroke, a hyphen or a word, in their order."""
    end = 0
    for match in _VERTEBRA.finditer(text):
        if match.start() < end:
            continue
        chain = [_name(match.group(1), match.group(2))]
        end = match.end()
        between = text[max(0, match.start() - 8) : match.start()] == "between "
        while True:
            step = _JOIN_VERTEBRA.match(text, end) or (
                _AND.match(text, end) if between and len(chain) == 1 else None
            )
            number = _JOIN_NUMBER.match(text, end)
            if step and (following := _VERTEBRA.match(text, step.end())):
                chain.append(_name(following.group(1), following.group(2)))
                end = following.end()
            elif number and chain[-1] in _PLACE:
                chain.append(_below(chain[-1], number.group(1)))
                end = number.end()
            else:
                break
        known = [name for name in chain if name in _PLACE]
        if known:
            yield known


def _name(letter: str, number: str) -> str:
    return {"th": "T", "d": "T"}.get(letter, letter.upper()) + number


def _below(upper: str, number: str) -> str:
    """The vertebra that a bare number means after `upper`: L4/5, C7/1, L5/1, T5-12."""
    place = _PLACE[upper] + 1
    if place < len(VERTEBRAE) and VERTEBRAE[place][1:] == number:
        return VERTEBRAE[place]
    return upper[0] + number
