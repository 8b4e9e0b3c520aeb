"""What a team sets for one of its endpoints, read from a form or from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args

import msgspec
from msgspec import Meta

from leaderboard.chat import KeyHeader
from leaderboard.endpoints.engine.settings import (
    BOUNDS,
    Budget,
    EndpointSettings,
    TokenField,
    check_settings,
    name_bounds,
)
from leaderboard.errors import FieldProblems, InvalidRequest
from leaderboard.models.benchmark import Track
from leaderboard.scoring.boards import DEFAULT_TRACKS


def _within(name: str) -> Meta:
    return Meta(ge=BOUNDS[name].low, le=BOUNDS[name].high)


Tokens = Annotated[int, _within("max_tokens")]
REMEDIES = {
    "token_field": f"Choose {' or '.join(get_args(TokenField))}.",
    "key_header": f"Choose {' or '.join(get_args(KeyHeader))}.",
    "accepts_images": "Choose true or false.",
    "extra": 'Write a JSON object such as {"top_p": 0.9}.',
    "max_tokens": f"Write an object of {', '.join(DEFAULT_TRACKS)}.",
}
Settings = TypeVar("Settings", bound=msgspec.Struct)


class TrackTokens(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most tokens that a model may write for an item of each track."""

    text: Tokens = 2_048
    image: Tokens = 2_048
    report: Tokens = 4_096


class TeamSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an endpoint is asked; None leaves a field out or sets no limit of the team's own."""

    temperature: Annotated[float, _within("temperature")] | None = 0.0
    max_tokens: TrackTokens = TrackTokens()
    token_field: TokenField = "max_tokens"
    key_header: KeyHeader = "authorization"
    seed: Annotated[int, _within("seed")] | None = None
    extra: dict[str, Any] = {}
    concurrency: Annotated[int, _within("concurrency")] = 8
    requests_per_minute: Annotated[int, _within("requests_per_minute")] | None = None
    timeout_seconds: Annotated[float, _within("timeout_seconds")] = 120.0
    accepts_images: bool = False
    budget_requests: Annotated[int, _within("budget_requests")] | None = None
    budget_tokens: Annotated[int, _within("budget_tokens")] | None = None

    def make_budget(self, host: Budget) -> Budget:
        """The smaller of the host's budget and the team's own."""
        return Budget(
            max_requests=_smaller(self.budget_requests, host.max_requests),
            max_tokens=_smaller(self.budget_tokens, host.max_tokens),
            max_seconds=host.max_seconds,
        )

    def tokens_of(self, track: Track) -> int:
        """The most tokens for an item of `track`; of questions whose track a host named the larger
        one of text and image questions."""
        limits = self.max_tokens
        of_questions = {Track.TEXT: limits.text, Track.IMAGE: limits.image}
        if track.is_report:
            return limits.report
        return of_questions.get(track, max(of_questions.values()))


def make_settings(values: Mapping[str, Any]) -> TeamSettings:
    """The settings in `values`, numbers also as text, with defaults for what is left out.

    Raises InvalidRequest, or InvalidFields where several cannot be used.
    """
    fields = FieldProblems()
    settings = _read_struct(fields, TeamSettings, values)
    fields.raise_all()
    fields.note(check_settings(make_engine_settings("https://x", "x", settings, None)))
    fields.raise_all()
    return settings


def _read_struct(
    fields: FieldProblems, kind: type[Settings], values: Mapping[str, Any]
) -> Settings:
    """What can be used of `values`; what cannot is noted under its own name."""
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    read: dict[str, Any] = {}
    for name, value in values.items():
        with fields.at(name):
            if name not in types:
                raise InvalidRequest(
                    f"There is no setting {name[:40]!r}.", f"The settings are {', '.join(types)}."
                )
            if types[name] is TrackTokens and isinstance(value, Mapping):
                read[name] = _read_tokens(value)
            else:
                read[name] = _read_setting(name, value, types[name])
    return kind(**read)


def _read_tokens(values: Mapping[str, Any]) -> TrackTokens:
    fields = FieldProblems()
    tokens = _read_struct(fields, TrackTokens, values)
    fields.raise_all()
    return tokens


def _read_setting(name: str, value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        shown = "empty" if value in ("", None) else str(value)[:40]
        words = (
            ("max_tokens " + name if name in DEFAULT_TRACKS else name)
            .replace("_", " ")
            .capitalize()
        )
        raise InvalidRequest(f"{words} cannot be {shown}.", _name_remedy(name)) from None


def _name_remedy(name: str) -> str:
    if name in BOUNDS:
        return name_bounds(name)
    if name in DEFAULT_TRACKS:
        return name_bounds("max_tokens")
    return REMEDIES.get(name, "Write an object.")


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
        key_header=settings.key_header,
        seed=settings.seed,
        extra=settings.extra,
        concurrency=settings.concurrency,
        requests_per_minute=settings.requests_per_minute,
        timeout_seconds=settings.timeout_seconds,
    )


def _smaller(own: int | None, host: int | None) -> int | None:
    return min((limit for limit in (own, host) if limit is not None), default=None)
