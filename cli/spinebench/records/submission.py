"""Submissions, and the dry run before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

FINISHED = frozenset({"scored", "failed", "cancelled", "held"})


class Verdict(NamedTuple):
    """What the dry run says of a valid file."""

    n_predictions: int
    tracks: tuple[str, ...]


def read_verdict(raw: Any) -> Verdict:
    """POST /validations."""
    return Verdict(int(raw["n_predictions"]), tuple(raw["tracks"]))


class Event(NamedTuple):
    """Something that happened to a submission."""

    at: str
    message: str


class Asked(NamedTuple):
    """The live figures of a submission that asks an endpoint."""

    name: str
    n_failed: int
    per_second: float
    seconds_left: float | None
    saw_hidden_items: bool


@dataclass(frozen=True)
class Submission:
    """A submission as it stands; failure is (message, remedy)."""

    id: str
    benchmark: str
    split: str
    model: str
    status: str
    step: str
    n_done: int
    n_total: int
    file_name: str | None
    n_predictions: int
    tracks: tuple[str, ...]
    created_at: str
    finished_at: str | None
    failure: tuple[str, str] | None
    asked: Asked | None
    is_unchanged: bool
    events: tuple[Event, ...]
    url: str

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it, or not before the host has looked at it."""
        return self.status in FINISHED


def read_submission(raw: Any) -> Submission:
    """One submission, from any of the answers that hold one."""
    failure = raw["failure"]
    progress = raw.get("progress") or {}
    return Submission(
        id=str(raw["id"]),
        benchmark=raw["benchmark"],
        split=raw["split"],
        model=raw["model"],
        status=raw["status"],
        step=raw["step"],
        n_done=int(progress.get("n_done") or 0),
        n_total=int(progress.get("n_total") or 0),
        file_name=raw.get("file_name"),
        n_predictions=int(raw.get("n_predictions") or 0),
        tracks=tuple(raw.get("tracks") or ()),
        created_at=raw["created_at"],
        finished_at=raw.get("finished_at"),
        failure=(failure["message"], failure.get("remedy") or "") if failure else None,
        asked=_read_asked(raw["endpoint"]) if raw.get("endpoint") else None,
        is_unchanged=raw.get("decision") == "unchanged",
        events=tuple(Event(e["at"], e["message"]) for e in raw.get("events") or []),
        url=raw["url"],
    )


def _read_asked(raw: Any) -> Asked:
    left = raw["seconds_left"]
    return Asked(
        name=raw["name"],
        n_failed=int(raw["n_failed"]),
        per_second=float(raw["per_second"]),
        seconds_left=None if left is None else float(left),
        saw_hidden_items=bool(raw["saw_hidden_items"]),
    )


def read_submissions(raw: Any) -> list[Submission]:
    """GET /submissions."""
    return [read_submission(one) for one in raw["submissions"]]
