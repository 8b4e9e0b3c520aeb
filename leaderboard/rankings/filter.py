"""Which models to show: a filter, read from an address and written back into one."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

from leaderboard.accounts.card_fields import CARD_FIELDS
from leaderboard.errors import InvalidRequest
from leaderboard.models.benchmark import Track
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.scoring.boards import DEFAULT_BOARDS, Board

Choice = TypeVar("Choice")
MAX_WORDS = 100
"""So many characters of a search are read."""
WEIGHTS = {"open": True, "closed": False}
FILTERED_FACTS = tuple(fact for fact in CARD_FIELDS if fact.is_filtered)
DAY_REMEDY = "Write a day as year, month and day, such as 2026-01-31."


class Facts(NamedTuple):
    """What a filter looks at; what is None is unknown, and passes no filter on it.

    `stated` are the FILTERED_FACTS that the card states, by their keys.
    """

    names: str
    organisation: str | None
    open_weights: bool | None
    parameters_billion: float | None
    stated: Mapping[str, str]
    is_verified: bool
    tracks: Collection[str]
    submitted_on: date | None


def read_facts(
    model: ModelCard, submission: Submission, tracks: Collection[str] | None = None
) -> Facts:
    """The facts of a model and of the submission it is ranked by.

    `tracks` are those that it has results on, by default the submission's.
    """
    return Facts(
        names=f"{model.name} {model.organisation} {model.slug}",
        organisation=model.organisation,
        open_weights=model.open_weights,
        parameters_billion=model.parameters_billion,
        stated={fact.key: fact.write(model) for fact in FILTERED_FACTS},
        is_verified=model.is_verified,
        tracks=submission.tracks if tracks is None else tracks,
        submitted_on=submission.created_at.date(),
    )


@dataclass(frozen=True)
class ModelFilter:
    """Which models to show: None, False and empty mean all; limits and days are within.

    `stated` are facts of the card in these very words, by their keys. `words` have all to be in a
    model's name, short name or organisation.
    """

    open_weights: bool | None = None
    min_parameters: float | None = None
    max_parameters: float | None = None
    stated: Mapping[str, str] = field(default_factory=dict)
    track: Track | None = None
    is_verified: bool = False
    organisation: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""

    def accepts(self, facts: Facts) -> bool:
        """Whether a model of these facts passes."""
        text = facts.names.casefold()
        return (
            self.open_weights in (None, facts.open_weights)
            and _is_within(facts.parameters_billion, self.min_parameters, self.max_parameters)
            and all(_is_same(facts.stated.get(key), asked) for key, asked in self.stated.items())
            and (self.track is None or self.track.value in facts.tracks)
            and (facts.is_verified or not self.is_verified)
            and _is_same(facts.organisation, self.organisation)
            and _is_between(facts.submitted_on, self.since, self.until)
            and all(word in text for word in self.words.casefold().split())
        )


def read_filter(values: Mapping[str, str], boards: Sequence[Board] = DEFAULT_BOARDS) -> ModelFilter:
    """The filter that an address asks for; empty values ask for nothing.

    `boards` are those of the benchmark, among them one for each track. Raises InvalidRequest.
    """
    tracks = {one.value: Track(one.value, one.label) for one in boards if one.is_of_one_track}
    found = ModelFilter(
        open_weights=read_choice(values, "weights", WEIGHTS),
        min_parameters=_read_size(values, "size_from"),
        max_parameters=_read_size(values, "size"),
        stated=_read_stated(values),
        track=read_choice(values, "track", tracks),
        is_verified=read_flag(values, "verified"),
        organisation=values.get("organisation", "").strip(),
        since=_read_day(values, "since"),
        until=_read_day(values, "until"),
        words=" ".join(values.get("q", "")[:MAX_WORDS].split()),
    )
    low, high = found.min_parameters, found.max_parameters
    if low is not None and high is not None and low > high:
        raise InvalidRequest(
            f"There is no size from {low:g} up to {high:g}.", "Give the smaller size first."
        )
    if found.since and found.until and found.since > found.until:
        raise InvalidRequest(
            f"There is no day from {found.since} until {found.until}.",
            "Give the earlier day first.",
        )
    return found


def write_filter(accepted: ModelFilter) -> dict[str, str]:
    """The query that `read_filter` reads as `accepted`; what asks for nothing is left out."""
    weights = {known: name for name, known in WEIGHTS.items()}
    found = {
        "weights": "" if accepted.open_weights is None else weights[accepted.open_weights],
        "size_from": _write_size(accepted.min_parameters),
        "size": _write_size(accepted.max_parameters),
        **accepted.stated,
        "track": accepted.track.value if accepted.track else "",
        "verified": "1" if accepted.is_verified else "",
        "organisation": accepted.organisation,
        "since": accepted.since.isoformat() if accepted.since else "",
        "until": accepted.until.isoformat() if accepted.until else "",
        "q": accepted.words,
    }
    return {name: value for name, value in found.items() if value}


def read_flag(values: Mapping[str, str], name: str) -> bool:
    """Whether an address sets the flag `name` by 1. Raises InvalidRequest."""
    return read_choice(values, name, {"1": True, "0": False}) or False


def read_choice(values: Mapping[str, str], name: str, known: Mapping[str, Choice]) -> Choice | None:
    value = values.get(name, "").strip()
    if value and value not in known:
        raise InvalidRequest(
            f"{value[:40]!r} is not a valid value for {name}.", f"Use one of {', '.join(known)}."
        )
    return known[value] if value else None


def _read_stated(values: Mapping[str, str]) -> dict[str, str]:
    asked = {fact.key: values.get(fact.key, "").strip() for fact in FILTERED_FACTS}
    return {key: value for key, value in asked.items() if value}


def _read_size(values: Mapping[str, str], name: str) -> float | None:
    text = values.get(name, "").strip()
    try:
        size = float(text) if text else None
    except ValueError:
        size = math.nan
    if size is not None and not 0 <= size < math.inf:
        raise InvalidRequest(
            f"{text[:40]!r} is not a valid size.",
            "Give the size in billions of parameters, such as 8.",
        )
    return size


def _write_size(size: float | None) -> str:
    return "" if size is None else repr(size).removesuffix(".0")


def _read_day(values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidRequest(f"{text[:40]!r} is not a valid day.", DAY_REMEDY) from None


def _is_same(fact: str | None, asked: str) -> bool:
    return not asked or (fact is not None and fact.casefold() == asked.casefold())


def _is_within(fact: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    return fact is not None and (low is None or fact >= low) and (high is None or fact <= high)


def _is_between(fact: date | None, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return True
    return (
        fact is not None and (since is None or fact >= since) and (until is None or fact <= until)
    )
