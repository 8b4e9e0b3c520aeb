"""Whether a sentence asserts, denies or leaves open what some of its words name."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.clauses import starts_clause, turns
from leaderboard.scoring.checklist.predicates import (
    REACH_BACK,
    Stance,
    is_adverb,
    read_predicate,
    read_predicates,
    shares_predicate,
)
from leaderboard.scoring.checklist.words import Word, text_at

REACH = 30
"""A denial reaches this many words forwards, within its clause."""
SHORT_REACH = {
    "absent": 2,
    "non": 1,
    "recurrent": 1,
    "doubtful": 3,
    "dubious": 3,
    **dict.fromkeys(vocabulary.ATTRIBUTES, 4),
    **dict.fromkeys(vocabulary.DISAPPEARING, 6),
}
REACH_OF_NOT = 6
"""For "not" and "no longer", which do not reach over a comma either, save in "does not show"."""
REACH_OF_DOUBT = 3


def find_stance(words: Sequence[Word], start: int, end: int) -> Stance:
    """The stance of a sentence towards its words[start:end].

    A denial holds to the end of its clause ("no fracture, but a herniation" denies the first
    alone); a double one asserts; "unlikely" doubts; risks, conditions, history and "cannot be
    excluded" are open.
    """
    after = _look_after(words, start, end)
    before = _look_before(words, start, is_gone=after is Stance.DENIED)
    if before is Stance.ASSERTED or after is Stance.OPEN:
        return after
    return before


def is_about_risks(words: Sequence[Word]) -> bool:
    """Whether a sentence or a label begins as a list of risks, whose members are all open."""
    return any(word.text in vocabulary.RISKS for word in words[:4])


def _look_before(words: Sequence[Word], start: int, *, is_gone: bool) -> Stance:
    """What the words before say; a prior or possible finding that `is_gone` then is denied."""
    is_open = crossed = ended = is_shown = False
    at = start - 1
    while at >= max(0, start - REACH):
        text = words[at].text
        if text == ")":
            at = _opening(words, at) - 1
            continue
        if text == ":" and not _heads_nothing(words, at):
            break
        if text == ":":
            return Stance.DENIED
        if turns(words, at) or starts_clause(words, at):
            break
        crossed = crossed or text in (",", "and")
        is_shown = is_shown or _is_finite(words, at)
        ended = ended or (crossed and text in vocabulary.AUXILIARIES)
        if not ended and text in vocabulary.EXCLUSIONS and _is_exclusion(words, at):
            return _read_exclusion(words, at)
        ended = ended or (text == "there" and _fronts(words, at))
        reach = _reach(words, at, crossed=crossed)
        is_past = ended or (is_shown and text == "without")
        if not is_past and start - at <= reach and _is_denial(words, at):
            return _read_denial(words, at, is_open=is_open)
        reach = REACH_OF_NOT if text_at(words, at + 1) == "that" else REACH_OF_DOUBT
        if start - at <= reach and _is_doubt(words, at):
            return Stance.DOUBTED
        is_soft = text in vocabulary.SOFT_OPENERS and is_gone
        is_open = is_open or (_opens(words, at, start) and not is_soft)
        at -= 1
    return Stance.OPEN if is_open else Stance.ASSERTED


def _heads_nothing(words: Sequence[Word], at: int) -> bool:
    """Whether the colon at `at` stands behind "negatives" or "not seen"."""
    before = text_at(words, at - 1)
    is_unseen = bool(vocabulary.SEEN.match(before)) and text_at(words, at - 2) in ("not", "longer")
    return before in vocabulary.LIST_OF_NOTHING or is_unseen


def _fronts(words: Sequence[Word], at: int) -> bool:
    """Whether "rather than ..." stands before "there is" and denies nothing behind it."""
    return any(word.text in ("rather", "instead") for word in words[max(0, at - REACH_OF_NOT) : at])


def _reach(words: Sequence[Word], at: int, *, crossed: bool) -> int:
    text = words[at].text
    after = text_at(words, at + 1)
    is_short = text == "not" and after not in vocabulary.SHOWING
    if is_short or (text == "no" and after == "longer"):
        return 0 if crossed else REACH_OF_NOT
    return SHORT_REACH.get(text, REACH)


def _opening(words: Sequence[Word], at: int) -> int:
    for place in range(at - 1, max(-1, at - REACH), -1):
        if words[place].text == "(":
            return place
    return at


def _is_exclusion(words: Sequence[Word], at: int) -> bool:
    if text_at(words, at - 1) in vocabulary.BE and words[at].text in ("excluded", "ruled"):
        return False
    return not words[at].text.startswith("rul") or text_at(words, at + 1) == "out"


def _read_exclusion(words: Sequence[Word], at: int) -> Stance:
    unsettled = any(word.text in vocabulary.UNSETTLING for word in words[max(0, at - 4) : at])
    return (
        Stance.OPEN if unsettled or words[at].text in vocabulary.BASE_EXCLUSIONS else Stance.DENIED
    )


def _is_denial(words: Sequence[Word], at: int) -> bool:
    text, after = words[at].text, text_at(words, at + 1)
    if text_at(words, at - 1) in vocabulary.BE:
        if text == "not" and vocabulary.SEEN.match(after):
            return False
        if text == "absent":
            return False
    if text == "without" and text_at(words, at - 1) == "or" and text_at(words, at - 2) == "with":
        return False
    if text in vocabulary.ATTRIBUTES or text in vocabulary.DISAPPEARING:
        return _is_disappearance(words, at)
    if text in vocabulary.PAIRED_DENIALS:
        is_paired = after in vocabulary.PAIRED_DENIALS[text]
        return is_paired and (after != "to" or text_at(words, at + 2) in vocabulary.SHOWING)
    if text not in vocabulary.DENIALS:
        return False
    if _denies_change(words, at):
        return False
    if text == "no" and after in ("more", "less") and text_at(words, at + 2) == "than":
        return False
    skipped = after in ("significant", "interval", "further", "clear", "any")
    following = text_at(words, at + 2) if skipped else after
    exception = vocabulary.NO_DENIAL.get(text)
    return exception is None or not exception.match(following)


def _is_finite(words: Sequence[Word], at: int) -> bool:
    """Whether a main clause says here what was found."""
    is_verb = words[at].text in vocabulary.FINITE
    return is_verb and text_at(words, at - 1) not in vocabulary.NOT_FINITE


def _denies_change(words: Sequence[Word], at: int) -> bool:
    """Whether the denial at `at` is of what a finding did: "no evidence of progression of"."""
    place = at + 1
    if text_at(words, place) == "of":
        place += 1
    if text_at(words, place) in vocabulary.TRACES and text_at(words, place + 1) == "that":
        return text_at(words, place + 2) in ("the", "this") and _tells_change(words, place + 3)
    if text_at(words, place) in vocabulary.TRACES and text_at(words, place + 1) == "of":
        place += 2
    if text_at(words, place) in vocabulary.DEGREES:
        place += 1
    if vocabulary.CHANGES.match(text_at(words, place)) is None:
        return False
    link, place = text_at(words, place + 1), place + 2
    if text_at(words, place) == "the":
        place += 1
    if text_at(words, place) in vocabulary.MEASURES:
        return text_at(words, place + 1) == "of"
    return link in ("of", "in")


def _tells_change(words: Sequence[Word], at: int) -> bool:
    """Whether the next verb is of a change: "that the stenosis at L4-L5 has progressed"."""
    for place in range(at, min(len(words), at + REACH_BACK)):
        if words[place].is_mark or turns(words, place):
            return False
        if words[place].text in vocabulary.AUXILIARIES:
            return any(vocabulary.CHANGES.match(w.text) for w in words[place + 1 : place + 4])
    return False


def _is_disappearance(words: Sequence[Word], at: int) -> bool:
    """Whether "resolution of" or an attributive "resolved" says that what follows is gone."""
    before = [word.text for word in words[max(0, at - 2) : at]]
    if any(text in vocabulary.NO_RESOLUTION or vocabulary.PARTLY.match(text) for text in before):
        return False
    if words[at].text in vocabulary.DISAPPEARING:
        return text_at(words, at + 1) == "of"
    last = before[-1] if before else ","
    return last in (",", ":", "(", "the", "a", "an", "now", "and") or last.endswith("ly")


def _is_doubt(words: Sequence[Word], at: int) -> bool:
    if words[at].text == "than":
        return text_at(words, at - 1) in ("likely", "probable")
    if words[at].text not in vocabulary.DOUBTFUL:
        return False
    if words[at].text == "doubtful" and text_at(words, at + 1) != "that":
        return False
    return text_at(words, at - 1) not in vocabulary.BE or text_at(words, at + 1) in ("to", "that")


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
        return text_at(words, at + 1) == "for"
    if text == "question":
        return text_at(words, at + 1) == "of"
    if text == "suspected":
        return any(word.text in vocabulary.REFERRED for word in words[:at])
    if text == "report":
        return text_at(words, at + 1) in vocabulary.AT_ONCE
    if text == "for":
        return text_at(words, at - 1) in vocabulary.TESTS
    if text == "previously" and at == 0:
        return any(word.text in ("was", "were") for word in words[:start])
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
    return is_alone and text_at(words, at - 1) in vocabulary.COMPARING


def _persists(words: Sequence[Word], start: int) -> bool:
    """Whether what begins at `start` is said to be there still, before the next mark."""
    for at in range(start, min(len(words), start + REACH_BACK)):
        if vocabulary.PERSISTING.match(words[at].text):
            return True
        if words[at].is_mark and not vocabulary.PERSISTING.match(text_at(words, at + 1)):
            return False
    return False


def _look_after(words: Sequence[Word], start: int, end: int) -> Stance:
    if vocabulary.AFTER_OPEN.match(text_at(words, end)):
        return Stance.OPEN
    first = end + 1 if text_at(words, end) in (":", ",", "(") else end
    nothing = ("none", "no", "nil", "absent", "negative", "denied", "n" if first > end else "no")
    if text_at(words, first) in nothing and (first + 1 >= len(words) or words[first + 1].is_mark):
        return Stance.DENIED
    if _is_gone(words, end) or _is_nowhere(words, end):
        return Stance.DENIED
    is_joined = False
    for at in range(end, min(len(words), end + REACH_BACK)):
        text = words[at].text
        if text == ":" and _answers_list(words, end, at):
            return Stance.DENIED
        if text in ("which", "that") and text_at(words, at + 1) in vocabulary.PRESENT_VERBS:
            return read_predicate(words, at + 1)
        if turns(words, at) or text == ":" or vocabulary.VERB.match(text):
            break
        if starts_clause(words, at):
            if not _joins_subjects(words, start, at):
                break
            is_joined = True
        if at <= end + 1 and text in vocabulary.DOUBTFUL:
            return Stance.DOUBTED
        if at <= end + 1 and (text in vocabulary.GONE or text == "ruled"):
            return Stance.DENIED
        if text in vocabulary.AUXILIARIES and text_at(words, at - 1) != "that":
            if is_joined and text not in ("are", "were", "have") and not _is_of_both(words, start):
                break
            if _is_no_feature(words, start, at):
                return Stance.DENIED
            is_shared = shares_predicate(words[end:at], text)
            return read_predicates(words, at) if is_shared else Stance.ASSERTED
    return Stance.ASSERTED


def _joins_subjects(words: Sequence[Word], start: int, at: int) -> bool:
    """Whether a second subject follows at `at`: "both a fracture and an abscess were ...".

    No verb stands before the first, and an article before the second.
    """
    if words[at].text not in ("and", ",") or any(
        word.text in vocabulary.AUXILIARIES | vocabulary.FINITE or word.text in ("with", ":")
        for word in words[:start]
    ):
        return False
    after = at + 1 + (text_at(words, at + 1) == "and")
    return text_at(words, after) in ("a", "an", "the")


def _is_of_both(words: Sequence[Word], start: int) -> bool:
    return any(word.text == "both" for word in words[max(0, start - 3) : start])


def _is_no_feature(words: Sequence[Word], start: int, at: int) -> bool:
    """Whether "is not a feature" or "is not part of" follows; "the stenosis is no concern" is of
    one that is there."""
    if text_at(words, start - 1) in ("the", "this"):
        return False
    place = at + 1
    if text_at(words, place) == "no" and text_at(words, place + 1) == "longer":
        place += 1
    elif text_at(words, place) not in ("not", "never"):
        return False
    place += 1
    if text_at(words, place) == "part":
        return text_at(words, place + 1) == "of"
    return text_at(words, place) in ("a", "an") and (
        text_at(words, place + 1) in vocabulary.FEATURES
    )


def _answers_list(words: Sequence[Word], end: int, at: int) -> bool:
    """Whether "none" stands behind the colon of "herniation and stenosis: none"."""
    is_plain = not any(word.is_mark or word.levels or word.side for word in words[end:at])
    is_none = text_at(words, at + 1) in ("none", "no", "nil", "absent", "negative")
    return is_plain and is_none and (at + 2 >= len(words) or words[at + 2].is_mark)


def _is_nowhere(words: Sequence[Word], end: int) -> bool:
    """Whether "at no level" or "nowhere" follows before a mark or turn."""
    for at in range(end, min(len(words), end + REACH_OF_NOT)):
        if words[at].is_mark or turns(words, at):
            return False
        if words[at].text == "nowhere" or (
            words[at].text in ("at", "in") and text_at(words, at + 1) == "no"
        ):
            return True
    return False


def _is_gone(words: Sequence[Word], end: int) -> bool:
    """Whether "not seen", "no longer visible" or "resolved" follows, its verb left out.

    What an earlier image did not show is there now.
    """
    at = end + 1 if text_at(words, end) in (":", ",", "(") else end
    begun = at
    while at < len(words) and (
        words[at].levels or words[at].side or words[at].text in vocabulary.OF_PLACE
    ):
        at += 1
    if at > begun and text_at(words, at) in (":", ","):
        at += 1
    is_partly = False
    while at < len(words) and is_adverb(words[at].text):
        is_partly = is_partly or bool(vocabulary.PARTLY.match(words[at].text))
        at += 1
    if text_at(words, at) in vocabulary.RESOLVED:
        return not is_partly
    if text_at(words, at) == "no" and text_at(words, at + 1) == "longer":
        at += 1
    elif text_at(words, at) != "not":
        return False
    at += 1
    while is_adverb(text_at(words, at)):
        at += 1
    if not vocabulary.SEEN.match(text_at(words, at)):
        return False
    return not any(word.text in vocabulary.EARLIER for word in words[at + 1 : at + 6])
