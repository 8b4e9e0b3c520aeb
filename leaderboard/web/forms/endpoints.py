"""The form of a team's endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from wtforms import BooleanField, Field, SelectField
from wtforms.widgets import PasswordInput

from leaderboard.endpoints.engine.address import MAX_CHARACTERS as MAX_ADDRESS_CHARACTERS
from leaderboard.endpoints.engine.settings import (
    BOUNDS,
    MAX_EXTRA_BYTES,
    MAX_KEY_CHARACTERS,
    MAX_MODEL_CHARACTERS,
    TokenField,
)
from leaderboard.endpoints.registry.endpoints import MAX_NAME_CHARACTERS
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.json_text import MOST_DEEP, is_nested_beyond
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.team import Team
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.web.forms.form import PageForm, TextField, name_teams

PLAIN = {"required": True, "autocapitalize": "none", "spellcheck": "false"}
NULLABLE = ("temperature", "seed", "requests_per_minute", "budget_requests", "budget_tokens")
"""Settings that a form's empty input turns off."""
CHOSEN = ("token_field", "key_header")
"""Settings of a form's lists."""
DEFAULTED = ("concurrency", "timeout_seconds")
"""Settings that are the usual ones where a form's input is empty."""


def number(setting: str, label: str, hint: str = "", step: str = "1") -> TextField:
    """A number within the bounds of `setting`, or nothing."""
    low, high = BOUNDS[setting]
    bounds = {"min": low} if high is None else {"min": low, "max": high}
    return TextField(label, description=hint, render_kw={"type": "number", "step": step, **bounds})


class EndpointForm(PageForm):
    """An endpoint, new or to change."""

    team = SelectField("Team", render_kw={"required": True})
    name = TextField(
        "Name",
        description="Only your team sees it.",
        render_kw={"required": True, "maxlength": MAX_NAME_CHARACTERS},
    )
    base_url = TextField("Base URL", render_kw={**PLAIN, "maxlength": MAX_ADDRESS_CHARACTERS})
    model = TextField(
        "Model",
        description="The model's name on the server.",
        render_kw={**PLAIN, "maxlength": MAX_MODEL_CHARACTERS},
    )
    key = TextField(
        "Key",
        widget=PasswordInput(),
        render_kw={"maxlength": MAX_KEY_CHARACTERS, "autocomplete": "off"},
    )
    key_header = SelectField(
        "How the key is sent",
        choices={
            "authorization": "Authorization: Bearer",
            "api-key": "api-key (Azure OpenAI)",
        },
    )
    accepts_images = BooleanField("The model accepts images", render_kw={"value": "1"})
    temperature = number("temperature", "Temperature", "0 to 2; empty: not sent.", step="any")
    max_tokens_text = number("max_tokens", "Token limit, text questions")
    max_tokens_image = number("max_tokens", "Token limit, image questions")
    max_tokens_report = number("max_tokens", "Token limit, reports")
    token_field = SelectField(
        "Name of the limit's field", choices={name: name for name in get_args(TokenField)}
    )
    seed = number("seed", "Seed", "Empty: not sent.")
    extra = TextField(
        "Further fields",
        description='A JSON object such as {"top_p": 0.9}.',
        render_kw={"maxlength": MAX_EXTRA_BYTES, "spellcheck": "false"},
    )
    concurrency = number("concurrency", "Requests in flight", "1 to 256.")
    requests_per_minute = number("requests_per_minute", "Requests per minute", "Empty: no limit.")
    timeout_seconds = number("timeout_seconds", "Timeout per request, in seconds", step="any")
    budget_requests = number("budget_requests", "Request limit per run", "Empty: the host's limit.")
    budget_tokens = number(
        "budget_tokens",
        "Token limit per run",
        "Input and output together. Empty: the host's limit.",
    )

    def find_field(self, key: str) -> Field | None:
        """A setting's field has its name without what it is part of."""
        return super().find_field(key.removeprefix("settings.").replace(".", "_"))

    def offer(self, teams: Sequence[Team], endpoint: Endpoint | None) -> None:
        """Let a person of `teams` fill it in; `endpoint` is the one to change."""
        self.team.choices = name_teams(teams)
        self.base_url.description = (
            "Such as https://models.example.org/v1; /chat/completions is added. "
            "An Azure address may end in ?api-version=2024-10-21."
            + (" Changing the address deletes the key: enter it again." if endpoint else "")
        )
        has_key = endpoint is not None and endpoint.key is not None
        self.key.description = (
            "Leave empty to keep the current key." if has_key else "If the server needs one."
        ) + " It is kept encrypted and never shown again."

    def read_values(self) -> dict[str, Any]:
        """What the domain takes; an empty number is null or left out."""
        sent = {name: str(value or "").strip() for name, value in self.data.items()}
        settings: dict[str, Any] = {name: sent[name] or None for name in NULLABLE}
        settings.update({name: sent[name] for name in DEFAULTED if sent[name]})
        settings["max_tokens"] = {
            track.value: text
            for track in DEFAULT_TRACKS
            if (text := sent[f"max_tokens_{track.value}"])
        }
        for name in CHOSEN:
            settings[name] = sent[name] or getattr(TeamSettings(), name)
        settings["accepts_images"] = self.accepts_images.data
        settings["extra"] = _read_json(sent["extra"])
        plain = {name: sent[name] for name in ("name", "base_url", "model", "key")}
        return {**plain, "settings": settings}


def show_endpoint(endpoint: Endpoint | None, settings: TeamSettings) -> EndpointForm:
    """The form as it is before anything is sent."""
    values = msgspec.to_builtins(settings)
    tokens = {f"max_tokens_{track}": most for track, most in values.pop("max_tokens").items()}
    extra = msgspec.json.encode(settings.extra).decode() if settings.extra else ""
    facts = (
        {"name": endpoint.name, "base_url": endpoint.base_url, "model": endpoint.model}
        if endpoint
        else {}
    )
    return EndpointForm(data={**values, **tokens, "extra": extra, **facts})


def _read_json(text: str) -> Any:
    """The JSON in `text`; text that is none, or is too deep, stays text, which no setting takes."""
    if is_nested_beyond(text.encode(errors="replace"), MOST_DEEP):
        return text
    try:
        return msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        return text
