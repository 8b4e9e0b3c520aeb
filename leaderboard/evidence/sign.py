"""What a sign is, and what each kind of them shows and does not show."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from leaderboard.models.submission import Submission


class Kind(enum.StrEnum):
    """A kind of sign: each is declared here, with its `label` and what it shows and does not."""

    label: str
    shows: str
    shows_not: str

    def __new__(cls, key: str, *facts: Any) -> Kind:
        kind = str.__new__(cls, key)
        kind._value_ = key
        kind.label, kind.shows, kind.shows_not = facts
        return kind

    EMPTY = (
        "empty",
        "Near-empty sheet",
        "Almost no question was answered. A sheet like this is where reading out the answers a "
        "few at a time begins.",
        "A model that refuses, or an endpoint that failed, sends the same.",
    )
    STEPS = (
        "steps",
        "Small steps",
        "Several sheets differ from earlier ones of the same people in a few answers only.",
        "A model that is run again, or was tuned a little further, also changes a few answers.",
    )
    NESTED = (
        "nested",
        "Nested sheet",
        "Every answer of an earlier sheet was kept and others were added.",
        "A run that lost some of its replies, and was then repeated, looks the same.",
    )
    COPY = (
        "copy",
        "Same wrong answers",
        "Sheets of two teams are wrong in the same way more often than independent models are.",
        "Two models that were made from the same base, or one model that two teams submitted, "
        "look the same.",
    )
    PEOPLE = (
        "people",
        "Shared people",
        "Teams that submit to this split share a person, an e-mail domain or a network.",
        "Colleagues at one hospital or university share a domain and a network too.",
    )
    JUMP = (
        "jump",
        "Change in the feedback part only",
        "The score rose on the items that feedback is given for more than on those that decide "
        "ranks.",
        "One sign of this kind may be chance: see the interval. It does not say how it was done.",
    )


class Figure(NamedTuple):
    """A number of a sign: what it is, its value as text, and the ends of its interval, if any."""

    name: str
    value: str
    interval: str = ""


@dataclass(frozen=True)
class Sign:
    """Something to look at: the submissions it is about, oldest first, and a sentence on them.

    `at` is when the last of them was sent. `people` are the teams where no submission is named.
    """

    kind: Kind
    at: datetime
    submissions: Sequence[Submission]
    figures: Sequence[Figure]
    sentence: str
