"""How a judge's server is asked, and what is tried where it refuses a part of the request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from leaderboard.chat import BrokenOff, Rejected
from leaderboard.judges.prompt import Asking
from leaderboard.judges.settings import JudgeSettings
from leaderboard.late import late_pattern

FORMS = ("json_schema", "json_object", "text")
LIMITS = ("max_tokens", "max_completion_tokens")
SYSTEM = "system role"


@dataclass(frozen=True)
class Manner:
    """A form of reply, the name of the limit on tokens, and what else a request holds."""

    form: str
    limit: str = LIMITS[0]
    has_temperature: bool = True
    has_system: bool = True

    def make_fields(self, settings: JudgeSettings, prompt: Asking) -> dict[str, Any]:
        """The body of a request."""
        fields: dict[str, Any] = {"model": settings.model, "messages": self._make_messages(prompt)}
        if settings.temperature is not None and self.has_temperature:
            fields["temperature"] = settings.temperature
        if settings.max_tokens is not None:
            fields[self.limit] = settings.max_tokens
        if self.form == "json_schema":
            schema = {"name": "answers", "strict": True, "schema": prompt.schema}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.form == "json_object":
            fields["response_format"] = {"type": "json_object"}
        return fields | dict(settings.extra)

    def _make_messages(self, prompt: Asking) -> list[dict[str, str]]:
        """The system's text begins the user's message where there is no role for it."""
        if self.has_system:
            return prompt.messages
        return [{"role": "user", "content": "\n\n".join(m["content"] for m in prompt.messages)}]

    def without(self, other: Manner) -> Manner:
        """This manner without what `other` goes without too."""
        return replace(
            self,
            limit=max(self.limit, other.limit, key=LIMITS.index),
            has_temperature=self.has_temperature and other.has_temperature,
            has_system=self.has_system and other.has_system,
        )

    def find_next_form(self) -> str | None:
        """The form that asks less of a server; None behind the last."""
        place = FORMS.index(self.form) + 1
        return FORMS[place] if place < len(FORMS) else None


def make_manner(settings: JudgeSettings) -> Manner:
    """How a server is asked first."""
    return Manner("text" if settings.structured == "off" else "json_schema")


_WORDS = {
    "max_completion_tokens": late_pattern(r"max_completion_tokens"),
    "max_tokens": late_pattern(r"max_tokens"),
    "temperature": late_pattern(r"temperature"),
    "response_format": late_pattern(
        r"response_?format|json_?schema|json schema|grammar|structured|guided|requested parameters"
    ),
    SYSTEM: late_pattern(
        r"system'?s? (?:role|message|prompt|instruction)|role[^.]{0,20}system|system[^.]{0,20}role"
        r"|roles must alternate|developer instruction|only (?:the )?'?user\b[^.]{0,40}\broles?\b"
        r"|first message\b[^.]{0,40}\buser\b|'system' is not|permitted: 'user'|got '?system"
    ),
}
_CONTENTS = frozenset({"messages", "prompt", "input", "content", "role"})
_TOO_LONG = late_pattern(
    r"context[ _](?:length|size|window)|exceed_context|context[^.]{0,30} too long"
    r"|(?:prompt|input|request|message)s?\b[^.]{0,30}\b(?:is|are) too (?:long|large)"
    r"|too many (?:input )?tokens|string_above_max_length|tokens\b[^.]{0,20} must be <="
)
_UNSUPPORTED = late_pattern(
    r"unsupported|unknown|unrecogni[sz]ed|extra_forbidden|invalid_(?:parameter|value|type)", re.I
)


def find_refused(error: Rejected | BrokenOff, extra: Iterable[str] = ()) -> str | None:
    """Which part of the request the server says that it does not take; None if it names none.

    The server's words only help to find one of ours: they are shown nowhere. `extra` are the names
    of fields that the host has added.
    """
    words = error.words.lower()
    if error.param:
        name = re.split(r"[.\[]", error.param)[0]
        if name not in _CONTENTS:
            return name
        return SYSTEM if "role" in error.param or _WORDS[SYSTEM].search(words) else None
    if error.code and _TOO_LONG.search(error.code.lower()):
        return None
    found = [name for name in extra if re.search(rf"\b{re.escape(name)}\b", error.words)]
    found += [name for name, pattern in _WORDS.items() if pattern.search(words)]
    if LIMITS[0] in found and LIMITS[1] in found:
        # "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        places = {name: words.index(name) for name in LIMITS}
        found = [min(places, key=places.__getitem__)]
    return found[0] if found else None


def is_too_long(error: Rejected) -> bool:
    """Whether the request is longer than the model reads: another one may be short enough."""
    names = f"{error.code or ''} {error.type or ''} {error.words}".lower()
    return error.status == 413 or _TOO_LONG.search(names) is not None


def is_about_a_parameter(error: Rejected) -> bool:
    """Whether the server says that it is a part of the request that it does not know."""
    return bool(error.code and _UNSUPPORTED.search(error.code))


def adapt(manner: Manner, refused: str) -> Manner | None:
    """The usual way to ask without the part that was refused; None where there is none."""
    if refused == manner.limit == LIMITS[0]:
        return replace(manner, limit=LIMITS[1])
    if refused == "temperature" and manner.has_temperature:
        return replace(manner, has_temperature=False)
    if refused == SYSTEM and manner.has_system:
        return replace(manner, has_system=False)
    return None
