"""The options that a stretch of text names by their words."""

import re

from leaderboard.scoring.answers.page import Page, Reading

_OR_WORD = re.compile(r"\b(?:or|oder|ou|and/or|either)\b|或|还是")
_LETTER_BESIDE = re.compile(r"\s?[\[(](?:option |choice )?([A-Z])[\])]")


def named_in(page: Page, start: int, end: int) -> Reading | None:
    """Read the options that text[start:end] names by their words and does not reject."""
    mentions = page.options.mentions(page.low, start, end)
    asserted = [
        mention
        for mention in mentions
        if not (mention.negated or mention.altered or (mention.added and not page.multiple))
    ]
    if not asserted:
        return None
    letters = frozenset[str]().union(*(mention.letters for mention in asserted))
    rejected = frozenset[str]().union(*(m.letters for m in mentions if m.negated))
    altered = any(m.altered and not m.negated and m.letters - letters for m in mentions)
    beside = [
        (mention, letter[1])
        for mention in asserted
        if (letter := _LETTER_BESIDE.match(page.text, mention.end))
    ]
    unsure = (
        any(len(mention.letters) > 1 for mention in asserted)
        or any(letter not in mention.letters for mention, letter in beside)
        or bool(letters & rejected)
        or altered
        or (len(letters) > 1 and not page.multiple)
        or bool(_OR_WORD.search(page.low, asserted[0].start, asserted[-1].end))
    )
    return Reading(letters, unsure, asserted[-1].end, by_words=True)
