"""What a team sets for one of its endpoints, read from a form or from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from leaderboard.endpoints.engine.settings import (
    MAX_CONCURRENCY,
    Budget,
    EndpointSettings,
    TokenField,
    check_settings,
)
from leaderboard.errors import InvalidRequest
from leaderboard.models.benchmark import Track

Tokens = Annotated[int, Meta(ge=1, le=100_000)]
REMEDY = "Correct it and send it again; docs/endpoints says what each setting means."


class TrackTokens(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most tokens that a model may write for an item of each track."""

    text: Tokens = 2_048
    image: Tokens = 2_048
    report: Tokens = 4_096


class TeamSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an endpoint is asked; None leaves a field out or sets no limit of the team's own."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = 0.0
    max_tokens: TrackTokens = TrackTokens()
    token_field: TokenField = "max_tokens"
    seed: Annotated[int, Meta(ge=0, lt=2**31)] | None = None
    extra: dict[str, Any] = {}
    concurrency: Annotated[int, Meta(ge=1, le=MAX_CONCURRENCY)] = 8
    requests_per_minute: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    timeout_seconds: Annotated[float, Meta(ge=1, le=900)] = 120.0
    accepts_images: bool = False
    budget_requests: Annotated[int, Meta(ge=1)] | None = None
    budget_tokens: Annotated[int, Meta(ge=1)] | None = None

    def make_budget(self, host: Budget) -> Budget:
        """The smaller of the host's budget and the team's own."""
        return Budget(
            max_requests=_smaller(self.budget_requests, host.max_requests),
            max_tokens=_smaller(self.budget_tokens, host.max_tokens),
            max_seconds=host.max_seconds,
        )

    def tokens_of(self, track: Track) -> int:
        """The most tokens for an item of `track`."""
        limits = self.max_tokens
        by_track = {
            Track.TEXT: limits.text,
            Track.IMAGE: limits.image,
            Track.REPORT: limits.report,
        }
        return by_track[track]


def make_settings(values: Mapping[str, Any]) -> TeamSettings:
    """The settings in `values`, numbers also as text, with defaults for what is left out.

    Raises InvalidRequest with the first thing wrong.
    """
    try:
        settings = msgspec.convert(dict(values), TeamSettings, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"A setting cannot be used: {error}.", REMEDY) from None
    for problem in check_settings(make_engine_settings("https://x", "x", settings, None)):
        raise InvalidRequest(problem.message, problem.remedy)
    return settings


def make_engine_settings(
    base_url: str, model: str, settings: TeamSettings, key: str | None
) -> EndpointSettings:
    """What the collector is told; `max_tokens` comes with each item."""
    return EndpointSettings(
        base_url=base_url,
        model=model,
        key=key,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens.text,
        token_field=settings.token_field,
        seed=settings.seed,
        extra=settings.extra,
        concurrency=settings.concurrency,
        requests_per_minute=settings.requests_per_minute,
        timeout_seconds=settings.timeout_seconds,
    )


def _smaller(own: int | None, host: int | None) -> int | None:
    return min((limit for limit in (own, host) if limit is not None), default=None)
