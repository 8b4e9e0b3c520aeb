"""Model endpoints of teams."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from spinebench.shapes.shape import Body, Shape


class EndpointTokens(Shape, frozen=True, kw_only=True):
    """The most tokens for an item of each track."""

    text: int = 2_048
    image: int = 2_048
    report: int = 4_096


class EndpointSettings(Shape, frozen=True, kw_only=True):
    """How an endpoint is asked; null leaves a field out or sets no limit of the team's own."""

    temperature: float | None = 0.0
    max_tokens: EndpointTokens = EndpointTokens()
    token_field: str = "max_tokens"
    key_header: str = "authorization"
    seed: int | None = None
    extra: dict[str, Any] = msgspec.field(default_factory=dict)
    concurrency: int = 8
    requests_per_minute: int | None = None
    timeout_seconds: float = 120.0
    accepts_images: bool = False
    budget_requests: int | None = None
    budget_tokens: int | None = None


class NewEndpointSettings(EndpointSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an endpoint shall be asked; what is left out is as usual."""


class NewEndpoint(Body, frozen=True, kw_only=True):
    """An endpoint to register; `key` is kept encrypted and never answered."""

    called: ClassVar[str] = "endpoint"

    team: str
    name: str
    base_url: str
    model: str
    key: str | None = None
    settings: NewEndpointSettings = NewEndpointSettings()


class ChangedEndpoint(Body, frozen=True, kw_only=True):
    """What to change of an endpoint; what is left out stays. An empty `key` deletes the key."""

    called: ClassVar[str] = "change"

    name: str | msgspec.UnsetType = msgspec.UNSET
    base_url: str | msgspec.UnsetType = msgspec.UNSET
    model: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType = msgspec.UNSET
    settings: NewEndpointSettings | msgspec.UnsetType = msgspec.UNSET


class TriedItemRecord(Shape, frozen=True, kw_only=True):
    """An item of a test: the text and how it was read, or the problem and what the server wrote.

    `note` says where a reply was cut, had only reasoning or was filtered.
    """

    item: str
    track: str
    seconds: float
    text: str
    outcome: str
    letters: str
    is_right: bool
    problem: str
    excerpt: str
    note: str = ""


class EndpointTestRecord(Shape, frozen=True, kw_only=True):
    """The last test of a connection: state is waiting, ended or lost.

    `warnings` is what would cost scores although requests are answered.
    """

    state: str
    asked_at: datetime
    ended_at: datetime | None
    is_good: bool | None
    verdict: str
    remedies: list[str]
    warnings: list[str] = msgspec.field(default_factory=list)
    model_reported: str | None
    accepts_images: bool | None
    items: list[TriedItemRecord]


class EndpointRecord(Shape, frozen=True, kw_only=True):
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


class EndpointList(Shape, frozen=True, kw_only=True):
    """Endpoints by name."""

    endpoints: list[EndpointRecord]


class Deleted(Shape, frozen=True, kw_only=True):
    """What was deleted."""

    deleted: str
