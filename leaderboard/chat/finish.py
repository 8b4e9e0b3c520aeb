"""What a finish reason means, whichever family of servers wrote it and however it is spelled."""

from __future__ import annotations

import enum
import re
from functools import lru_cache
from typing import Any

from leaderboard.late import late_pattern

MAX_NAME = 200


class Finish(enum.Enum):
    """How a reply ended."""

    ENDED = enum.auto()
    CUT = enum.auto()
    FILTERED = enum.auto()
    BROKEN = enum.auto()
    UNKNOWN = enum.auto()
    ABSENT = enum.auto()


# By the words in a reason's name: the first kind that has one. OpenAI: stop, length, tool_calls,
# content_filter. Gemini: STOP, MAX_TOKENS, SAFETY, RECITATION, SPII, MALFORMED_FUNCTION_CALL, with
# "function_call_filter: " before it where the protocol is OpenAI's.
# Anthropic: end_turn, refusal, model_context_window_exceeded. Mistral: model_length, error. vLLM:
# abort, error. DeepSeek: insufficient_system_resource. GLM: sensitive, network_error. Cohere:
# COMPLETE, ERROR_TOXIC, USER_CANCEL.
_KINDS = (
    (
        Finish.FILTERED,
        "(?<!function_call_)filter|safety|recitation|block|prohibit|spii|refus|moderat|toxic|sensitive|guard_?rail"
        "|policy|unsafe|censor|copyright",
    ),
    (
        Finish.BROKEN,
        "error|abort|malform|cancel|fail|interrupt|time_?out|disconnect|insufficient|overload"
        "|unavailab|exception|unexpected|unknown|other|unspecified|invalid|preempt|crash|kill"
        "|shut_?down|network|incomplete|too_many|no_image|evict|stale",
    ),
    (Finish.CUT, "length|max_.*tokens|token_limit|limit|context_window|budget|truncat"),
    (Finish.ENDED, "stop|end|eos|complete|tool|function|done|finish|success"),
)
_PATTERNS = [(kind, late_pattern(words)) for kind, words in _KINDS]


def read_name(value: Any) -> str | None:
    """A short name on one line; None for what is no text, or an empty one."""
    if not isinstance(value, str) or not value.strip():
        return None
    return "".join(character for character in value if character.isprintable())[:MAX_NAME]


def read_finish(value: Any) -> tuple[Finish, str | None]:
    """The kind of a finish reason and its name as the server wrote it, if it did."""
    if isinstance(value, Finish):
        return value, None
    if isinstance(value, dict):
        value = value.get("type") or value.get("reason")
    name = read_name(value)
    if name is None:
        return Finish.ABSENT, None
    return _find_kind(name), name


@lru_cache(maxsize=256)
def _find_kind(name: str) -> Finish:
    """A run's replies end in a few ways, thousands of times."""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.-]+", "_", name).lower()
    return next((kind for kind, pattern in _PATTERNS if pattern.search(spelled)), Finish.UNKNOWN)
