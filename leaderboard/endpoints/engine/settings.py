"""What a team sets for its endpoint, and what the host sets for every run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec

from leaderboard.chat import KeyHeader
from leaderboard.errors import Problem
from leaderboard.scoring.replies import MOST_CHARACTERS

MAX_CONCURRENCY = 256
MAX_EXTRA_BYTES = 2_000
MAX_MODEL_CHARACTERS = 200
MAX_KEY_CHARACTERS = 500
# Settings of generation that servers know beside our own fields; nothing that calls tools, stores,
# sends elsewhere or asks for several answers.
EXTRA_FIELDS = frozenset(
    "top_p top_k min_p presence_penalty frequency_penalty repetition_penalty stop "
    "reasoning_effort reasoning enable_thinking chat_template_kwargs".split()
)
TokenField = Literal["max_tokens", "max_completion_tokens"]


class Bounds(NamedTuple):
    """The lowest and the highest value of a setting; None means no highest."""

    low: int
    high: int | None


BOUNDS = {
    "temperature": Bounds(0, 2),
    "max_tokens": Bounds(1, 100_000),
    "seed": Bounds(0, 2**31 - 1),
    "concurrency": Bounds(1, MAX_CONCURRENCY),
    "requests_per_minute": Bounds(1, 100_000),
    "timeout_seconds": Bounds(1, 900),
    "budget_requests": Bounds(1, None),
    "budget_tokens": Bounds(1, None),
}


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """A model behind an OpenAI-compatible address; times in seconds.

    None leaves a field out of the requests. `requests_per_minute` None means no limit of our own.
    """

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    key_header: KeyHeader = "authorization"
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
    """Where a run ends, whoever is to blame; None means no limit. Tokens count in and out."""

    max_requests: int | None = None
    max_tokens: int | None = None
    max_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the host sets for every run; times in seconds.

    `max_pause` is the longest Retry-After that is waited for, `max_throttled` how long nothing
    but 429 may come back, `max_outage` how long a server that answers nothing is waited for, and
    `max_straggling` how long where all that is left is a small share of the items, to which it
    answered nothing.
    `max_refused` requests are sent to a server that refuses the key before it has answered any.
    """

    max_answer_bytes: int = 4 * 1024 * 1024
    max_characters: int = MOST_CHARACTERS
    max_attempts: int = 5
    max_failed_in_a_row: int = 20
    max_refused: int = 3
    max_pause: float = 120.0
    max_throttled: float = 600.0
    max_outage: float = 1_800.0
    max_straggling: float = 180.0
    max_straggling_share: float = 0.2
    first_backoff: float = 0.5
    max_backoff: float = 20.0
    beat: float = 0.5


def check_settings(settings: EndpointSettings) -> list[Problem]:
    """Everything wrong with the settings, by field, but their address: check_address reads that."""
    problems = [*check_model(settings.model), *check_key(settings.key or "")]
    for name, (low, high) in BOUNDS.items():
        value = getattr(settings, name, None)
        if value is not None and not low <= value <= (math.inf if high is None else high):
            problems.append(Problem(f"{name} is {value}.", name_bounds(name), field=name))
    return [*problems, *_check_extra(settings.extra)]


def check_model(model: str) -> list[Problem]:
    """What is wrong with the name of a model."""
    if 1 <= len(model) <= MAX_MODEL_CHARACTERS and model.isprintable():
        return []
    message = f"The model's name is {'too long or cannot be shown' if model else 'missing'}."
    return [Problem(message, "Enter it as the server knows it.", field="model")]


def check_key(key: str) -> list[Problem]:
    """What is wrong with a key, of which no word is repeated."""
    if len(key) <= MAX_KEY_CHARACTERS and all("!" <= character <= "~" for character in key):
        return []
    message = "The key contains characters that are not allowed in a key."
    return [Problem(message, "Copy it again, without spaces.", field="key")]


def name_bounds(name: str) -> str:
    """What the setting `name` may be, as a remedy."""
    low, high = BOUNDS[name]
    return f"Choose {low} or more." if high is None else f"Choose a value from {low} to {high:,}."


def _check_extra(extra: Mapping[str, Any]) -> list[Problem]:
    unknown = sorted(set(extra) - EXTRA_FIELDS)
    known = f"Known fields are {', '.join(sorted(EXTRA_FIELDS))}."
    problems = [
        Problem(f"The field {name[:40]!r} is not supported.", known, field="extra")
        for name in unknown
    ]
    if len(msgspec.json.encode(extra)) > MAX_EXTRA_BYTES:
        limit = f"The extra fields have over {MAX_EXTRA_BYTES:,} bytes."
        problems.append(Problem(limit, "Send fewer or shorter ones.", field="extra"))
    return problems
