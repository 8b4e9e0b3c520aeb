"""Whether a model has seen items: what it says of those of which a part was left out.

The question is cut in the middle and its rest asked for, as Golchin and Surdeanu (2023, "Time
travel in LLMs", arXiv 2308.08493) do by guided instruction; Deng and others (2023, arXiv
2311.09783) leave out an option instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from leaderboard.late import late_pattern
from leaderboard.scoring.statistics.intervals import Estimate, accuracy, difference

CONTINUED = 0.8
"""From this share of the withheld words on a question counts as continued."""
LEAST_WORDS = 5
"""A rest of fewer words may be guessed, so the question is not asked."""
LEAST_CHARACTERS = 8
"""The same of the rest of a canary."""

_WORD = late_pattern(r"\w+")


class Halves(NamedTuple):
    """A text cut in two: what is shown, and what is asked for."""

    shown: str
    rest: str


def cut_question(question: str) -> Halves | None:
    """Cut after the first half of the words, rounded up; None where the rest could be guessed."""
    words = question.split()
    middle = (len(words) + 1) // 2
    halves = Halves(" ".join(words[:middle]), " ".join(words[middle:]))
    return halves if len(_read_words(halves.rest)) >= LEAST_WORDS else None


def cut_canary(canary: str) -> Halves | None:
    """Cut after half of the characters, rounded down; None where the rest could be guessed."""
    middle = len(canary) // 2
    halves = Halves(canary[:middle], canary[middle:].strip())
    return halves if len(halves.rest) >= LEAST_CHARACTERS else None


def measure_continuation(halves: Halves, said: str) -> float:
    """The share of the withheld words that `said` has in their order (ROUGE-L's recall), 0..1.

    Case and punctuation do not count. If `said` begins with what was shown, that is skipped; of
    the rest as many words are looked at as were withheld, and half as many again, because a long
    text has any words in it.
    """
    shown, rest, words = map(_read_words, (halves.shown, halves.rest, said))
    if words[: len(shown)] == shown:
        words = words[len(shown) :]
    words = words[: len(rest) + len(rest) // 2]
    return _count_common(rest, words) / len(rest)


def completes_canary(halves: Halves, said: str) -> bool:
    """Whether `said` has the withheld half, letter by letter; case does not count."""
    return halves.rest.casefold() in said.casefold()


def _read_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _count_common(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    longest = [0] * (len(second) + 1)
    for word in first:
        before = 0
        for place, other in enumerate(second, start=1):
            here = longest[place]
            longest[place] = before + 1 if word == other else max(here, longest[place - 1])
            before = here
    return longest[-1]


class AskedItem(NamedTuple):
    """An item that was asked in one way: of which case, whether it told that it is known.

    `chance` is how often a guess would have.
    """

    case_key: str
    is_control: bool
    is_hit: bool
    chance: float


class Share(NamedTuple):
    """A share on 0..1 of `n` items, with Wilson's interval; items of a case count together."""

    n: int
    n_hits: int
    estimate: Estimate
    chance: float


class Exposure(NamedTuple):
    """The share of the audited items beside that of the control, and the first minus the second.

    The difference has Newcombe's interval; None without a control.
    """

    audited: Share
    control: Share | None
    difference: Estimate | None


def measure_exposure(items: Sequence[AskedItem]) -> Exposure | None:
    """The shares over `items`; None where none of them is of the audited split."""
    audited = _measure([item for item in items if not item.is_control])
    control = _measure([item for item in items if item.is_control])
    if audited is None:
        return None
    apart = None if control is None else difference(audited.estimate, control.estimate)
    return Exposure(audited, control, apart)


def _measure(items: Sequence[AskedItem]) -> Share | None:
    if not items:
        return None
    _, cases = np.unique([item.case_key for item in items], return_inverse=True)
    hits = np.array([item.is_hit for item in items])
    chance = float(np.mean([item.chance for item in items]))
    return Share(len(items), int(hits.sum()), accuracy(hits, cases), chance)
