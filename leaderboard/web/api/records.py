"""The shapes of the API: what each answer holds. The OpenAPI document is written from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leaderboard.web.api.endpoint_records import EndpointRunRecord
from leaderboard.web.api.record import Record


class UserRecord(Record, frozen=True, kw_only=True):
    """A person."""

    name: str
    email: str


class TeamRecord(Record, frozen=True, kw_only=True):
    """A team."""

    slug: str
    name: str


class TokenRecord(Record, frozen=True, kw_only=True):
    """An API token, without its secret."""

    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime


class QuotaRecord(Record, frozen=True, kw_only=True):
    """What a team used of its submissions on a split; `next_at` is null where it may send now."""

    team: str
    benchmark: str
    split: str
    limit: int
    days: int
    n_used: int
    n_left: int
    next_at: datetime | None


class Me(Record, frozen=True, kw_only=True):
    """Who the token speaks for, and how its teams stand on splits that have a limit."""

    user: UserRecord
    teams: list[TeamRecord]
    quotas: list[QuotaRecord]
    token: TokenRecord


class SplitRecord(Record, frozen=True, kw_only=True):
    """A split; `answers` is public or hidden, `n_items` counts by track."""

    name: str
    answers: str
    n_items: dict[str, int]


class BenchmarkRecord(Record, frozen=True, kw_only=True):
    """A benchmark in one version."""

    slug: str
    name: str
    version: str
    licence: str
    notice: str | None
    content_hash: str
    url: str
    splits: list[SplitRecord]


class BenchmarkDetail(BenchmarkRecord, frozen=True, kw_only=True):
    """A benchmark with its words, its rubric and its prompts."""

    taxonomy: dict[str, Any]
    rubric: dict[str, Any]
    prompts: dict[str, str]


class BenchmarkList(Record, frozen=True, kw_only=True):
    """Benchmarks, newest first."""

    benchmarks: list[BenchmarkRecord]


class Validation(Record, frozen=True, kw_only=True):
    """A prediction file without problems."""

    valid: bool
    n_predictions: int
    tracks: list[str]
    file_hash: str


class Progress(Record, frozen=True, kw_only=True):
    """How much of the work of all steps is done."""

    n_done: int
    n_total: int


class Failure(Record, frozen=True, kw_only=True):
    """Why a submission failed and what to do."""

    message: str
    remedy: str


class EventRecord(Record, frozen=True, kw_only=True):
    """Something that happened to a submission."""

    at: datetime
    kind: str
    message: str


class SubmissionRecord(Record, frozen=True, kw_only=True):
    """A submission: status is queued, running, held, scored, failed or cancelled.

    `decision` on a scored one on hidden answers is accepted, or unchanged: no significant change
    against the team's best, so that it has no results to show.
    """

    id: str
    benchmark: str
    split: str
    model: str
    status: str
    step: str
    progress: Progress
    file_name: str
    file_hash: str
    n_predictions: int
    tracks: list[str]
    created_at: datetime
    finished_at: datetime | None
    failure: Failure | None
    endpoint: EndpointRunRecord | None
    decision: str | None
    events: list[EventRecord]
    url: str


class SubmissionList(Record, frozen=True, kw_only=True):
    """Submissions, newest first."""

    submissions: list[SubmissionRecord]


class ScoreRecord(Record, frozen=True, kw_only=True):
    """A metric on a slice, with the ends of its 95 % interval; null is unscored.

    A value that `is_shrunk` rests on fewer than 15 items and is drawn towards the model's other
    slices.
    """

    metric: str
    slice: str
    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    k: int | None
    n_unscored: int
    is_shrunk: bool


class Results(Record, frozen=True, kw_only=True):
    """All scores of a submission; `counts` are the outcomes of reading its MCQ predictions."""

    submission: str
    benchmark: str
    split: str
    model: str
    scores: list[ScoreRecord]
    counts: dict[str, int]
