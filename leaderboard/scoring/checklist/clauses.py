"""Where the clauses of a sentence begin, and what only continues a list."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard.scoring.checklist import vocabulary
from leaderboard.scoring.checklist.predicates import Stance, read_predicates
from leaderboard.scoring.checklist.words import Word, text_at

REACH_OF_LIST = 20
"""So many words after a comma an "or" still belongs to the same list."""

_LIST_ENDS = vocabulary.AUXILIARIES | {"no", "not", "without"}


def turns(words: Sequence[Word], at: int) -> bool:
    """Whether the words at `at` end what stands before them: "but", "other than"."""
    text = words[at].text
    return text in vocabulary.TURNS or text_at(words, at + 1) in vocabulary.PAIRED_TURNS.get(
        text, ()
    )


def starts_clause(words: Sequence[Word], at: int) -> bool:
    """Whether a new clause begins after the comma, bracket or "and" at `at`.

    It does with an article or the like, a place or a grade, unless it is a list's next member
    ("no fracture, severe stenosis or tumour"), and with a place further on.
    """
    if words[at].text not in (",", "and", "("):
        return False
    after = at + 1
    if words[at].text == "," and text_at(words, after) == "and":
        after += 1
    if after >= len(words):
        return False
    word = words[after]
    if words[at].text == "," and _concludes(words, after):
        return True
    if word.text in vocabulary.GRADES and text_at(words, at - 1) in vocabulary.GRADES:
        return False
    if word.text in vocabulary.CLAUSE_STARTS:
        return word.text not in ("a", "an") or not _continues_list(words, after)
    if word.text in vocabulary.EARLIER or vocabulary.SEEN.match(word.text):
        return False
    is_placed = bool(word.levels) or word.side is not None
    is_graded = word.text in vocabulary.GRADES
    if words[after - 1].text == "and":
        is_new = is_placed or (is_graded and _names_place(words, after))
    else:
        is_new = is_placed or is_graded or _names_place(words, after) or _has_verb(words, after)
    return is_new and not _continues_list(words, after)


def _concludes(words: Sequence[Word], at: int) -> bool:
    """Whether ", consistent with" or ", in keeping with" draws a conclusion at `at`."""
    text, after = words[at].text, text_at(words, at + 1)
    return text in vocabulary.CONCLUDING or (text == "in" and after == "keeping")


def _has_verb(words: Sequence[Word], at: int) -> bool:
    """Whether what follows a comma says of itself that it is there: ", stenosis is present"."""
    for place in range(at, min(len(words), at + REACH_OF_LIST)):
        word = words[place]
        if word.is_mark or word.text in ("and", "or", "nor", "not") or turns(words, place):
            return False
        if word.text in ("is", "was", "has"):
            return read_predicates(words, place) is Stance.ASSERTED
    return False


def _names_place(words: Sequence[Word], at: int) -> bool:
    """Whether a level or side is named before the next mark, "and" or "or"."""
    for place in range(at, min(len(words), at + REACH_OF_LIST)):
        word = words[place]
        if word.levels or word.side is not None:
            return True
        if word.is_mark or word.text in ("and", "or", "nor") or turns(words, place):
            return False
    return False


def _continues_list(words: Sequence[Word], at: int) -> bool:
    """Whether an "or" with a further member follows: "no tumour, an infection or a fracture".

    One between places ("L3/L4 or L4/L5") or grades does not count, nor one after a verb, another
    denial, or a member that has a place of its own.
    """
    is_placed = False
    lists_and = _lists_with_and(words, at)
    for place in range(at, min(len(words), at + REACH_OF_LIST)):
        word, after = words[place], place + 1
        if lists_and and word.text == "and" and text_at(words, place - 1) in (",", "", "and"):
            return True
        if word.text in ("or", "nor"):
            if not _links_alike(words, place):
                return True
        elif word.text == ",":
            if is_placed and text_at(words, after) not in ("or", "nor"):
                return False
        elif word.is_mark or turns(words, place) or word.text in _LIST_ENDS:
            return False
        is_placed = is_placed or bool(word.levels)
    return False


def _lists_with_and(words: Sequence[Word], at: int) -> bool:
    """Whether "negative for", "denies" or the like stands before: its lists end with "and"."""
    for place in range(at - 1, max(-1, at - REACH_OF_LIST), -1):
        if turns(words, place) or words[place].text in ("no", "not"):
            return False
        if words[place].text in vocabulary.LISTING:
            return True
    return False


def _links_alike(words: Sequence[Word], at: int) -> bool:
    """Whether the "or" at `at` links two places or two grades."""
    if not 0 < at < len(words) - 1:
        return False
    before, after = words[at - 1], words[at + 1]
    if before.text in vocabulary.GRADES and after.text in vocabulary.GRADES:
        return True
    return bool(before.levels or before.side) and bool(after.levels or after.side)
