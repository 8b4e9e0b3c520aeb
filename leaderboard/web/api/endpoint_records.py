"""The shapes of model endpoints in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from leaderboard.web.api.record import Record


class EndpointTokens(Record, frozen=True, kw_only=True):
    """The most tokens for an item of each track."""

    text: int = 2_048
    image: int = 2_048
    report: int = 4_096


class EndpointSettings(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an endpoint is asked; null leaves a field out or sets no limit of the team's own."""

    temperature: float | None = 0.0
    max_tokens: EndpointTokens = EndpointTokens()
    token_field: str = "max_tokens"
    seed: int | None = None
    extra: dict[str, Any] = msgspec.field(default_factory=dict)
    concurrency: int = 8
    requests_per_minute: int | None = None
    timeout_seconds: float = 120.0
    accepts_images: bool = False
    budget_requests: int | None = None
    budget_tokens: int | None = None


class NewEndpoint(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint to register; `key` is kept encrypted and never answered."""

    team: str
    name: str
    base_url: str
    model: str
    key: str | None = None
    settings: EndpointSettings = EndpointSettings()


class ChangedEndpoint(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an endpoint; what is left out stays. An empty `key` deletes the key."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    base_url: str | msgspec.UnsetType = msgspec.UNSET
    model: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType = msgspec.UNSET
    settings: EndpointSettings | msgspec.UnsetType = msgspec.UNSET


class TriedItemRecord(Record, frozen=True, kw_only=True):
    """An item of a test: the text and how it was read, or the problem and what the server wrote."""

    item: str
    track: str
    seconds: float
    text: str
    outcome: str
    letters: str
    is_right: bool
    problem: str
    excerpt: str


class EndpointTestRecord(Record, frozen=True, kw_only=True):
    """The last test of a connection: state is waiting, ended or lost."""

    state: str
    asked_at: datetime
    ended_at: datetime | None
    is_good: bool | None
    verdict: str
    remedies: list[str]
    model_reported: str | None
    accepts_images: bool | None
    items: list[TriedItemRecord]


class EndpointRecord(Record, frozen=True, kw_only=True):
    """A team's endpoint, without its key."""

    id: str
    team: str
    name: str
    base_url: str
    model: str
    has_key: bool
    settings: EndpointSettings
    test: EndpointTestRecord | None
    created_at: datetime
    changed_at: datetime
    url: str


class EndpointList(Record, frozen=True, kw_only=True):
    """Endpoints by name."""

    endpoints: list[EndpointRecord]


class Deleted(Record, frozen=True, kw_only=True):
    """What is no more."""

    deleted: str


class EndpointRunRecord(Record, frozen=True, kw_only=True):
    """How a submission's endpoint is or was asked.

    `n_failed` items have no prediction, counted by `reasons`; `per_second` and `seconds_left` are
    live while it is asked. `end` says why the asking ended.
    """

    endpoint: str | None
    name: str
    model: str
    model_reported: str | None
    saw_hidden_items: bool
    n_sent: int
    n_failed: int
    reasons: dict[str, int]
    n_requests: int
    n_tokens: int
    per_second: float
    seconds_left: float | None
    end: str
    key_wiped_at: datetime | None
