"""What a reader replied, and whether it is taken: only with a passage that stands in the text."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from leaderboard.json_text import make_storable
from leaderboard.judges.reply import MAX_QUOTE, BadReply, get_object
from leaderboard.models.reading import ReaderOutcome
from leaderboard.readers.prompt import LETTERS, QUOTE

MAX_KEPT = 10
"""Characters of letters that are kept, as many as a reading has room for."""


class SecondReading(NamedTuple):
    """What became of a reply; `letters` are sorted, and accepted where it is ANSWERED."""

    outcome: ReaderOutcome
    reason: str = ""
    letters: str = ""
    quote: str = ""


def read_second(
    content: str, said: str, allowed: Collection[str], *, multiple: bool
) -> SecondReading:
    """The reading in a reply about the text `said`, checked against it.

    Accepted are letters of the options alone, exactly one where the item takes one, with a passage
    that stands in the text but for white space. Raises BadReply and judges' Refused.
    """
    fields = get_object(content, (LETTERS, QUOTE))
    letters = _read_letters([value for name, value in fields if name == LETTERS])
    quote = _read_quote([value for name, value in fields if name == QUOTE])
    shown, kept = "".join(letters)[:MAX_KEPT], make_storable(quote)[:MAX_QUOTE]
    if not letters:
        return SecondReading(ReaderOutcome.NO_ANSWER)
    reason = ""
    if not set(letters) <= set(allowed):
        reason = "a letter that is not an option"
    elif len(letters) > 1 and not multiple:
        reason = "several letters for an item with one answer"
    elif not _stands_in(quote, said):
        reason = "its quote does not stand in the text" if quote.strip() else "no quote"
    outcome = ReaderOutcome.INVALID if reason else ReaderOutcome.ANSWERED
    return SecondReading(outcome, reason, make_storable(shown), kept)


def _stands_in(quote: str, said: str) -> bool:
    wanted = " ".join(quote.split())
    return any(char.isalnum() for char in wanted) and wanted in " ".join(said.split())


def _read_letters(given: list[object]) -> list[str]:
    if len(given) != 1:
        raise BadReply("two lists of letters" if given else "no letters")
    (letters,) = given
    if letters is None:
        return []
    if isinstance(letters, str):
        letters = [letters] if letters.strip() else []
    if not isinstance(letters, list) or not all(isinstance(one, str) for one in letters):
        raise BadReply("letters that are not a list of texts")
    return sorted({one.strip().upper() for one in letters})


def _read_quote(given: list[object]) -> str:
    if len(given) > 1:
        raise BadReply("two quotes")
    quote = given[0] if given else None
    if quote is not None and not isinstance(quote, str):
        raise BadReply("a quote that is not a text")
    return quote or ""
