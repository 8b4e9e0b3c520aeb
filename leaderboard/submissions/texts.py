"""What of a row becomes the prediction: failed requests, and letters of shuffled options."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leaderboard.scoring.answers import AnswerOutcome, parse_answer
from leaderboard.submissions.formats import FileFacts, Row, Shown

FAILURES = frozenset({"Failed to obtain answer via API.", "[invalid]"})
"""What tools write where a request failed, or where their own filter found nothing."""
MAPPED = "letters mapped back by option text"
_MOST_DIGITS = 19
LONGEST_FAILURE = 2 * max(map(len, FAILURES))
"""Of a longer text nobody looks whether it is one of them."""

UNREAD = "[no letter could be read, and the options were shown in another order]"
"""What stands for an output without a letter that the item's own letters would read into it."""


class Choices(NamedTuple):
    """The options of a multiple-choice item, letter to text, and whether several may be right."""

    options: Mapping[str, str]
    multiple: bool


class Order(enum.Enum):
    """How the options that a model saw stand to those of the item."""

    SAME = "the same"
    OTHER = "another order"
    UNKNOWN = "not to be told"


def finish_text(row: Row, choices: Mapping[str, Choices], file: FileFacts) -> str | None:
    """The prediction that a row is; None where nobody can tell what its letters mean.

    What was done is noted in `file`.
    """
    if len(row.text) < LONGEST_FAILURE and row.text.strip() in FAILURES:
        return file.settle(None, failed=True)
    chosen = choices.get(row.key) if row.shown is not None else None
    if chosen is None or row.shown is None:
        return row.text
    order = compare_order(row.shown, chosen.options)
    if order is Order.UNKNOWN:
        return None
    if order is Order.SAME:
        return row.text
    file.note(MAPPED)
    return map_back(row.text, row.shown, chosen.options, multiple=chosen.multiple)


def number_ids(ids: Iterable[str]) -> dict[int, str]:
    """The ids that are numbers, by number, as a spreadsheet writes 1 for 001; no number twice."""
    numbers = [(int(one), one) for one in ids if one.isdecimal() and len(one) < _MOST_DIGITS]
    counts = Counter(number for number, _ in numbers)
    return {number: one for number, one in numbers if counts[number] == 1}


def find_number(key: str, numbers: Mapping[int, str]) -> str:
    """The id that is the number `key`; else `key`."""
    is_number = key.isdecimal() and len(key) < _MOST_DIGITS
    return numbers.get(int(key), key) if is_number else key


def compare_order(shown: Shown, options: Mapping[str, str]) -> Order:
    """Whether letters mean the same; told by the texts, whatever their case and blanks."""
    seen = {letter: _fold(text) for letter, text in shown.options.items() if text.strip()}
    own = {letter: _fold(text) for letter, text in options.items()}
    if seen == own:
        return Order.SAME
    if len(set(own.values())) == len(own) and sorted(seen.values()) == sorted(own.values()):
        return Order.OTHER
    known = set(seen.values()) & set(own.values())
    if not known:
        return Order.UNKNOWN if shown.are_certain else Order.SAME
    stays = all(own.get(letter) == text for letter, text in seen.items() if text in known)
    return Order.SAME if stays else Order.UNKNOWN


def map_back(text: str, shown: Shown, options: Mapping[str, str], *, multiple: bool) -> str:
    """A text whose reading by the item's own options is what `text` says of the options shown.

    `compare_order` of the two is OTHER.
    """
    letter_of = {_fold(meant): letter for letter, meant in options.items()}
    seen = {letter: meant for letter, meant in shown.options.items() if meant.strip()}
    said = parse_answer(text, seen, multiple=multiple)
    if said.outcome is not AnswerOutcome.ANSWERED:
        own = parse_answer(text, options, multiple=multiple)
        return UNREAD if own.outcome is AnswerOutcome.ANSWERED else text
    letters = sorted(letter_of[_fold(seen[letter])] for letter in said.letters)
    answer = f"ANSWER: {', '.join(letters)}"
    whole = f"{text}\n\n(Options were shown in another order. By the item's letters:)\n{answer}"
    own = parse_answer(whole, options, multiple=multiple)
    return whole if sorted(own.letters) == letters else answer


def _fold(text: str) -> str:
    """The text without what a table or a template changes of it."""
    plain = " ".join(text.split()).casefold().rstrip(".")
    try:
        return f"{float(plain):.15g}"
    except ValueError:
        return plain
