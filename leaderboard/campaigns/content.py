"""What a campaign keeps of each submission: new readings and ratings, and the new result."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from leaderboard.evaluation.results import Result
from leaderboard.scoring.boards import Track, write_key


class NewReading(NamedTuple):
    """What takes the place of a stored reading: see `models.submission.ParsedPrediction`.

    `by_reader` says whether a second reader read it.
    """

    prediction_id: int
    item_id: int
    outcome: str
    letters: str
    is_correct: bool
    precision: float | None
    recall: float | None
    by_reader: bool


class NewRating(NamedTuple):
    """What takes the place of a judge's rating of a report that is rated by another reference."""

    prediction_id: int
    item_id: int
    dimension: str
    value: float | None
    reason: str
    evidence: tuple[Any, ...]


class Changed(msgspec.Struct, frozen=True):
    """New readings where they differ from those stored, and new ratings of the plan's judge.

    `item_id` in them are those of the items as they would be.
    """

    readings: tuple[NewReading, ...] = ()
    ratings: tuple[NewRating, ...] = ()


def _read_key(kind: type[Any], value: Any) -> Any:
    if not issubclass(kind, Track):
        raise NotImplementedError(kind)
    return kind(value)


def pack(content: Changed | Result) -> bytes:
    """One of them as bytes."""
    return msgspec.msgpack.encode(content, enc_hook=write_key)


def unpack_changed(content: bytes | None) -> Changed:
    """What `pack` packed; without bytes, nothing."""
    return Changed() if content is None else msgspec.msgpack.decode(content, type=Changed)


def unpack_result(content: bytes) -> Result:
    """What `pack` packed."""
    return msgspec.msgpack.decode(content, type=Result, dec_hook=_read_key)
