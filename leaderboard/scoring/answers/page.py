"""A text ready to be read, what reading a place of it gives, and the options it names by words."""

from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.options import Options


class Page(NamedTuple):
    """A plain text, its lower-case twin of the same length, and the item it answers."""

    text: str
    low: str
    options: Options
    multiple: bool

    def part(self, start: int, end: int) -> "Page":
        """Return text[start:end] as a page of its own."""
        return self._replace(text=self.text[start:end], low=self.low[start:end])


class Reading(NamedTuple):
    """The letters put forward, which may lie outside the options; `unsure` where they are offered
    as alternatives or contradict the option text beside them. `end` is where reading stopped."""

    letters: frozenset[str]
    unsure: bool
    end: int
    by_words: bool = False


_OR_WORD = late_pattern(r"\b(?:or|oder|ou|and/or|either)\b|或|还是")
_LETTER_BESIDE = late_pattern(r"\s?[\[(](?:option |choice )?([A-Z])[\])]")


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
