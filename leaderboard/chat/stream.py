"""An event stream, which some servers send without being asked, as one completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.chat.content import THOUGHTS, has_thought, read_text
from leaderboard.chat.finish import Finish
from leaderboard.json_text import NotJson, read_json

_STARTS = (b"data:", b"event:", b"id:", b"retry:", b": ")


def is_stream(content_type: str, body: bytes) -> bool:
    """Whether it is an event stream: by its type, or by its beginning under another one."""
    return content_type.lower().startswith("text/event-stream") or body[:64].lstrip().startswith(
        _STARTS
    )


def join_stream(body: bytes) -> dict[str, Any] | None:
    """The deltas as one completion; an event with an error is its `error`.

    None for a stream without its end. Raises NotJson for an event that is none.
    """
    joined = _Joined()
    for line in body.splitlines():
        if not line.startswith(b"data:"):
            continue
        data = line.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            return joined.make_completion(is_ended=True)
        # A line without data keeps the connection alive.
        if data:
            joined.add(read_json(data))
    return joined.make_completion(is_ended=False)


class _Joined:
    """What the events said so far."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._has_thought = False
        self._finish_reason: Any = None
        self._facts: dict[str, Any] = {}

    def add(self, event: Any) -> None:
        if not isinstance(event, Mapping):
            raise NotJson("an event is not an object")
        for name in ("usage", "model", "error"):
            self._facts[name] = event.get(name) or self._facts.get(name)
        choices = event.get("choices")
        for choice in choices[:1] if isinstance(choices, list) else []:
            if isinstance(choice, Mapping):
                self._add_choice(choice)

    def _add_choice(self, choice: Mapping[str, Any]) -> None:
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, Mapping):
            self._texts.append(read_text(delta.get("content")))
            self._refusals.append(read_text(delta.get("refusal")))
            self._has_thought = self._has_thought or has_thought(delta)
        self._facts["error"] = choice.get("error") or self._facts.get("error")
        self._finish_reason = choice.get("finish_reason") or self._finish_reason

    def make_completion(self, *, is_ended: bool) -> dict[str, Any] | None:
        facts = {name: value for name, value in self._facts.items() if value is not None}
        if not is_ended and self._finish_reason is None and "error" not in facts:
            return None
        # An error without an end of the choice is the end; else the stream's own end counts.
        given = self._finish_reason or (None if "error" in facts else Finish.ENDED)
        message: dict[str, Any] = {
            "content": "".join(self._texts),
            "refusal": "".join(self._refusals),
        }
        if self._has_thought:
            message[THOUGHTS[0]] = "thought"
        return facts | {"choices": [{"message": message, "finish_reason": given}]}
