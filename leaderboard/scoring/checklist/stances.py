"""Whether a sentence asserts, denies or leaves open what some of its words name."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.words import Word

REACH = 30
"""A denial reaches this many words forwards, within its clause."""
SHORT_REACH = {
    "absent": 2,
    "non": 1,
    "recurrent": 1,
    **dict.fromkeys(vocabulary.ATTRIBUTES, 4),
    **dict.fromkeys(vocabulary.DISAPPEARING, 6),
}
REACH_OF_NOT = 6
"""For "not" and "no longer", which do not reach over a comma either, save in "does not show"."""
REACH_OF_LIST = 20
"""So many words after a comma an "or" still belongs to the same list."""
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
    after = _look_after(words, end)
    before = _look_before(words, start, is_gone=after is Stance.DENIED)
    if before is Stance.ASSERTED or after is Stance.OPEN:
        return after
    return before


def is_about_risks(words: Sequence[Word]) -> bool:
    """Whether a sentence or a label begins as a list of risks, whose members are all open."""
    return any(word.text in vocabulary.RISKS for word in words[:4])


def _look_before(words: Sequence[Word], start: int, *, is_gone: bool) -> Stance:
    """What the words before say; a "prior" finding that `is_gone` afterwards is denied."""
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
        if _turns(words, at) or _starts_clause(words, at):
            break
        crossed = crossed or text in (",", "and")
        ended = ended or (crossed and text in vocabulary.AUXILIARIES)
        if not ended and text in vocabulary.EXCLUSIONS and _is_exclusion(words, at):
            return _read_exclusion(words, at)
        ended = ended or (text == "there" and _fronts(words, at))
        reach = _reach(words, at, crossed=crossed)
        if not ended and start - at <= reach and _is_denial(words, at):
            return _read_denial(words, at, is_open=is_open)
        reach = REACH_OF_NOT if _text(words, at + 1) == "that" else REACH_OF_DOUBT
        if start - at <= reach and _is_doubt(words, at):
            return Stance.DOUBTED
        is_past = text in ("previous", "prior")
        is_open = is_open or (_opens(words, at, start) and not (is_past and is_gone))
        at -= 1
    return Stance.OPEN if is_open else Stance.ASSERTED


def _fronts(words: Sequence[Word], at: int) -> bool:
    """Whether "rather than ..." stands before "there is" and denies nothing behind it."""
    return any(word.text in ("rather", "instead") for word in words[max(0, at - REACH_OF_NOT) : at])


def _reach(words: Sequence[Word], at: int, *, crossed: bool) -> int:
    text = words[at].text
    after = _text(words, at + 1)
    is_short = text == "not" and after not in vocabulary.SHOWING
    if is_short or (text == "no" and after == "longer"):
        return 0 if crossed else REACH_OF_NOT
    return SHORT_REACH.get(text, REACH)


def _opening(words: Sequence[Word], at: int) -> int:
    for place in range(at - 1, max(-1, at - REACH), -1):
        if words[place].text == "(":
            return place
    return at


def _text(words: Sequence[Word], at: int) -> str:
    return words[at].text if 0 <= at < len(words) else ""


def _turns(words: Sequence[Word], at: int) -> bool:
    """Whether the words at `at` end what stands before them: "but", "other than"."""
    text = words[at].text
    return text in vocabulary.TURNS or _text(words, at + 1) in vocabulary.PAIRED_TURNS.get(text, ())


def _starts_clause(words: Sequence[Word], at: int) -> bool:
    """Whether a new clause begins after the comma, bracket or "and" at `at`.

    It does with an article or the like, a place or a grade, unless it is a list's next member
    ("no fracture, severe stenosis or tumour"), and with a place further on.
    """
    if words[at].text not in (",", "and", "("):
        return False
    after = at + 1
    if words[at].text == "," and _text(words, after) == "and":
        after += 1
    if after >= len(words):
        return False
    word = words[after]
    if word.text in vocabulary.CLAUSE_STARTS:
        return word.text not in ("a", "an") or not _continues_list(words, after)
    is_placed = bool(word.levels) or word.side is not None
    is_graded = word.text in vocabulary.GRADES
    if words[after - 1].text == "and":
        is_new = is_placed or (is_graded and _names_place(words, after))
    else:
        is_new = is_placed or is_graded or _names_place(words, after)
    return is_new and not _continues_list(words, after)


def _names_place(words: Sequence[Word], at: int) -> bool:
    """Whether a level or side is named before the next mark, "and" or "or"."""
    for place in range(at, min(len(words), at + REACH_OF_LIST)):
        word = words[place]
        if word.levels or word.side is not None:
            return True
        if word.is_mark or word.text in ("and", "or", "nor") or _turns(words, place):
            return False
    return False


def _continues_list(words: Sequence[Word], at: int) -> bool:
    """Whether an "or" with a further member follows: "no tumour, an infection or a fracture".

    One between places ("L3/L4 or L4/L5") or grades does not count, nor one after a verb, another
    denial, or a member that has a place of its own.
    """
    is_placed = False
    for place in range(at, min(len(words), at + REACH_OF_LIST)):
        word, after = words[place], place + 1
        if word.text in ("or", "nor"):
            if not _links_alike(words, place):
                return True
        elif word.text == ",":
            if is_placed and _text(words, after) not in ("or", "nor"):
                return False
        elif word.is_mark or _turns(words, place) or word.text in _LIST_ENDS:
            return False
        is_placed = is_placed or bool(word.levels)
    return False


_LIST_ENDS = vocabulary.AUXILIARIES | {"no", "not", "without"}


def _links_alike(words: Sequence[Word], at: int) -> bool:
    """Whether the "or" at `at` links two places or two grades."""
    if not 0 < at < len(words) - 1:
        return False
    before, after = words[at - 1], words[at + 1]
    if before.text in vocabulary.GRADES and after.text in vocabulary.GRADES:
        return True
    return bool(before.levels or before.side) and bool(after.levels or after.side)


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
    if text in vocabulary.ATTRIBUTES or text in vocabulary.DISAPPEARING:
        return _is_disappearance(words, at)
    if text in vocabulary.PAIRED_DENIALS:
        is_paired = after in vocabulary.PAIRED_DENIALS[text]
        return is_paired and (after != "to" or _text(words, at + 2) in vocabulary.SHOWING)
    if text not in vocabulary.DENIALS:
        return False
    if text == "no" and after in ("more", "less") and _text(words, at + 2) == "than":
        return False
    skipped = after in ("significant", "interval", "further", "clear", "any")
    following = _text(words, at + 2) if skipped else after
    exception = vocabulary.NO_DENIAL.get(text)
    return exception is None or not exception.match(following)


def _is_disappearance(words: Sequence[Word], at: int) -> bool:
    """Whether "resolution of" or an attributive "resolved" says that what follows is gone."""
    before = [word.text for word in words[max(0, at - 2) : at]]
    if any(text in vocabulary.NO_RESOLUTION or vocabulary.PARTLY.match(text) for text in before):
        return False
    if words[at].text in vocabulary.DISAPPEARING:
        return _text(words, at + 1) == "of"
    last = before[-1] if before else ","
    return last in (",", ":", "(", "the", "a", "an", "now", "and") or last.endswith("ly")


def _is_doubt(words: Sequence[Word], at: int) -> bool:
    if words[at].text == "than":
        return _text(words, at - 1) in ("likely", "probable")
    if words[at].text not in vocabulary.DOUBTFUL:
        return False
    return _text(words, at - 1) not in vocabulary.BE or _text(words, at + 1) in ("to", "that")


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
    if text in ("previous", "prior"):
        return not (_is_comparison(words, at) or _persists(words, start))
    return text in vocabulary.OPENERS or (text == "should" and at == 0)


def _is_comparison(words: Sequence[Word], at: int) -> bool:
    """Whether "prior" is of a study ("compared with the prior MRI"), not of a finding."""
    near = words[at + 1 : at + 4]
    for word in near:
        if vocabulary.STUDIES.match(word.text):
            return True
        if word.is_mark:
            break
    is_alone = not near or near[0].is_mark
    return is_alone and _text(words, at - 1) in vocabulary.COMPARING


def _persists(words: Sequence[Word], start: int) -> bool:
    """Whether what begins at `start` is said to be there still, before the next mark."""
    for at in range(start, min(len(words), start + REACH_BACK)):
        if vocabulary.PERSISTING.match(words[at].text):
            return True
        if words[at].is_mark and not vocabulary.PERSISTING.match(_text(words, at + 1)):
            return False
    return False


def _look_after(words: Sequence[Word], end: int) -> Stance:
    if vocabulary.AFTER_OPEN.match(_text(words, end)):
        return Stance.OPEN
    first = end + 1 if _text(words, end) in (":", ",", "(") else end
    nothing = ("none", "no", "nil", "absent", "negative", "denied", "n" if first > end else "no")
    if _text(words, first) in nothing and (first + 1 >= len(words) or words[first + 1].is_mark):
        return Stance.DENIED
    if _is_gone(words, end):
        return Stance.DENIED
    for at in range(end, min(len(words), end + REACH_BACK)):
        text = words[at].text
        if text in ("which", "that") and _text(words, at + 1) in vocabulary.PRESENT_VERBS:
            return _read_predicate(words, at + 1)
        if (
            _turns(words, at)
            or text == ":"
            or _starts_clause(words, at)
            or vocabulary.VERB.match(text)
        ):
            break
        if at <= end + 1 and text in vocabulary.DOUBTFUL:
            return Stance.DOUBTED
        if at <= end + 1 and (text in vocabulary.GONE or text == "ruled"):
            return Stance.DENIED
        if text in vocabulary.AUXILIARIES and _text(words, at - 1) != "that":
            is_shared = _shares_predicate(words[end:at], text)
            return _read_predicates(words, at) if is_shared else Stance.ASSERTED
    return Stance.ASSERTED


def _is_gone(words: Sequence[Word], end: int) -> bool:
    """Whether "not seen", "no longer visible" or "resolved" follows, its verb left out.

    What an earlier image did not show is there now.
    """
    at = end + 1 if _text(words, end) in (":", ",", "(") else end
    while at < len(words) and (
        words[at].levels or words[at].side or words[at].text in vocabulary.OF_PLACE
    ):
        at += 1
    is_partly = False
    while at < len(words) and _is_adverb(words[at].text):
        is_partly = is_partly or bool(vocabulary.PARTLY.match(words[at].text))
        at += 1
    if _text(words, at) in vocabulary.RESOLVED:
        return not is_partly
    if _text(words, at) == "no" and _text(words, at + 1) == "longer":
        at += 1
    elif _text(words, at) != "not":
        return False
    at += 1
    while _is_adverb(_text(words, at)):
        at += 1
    if not vocabulary.SEEN.match(_text(words, at)):
        return False
    return not any(word.text in vocabulary.EARLIER for word in words[at + 1 : at + 6])


def _is_adverb(text: str) -> bool:
    return bool(vocabulary.ADVERBS.match(text) or vocabulary.PARTLY.match(text))


def _is_full_regress(words: Sequence[Word], at: int) -> bool:
    near = (_text(words, at - 1), _text(words, at + 1))
    return words[at].text == "regressed" and any(
        text in ("completely", "fully", "entirely") for text in near
    )


def _shares_predicate(between: Sequence[Word], verb: str) -> bool:
    """Whether the verb after a list is also that of its first member, `between` words back."""
    commas = [at for at, word in enumerate(between) if word.text == ","]
    if not commas or (len(commas) == 2 and commas[1] == len(between) - 1):
        return True
    if any(word.levels or word.side for word in between[: commas[0]]):
        return False
    return verb in ("are", "were", "have") or any(word.text == "or" for word in between)


def _read_predicates(words: Sequence[Word], at: int) -> Stance:
    """That of the verb at `at`, or of a second one: "was seen in May and is no longer present"."""
    first = _read_predicate(words, at)
    for place in range(at + 1, min(len(words), at + REACH_BACK)):
        text = words[place].text
        if first is not Stance.ASSERTED or words[place].is_mark or vocabulary.VERB.match(text):
            break
        if text in ("and", "but") and _text(words, place + 1) in vocabulary.AUXILIARIES:
            return _read_predicate(words, place + 1)
    return first


def _read_predicate(words: Sequence[Word], at: int) -> Stance:
    """The stance of "is not seen", "was ruled out", "has resolved", "cannot be excluded"."""
    is_negated = is_unsettled = is_partly = False
    for place in range(at, min(len(words), at + 7)):
        text = words[place].text
        if text in ("not", "never") or (text == "no" and _text(words, place + 1) == "longer"):
            is_negated = True
        elif text in ("to", "must", "should", "can", "could", "yet", "until"):
            is_unsettled = True
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
        elif not (text in vocabulary.AUXILIARIES or text == "longer" or _is_adverb(text)):
            break
    return Stance.ASSERTED
