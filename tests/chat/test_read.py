"""An answer of a model server means one of five things, whatever its bytes are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.chat import (
    Break,
    BrokenOff,
    Filtered,
    Outcome,
    RateLimited,
    Rejected,
    Reply,
    read_answer,
)

JSON = {"Content-Type": "application/json"}
KEY = "sk-team-0123456789abcdef"
HALF = "\N{REPLACEMENT CHARACTER}"


def read(body: Any, status: int = 200, **headers: str) -> Outcome:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(status, named, raw, key=KEY, now=0.0)


def complete(
    content: Any,
    finish_reason: Any = "stop",
    *,
    choice: dict[str, Any] | None = None,
    **message: Any,
) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **message}
    return {
        "model": "served",
        "choices": [{"index": 0, "message": said, "finish_reason": finish_reason} | (choice or {})],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    }


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("ANSWER: B", "ANSWER: B"),
        ([{"type": "text", "text": "ANSWER"}, {"type": "output_text", "text": ": B"}], "ANSWER: B"),
        ([{"type": "text", "text": {"value": "B", "annotations": []}}], "B"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "A?"}]}, "B"], "B"),
        ([{"type": "reasoning", "text": "A?"}, {"type": "text", "text": "B"}], "B"),
        ([{"text": "A?", "thought": True}, {"text": "B"}], "B"),
        ([": ", {"type": "image"}, 7, None, "B"], ": B"),
        ({"type": "text", "text": "B"}, "B"),
        ("B\0", f"B{HALF}"),
        ("B \ud83d", f"B {HALF}"),
        ("\ud83d\ude00 B", "\N{GRINNING FACE} B"),
        (None, ""),
        ("", ""),
        (" \n", " \n"),
        (7, ""),
    ],
)
def test_the_text_is_what_stands_outside_the_reasoning(content: Any, text: str) -> None:
    reply = read(complete(content))
    assert isinstance(reply, Reply)
    assert reply.text == text
    assert (reply.model, reply.n_prompt_tokens, reply.n_completion_tokens) == ("served", 7, 3)


def test_a_refusal_in_a_field_of_its_own_is_the_text() -> None:
    reply = read(complete(None, refusal="I cannot help."))
    assert isinstance(reply, Reply)
    assert (reply.text, reply.is_refusal) == ("I cannot help.", True)
    part = {"type": "refusal", "refusal": "I cannot help."}
    assert read(complete([part])) == reply
    answered = read(complete([part, {"type": "text", "text": "B"}]))
    assert isinstance(answered, Reply)
    assert (answered.text, answered.is_refusal) == ("B", False)


def test_broken_utf_8_and_half_characters_are_replaced() -> None:
    raw = json.dumps(complete("ANSWER: B @")).encode()
    for bad in (b"\xe6\x80", b"\\ud83d", b"\xff", b"\\udc00\\ud800"):
        reply = read(raw.replace(b"@", bad))
        assert isinstance(reply, Reply)
        assert reply.text.startswith(f"ANSWER: B {HALF}")
        reply.text.encode()


def test_a_byte_order_mark_and_a_bare_line_break_in_a_text_do_no_harm() -> None:
    raw = b"\xef\xbb\xbf" + json.dumps(complete("one@two")).encode().replace(b"@", b"\n")
    reply = read(raw)
    assert isinstance(reply, Reply)
    assert reply.text == "one\ntwo"


THOUGHTS: list[dict[str, Any]] = [
    {"reasoning_content": "step"},
    {"reasoning": "step"},
    {"thinking": "step"},
    {"reasoning_details": [{"type": "reasoning.text", "text": "step"}]},
]


@pytest.mark.parametrize("thought", THOUGHTS)
@pytest.mark.parametrize("finish", ["stop", "length", "eos", None, "something new"])
@pytest.mark.parametrize("content", [None, "", "\n", []])
def test_only_reasoning_is_told_apart_whatever_the_finish_reason(
    thought: dict[str, Any], finish: str | None, content: Any
) -> None:
    reply = read(complete(content, finish, **thought))
    assert isinstance(reply, Reply)
    assert reply.is_only_reasoning
    assert reply.is_cut == (finish == "length")
    answered = read(complete("ANSWER: B", finish, **thought))
    assert isinstance(answered, Reply)
    assert not answered.is_only_reasoning


@pytest.mark.parametrize(
    "usage",
    [
        {"completion_tokens_details": {"reasoning_tokens": 2_048}},
        {"reasoning_tokens": 2_048},
        {"completion_tokens": 700},
    ],
)
def test_reasoning_that_was_counted_and_not_shown_is_reasoning(usage: dict[str, Any]) -> None:
    for finish in ("length", "stop"):
        reply = read(complete("", finish) | {"usage": usage})
        assert isinstance(reply, Reply)
        assert (reply.is_only_reasoning, reply.is_cut) == (True, finish == "length")


def test_a_message_called_a_delta_is_read() -> None:
    reply = read({"choices": [{"delta": {"content": "B"}, "finish_reason": "stop"}]})
    assert isinstance(reply, Reply)
    assert reply.text == "B"


@pytest.mark.parametrize("text", ["<think>A or B", "<think>A</think>", "<think>A</think>\n "])
def test_a_marked_thought_and_no_word_beside_it_is_only_reasoning(text: str) -> None:
    reply = read(complete(text, "length"))
    assert isinstance(reply, Reply)
    assert (reply.text, reply.is_only_reasoning, reply.is_cut) == (text, True, True)


@pytest.mark.parametrize(
    "reason", ["length", "LENGTH", "max_tokens", "MAX_TOKENS", "model_length", "maxTokens"]
)
def test_a_reply_cut_by_the_token_limit_is_a_reply(reason: str) -> None:
    reply = read(complete("The level is", reason))
    assert isinstance(reply, Reply)
    assert (reply.is_cut, reply.finish_reason) == (True, reason)


@pytest.mark.parametrize(
    "reason", ["stop", "STOP", "end_turn", "eos_token", "COMPLETE", "tool_calls", None, "", 7]
)
def test_an_ended_reply_is_a_reply(reason: Any) -> None:
    reply = read(complete("ANSWER: B", reason))
    assert isinstance(reply, Reply)
    assert not reply.is_cut


def test_a_reply_that_ended_without_words_is_what_the_model_wrote() -> None:
    reply = read(complete("", "stop"))
    assert isinstance(reply, Reply)
    assert (reply.text, reply.is_only_reasoning) == ("", False)


BROKEN = [
    "error",
    "ERROR",
    "Error",
    "abort",
    "aborted",
    "MALFORMED_FUNCTION_CALL",
    "malformedFunctionCall",
    "UNEXPECTED_TOOL_CALL",
    "OTHER",
    "unknown",
    "FINISH_REASON_UNSPECIFIED",
    "insufficient_system_resource",
    "network_error",
    "USER_CANCEL",
    "timeout",
    "time-out",
    "engine.shutdown",
    "function_call_filter: MALFORMED_FUNCTION_CALL",
]


@pytest.mark.parametrize("reason", BROKEN)
@pytest.mark.parametrize("content", ["", None, "ANSWER: B"])
def test_what_the_server_broke_off_is_asked_again(reason: str, content: str | None) -> None:
    broken = read(complete(content, reason))
    assert isinstance(broken, BrokenOff)
    assert (broken.kind, broken.finish_reason) == (Break.SERVER, reason)


def test_an_unknown_reason_is_believed_where_there_is_text() -> None:
    assert isinstance(read(complete("ANSWER: B", "repetition")), Reply)
    assert isinstance(read(complete("", "repetition")), BrokenOff)


def test_a_gateways_stop_does_not_hide_why_nothing_came() -> None:
    hidden = complete("", "stop", choice={"native_finish_reason": "MALFORMED_FUNCTION_CALL"})
    assert isinstance(read(hidden), BrokenOff)
    filtered = complete(None, "stop", choice={"native_finish_reason": "SAFETY"})
    assert isinstance(read(filtered), Filtered)


@pytest.mark.parametrize(
    "reason",
    ["content_filter", "CONTENT_FILTER", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "sensitive"],
)
def test_a_content_filter_is_told_apart(reason: str) -> None:
    filtered = read(complete("The", reason))
    assert isinstance(filtered, Filtered)
    assert (filtered.text, filtered.finish_reason) == ("The", reason)


def test_a_filter_that_takes_the_question_is_one_too() -> None:
    azure = {"error": {"code": "content_filter", "message": "The prompt triggered", "status": 400}}
    assert isinstance(read(azure, 400), Filtered)
    dashscope = {"error": {"code": "data_inspection_failed", "message": "inappropriate"}}
    assert isinstance(read(dashscope, 400), Filtered)


def test_a_filtered_choice_needs_no_message() -> None:
    assert isinstance(read({"choices": [{"finish_reason": "content_filter"}]}), Filtered)
    assert isinstance(read({"choices": [{"finish_reason": "stop"}]}), BrokenOff)


def test_a_rate_limit_by_name_is_one_with_status_400_too() -> None:
    slow = read({"error": {"type": "ThrottlingException", "message": "Too many requests"}}, 400)
    assert isinstance(slow, RateLimited)
    assert slow.status == 429
    assert isinstance(read({"promptFeedback": {"blockReason": "SAFETY"}}), Filtered)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Break.NOT_JSON),
        (b"   ", Break.NOT_JSON),
        (b'{"choices": [{"message": {"conte', Break.NOT_JSON),
        (b'{"choices":[{"message":{"content":' + b"[" * 100_000, Break.NOT_JSON),
        (b"Service is starting", Break.NOT_JSON),
        (b"null", Break.NO_CHOICE),
        (b"true", Break.NO_CHOICE),
        (b'"hello"', Break.NO_CHOICE),
        (b"[]", Break.NO_CHOICE),
        (b"{}", Break.NO_CHOICE),
        (b'{"choices": null}', Break.NO_CHOICE),
        (b'{"choices": []}', Break.NO_CHOICE),
        (b'{"choices": [null]}', Break.NO_CHOICE),
        (b'{"choices": [{"text": "B"}]}', Break.NO_CHOICE),
        (b'{"choices": {"message": "B"}}', Break.NO_CHOICE),
        (b'{"choices": [{"message": "B", "finish_reason": "stop"}]}', Break.NO_CHOICE),
        (b'{"message": "Welcome"}', Break.NO_CHOICE),
        (b"<!doctype html><title>Hello</title>", Break.PAGE),
        (b"\n <HTML><body>Hello", Break.PAGE),
    ],
)
def test_what_is_no_completion_is_asked_again(body: bytes, kind: Break) -> None:
    broken = read(body)
    assert isinstance(broken, BrokenOff)
    assert broken.kind is kind


def test_a_blank_reply_without_an_end_is_asked_again() -> None:
    broken = read(complete(None, None))
    assert isinstance(broken, BrokenOff)
    assert broken.kind is Break.NO_CHOICE


@pytest.mark.parametrize("code", [502, "502"])
def test_an_error_of_a_choice_counts_with_its_own_status(code: object) -> None:
    body = complete("", "error", choice={"error": {"code": code, "message": "upstream gone"}})
    broken = read(body)
    assert isinstance(broken, BrokenOff)
    assert (broken.status, broken.words, broken.is_down) == (502, "upstream gone", True)


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        ({"code": 429, "message": "Rate limit exceeded"}, RateLimited, 429),
        ({"code": "rate_limit_exceeded", "message": "slow"}, RateLimited, 429),
        ({"status": "RESOURCE_EXHAUSTED", "message": "slow"}, RateLimited, 429),
        ("Too many requests", RateLimited, 429),
        ({"code": 503, "message": "Loading model"}, BrokenOff, 503),
        ({"message": "overloaded"}, BrokenOff, 200),
        ("boom", BrokenOff, 200),
        ({"type": "invalid_request_error", "message": "no"}, Rejected, 400),
        ({"code": "model_not_found", "message": "no"}, Rejected, 404),
        ({"code": "insufficient_quota", "message": "no"}, Rejected, 402),
        ({"code": 403, "message": "no"}, Rejected, 403),
    ],
)
def test_an_error_in_a_200_is_an_error(error: Any, kind: type[Outcome], status: int) -> None:
    for body in ({"error": error}, [{"error": error}], {"error": error, "choices": []}):
        outcome = read(body)
        assert isinstance(outcome, kind)
        assert getattr(outcome, "status", None) == status


def test_an_empty_error_beside_a_complete_reply_is_none() -> None:
    empty: list[Any] = [None, {}, "", False, {"code": 0, "message": ""}, []]
    for error in empty:
        assert isinstance(read(complete("B") | {"error": error}), Reply)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Rejected),
        (403, Rejected),
        (404, Rejected),
        (413, Rejected),
        (422, Rejected),
        (301, Rejected),
        (402, Rejected),
        (408, BrokenOff),
        (409, BrokenOff),
        (424, BrokenOff),
        (425, BrokenOff),
        (498, BrokenOff),
        (500, BrokenOff),
        (503, BrokenOff),
        (529, BrokenOff),
        (429, RateLimited),
    ],
)
def test_other_statuses_mean_what_they_say(status: int, kind: type[Outcome]) -> None:
    for body in (b"", b"<html>oops</html>", b'{"error": {"message": "no"}}', b"\xff", b"null"):
        assert isinstance(read(body, status), kind)


def test_a_429_of_an_empty_account_is_a_rejection() -> None:
    outcome = read({"error": {"code": "insufficient_quota", "message": "pay"}}, 429)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "insufficient_quota"


def test_a_pause_that_is_asked_for_is_told() -> None:
    outcome = read({"error": "slow"}, 429, Retry_After="7")
    assert isinstance(outcome, RateLimited)
    assert outcome.wait == 7.0
    loading = read({"error": {"code": 503, "message": "Loading model"}}, 503, retry_after="5")
    assert isinstance(loading, BrokenOff)
    assert (loading.wait, loading.is_down, loading.words) == (5.0, True, "Loading model")


@pytest.mark.parametrize(
    ("body", "words", "names"),
    [
        (
            {"error": {"message": "Unsupported", "param": "max_tokens", "code": "unsupported"}},
            "Unsupported",
            "HTTP 400, max_tokens, unsupported",
        ),
        ({"error": {"message": "System role not supported"}}, "System role not supported", ""),
        ({"error": "no such model"}, "no such model", ""),
        ({"detail": "Not here"}, "Not here", ""),
        (
            {"detail": [{"loc": ["body", "seed"], "msg": "not a number", "type": "int"}]},
            "not a number",
            "HTTP 400, seed",
        ),
        ({"object": "error", "message": "too long", "code": 400}, "too long", ""),
        ({"statusCode": 401, "message": "Access denied"}, "Access denied", ""),
        (
            {"error": {"message": "Provider error", "code": 403, "metadata": {"raw": "DENIED"}}},
            "Provider error: DENIED",
            "",
        ),
        (
            {"error": {"message": "flagged", "metadata": {"reasons": ["violence"]}}},
            "flagged: violence",
            "",
        ),
        ({"error": {"message": "no", "param": "a b; <c>", "code": "x" * 200}}, "no", ""),
    ],
)
def test_a_rejection_keeps_the_servers_words_and_names(
    body: dict[str, Any], words: str, names: str
) -> None:
    outcome = read(body, 400)
    assert isinstance(outcome, Rejected)
    assert outcome.words == words
    assert outcome.names.startswith(names or "HTTP 400")


@pytest.mark.parametrize("echo", [KEY, f"error_{KEY}", f"{KEY[:12]}...", f"x-{KEY[-9:]}"])
def test_no_name_that_a_server_gives_repeats_the_key(echo: str) -> None:
    error = {"message": f"bad key {echo}", "param": echo, "code": echo, "type": echo}
    outcomes = [read({"error": error}, status) for status in (200, 400, 401, 429, 500)]
    filtered = {"error": {"message": "no", "code": f"{echo}:content_filter"}}
    outcomes += [
        read(filtered, 400),
        *(read(complete("B", reason) | {"model": echo}) for reason in (echo, f"{echo}_filter")),
        read(complete("", echo)),
        read(complete("", "stop", choice={"native_finish_reason": f"safety {echo}"})),
        read(complete("", f"abort {echo}") | {"error": error}),
    ]
    for outcome in outcomes:
        shown = repr(outcome)
        assert "[key]" in shown
        assert not any(KEY[start : start + 8] in shown for start in range(len(KEY) - 7))


def test_what_an_error_means_is_read_before_the_key_is_blanked() -> None:
    outcome = read({"error": {"message": "no", "code": f"rate_limit_{KEY}"}}, 400)
    assert isinstance(outcome, RateLimited)
    assert outcome.names == "HTTP 429, rate_limit_[key]"


@pytest.mark.parametrize(
    "name", ["DeepSeek-R1-Distill-Llama-70B-FP8-dynamic", "mistralai-mixtral-8x7b-instruct-v0-1"]
)
def test_a_long_name_of_a_model_stays(name: str) -> None:
    reply = read(complete("B") | {"model": name})
    assert isinstance(reply, Reply)
    assert reply.model == name


def test_streams_are_read_by_the_same_rules() -> None:
    def stream(*events: Any, content_type: str = "text/event-stream; charset=utf-8") -> Outcome:
        lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
        raw = "".join(f"data: {line}\n\n" for line in lines).encode()
        return read_answer(200, {"content-type": content_type}, raw, now=0.0)

    def delta(finish: str | None = None, **message: Any) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": message, "finish_reason": finish}]}

    reply = stream(delta(content="ANS"), delta("length", content="WER: B"), "[DONE]")
    assert isinstance(reply, Reply)
    assert (reply.text, reply.is_cut) == ("ANSWER: B", True)
    plain = stream(delta(content="B"), "[DONE]", content_type="text/plain")
    assert isinstance(plain, Reply)
    thought = stream(delta(reasoning_content="hm"), delta("stop"), "[DONE]")
    assert isinstance(thought, Reply)
    assert thought.is_only_reasoning
    cut = stream(delta(content="AN"))
    assert isinstance(cut, BrokenOff)
    assert cut.kind is Break.STREAM
    error = stream(delta(content="AN"), {"error": {"code": 429, "message": "slow"}}, "[DONE]")
    assert isinstance(error, RateLimited)
    gone = stream(
        {"error": {"code": 502, "message": "gone"}, "choices": [{"finish_reason": "error"}]}
    )
    assert isinstance(gone, BrokenOff)
    assert gone.status == 502
    half = stream('{"choices": [{"delta": {"content": "B \\ud83d"}, "finish_reason": "stop"}]}')
    assert isinstance(half, Reply)
    assert half.text == f"B {HALF}"
    assert isinstance(stream("{"), BrokenOff)
    assert isinstance(stream("[]"), BrokenOff)


def test_a_line_of_a_stream_without_data_keeps_it_alive() -> None:
    event = b'data: {"choices": [{"delta": {"content": "B"}, "finish_reason": "stop"}]}\n\n'
    for alive in (b"data:\n\n", b"data: \r\n\r\n", b": ping\n\n"):
        raw = alive + event + alive + b"data: [DONE]\n\n"
        reply = read_answer(200, {"content-type": "text/event-stream"}, raw, now=0.0)
        assert isinstance(reply, Reply)
        assert (reply.text, reply.finish_reason) == ("B", "stop")


def test_a_stream_that_ends_without_a_reason_has_none() -> None:
    for text in ("B", ""):
        event = json.dumps({"choices": [{"delta": {"content": text}}]}).encode()
        raw = b"data: " + event + b"\n\ndata: [DONE]\n\n"
        reply = read_answer(200, {"content-type": "text/event-stream"}, raw, now=0.0)
        assert isinstance(reply, Reply)
        assert (reply.text, reply.finish_reason, reply.is_cut) == (text, None, False)


@given(st.binary(max_size=200), st.sampled_from([200, 204, 400, 429, 500, 302]))
def test_no_bytes_are_an_exception_of_ours(body: bytes, status: int) -> None:
    for kind in ("application/json", "text/event-stream", "text/html", ""):
        read_answer(status, {"content-type": kind}, body, key=KEY, now=0.0)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "choices message content error finish_reason code type param delta text usage "
                "model refusal reasoning native_finish_reason metadata raw reasons detail".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(JSON_VALUES)
def test_no_json_is_an_exception_of_ours(value: Any) -> None:
    for body in (value, {"choices": [value]}, {"choices": [{"message": value}]}, {"error": value}):
        for status in (200, 400, 500):
            outcome = read(body, status)
            if isinstance(outcome, Reply | Filtered):
                outcome.text.encode()
        event = b"data: " + json.dumps(body).encode()
        read_answer(200, {"content-type": "text/event-stream"}, event, now=0.0)
