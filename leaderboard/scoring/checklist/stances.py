"""Whether a sentence asserts, denies or leaves open what some of its words name."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.words import Word

REACH = 30
"""A denial reaches this many words forwards, within its clause."""
SHORT_REACH = {"absent": 2, "non": 1, "recurrent": 1}
REACH_OF_NOT = 6
"""For "not", which does not reach over a comma either, save in "does not show" and the like."""
REACH_OF_DOUBT = 3
REACH_BACK = 12
"""A denial after the words ("is not seen") reaches this many words back."""


class Stance(enum.StrEnum):
    """What a sentence says of a term."""

    ASSERTED = "asserted"
    DENIED = "denied"
    DOUBTED = "doubted"
    OPEN = "open"


def find_stance(words: Sequence[Word], start: int, end: int) -> Stance:
    """The stance of a sentence towards its words[start:end].

    A denial holds to the end of its clause ("no fracture, but a herniation" denies the first
    alone); a double one asserts; "unlikely" doubts; risks, conditions, history and "cannot be
    excluded" are open.
    """
    before = _look_before(words, start)
    after = _look_after(words, end)
    if before is Stance.ASSERTED or after is Stance.OPEN:
        return after
    return before


def is_about_risks(words: Sequence[Word]) -> bool:
    """Whether a sentence or a label begins as a list of risks, whose members are all open."""
    return any(word.text in vocabulary.RISKS for word in words[:4])


def _look_before(words: Sequence[Word], start: int) -> Stance:
    is_open = crossed = ended = False
    at = start - 1
    while at >= max(0, start - REACH):
        text = words[at].text
        if text == ")":
            at = _opening(words, at) - 1
            continue
        if text == ":" and not (at and words[at - 1].text in vocabulary.LIST_OF_NOTHING):
            break
        if text == ":":
            return Stance.DENIED
        if text in vocabulary.TURNS or _starts_clause(words, at):
            break
        crossed = crossed or text in (",", "and")
        ended = ended or (crossed and text in vocabulary.AUXILIARIES)
        if not ended and text in vocabulary.EXCLUSIONS and _is_exclusion(words, at):
            return _read_exclusion(words, at)
        reach = _reach(words, at, crossed=crossed)
        if not ended and start - at <= reach and _is_denial(words, at):
            return _read_denial(words, at, is_open=is_open)
        if start - at <= REACH_OF_DOUBT and _is_doubt(words, at):
            return Stance.DOUBTED
        is_open = is_open or _opens(words, at, start)
        at -= 1
    return Stance.OPEN if is_open else Stance.ASSERTED


def _reach(words: Sequence[Word], at: int, *, crossed: bool) -> int:
    text = words[at].text
    if text == "not" and _text(words, at + 1) not in vocabulary.SHOWING:
        return 0 if crossed else REACH_OF_NOT
    return SHORT_REACH.get(text, REACH)


def _opening(words: Sequence[Word], at: int) -> int:
    for place in range(at - 1, max(-1, at - REACH), -1):
        if words[place].text == "(":
            return place
    return at


def _text(words: Sequence[Word], at: int) -> str:
    return words[at].text if 0 <= at < len(words) else ""


def _starts_clause(words: Sequence[Word], at: int) -> bool:
    """Whether a new clause begins after the comma or "and" at `at`."""
    if words[at].text not in (",", "and"):
        return False
    after = at + 1
    if words[at].text == "," and _text(words, after) == "and":
        after += 1
    if after >= len(words):
        return False
    word = words[after]
    if word.text in ("a", "an") and _goes_on_with_or(words, after):
        return False
    return word.text in vocabulary.CLAUSE_STARTS or bool(word.levels) or word.side is not None


def _goes_on_with_or(words: Sequence[Word], at: int) -> bool:
    """Whether a list's last member follows: "no tumour, an infection or a fracture"."""
    for word in words[at : at + REACH_OF_NOT]:
        if word.is_mark:
            return False
        if word.text == "or":
            return True
    return False


def _is_exclusion(words: Sequence[Word], at: int) -> bool:
    if _text(words, at - 1) in vocabulary.BE and words[at].text in ("excluded", "ruled"):
        return False
    return not words[at].text.startswith("rul") or _text(words, at + 1) == "out"


def _read_exclusion(words: Sequence[Word], at: int) -> Stance:
    unsettled = any(word.text in vocabulary.UNSETTLING for word in words[max(0, at - 4) : at])
    return (
        Stance.OPEN if unsettled or words[at].text in vocabulary.BASE_EXCLUSIONS else Stance.DENIED
    )


def _is_denial(words: Sequence[Word], at: int) -> bool:
    text, after = words[at].text, _text(words, at + 1)
    if _text(words, at - 1) in vocabulary.BE:
        if text == "not" and vocabulary.SEEN.match(after):
            return False
        if text == "absent":
            return False
    if text == "without" and _text(words, at - 1) == "or" and _text(words, at - 2) == "with":
        return False
    if text in vocabulary.PAIRED_DENIALS:
        return after in vocabulary.PAIRED_DENIALS[text]
    if text not in vocabulary.DENIALS:
        return False
    skipped = after in ("significant", "interval", "further", "clear", "any")
    following = _text(words, at + 2) if skipped else after
    exception = vocabulary.NO_DENIAL.get(text)
    return exception is None or not exception.match(following)


def _is_doubt(words: Sequence[Word], at: int) -> bool:
    if words[at].text == "than":
        return _text(words, at - 1) in ("likely", "probable")
    if words[at].text not in vocabulary.DOUBTFUL:
        return False
    return _text(words, at - 1) not in vocabulary.BE or _text(words, at + 1) == "to"


def _read_denial(words: Sequence[Word], at: int, *, is_open: bool) -> Stance:
    """Denied, or asserted if another denial stands before ("not without")."""
    if words[at].text in vocabulary.NEGATABLE:
        for place in range(at - 1, max(-1, at - 4), -1):
            if words[place].is_mark:
                break
            if words[place].text in ("not", "never", "no"):
                return Stance.OPEN if is_open else Stance.ASSERTED
    return Stance.DENIED


def _opens(words: Sequence[Word], at: int, start: int) -> bool:
    text = words[at].text
    if start - at > SHORT_REACH.get(text, REACH):
        return False
    if text in vocabulary.LOOKING:
        return _text(words, at + 1) == "for"
    if text == "report":
        return _text(words, at + 1) in vocabulary.AT_ONCE
    if text == "for":
        return _text(words, at - 1) in vocabulary.TESTS
    return text in vocabulary.OPENERS or (text == "should" and at == 0)


def _look_after(words: Sequence[Word], end: int) -> Stance:
    if vocabulary.AFTER_OPEN.match(_text(words, end)):
        return Stance.OPEN
    first = end + 1 if _text(words, end) in (":", ",", "(") else end
    if _text(words, first) in ("none", "no", "nil", "absent", "negative", "denied") and (
        first + 1 >= len(words) or words[first + 1].is_mark
    ):
        return Stance.DENIED
    for at in range(end, min(len(words), end + REACH_BACK)):
        text = words[at].text
        if (
            text in vocabulary.TURNS
            or text == ":"
            or _starts_clause(words, at)
            or vocabulary.VERB.match(text)
        ):
            break
        if at <= end + 1 and text in vocabulary.DOUBTFUL:
            return Stance.DOUBTED
        if at <= end + 1 and (text in vocabulary.GONE or text == "ruled"):
            return Stance.DENIED
        if text in vocabulary.AUXILIARIES:
            is_shared = _shares_predicate(words[end:at], text)
            return _read_predicate(words, at) if is_shared else Stance.ASSERTED
    return Stance.ASSERTED


def _shares_predicate(between: Sequence[Word], verb: str) -> bool:
    """Whether the verb after a list is also that of its first member, `between` words back."""
    commas = [at for at, word in enumerate(between) if word.text == ","]
    if not commas:
        return True
    if any(word.levels or word.side for word in between[: commas[0]]):
        return False
    return verb in ("are", "were", "have") or any(word.text == "or" for word in between)


def _read_predicate(words: Sequence[Word], at: int) -> Stance:
    """The stance of "is not seen", "was ruled out", "cannot be excluded" and the like."""
    is_negated = is_unsettled = False
    for place in range(at, min(len(words), at + 7)):
        text = words[place].text
        if text in ("not", "never"):
            is_negated = True
        elif text in ("to", "must", "should", "can", "could", "yet", "until"):
            is_unsettled = True
        elif text in ("excluded", "ruled"):
            return Stance.OPEN if is_negated or is_unsettled else Stance.DENIED
        elif text in vocabulary.GONE:
            return Stance.ASSERTED if is_negated else Stance.DENIED
        elif text in vocabulary.DOUBTFUL or text == "less":
            return Stance.ASSERTED if is_negated else Stance.DOUBTED
        elif is_negated and vocabulary.SEEN.match(text):
            return Stance.DENIED
        elif text not in vocabulary.AUXILIARIES and not vocabulary.ADVERBS.match(text):
            break
    return Stance.ASSERTED
