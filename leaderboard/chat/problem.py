"""An error as a server wrote it, whatever its shape, as what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from leaderboard.chat.finish import read_name
from leaderboard.chat.outcomes import Break, BrokenOff, Filtered, RateLimited, Rejected
from leaderboard.chat.words import blank, make_words
from leaderboard.late import late_pattern

# What a code or type in words says of an error for which no status stands: the first that fits.
_NAMED = (
    (429, "rate_?limit|too_?many_?request|throttl|resource_?exhausted|slow_?down"),
    (402, "quota|billing|credit|payment|balance"),
    (401, "api_?key|authenti|unauthori|token_?expired"),
    (403, "permission|forbidden|moderation"),
    (404, "not_?found"),
    (400, "invalid_?request|bad_?request|context_?length|unsupported|invalid_?argument|validation"),
)
_PATTERNS = [(status, late_pattern(words, re.IGNORECASE)) for status, words in _NAMED]
_NAME = late_pattern(r"[\w.:/\[\]-]{1,80}")
_FILTER = late_pattern(
    r"content_?(filter|policy|management)|responsible_?ai|data_?inspection|safety", re.IGNORECASE
)
_NO_CREDIT = late_pattern(r"insufficient_?(quota|credit|balance|funds)|billing|no_?credit", re.I)
# Statuses below 500 that pass by themselves. 424: TGI and Bedrock, whose model failed midway; 498:
# Groq, which is out of capacity.
_PASSING = frozenset({408, 409, 424, 425, 498})

Failed = Filtered | BrokenOff | RateLimited | Rejected


class Problem(NamedTuple):
    """The fields of an error object; a status only where it names one."""

    words: str
    status: int | None
    param: str | None
    code: str | None
    type: str | None

    @property
    def names(self) -> dict[str, str | None]:
        """Its short names, as the server wrote them."""
        return {"param": self.param, "code": self.code, "type": self.type}

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether a name of it fits."""
        return any(name and pattern.search(name) for name in (self.code, self.type))


def find_problem(value: Any, *, is_failed: bool) -> Problem | None:
    """The error in a decoded body, in any of the shapes that servers use; None without one.

    A bare `message` is one where the answer `is_failed`, or has a code beside it.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, Mapping):
        return None
    for name in ("error", "errors", "detail", "details"):
        problem = read_problem(value.get(name))
        if problem is not None:
            return problem
    is_error = value.get("object") == "error" or value.get("type") == "error"
    is_bare = "choices" not in value and isinstance(value.get("message"), str)
    is_marked = is_failed or any(_read_status(value.get(name)) for name in _STATUS_FIELDS)
    if is_error or (is_bare and is_marked):
        return read_problem(value)
    return None


def read_problem(error: Any) -> Problem | None:
    """The fields of one error; None where it says nothing, as in `"error": null`."""
    if isinstance(error, list):
        error = error[0] if error else None
    if isinstance(error, str):
        return Problem(error, None, None, None, None) if error.strip() else None
    if not isinstance(error, Mapping):
        return None
    words = ": ".join(dict.fromkeys(_find_words(error)))
    status = next(filter(None, map(_read_status, map(error.get, _STATUS_FIELDS))), None)
    code = _read_code(error.get("code")) or _read_inner_code(error)
    if not (words or status or code):
        return None
    return Problem(
        words,
        status,
        _read_param(error),
        code,
        _read_code(error.get("type")) or _read_code(error.get("status")),
    )


_STATUS_FIELDS = ("code", "status", "status_code", "statusCode", "http_code")


def read_failure(
    problem: Problem | None,
    status: int,
    *,
    raw: str = "",
    key: str | None = None,
    wait: float | None = None,
    finish_reason: str | None = None,
) -> Failed:
    """What an error means: with the status of the answer or, in a 200, the one that it names.

    `raw` is the body as text, for the words where it holds no error that can be read. `key` is
    blanked in the words and names of the error; `finish_reason` is kept as it is.
    """
    problem = problem or Problem(raw, None, None, None, None)
    facts: dict[str, Any] = {
        "words": make_words(problem.words or raw, key),
        **{name: text and blank(text, key) for name, text in problem.names.items()},
        "wait": wait,
    }
    is_in_good = 200 <= status < 300
    if is_in_good:
        status = problem.status or _find_status(problem) or status
    if 400 <= status < 500 and status != 403 and problem.has(_FILTER):
        return Filtered(finish_reason=facts["code"] or finish_reason)
    if status == 400 and problem.has(_PATTERNS[0][1]):
        status = 429
    facts["status"] = status
    if status == 429 and not problem.has(_NO_CREDIT):
        return RateLimited(**facts)
    if status < 300 or status >= 500 or status in _PASSING:
        kind = Break.TIMEOUT if status == 408 else Break.SERVER
        return BrokenOff(kind=kind, finish_reason=finish_reason, is_in_good=is_in_good, **facts)
    return Rejected(**facts)


def _find_words(error: Mapping[str, Any]) -> Iterator[str]:
    """The message, then what a gateway passes on of the server behind it."""
    for name in ("message", "msg", "error", "detail", "description"):
        if isinstance(text := error.get(name), str) and text.strip():
            yield text.strip()
            break
    metadata = error.get("metadata")
    if isinstance(metadata, Mapping):
        raw, reasons = metadata.get("raw"), metadata.get("reasons")
        if isinstance(raw, str) and raw.strip():
            yield raw.strip()
        if isinstance(reasons, list):
            yield from (reason for reason in reasons if isinstance(reason, str))


def _read_status(value: Any) -> int | None:
    """An HTTP status of an error, as a number or in digits."""
    if isinstance(value, str) and value.isdecimal() and len(value) == 3:
        value = int(value)
    is_status = isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600
    return value if is_status else None


def _read_code(value: Any) -> str | None:
    """A short name without blanks; a number in digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    name = read_name(value)
    return name if name is not None and _NAME.fullmatch(name) else None


def _read_inner_code(error: Mapping[str, Any]) -> str | None:
    inner = error.get("innererror")
    return _read_code(inner.get("code")) if isinstance(inner, Mapping) else None


def _read_param(error: Mapping[str, Any]) -> str | None:
    """The refused field: `param`, or the last name of FastAPI's `loc`."""
    places = error.get("loc")
    if isinstance(places, list) and places:
        return _read_code(places[-1])
    return _read_code(error.get("param"))


def _find_status(problem: Problem) -> int | None:
    names = " ".join(filter(None, (problem.code, problem.type))).lower()
    if not names:
        names = problem.words[:200].lower().replace(" ", "_")
        found = [status for status, pattern in _PATTERNS[:1] if pattern.search(names)]
    else:
        found = [status for status, pattern in _PATTERNS if pattern.search(names)]
    return found[0] if found else None
