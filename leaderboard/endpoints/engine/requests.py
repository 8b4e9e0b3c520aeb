"""What an item asks a model, and the bytes that are sent for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from leaderboard.endpoints.engine.settings import EndpointSettings


@dataclass(frozen=True)
class ImagePart:
    """A picture as a data URL (`data:image/png;base64,...`)."""

    data_url: str


@dataclass(frozen=True)
class Message:
    """One turn of a chat: texts and pictures in their order."""

    role: Literal["system", "user"]
    parts: tuple[str | ImagePart, ...]


@dataclass(frozen=True)
class ItemRequest:
    """One item's question; `max_tokens` None means the endpoint's own setting."""

    key: str
    messages: tuple[Message, ...]
    max_tokens: int | None = None


def count_characters(request: ItemRequest) -> int:
    """What the request counts as where a server reports no tokens: a picture like 4,000 letters."""
    parts = [part for message in request.messages for part in message.parts]
    return sum(len(part) if isinstance(part, str) else 4_000 for part in parts)


def encode_request(request: ItemRequest, settings: EndpointSettings) -> bytes:
    """The JSON body of a chat completion; the same request always gives the same bytes."""
    limit = settings.max_tokens if request.max_tokens is None else request.max_tokens
    body: dict[str, Any] = {
        **settings.extra,
        "model": settings.model,
        "messages": [_make_message(message) for message in request.messages],
        settings.token_field: limit,
    }
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    if settings.seed is not None:
        body["seed"] = settings.seed
    return msgspec.json.encode(body)


def _make_message(message: Message) -> Mapping[str, Any]:
    """Text alone goes as a plain string, which every server takes."""
    if all(isinstance(part, str) for part in message.parts):
        return {"role": message.role, "content": "\n\n".join(map(str, message.parts))}
    parts = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": part.data_url}}
        for part in message.parts
    ]
    return {"role": message.role, "content": parts}
