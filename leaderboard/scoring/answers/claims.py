"""Claims: the places where a text says, in so many words, which option it chooses."""

# ruff: noqa: E501 -- patterns stay on one line; other scripts' characters are meant.

from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.cues import CueTable, stems_of
from leaderboard.scoring.answers.length import ends_of
from leaderboard.scoring.answers.page import Page, Reading
from leaderboard.scoring.answers.reading import read_choice, read_list
from leaderboard.scoring.answers.rules import Rule
from leaderboard.scoring.answers.text import FINAL_MARK
from leaderboard.scoring.answers.words import (
    BAD_QUALITY,
    BARE_NOUN,
    BARE_NOUN_LITERALS,
    CONCESSION,
    CONCLUSION_CUES,
    CONDITION,
    CONDITION_AFTER,
    CONVENTIONAL,
    CORRECTION_CUE,
    CORRECTION_STEMS,
    DIRECT,
    DIRECT_BAD_BEFORE,
    FINAL,
    FIRST_PERSON_CUES,
    HEARSAY,
    NEEDS_QUALITY,
    NO_CONDITION,
    NO_DOUBT,
    NOT_BEFORE,
    NOUN_CUES,
    PLURAL_LIST,
    QUALITY,
    QUALITY_AFTER,
    REFUSAL,
    SPEAKER,
    THEN,
    VERB_BAD_BEFORE,
    VERB_CUES,
)


class Strength(IntEnum):
    """How firmly a claim speaks; a firmer one settles a weaker one of other letters before it."""

    WORDS = 1
    VERDICT = 2
    ANSWER = 3
    FINAL = 4


class Claim(NamedTuple):
    """One place of the text that chooses letters by a rule; `unsure` where it offers alternatives."""

    start: int
    end: int
    strength: Strength
    letters: frozenset[str]
    unsure: bool
    rule: Rule
    on_statement: bool = False
    """Whether it only says that an option is true, not that it is the answer."""


_NEXT_BORDER = late_pattern(r"[.!;](?=\s|$)|\n|\?")
_PLACEHOLDERS = frozenset("XYZN")


def sentence_before(low: str, start: int) -> str:
    """Return what stands before `start` in its sentence, at most 160 characters."""
    floor = max(0, start - 160)
    border = max(low.rfind(mark, floor, start) for mark in "\n?!;")
    begin = max(floor, border + 1)
    dot = low.rfind(".", begin, start - 1)
    while dot >= 0 and low[dot + 1] not in " )\"']":
        dot = low.rfind(".", begin, dot)
    return low[max(begin, dot + 1) : start]


@lru_cache(maxsize=1_024)
def is_conditional(before: str) -> bool:
    """Whether the sentence so far makes what follows hold only under a condition, or only in the
    mouth of somebody else."""
    before = _since_turn(before)
    if CONDITION.search(before) and CONDITION.search(NO_CONDITION.sub("", before)):
        return True
    return HEARSAY.search(before) is not None


@lru_cache(maxsize=1_024)
def _since_turn(before: str) -> str:
    """Return what stands behind the last word of consequence or contrast, and behind a concession:
    "some would say B, but I", "while A is tempting, "."""
    for turn in reversed(list(THEN.finditer(before))):
        return before[turn.end() :]
    conceded = CONCESSION.match(before)
    return before[conceded.end() :] if conceded else before


@lru_cache(maxsize=1_024)
def is_rejected(before: str) -> bool:
    """Whether the words right before a cue deny it: "I do not think the answer is"."""
    if "doubt" in before or "not " in before:
        before = NO_DOUBT.sub("", before)
    return NOT_BEFORE.search(before) is not None


def is_open(low: str, end: int) -> bool:
    """Whether the sentence that holds `end` goes on to a question mark or to a condition."""
    border = _NEXT_BORDER.search(low, end, end + 200)
    return bool(border and border[0] == "?") or bool(CONDITION_AFTER.match(low, end))


def make_claim(
    page: Page, start: int, reading: Reading | None, strength: Strength, rule: Rule
) -> Claim | None:
    """Build the claim of a reading; None where it is no choice: nothing was read, or only the
    placeholder of a template, or a question, or a condition."""
    if reading is None or is_open(page.low, reading.end):
        return None
    foreign = reading.letters - page.options.letters
    if not reading.letters or (foreign and foreign <= _PLACEHOLDERS):
        return None
    return Claim(start, reading.end, strength, reading.letters, reading.unsure, rule)


def is_whole_list(page: Page, reading: Reading) -> bool:
    """Whether all options of an item with one answer are read, which chooses none."""
    return (
        not page.multiple and len(reading.letters) > 2 and reading.letters >= page.options.letters
    )


def find_claims(page: Page) -> list[Claim]:
    """Return the claims of a text that a cue announces, one kind after the other."""
    return [
        *_final_claims(page),
        *_noun_claims(page),
        *_direct_claims(page),
        *_verb_claims(page),
        *_correction_claims(page),
        *_conclusion_claims(page),
    ]


def _stands(before: str) -> bool:
    return not is_rejected(before) and not is_conditional(before)


def _final_claims(page: Page) -> Iterator[Claim]:
    last: Claim | None = None
    at = page.text.find(FINAL_MARK)
    while at >= 0:
        claim = None
        if not _shows_form(page, at):
            reading = read_choice(page, at)
            claim = make_claim(page, at, reading, Strength.FINAL, Rule.FINAL_MARK)
        joined = last and claim and _only_joins(page.text[last.end : claim.start])
        if last and claim and joined and page.multiple:
            claim = claim._replace(letters=claim.letters | last.letters)
        elif last:
            yield last
        last = claim
        at = page.text.find(FINAL_MARK, at + 1)
    if last:
        yield last


_FORM_BEFORE = late_pattern(r"\b(?:format|template|example|sample)\b[^.\n]{0,30}$")


def _shows_form(page: Page, at: int) -> bool:
    """Whether the mark at `at` shows how to answer: behind such words, and not the last of what
    is said of the answer, for another mark or a refusal follows."""
    if not _FORM_BEFORE.search(sentence_before(page.low, at)):
        return False
    return FINAL_MARK in page.text[at + 1 :] or REFUSAL.search(page.low, at) is not None


_JOIN = late_pattern(r"[\s,;&.}\ue001]{0,8}(?:and|und|et)?[\s,]{0,3}")


def _only_joins(between: str) -> bool:
    return len(between) < 20 and _JOIN.fullmatch(between) is not None


def _noun_claims(page: Page) -> Iterator[Claim]:
    """`Answer: B`, `The correct answer is B`, `Answer B`, in a dozen languages."""
    for literal, cue in NOUN_CUES.matches(page.low):
        reading = read_choice(page, cue.end())
        before = sentence_before(page.low, cue.start()) if reading else ""
        if (
            reading
            and _names_the_answer(literal, cue[0], before)
            and _stands(before)
            and not is_rejected(cue[0])
            and not HEARSAY.search(cue[0])
            and not (literal in _LIST_NOUNS and is_whole_list(page, reading))
        ):
            strength = Strength.FINAL if FINAL.search(before) else Strength.ANSWER
            if CONVENTIONAL.search(before):
                strength = Strength.WORDS
            if claim := make_claim(page, cue.start(), reading, strength, Rule.ANSWER_WORDS):
                yield claim
    if not any(literal in page.low for literal in BARE_NOUN_LITERALS):
        return
    for cue in ends_of(BARE_NOUN.finditer(page.low)):
        reading = read_list(page, cue.end())
        if reading is None or not _CLOSING.match(page.low, reading.end):
            continue
        before = sentence_before(page.low, cue.start("noun"))
        if not BAD_QUALITY.search(before) and _stands(before):
            strength = Strength.FINAL if FINAL.search(before) else Strength.ANSWER
            if claim := make_claim(page, cue.start(), reading, strength, Rule.ANSWER_WORDS):
                yield claim


_LIST_NOUNS = frozenset({"choice", "option"})
_QUALITY_REACH = 48
"""Longer than any words of quality before a noun."""
_CLOSING = late_pattern(r"[\s)\]\"']{0,3}(?:$|[.!\n;(-])|(?<=[)\]])")


def _names_the_answer(literal: str, cue: str, before: str) -> bool:
    """Whether "option", "choices" and the like mean the chosen one, and not just one of the list."""
    if BAD_QUALITY.search(before, max(0, len(before) - _QUALITY_REACH)):
        return False
    plural = PLURAL_LIST.match(cue)
    if literal not in NEEDS_QUALITY and not plural:
        return True
    if QUALITY.search(before) or FINAL.search(before) or QUALITY_AFTER.search(cue):
        return True
    return not plural and (not before.strip(" -\"'([{,|") or before.endswith("the "))


def _direct_claims(page: Page) -> Iterator[Claim]:
    """`答案是B`, `选B`, `정답은 B`: the letter stands right behind the cue."""
    if page.low.isascii():
        return
    for _, cue in DIRECT.matches(page.low):
        before = page.low[max(0, cue.start() - 8) : cue.start()]
        if not DIRECT_BAD_BEFORE.search(before) and not CONDITION.search(before):
            final = before.rstrip().endswith(("最终", "最終", "최종"))
            strength = Strength.FINAL if final else Strength.ANSWER
            reading = read_choice(page, cue.end())
            if claim := make_claim(page, cue.start(), reading, strength, Rule.ANSWER_WORDS):
                yield claim


def _verb_claims(page: Page) -> Iterator[Claim]:
    """`I would choose B`, `Going with option D`."""
    for cues, first_person in ((VERB_CUES, False), (FIRST_PERSON_CUES, True)):
        yield from _verb_claims_of(page, cues, first_person=first_person)


def _verb_claims_of(page: Page, cues: CueTable, *, first_person: bool) -> Iterator[Claim]:
    for _, cue in cues.matches(page.low):
        if page.low[cue.end() : cue.end() + 1].isalnum():
            continue
        reading = read_choice(page, cue.end())
        if reading is None:
            continue
        before = sentence_before(page.low, cue.start())
        if not (first_person or SPEAKER.search(before.lstrip(" -"))):
            continue
        if VERB_BAD_BEFORE.search(_since_turn(before)) or not _stands(before):
            continue
        rule = Rule.CHOICE_WORDS
        if claim := make_claim(page, cue.start(), reading, Strength.ANSWER, rule):
            yield claim


def _correction_claims(page: Page) -> Iterator[Claim]:
    """`No, B`, `I mean C`, `sorry, it should be D`."""
    if CORRECTION_STEMS.isdisjoint(stems_of(page.low)):
        return
    for cue in ends_of(CORRECTION_CUE.finditer(page.low)):
        reading = read_list(page, cue.end())
        if not (reading and _CLOSING.match(page.low, reading.end)):
            continue
        rule = Rule.CORRECTION
        if claim := make_claim(page, cue.start(), reading, Strength.ANSWER, rule):
            yield claim


CONCLUSION_CLOSING = late_pattern(
    r"[\s)\]\"'.]{0,3}(?:$|[.!\n;:(-]|,|because|since|as\b|due|given|in (?:my (?:opinion|view)|(?:this|such) (?:cases?|patients?|situation))\b|to me\b|is (?:my|the)\b"
    r"|(?:remains?|fits|matches|applies|explains|accounts)(?=[\s.,;!]|$)"
    r"|correct\b|right\b|am (?:ehesten|wahrscheinlichsten)\b|zutreffend\b|die (?:richtige|korrekte|beste|wahrscheinlichste)\b|(?:erklärt|passt|trifft|kommt|bleibt|explica|encaja|corresponde?|queda|spiega|explique|convient|reste)\b|the (?:best|most|correct|right|only|likeli)|(?:is|seems|appears|looks|fits|matches)(?: clearly| much| far)?(?: the)? (?:better|more)\b|is left|(?:is )?(?:richtig|korrekt)\b)|(?=[^\x00-\x7f])"
)
"""What follows letters that close a sentence or give a reason, and are no subject of another."""
_BRIEF = 40
_FIRM = frozenset(
    {"therefore", "thus", "hence", "conclusion", "elimination", "因此", "所以", "best"}
)


def _conclusion_claims(page: Page) -> Iterator[Claim]:
    """`so D`, `therefore (C)`, `it must be B`; option texts only in the text's last sentence."""
    for literal, cue in CONCLUSION_CUES.matches(page.low):
        reading = read_choice(page, cue.end())
        if reading is None:
            continue
        if reading.by_words:
            closing = _NEXT_BORDER.search(page.low, reading.end)
            if literal not in _FIRM or (closing and closing.end() < len(page.low) - 1):
                continue
        else:
            shown = page.text[cue.end() : reading.end]
            brief = len(page.low) <= _BRIEF and reading.end >= len(page.low.rstrip(" .!"))
            if shown.islower() and not brief and "option" not in shown and "(" not in shown:
                continue
            if not CONCLUSION_CLOSING.match(page.low, reading.end):
                continue
        if not _stands(sentence_before(page.low, cue.start())):
            continue
        rule = Rule.CONCLUSION
        if claim := make_claim(page, cue.start(), reading, Strength.VERDICT, rule):
            yield claim
