"""What a team sets for its endpoint, and what the host sets for every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from leaderboard.errors import Problem

MAX_CONCURRENCY = 256
MAX_EXTRA_BYTES = 2_000
# Settings of generation that servers know beside our own fields; nothing that calls tools, stores,
# sends elsewhere or asks for several answers.
EXTRA_FIELDS = frozenset(
    "top_p top_k min_p presence_penalty frequency_penalty repetition_penalty stop "
    "reasoning_effort reasoning enable_thinking chat_template_kwargs".split()
)
TokenField = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """A model behind an OpenAI-compatible address; times in seconds.

    None leaves a field out of the requests. `requests_per_minute` None is no limit of our own.
    """

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    temperature: float | None = 0.0
    max_tokens: int = 2_048
    token_field: TokenField = "max_tokens"
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    concurrency: int = 8
    requests_per_minute: int | None = None
    timeout_seconds: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Where a run ends, whoever is to blame; None is no limit. Tokens are in and out together."""

    max_requests: int | None = None
    max_tokens: int | None = None
    max_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the host sets for every run; times in seconds.

    `max_pause` is the longest Retry-After that is waited for, `max_throttled` how long nothing
    but 429 may come back.
    """

    max_answer_bytes: int = 4 * 1024 * 1024
    max_characters: int = 20_000
    max_attempts: int = 5
    max_failed_in_a_row: int = 20
    max_pause: float = 120.0
    max_throttled: float = 600.0
    first_backoff: float = 0.5
    max_backoff: float = 20.0
    beat: float = 0.5


def check_settings(settings: EndpointSettings) -> list[Problem]:
    """Everything wrong with the settings but their address, which check_address reads."""
    problems = []
    if not 1 <= len(settings.model) <= 200 or not settings.model.isprintable():
        problems.append(Problem("The model's name is missing.", "Enter it as the server knows it."))
    key = settings.key or ""
    if len(key) > 500 or any(not "!" <= character <= "~" for character in key):
        problems.append(
            Problem("The key has characters that no key has.", "Copy it again, without spaces.")
        )
    for name, value, low, high in (
        ("temperature", settings.temperature, 0, 2),
        ("max_tokens", settings.max_tokens, 1, 100_000),
        ("seed", settings.seed, 0, 2**31 - 1),
        ("concurrency", settings.concurrency, 1, MAX_CONCURRENCY),
        ("requests_per_minute", settings.requests_per_minute, 1, 100_000),
        ("timeout_seconds", settings.timeout_seconds, 1, 900),
    ):
        if value is not None and not low <= value <= high:
            message = f"{name} is {value}."
            problems.append(Problem(message, f"Choose a value from {low} to {high:,}.", id=name))
    return [*problems, *_check_extra(settings.extra)]


def _check_extra(extra: Mapping[str, Any]) -> list[Problem]:
    unknown = sorted(set(extra) - EXTRA_FIELDS)
    known = f"Known fields are {', '.join(sorted(EXTRA_FIELDS))}."
    problems = [Problem(f"The field {name[:40]!r} is not sent.", known) for name in unknown]
    if len(msgspec.json.encode(extra)) > MAX_EXTRA_BYTES:
        limit = f"The extra fields have over {MAX_EXTRA_BYTES:,} bytes."
        problems.append(Problem(limit, "Send fewer or shorter ones."))
    return problems
