"""Whether a sentence asserts, denies or leaves open what a term names."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from functools import lru_cache

UNDECIDED = re.compile(
    r"\b(?:can(?:not| not|'t)(?: (?:be|yet be|fully))? (?:exclude|rule)d?(?: out)?"
    r"|not (?:be )?(?:excluded|ruled out)|(?:to|must|should) (?:be )?(?:exclude|rule)d?(?: out)?"
    r"|rule out|to exclude|questionable|equivocal|suspicion of|possibly|uncertain)\b"
)
NO_NEGATION = re.compile(r"\b(?:no doubt|not only|without (?:a )?doubt|no (?:further )?delay)\b")
NEGATION_BEFORE = re.compile(
    r"\b(?:no|not|without|denie[sd]|denying|negative for|absence of|absent|free of|lacks?|never|nor"
    r"|neither|excludes?|excluded|unremarkable for|rather than|instead of|ruled out|n't)\b|n't\b"
)
NEGATION_AFTER = re.compile(
    r"^[^,]{0,60}?\b(?:absent|ruled out|excluded|unlikely|negative"
    r"|not (?:seen|present|identified|demonstrated|visible|found|evident|suspected|observed"
    r"|indicated|required|needed|recommended))\b"
)
CLAUSE_END = re.compile(
    r"\b(?:but|however|except|although|though|whereas|while|apart from|other than)\b"
    r"|, (?:and|with) (?:an?|the|there|moderate|mild|severe|marked)\b|:"
)


class Stance(enum.StrEnum):
    """What a sentence says of a term."""

    ASSERTED = "asserted"
    DENIED = "denied"
    OPEN = "open"


@lru_cache(maxsize=8_192)
def make_pattern(term: str) -> re.Pattern[str]:
    """A term as a pattern: whole words, spaces or hyphens between, plurals, and * any ending."""
    words = [
        re.escape(word).replace(r"\*", r"\w{0,20}") for word in re.split(r"[\s-]+", term.lower())
    ]
    ending = "" if term.endswith("*") else "(?:e?s)?"
    return re.compile(r"(?<!\w)" + r"[\s-]{1,3}".join(words) + ending + r"(?!\w)")


def find_stance(patterns: Sequence[re.Pattern[str]], sentence: str) -> Stance | None:
    """The strongest stance of a sentence (lower case) towards a term: asserted, denied, open.

    None where the term does not occur.
    """
    stances = {
        _stance(sentence, match.start(), match.end())
        for pattern in patterns
        for match in pattern.finditer(sentence)
    }
    return next((stance for stance in Stance if stance in stances), None)


def _stance(sentence: str, start: int, end: int) -> Stance:
    before, after = sentence[:start], sentence[end:]
    ends = list(CLAUSE_END.finditer(before))
    before = NO_NEGATION.sub(" ", before[ends[-1].end() :] if ends else before)
    stop = CLAUSE_END.search(after)
    after = after[: stop.start()] if stop else after
    if UNDECIDED.search(before) or UNDECIDED.search(after[:80]):
        return Stance.OPEN
    if NEGATION_BEFORE.search(before) or NEGATION_AFTER.search(after):
        return Stance.DENIED
    return Stance.ASSERTED
