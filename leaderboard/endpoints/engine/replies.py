"""What a model wrote, read from a chat completion or an event stream of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

# The convention of prediction files for a model that wrote nothing.
NO_OUTPUT = "[no output]"
MAX_NAME = 200


class NotJson(Exception):
    """The bytes are no JSON object."""


class NoChoice(Exception):
    """JSON without a message, or a message without content and end."""


class StreamBroken(Exception):
    """An event stream without its end."""


@dataclass(frozen=True)
class Reply:
    """A prediction's text; tokens are None where the server does not say."""

    text: str
    finish_reason: str | None
    model: str | None
    n_prompt_tokens: int | None
    n_completion_tokens: int | None


class _Message(msgspec.Struct):
    content: Any = None
    refusal: Any = None


class _Choice(msgspec.Struct):
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: Any = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: Any = None
    model: Any = None


_decode = msgspec.json.Decoder(_Completion).decode


def read_reply(body: bytes, max_characters: int, *, is_stream: bool) -> Reply:
    """The first choice's text. Raises NotJson, NoChoice or StreamBroken.

    A refusal in a field of its own is the text. Of a longer text the last `max_characters` stay,
    where answers stand.
    """
    completion = _join_stream(body) if is_stream else _read_completion(body)
    message = completion.choices[0].message if completion.choices else None
    if message is None or not completion.choices:
        raise NoChoice
    text = _read_content(message.content) or _read_content(message.refusal)
    finish_reason = _read_name(completion.choices[0].finish_reason)
    if not text.strip():
        # An ended answer without words is what the model wrote; else something went wrong.
        if finish_reason is None:
            raise NoChoice
        text = NO_OUTPUT
    usage = completion.usage if isinstance(completion.usage, dict) else {}
    return Reply(
        text=text.replace("\0", "\N{REPLACEMENT CHARACTER}")[-max_characters:],
        finish_reason=finish_reason,
        model=_read_name(completion.model),
        n_prompt_tokens=_read_count(usage.get("prompt_tokens")),
        n_completion_tokens=_read_count(usage.get("completion_tokens")),
    )


def _read_completion(body: bytes) -> _Completion:
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        raise NoChoice from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson from error


def _join_stream(body: bytes) -> _Completion:
    """The deltas of an event stream as one completion."""
    texts: list[str] = []
    refusals: list[str] = []
    joined = _Completion(choices=[_Choice()])
    finish_reason, is_ended = None, False
    for line in body.splitlines():
        if not line.startswith(b"data:"):
            continue
        data = line.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            is_ended = True
            break
        part = _read_completion(data)
        joined.usage = part.usage or joined.usage
        joined.model = part.model or joined.model
        for choice in (part.choices or [])[:1]:
            delta = choice.delta or choice.message or _Message()
            texts.append(_read_content(delta.content))
            refusals.append(_read_content(delta.refusal))
            finish_reason = choice.finish_reason or finish_reason
    if not is_ended and finish_reason is None:
        raise StreamBroken
    message = _Message("".join(texts), "".join(refusals))
    joined.choices = [_Choice(message=message, finish_reason=finish_reason or "stop")]
    return joined


def _read_content(content: Any) -> str:
    """A string, or the texts of a list of parts; anything else is nothing."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [part.get("text") if isinstance(part, dict) else part for part in content]
    return "".join(text for text in texts if isinstance(text, str))


def _read_name(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return "".join(character for character in value if character.isprintable())[:MAX_NAME]


def _read_count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if is_count else None
