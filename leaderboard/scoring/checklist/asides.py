"""Places that a sentence sets apart: excepted ones, and ones with a word of their own.

"No stenosis except at L4-L5", "no stenosis at L3-L4 but severe at L4-L5", "stenosis: L3-L4 none,
L4-L5 severe": the finding is named once, and its place stands in another part of the sentence.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.groups import Group
from leaderboard.scoring.checklist.words import Word

_GOING_ON = frozenset("there no all every show shows has have demonstrate demonstrates".split())
"""Where the sentence goes on behind a place that is excepted, without a mark."""
_OPENING = frozenset(("with", "the", "sole", "only", "single", "and", "but"))
_PRONOUNS = frozenset(("one", "ones", "that", "those", "old", "known", "for", "of"))
_NUMBER = late_pattern(r"\d|i{1,3}|iv")
_ANY = frozenset("all none level levels disc discs anywhere elsewhere segment segments".split())
_PLAIN = frozenset(
    (
        "that those a an the this at in on of to and or as well also both level levels disc discs "
        "segment segments space spaces interspace interspaces foramen foramina side sides vertebra "
        "vertebral body bodies pedicle pedicles lamina facet joint joints recess endplate "
        "endplates process spinous transverse posterior anterior element elements is are was were "
        "only mainly now still than much"
    ).split()
)
_ABSENT = frozenset(
    "none no normal absent clear patent spared spares sparing not negative unremarkable free nil "
    "intact preserved".split()
)
_PRESENT = frozenset("persist persists present positive affected involved remain remains".split())
_EMPHASIS = frozenset(
    "worse worst more most greater greatest maximal maximally predominantly predominant especially "
    "particularly pronounced marked dominant".split()
)
_ANAPHORS = frozenset("there one it seen visible identified another".split())
_VERDICTS = _ABSENT | _PRESENT | _EMPHASIS | vocabulary.GRADES


class AsideKind(enum.Enum):
    """What is said of the finding at the places of an aside."""

    EXCEPTED = "excepted"
    PRESENT = "present"
    ABSENT = "absent"
    EMPHASISED = "emphasised"


class Aside(NamedTuple):
    """Words [start, end) that name places only; `anchor` is the end of the part it belongs to.

    `anchor` is None for an aside at the beginning, which belongs to what follows.
    """

    start: int
    end: int
    kind: AsideKind
    anchor: tuple[int, int] | None


class _Part(NamedTuple):
    """Words [start, end) between two breaks of a sentence."""

    start: int
    end: int
    is_excepted: bool


def find_asides(words: Sequence[Word]) -> tuple[Aside, ...]:
    """The asides of a sentence, from left to right; none where a place has words of its own."""
    asides: list[Aside] = []
    anchor: tuple[int, int] | None = None
    for part in _parts(words):
        kind = _kind(words, part)
        last = asides[-1] if asides else None
        if kind is not None:
            asides.append(Aside(part.start, part.end, kind, anchor))
        elif last and last.end == part.start - 1 and _goes_on(words, last, part):
            asides[-1] = last._replace(end=part.end)
        elif not all(word.text in _VERDICTS for word in words[part.start : part.end]):
            anchor = (part.start, part.end)
    return tuple(asides)


def _parts(words: Sequence[Word]) -> Iterator[_Part]:
    start, is_excepted, at = 0, False, 0
    while at < len(words):
        after = _exception_end(words, at)
        if after:
            yield from _part(words, start, _without_opening(words, start, at), is_excepted)
            start, is_excepted, at = after, True, after
        elif is_excepted and at > start and words[at].text in _GOING_ON:
            yield from _part(words, start, at, is_excepted)
            start, is_excepted = at, False
        elif closed := _verdict_end(words, at):
            at = closed
        elif words[at].is_mark or words[at].text in vocabulary.TURNS or _rules(words, at):
            yield from _part(words, start, at, is_excepted)
            start, is_excepted, at = at + 1, False, at + 1
        else:
            at += 1
    yield from _part(words, start, len(words), is_excepted)


def _verdict_end(words: Sequence[Word], at: int) -> int | None:
    """The place after a bracket that holds but a grade or the like: "L4/L5 (severe)"."""
    if words[at].text != "(":
        return None
    for place in range(at + 1, min(len(words), at + 6)):
        if words[place].text == ")":
            return place + 1 if place > at + 1 else None
        if words[place].text not in _VERDICTS:
            return None
    return None


def _rules(words: Sequence[Word], at: int) -> bool:
    """Whether the "and" at `at` brings another verdict: "and absent at L5/S1"."""
    return words[at].text == "and" and at + 1 < len(words) and words[at + 1].text in _VERDICTS


def _part(words: Sequence[Word], start: int, end: int, is_excepted: bool) -> Iterator[_Part]:
    if start < end:
        yield _Part(start, end, is_excepted)


def _exception_end(words: Sequence[Word], at: int) -> int | None:
    """The place after "except", "other than", "with the exception of" if it stands at `at`."""
    text = words[at].text
    following = words[at + 1].text if at + 1 < len(words) else ""
    if text in ("except", "excepting"):
        return at + 1 + (following == "for")
    if text in ("bar", "barring", "excluding", "outside"):
        return at + 1 + (following == "of")
    if text == "but" and at and words[at - 1].text in _ANY:
        return at + 1
    if text == "exception" and following == "of":
        return at + 2
    if following in vocabulary.PAIRED_TURNS.get(text, ()):
        return at + 2
    return None


def _without_opening(words: Sequence[Word], start: int, end: int) -> int:
    """The end of the words before an exception, without "with the" or "but"."""
    while end > start and words[end - 1].text in _OPENING:
        end -= 1
    return end


def _kind(words: Sequence[Word], part: _Part) -> AsideKind | None:
    own = words[part.start : part.end]
    texts = {word.text for word in own}
    allowed = _PLAIN | _VERDICTS | {"(", ")"}
    if part.is_excepted:
        allowed |= _PRONOUNS
    stands_for = "one" in texts or ("it" in texts and bool(texts & (_PRESENT | vocabulary.GRADES)))
    if stands_for:
        allowed |= _ANAPHORS
    if not any(map(_is_place, own)):
        return None
    if not all(_is_place(w) or w.text in allowed or _NUMBER.fullmatch(w.text) for w in own):
        return None
    if part.is_excepted:
        return None if _says_what(words, part.end) else AsideKind.EXCEPTED
    if texts & _ABSENT:
        return AsideKind.ABSENT
    if texts & _EMPHASIS and not texts & (vocabulary.GRADES - _EMPHASIS):
        return AsideKind.EMPHASISED
    return AsideKind.PRESENT if stands_for or texts & (_PRESENT | vocabulary.GRADES) else None


def _says_what(words: Sequence[Word], at: int) -> bool:
    """Whether "where a ..." follows, which names a finding of its own, unlike "where it is ..."."""
    texts = [word.text for word in words[at : at + 3] if not word.is_mark]
    return texts[:1] == ["where"] and texts[1:2] not in (["it"], ["they"], ["this"])


def _goes_on(words: Sequence[Word], aside: Aside, part: _Part) -> bool:
    """Whether a part only lists further places of the aside's own sort."""
    own, before = words[part.start : part.end], words[aside.start : aside.end]
    if not all(_is_place(word) or word.text in _PLAIN for word in own):
        return False
    return any(w.levels for w in own) == any(w.levels for w in before) and any(map(_is_place, own))


def _is_place(word: Word) -> bool:
    return bool(word.levels) or word.side is not None


class Standing(NamedTuple):
    """The groups of a sentence by how they stand to its asides.

    `told` are those of asides that a clause tells more of ("except L4/L5, which shows ..."), each
    with the end of its aside; `gone` is what a finding outside an aside does not have.
    """

    outside: tuple[Group, ...]
    emphasised: tuple[Group, ...]
    told: tuple[tuple[int, Group], ...]
    gone: frozenset[str]


def find_standing(
    words: Sequence[Word], asides: Sequence[Aside], groups: Sequence[Group]
) -> Standing:
    """How `groups`, from left to right, stand to the asides of their sentence."""
    outside, emphasised, told = [], [], []
    gone: set[str] = set()
    starts = [aside.start for aside in asides]
    for group in groups:
        place = bisect_right(starts, group.start) - 1
        aside = asides[place] if place >= 0 else None
        if aside is None or group.start >= aside.end:
            outside.append(group)
            continue
        if aside.kind is AsideKind.EMPHASISED:
            emphasised.append(group)
        if any(word.text in _RELATIVES for word in words[aside.end : aside.end + 2]):
            told.append((aside.end, group))
        if aside.kind in (AsideKind.EXCEPTED, AsideKind.ABSENT):
            gone |= group.names
    return Standing(tuple(outside), tuple(emphasised), tuple(told), frozenset(gone))


_RELATIVES = frozenset(("where", "which", "that"))
