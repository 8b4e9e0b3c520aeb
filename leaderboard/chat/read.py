"""One answer of a model server, from its bytes to what it means; no body raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.chat.content import has_thought, read_refusal, read_text
from leaderboard.chat.finish import MAX_NAME, Finish, read_finish, read_name
from leaderboard.chat.outcomes import Break, BrokenOff, Filtered, Outcome, Reply
from leaderboard.chat.problem import Problem, find_problem, read_failure, read_problem
from leaderboard.chat.retry_after import read_retry_after
from leaderboard.chat.stream import is_stream, join_stream
from leaderboard.chat.words import blank, blank_key, make_words
from leaderboard.json_text import NotJson, make_storable, read_json
from leaderboard.scoring.replies import keep_end, read_said

_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<body", b"<!--", b"<?xml")

# An end of turn and a line break or two; a reply of more tokens without a word was swallowed.
MAX_TOKENS_OF_NOTHING = 16
MAX_COST = 1e6


def read_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: str | None = None,
    now: float,
) -> Outcome:
    """What came of a request; `now` is the time in epoch seconds.

    `key` is blanked in all that the server says, but not in what the model wrote.
    """
    named = {name.lower(): value for name, value in headers.items()}
    wait = read_retry_after(named.get("retry-after"), named.get("date"), now)
    is_good = 200 <= status < 300
    raw = body[:4_000].decode("utf-8", "replace")
    if _is_page(named.get("content-type", ""), body):
        return _read_page(status, raw, key=key, wait=wait)
    try:
        if is_good and is_stream(named.get("content-type", ""), body):
            value = join_stream(body)
            if value is None:
                return BrokenOff(kind=Break.STREAM, status=status, words=make_words(raw, key))
        else:
            value = read_json(body)
    except NotJson:
        if is_good:
            return BrokenOff(kind=Break.NOT_JSON, status=status, words=make_words(raw, key))
        return read_failure(None, status, raw=raw, key=key, wait=wait)
    if not is_good:
        return read_failure(
            find_problem(value, is_failed=True), status, raw=raw, key=key, wait=wait
        )
    return _read_completion(value, status, raw, key=key, wait=wait)


def _is_page(content_type: str, body: bytes) -> bool:
    """Whether it is a web page: by its beginning, for some servers call JSON text/html."""
    start = body[:200].lstrip().lower()
    named = "html" in content_type.lower() and start.startswith(b"<")
    return named or start.startswith(_PAGE_STARTS)


def _read_page(status: int, raw: str, *, key: str | None, wait: float | None) -> Outcome:
    if 200 <= status < 300:
        return BrokenOff(kind=Break.PAGE, status=status, words=make_words(raw, key), wait=wait)
    return read_failure(None, status, raw=raw, key=key, wait=wait)


def _read_completion(
    value: Any, status: int, raw: str, *, key: str | None, wait: float | None
) -> Outcome:
    """A decoded body of a 200: what its first choice came to, or the error in it."""
    choice = _find_choice(value)
    if choice is None or _find_message(choice) is None:
        problem = _find_problem(value, choice)
        if problem:
            return read_failure(problem, status, raw=raw, key=key, wait=wait)
        if _is_blocked(value) or _is_filtered(choice):
            return Filtered(**_read_told(value, None, key))
        return BrokenOff(kind=Break.NO_CHOICE, status=status, words=make_words(raw, key))
    return _read_choice(value, choice, status, key=key, wait=wait)


def _find_problem(value: Any, choice: Mapping[str, Any] | None) -> Problem | None:
    """The error of the choice, or else of the body around it."""
    inner = read_problem(choice.get("error")) if choice else None
    return inner or find_problem(value, is_failed=False)


def _read_choice(
    value: Mapping[str, Any],
    choice: Mapping[str, Any],
    status: int,
    *,
    key: str | None,
    wait: float | None,
) -> Outcome:
    message = _find_message(choice) or {}
    finish, name = read_finish(choice.get("finish_reason"))
    text = read_text(message.get("content"))
    refusal = read_text(message.get("refusal")) or read_refusal(message.get("content"))
    is_blank = not text.strip() and not refusal.strip()
    if is_blank and finish in (Finish.ENDED, Finish.ABSENT, Finish.UNKNOWN):
        # A gateway's "stop" may hide what the server behind it said.
        native, native_name = read_finish(choice.get("native_finish_reason"))
        if native in (Finish.FILTERED, Finish.BROKEN):
            finish, name = native, native_name
    told = _read_told(value, name, key)
    if finish is Finish.FILTERED:
        return Filtered(text=make_storable(text or refusal), **told)
    if is_blank or finish in (Finish.BROKEN, Finish.ABSENT):
        problem = _find_problem(value, choice)
        if problem or finish is Finish.BROKEN:
            return read_failure(
                problem, status, key=key, wait=wait, finish_reason=told["finish_reason"]
            )
    thought = is_blank and (has_thought(message) or (not text and _has_hidden_thought(value)))
    if is_blank and not thought and finish in (Finish.ABSENT, Finish.UNKNOWN):
        kind = Break.NO_CHOICE if finish is Finish.ABSENT else Break.SERVER
        return BrokenOff(kind=kind, status=status, finish_reason=told["finish_reason"])
    is_refusal = bool(refusal.strip()) and not text.strip()
    said = refusal if is_refusal else text
    is_silent = is_blank or not read_said(keep_end(said)).strip()
    return Reply(
        text=make_storable(said),
        is_cut=finish is Finish.CUT,
        is_only_reasoning=is_silent and (thought or bool(said.strip())),
        is_refusal=is_refusal,
        **told,
    )


def _find_choice(value: Any) -> Mapping[str, Any] | None:
    choices = value.get("choices") if isinstance(value, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else None


def _find_message(choice: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The message, which some servers call a delta although nothing is streamed."""
    found = (choice.get("message"), choice.get("delta"))
    return next((one for one in found if isinstance(one, Mapping)), None)


def _is_blocked(value: Any) -> bool:
    """Whether a server passes on Gemini's way to say that it filtered the question."""
    feedback = value.get("promptFeedback") if isinstance(value, Mapping) else None
    return isinstance(feedback, Mapping) and bool(feedback.get("blockReason"))


def _is_filtered(choice: Mapping[str, Any] | None) -> bool:
    """Whether a choice without a message was filtered, as Azure leaves it."""
    return choice is not None and read_finish(choice.get("finish_reason"))[0] is Finish.FILTERED


def _read_told(
    value: Mapping[str, Any], finish_reason: str | None, key: str | None
) -> dict[str, Any]:
    usage = value.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    # A model's name may be a long row of letters and digits, as other secrets are.
    model = blank_key(read_name(value.get("model")) or "", key)[:MAX_NAME] or None
    return {
        "finish_reason": finish_reason and blank(finish_reason, key)[:MAX_NAME],
        "model": model,
        "n_prompt_tokens": _read_count(usage.get("prompt_tokens")),
        "n_completion_tokens": _read_count(usage.get("completion_tokens")),
        # In US dollars, by gateways that say what a request cost.
        "cost": _read_cost(usage.get("cost")),
    }


def _has_hidden_thought(value: Mapping[str, Any]) -> bool:
    """Whether tokens were counted that are not shown: of reasoning, or more than an end takes."""
    usage = value.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    details = usage.get("completion_tokens_details")
    counts = [usage, details if isinstance(details, Mapping) else {}]
    n_written = _read_count(usage.get("completion_tokens")) or 0
    is_counted = any(_read_count(one.get("reasoning_tokens")) for one in counts)
    return is_counted or n_written > MAX_TOKENS_OF_NOTHING


def _read_cost(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < MAX_COST else None


def _read_count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if is_count else None
