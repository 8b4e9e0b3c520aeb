"""Which readings are asked for: declared once, for page, API, command and downloads alike.

What depends on the key has `by_key`, and is no choice for whoever may not see it.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from typing import Any, Self

from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.orm import Session

from leaderboard.errors import InvalidRequest
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.reading import BY_READER
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.scoring.answers import AnswerOutcome
from leaderboard.scoring.levels import place_of
from leaderboard.scoring.rubric import HIGHEST


class _Named(enum.StrEnum):
    """A value of addresses, what it is called, and whether it depends on the key."""

    label: str
    by_key: bool

    def __new__(cls, name: str, label: str = "", by_key: bool = False) -> Self:
        made = str.__new__(cls, name)
        made._value_ = name
        made.label = label
        made.by_key = by_key
        return made


class Which(_Named):
    """Which readings by what came of them; the value stands in addresses."""

    WRONG = ("wrong", "wrong or no answer", True)
    RIGHT = ("right", "right answers", True)
    MISSED = ("missed", "reports that miss something", True)
    UNREAD = ("unread", "answers without a letter", False)
    REFUSED = ("refused", "refused", False)
    AMBIGUOUS = ("ambiguous", "ambiguous", False)
    UNPARSED = ("unparsed", "unparsed", False)
    BY_MODEL = ("read-by-model", "read by a language model", False)


class Field(_Named):
    """What readings are chosen by; the value is the parameter in addresses."""

    FILTER = ("filter", "Show", False)
    TRACK = ("track", "Track", False)
    SUBCONDITION = ("subcondition", "Condition", False)
    AXIS = ("axis", "Axis", False)
    LEVEL = ("level", "Level", True)


Choices = Mapping[Field, Mapping[str, str]]
"""The values that each field may have, with their labels, in their order."""
Filter = Mapping[Field, str]
"""The values asked for; a field that is not there leaves all in."""


def read_choices(session: Session, split: Split, *, with_key: bool) -> Choices:
    """What the readings of a split may be chosen by, `with_key` or without."""
    taxonomy: dict[str, Any] = split.benchmark.manifest["taxonomy"]
    choices: dict[Field, dict[str, str]] = {
        Field.FILTER: {one.value: one.label for one in Which if with_key or not one.by_key},
        Field.TRACK: {one.value: one.value for one in split.benchmark.tracks},
        Field.SUBCONDITION: {one["key"]: one["name"] for one in taxonomy["subconditions"]},
        Field.AXIS: {one["key"]: one["name"] for one in taxonomy["axes"]},
    }
    if with_key:
        choices[Field.LEVEL] = {name: _name_level(name) for name in _read_levels(session, split)}
    return choices


def read_filter(args: Mapping[str, str], choices: Choices) -> Filter:
    """What an address asks for; a blank value is none. Raises InvalidRequest.

    A field or value that the viewer has no right to is refused as one that does not exist.
    """
    asked: dict[Field, str] = {}
    for field in Field:
        value = args.get(field.value, "")
        if not value:
            continue
        if field not in choices:
            raise InvalidRequest(
                f"Items cannot be chosen by {field.value} here.",
                f"Leave {field.value} out.",
            ).at(field.value)
        if value not in choices[field]:
            known = ", ".join(choices[field]) or "none"
            raise InvalidRequest(
                f"{value[:40]!r} is not a {field.value} here.", f"Use one of: {known}."
            ).at(field.value)
        asked[field] = value
    return asked


def select_predictions(submission_id: str, filter_: Filter) -> list[ColumnElement[bool]]:
    """The conditions on Prediction, Item and ParsedPrediction (which may be missing)."""
    conditions = [Prediction.submission_id == submission_id, *select_items(filter_)]
    if Field.FILTER in filter_:
        conditions.append(_condition(Which(filter_[Field.FILTER])))
    return conditions


def select_items(filter_: Filter) -> list[ColumnElement[bool]]:
    """Those of the conditions that are about the item alone."""
    conditions: list[ColumnElement[bool]] = []
    if Field.TRACK in filter_:
        conditions.append(Item.track == Track(filter_[Field.TRACK]))
    if Field.SUBCONDITION in filter_:
        conditions.append(Item.subcondition == filter_[Field.SUBCONDITION])
    if Field.AXIS in filter_:
        conditions.append(Item.axis == filter_[Field.AXIS])
    if Field.LEVEL in filter_:
        written = json.dumps(filter_[Field.LEVEL])
        conditions.append(cast(Item.levels, Text).contains(written, autoescape=True))
    return conditions


def _condition(which: Which) -> ColumnElement[bool]:
    outcome = ParsedPrediction.outcome
    match which:
        case Which.WRONG:
            return ParsedPrediction.is_correct.is_(False)
        case Which.RIGHT:
            return ParsedPrediction.is_correct.is_(True)
        case Which.MISSED:
            return (
                select(Rating.id)
                .join(Rater)
                .where(
                    Rating.prediction_id == Prediction.id,
                    Rater.kind == RaterKind.JUDGE,
                    Rating.value < HIGHEST,
                )
                .exists()
            )
        case Which.UNREAD:
            return outcome != AnswerOutcome.ANSWERED.value
        case Which.BY_MODEL:
            return ParsedPrediction.parser_version.endswith(BY_READER, autoescape=True)
        case Which.REFUSED | Which.AMBIGUOUS | Which.UNPARSED:
            return outcome == which.value


def _read_levels(session: Session, split: Split) -> list[str]:
    written = session.scalars(
        select(cast(Item.levels, Text)).where(Item.split_id == split.id).distinct()
    )
    return sorted({level for one in written for level in json.loads(one)}, key=place_of)


def _name_level(name: str) -> str:
    return f"{name} ({'disc' if '/' in name else 'vertebra'})"
