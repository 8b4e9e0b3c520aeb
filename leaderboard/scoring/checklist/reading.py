"""A report read against a checklist's terms: what occurs where, and what earns nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist.asides import Aside, AsideKind, find_asides
from leaderboard.scoring.checklist.groups import Places, find_places
from leaderboard.scoring.checklist.paraphrases import add_paraphrases
from leaderboard.scoring.checklist.plans import is_plan
from leaderboard.scoring.checklist.predicates import Stance
from leaderboard.scoring.checklist.stances import find_stance, is_about_risks
from leaderboard.scoring.checklist.terms import Hit, TermIndex
from leaderboard.scoring.checklist.text import clean_text, read_passages
from leaderboard.scoring.checklist.vocabulary import GRADES
from leaderboard.scoring.checklist.words import Word, split_words

LISTED_CHECKS = 4
"""So many checks' terms in one sentence with hardly another word make it a bare list."""
MAX_CHECKS = 10
"""A sentence with the terms of more checks than this is a list, whatever else it says."""
FRAGMENT_WORDS, FRAGMENT_OTHERS = 4, 2
"""Lines of fewer words, or fewer words that are no terms, that follow each other are as one."""
DENSE_CHECKS, WORDS_PER_CHECK = 6, 4
"""A report on 6 checks or more needs 4 different sentences' words for each of them."""
ECHO_WORDS = 3
"""From this many words on, a sentence that stands in the question is an echo."""
_FILLERS = frozenset(("and", "or", "also", "plus", "then", "with"))


class Sentence(NamedTuple):
    """A sentence with its words, places and asides, and the places of the label above it."""

    shown: str
    words: tuple[Word, ...]
    paragraph: int
    is_heading: bool
    places: Places
    label: Places
    asides: tuple[Aside, ...]
    is_about_risks: bool
    is_history: bool
    is_plan: bool


class Occurrence(NamedTuple):
    """A term in the words [start, end) of the sentence `at`; of an aside, the aside's words."""

    at: int
    start: int
    end: int
    stance: Stance
    is_aside: bool = False


class Reading(NamedTuple):
    """The sentences of a report, and each check's occurrences that count, in order."""

    sentences: tuple[Sentence, ...]
    occurrences: Mapping[str, Sequence[Occurrence]]


def read_report(
    report: str,
    question: str,
    terms: Mapping[str, Sequence[str]],
    absent: Collection[str],
    meanings: Collection[str] = (),
) -> Reading:
    """Where each key's `terms` count in `report`, those of `meanings` in plain words as well.

    Headings, sentences of the question, repetitions and bare lists of terms count for nothing;
    denials of `absent` keys make no list.
    """
    sentences = tuple(_read_sentences(report))
    index = TermIndex(
        {key: add_paraphrases(own) if key in meanings else own for key, own in terms.items()}
    )
    asked = f" {_joined(split_words(clean_text(question)))} "
    hits: list[list[tuple[Hit, Stance]]] = []
    seen: set[str] = set()
    for sentence in sentences:
        text = _joined(sentence.words)
        is_echo = len(sentence.words) >= ECHO_WORDS and f" {text} " in asked
        counts = not (sentence.is_heading or is_echo or text in seen)
        seen.add(text)
        hits.append(_find_hits(sentence, index) if counts else [])
    n_words = sum(len(text.split()) for text in seen)
    struck = _bare_lists(sentences, hits, absent)
    if _is_dense(n_words, hits, absent):
        struck = set(range(len(sentences)))
    occurrences: dict[str, list[Occurrence]] = {key: [] for key in terms}
    for at, found in enumerate(hits):
        for hit, stance in found if at not in struck else ():
            occurrences[hit.key].append(Occurrence(at, hit.start, hit.end, stance))
        for key, aside in _find_meant(sentences[at], found) if at not in struck else ():
            meant = Occurrence(at, aside.start, aside.end, Stance.ASSERTED, is_aside=True)
            occurrences[key].append(meant)
    return Reading(sentences, occurrences)


def _read_sentences(report: str) -> Iterator[Sentence]:
    labels: dict[str, tuple[Word, ...]] = {}
    risks = False
    before = ""
    for passage in read_passages(report):
        words = split_words(passage.text)
        label = labels.setdefault(passage.label, split_words(passage.label))
        goes_on = risks and before.endswith(";")
        risks = goes_on or is_about_risks(label) or is_about_risks(words)
        before = passage.text
        yield Sentence(
            passage.text,
            words,
            passage.paragraph,
            passage.is_heading,
            find_places(words),
            find_places(label),
            find_asides(words),
            risks,
            _HISTORY.match(passage.label) is not None,
            is_plan(passage.label),
        )


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _find_hits(sentence: Sentence, index: TermIndex) -> list[tuple[Hit, Stance]]:
    found = []
    for hit in index.find(sentence.words):
        stance = find_stance(sentence.words, hit.start, hit.end)
        if stance is Stance.ASSERTED and _is_open(sentence, hit.start):
            stance = Stance.OPEN
        found.append((hit, stance))
    return found


_HISTORY = late_pattern(
    r"(?:clinical )?(?:history|information|details|indications?|question|background)\b"
    r"|(?:indications?|reason for (?:the )?(?:exam\w*|study|scan)|referral|request)\b",
    re.IGNORECASE,
)


def _is_open(sentence: Sentence, start: int) -> bool:
    """Whether a sentence lists risks, asks, or tells before the images what was suspected."""
    if sentence.is_about_risks or sentence.shown[-1:] == "?":
        return True
    return sentence.is_history and any(
        word.text in ("suspected", "suspicion") for word in sentence.words[:start]
    )


def _find_meant(
    sentence: Sentence, found: Sequence[tuple[Hit, Stance]]
) -> Iterator[tuple[str, Aside]]:
    """The findings that asides say are there, by key: of their part of the sentence the last."""
    for aside in sentence.asides:
        if aside.kind not in (AsideKind.EXCEPTED, AsideKind.PRESENT):
            continue
        grades = _grades(sentence, aside.start, aside.end)
        for hit, stance in _anchored(aside, found):
            is_meant = stance in (Stance.DENIED, Stance.DOUBTED) or (
                aside.kind is AsideKind.PRESENT and stance is Stance.ASSERTED
            )
            if is_meant and _grades(sentence, hit.start, hit.end) <= grades:
                yield hit.key, aside


def _anchored(aside: Aside, found: Sequence[tuple[Hit, Stance]]) -> list[tuple[Hit, Stance]]:
    """The last terms before an aside, in the part that it follows; the first after it if none."""
    if aside.anchor is None:
        after = [pair for pair in found if pair[0].start >= aside.end]
        first = min((hit.end for hit, _ in after), default=0)
        return [pair for pair in after if pair[0].start < first]
    start, end = aside.anchor
    before = [pair for pair in found if start <= pair[0].start and pair[0].end <= end]
    last = max((hit.start for hit, _ in before), default=0)
    return [pair for pair in before if pair[0].end > last]


def _grades(sentence: Sentence, start: int, end: int) -> frozenset[str]:
    return GRADES.intersection(word.text for word in sentence.words[start:end])


def _earning(found: Sequence[tuple[Hit, Stance]], absent: Collection[str]) -> set[str]:
    return {hit.key for hit, s in found if s is not Stance.DENIED and hit.key not in absent}


def _is_dense(
    n_words: int, hits: Sequence[Sequence[tuple[Hit, Stance]]], absent: Collection[str]
) -> bool:
    keys = set().union(*(_earning(found, absent) for found in hits))
    return len(keys) >= DENSE_CHECKS and n_words < WORDS_PER_CHECK * len(keys)


def _bare_lists(
    sentences: Sequence[Sentence],
    hits: Sequence[Sequence[tuple[Hit, Stance]]],
    absent: Collection[str],
) -> set[int]:
    """The sentences that list terms: many checks, hardly another word."""
    others = [_count_other_words(*pair) for pair in zip(sentences, hits, strict=True)]
    struck: set[int] = set()
    for run in _runs(sentences, others):
        earning = [_earning(hits[at], absent) for at in run]
        n_checks, n_terms = len(set().union(*earning)), sum(map(len, earning))
        is_list = n_checks >= LISTED_CHECKS and 2 * sum(others[at] for at in run) < n_terms
        if is_list or (len(run) == 1 and n_checks > MAX_CHECKS):
            struck.update(run)
    return struck


def _runs(sentences: Sequence[Sentence], others: Sequence[int]) -> Iterator[list[int]]:
    """Sentences one by one, but fragments that follow each other together."""
    run: list[int] = []
    for at, sentence in enumerate(sentences):
        if sentence.is_heading:
            continue
        n_words = sum(not word.is_mark for word in sentence.words)
        if n_words < FRAGMENT_WORDS or others[at] < FRAGMENT_OTHERS:
            run.append(at)
            continue
        if run:
            yield run
            run = []
        yield [at]
    if run:
        yield run


def _count_other_words(sentence: Sentence, found: Sequence[tuple[Hit, Stance]]) -> int:
    covered = {at for hit, _ in found for at in range(hit.start, hit.end)}
    return sum(
        not (word.is_mark or word.is_level or word.side or word.text in _FILLERS)
        for at, word in enumerate(sentence.words)
        if at not in covered
    )
