"""The text of a message, and whether there is reasoning beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Fields of a message for what a model thought.
THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking", "thought")
# Parts of a content whose type has one of these words are thought, not text.
_THOUGHT_WORDS = ("think", "thought", "reason")


def read_text(content: Any) -> str:
    """A string, or the texts of a list of parts, joined; anything else is nothing."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        return ""
    return "".join(map(_read_part, filter(_is_text, content)))


def read_refusal(content: Any) -> str:
    """The words of the parts of a content that refuse."""
    parts = content if isinstance(content, list) else []
    return "".join(_read_part(part) for part in parts if _is_refusal(part))


def has_thought(message: Mapping[str, Any]) -> bool:
    """Whether the message holds reasoning, in a field of its own or as a part of its content."""
    if any(_holds_text(message.get(name)) for name in THOUGHTS):
        return True
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return any(_is_thought(part) and _holds_text(part) for part in parts)


def _read_part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return ""
    text = part.get("text", part.get("content", part.get("refusal")))
    if isinstance(text, Mapping):
        # The shape of the assistants API: {"text": {"value": "..."}}.
        text = text.get("value")
    return text if isinstance(text, str) else ""


def _is_refusal(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "refusal"


def _is_text(part: Any) -> bool:
    return not (_is_thought(part) or _is_refusal(part))


def _is_thought(part: Any) -> bool:
    if not isinstance(part, Mapping):
        return False
    kind = part.get("type")
    named = isinstance(kind, str) and any(word in kind.lower() for word in _THOUGHT_WORDS)
    return named or part.get("thought") is True


def _holds_text(value: Any) -> bool:
    """Whether there is a word anywhere in it, at most a few levels down."""
    return bool(_join(value, 4).strip())


def _join(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth == 0:
        return ""
    if isinstance(value, list):
        return "".join(_join(one, depth - 1) for one in value)
    if isinstance(value, Mapping):
        # A type or an id is no word.
        told = (one for name, one in value.items() if name not in ("type", "id", "format"))
        return "".join(_join(one, depth - 1) for one in told)
    return ""
