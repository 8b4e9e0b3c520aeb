"""What the verb behind a finding says of it: "is seen", "was ruled out", "has resolved"."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.words import Word, text_at

REACH_BACK = 12
"""A denial after the words ("is not seen") reaches this many words back."""


class Stance(enum.StrEnum):
    """What a sentence says of a term."""

    ASSERTED = "asserted"
    DENIED = "denied"
    DOUBTED = "doubted"
    OPEN = "open"


def read_predicates(words: Sequence[Word], at: int) -> Stance:
    """That of the verb at `at`, or of a second one: "was seen in May and is no longer present"."""
    first = read_predicate(words, at)
    for place in range(at + 1, min(len(words), at + REACH_BACK)):
        text = words[place].text
        if first is not Stance.ASSERTED or words[place].is_mark or vocabulary.VERB.match(text):
            break
        if text in ("and", "but") and text_at(words, place + 1) in vocabulary.AUXILIARIES:
            return read_predicate(words, place + 1)
    return first


def read_predicate(words: Sequence[Word], at: int) -> Stance:
    """The stance of "is not seen", "was ruled out", "has resolved", "cannot be excluded"."""
    is_negated = is_unsettled = is_partly = False
    for place in range(at, min(len(words), at + 7)):
        text = words[place].text
        if text in ("not", "never") or (text == "no" and text_at(words, place + 1) == "longer"):
            is_negated = True
        elif text in ("to", "must", "should", "yet", "until"):
            is_unsettled = True
        elif text == "no" and text_at(words, place + 1) == "more":
            return Stance.ASSERTED if text_at(words, place + 2) == "than" else Stance.DENIED
        elif text in vocabulary.RESOLVED or _is_full_regress(words, place):
            return Stance.ASSERTED if is_negated or is_partly else Stance.DENIED
        elif text in ("excluded", "ruled"):
            return Stance.OPEN if is_negated or is_unsettled else Stance.DENIED
        elif text in vocabulary.GONE:
            return Stance.ASSERTED if is_negated else Stance.DENIED
        elif text in vocabulary.DOUBTFUL or text == "less":
            return Stance.ASSERTED if is_negated else Stance.DOUBTED
        elif is_negated and vocabulary.SEEN.match(text):
            return Stance.DENIED
        elif vocabulary.PARTLY.match(text):
            is_partly = True
        elif not (text in vocabulary.AUXILIARIES or text == "longer" or is_adverb(text)):
            break
    return Stance.ASSERTED


def _is_full_regress(words: Sequence[Word], at: int) -> bool:
    near = (text_at(words, at - 1), text_at(words, at + 1))
    return words[at].text == "regressed" and any(
        text in ("completely", "fully", "entirely") for text in near
    )


def is_adverb(text: str) -> bool:
    return bool(vocabulary.ADVERBS.match(text) or vocabulary.PARTLY.match(text))


def shares_predicate(between: Sequence[Word], verb: str) -> bool:
    """Whether the verb after a list is also that of its first member, `between` words back."""
    commas = [at for at, word in enumerate(between) if word.text == ","]
    if not commas or (len(commas) == 2 and commas[1] == len(between) - 1):
        return True
    if any(word.levels or word.side for word in between[: commas[0]]):
        return False
    return verb in ("are", "were", "have") or any(word.text == "or" for word in between)
