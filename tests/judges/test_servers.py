"""What servers of judges send in place of a reply: asked again, asked otherwise, or held."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from leaderboard.errors import JudgeUnavailable
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.settings import JudgeSettings, Retries
from tests.judges.judge_server import (
    Answered,
    Asked,
    JudgeServer,
    Script,
    fail,
    judge_honestly,
    send_raw,
    serve_judge,
)
from tests.judges.rubric import CASE, DIMENSIONS, GOOD, RUBRIC

AT_ONCE = Retries(n=6, first=0.0, longest=0.0)
N = len(DIMENSIONS)


def rate(server: JudgeServer, **changes: Any) -> list[float | None]:
    """The ratings of a good report: 5 for each dimension where every question was answered."""
    settings = {"name": "judge", "base_url": server.url, "model": "m", "retries": AT_ONCE} | changes
    return [r.value for r in LlmJudge(JudgeSettings(**settings), RUBRIC).rate(CASE, GOOD)]


def once(first: Answered | Script) -> Script:
    """The first answer about each dimension is `first`, all others are honest."""
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def script(asked: Asked) -> Answered:
        dimension = asked.body["messages"][-1]["content"].split("\nDimension: ")[1][:6]
        with lock:
            seen[dimension] += 1
            is_first = seen[dimension] == 1
        if not is_first:
            return judge_honestly(asked)
        return first if isinstance(first, Answered) else first(asked)

    return script


def catch() -> AbstractContextManager[pytest.ExceptionInfo[JudgeUnavailable]]:
    return pytest.raises(JudgeUnavailable)


COMPLETION = {"id": "c", "object": "chat.completion", "created": 0, "model": "m"}


def complete(choices: Any) -> Answered:
    return send_raw(json.dumps(COMPLETION | {"choices": choices}).encode())


FAILED = {
    "a page": send_raw(b"<!doctype html><title>Welcome</title>", content_type="text/html"),
    "a page of a proxy": send_raw(b"<html>Bad gateway</html>", 502, "text/html"),
    "an empty body": send_raw(b""),
    "null": send_raw(b"null"),
    "a list": send_raw(b"[]"),
    "a text": send_raw(b'"busy"'),
    "half a body": send_raw(b'{"choices": [{"message": {"content": "{\\"q'),
    "a body without its end": replace(send_raw(b'{"choices": ['), is_cut=True),
    "more than a reply can be": send_raw(b'{"choices": [' + b" " * 5_000_000),
    "no choices": complete([]),
    "choices of null": complete(None),
    "a choice of null": complete([None]),
    "a message of null": complete([{"index": 0, "message": None, "finish_reason": None}]),
    "content of null without an end": complete([{"message": {"content": None}}]),
    "an error in 200": send_raw(
        b'{"error": {"code": 429, "message": "Rate limit exceeded"}}',
    ),
    "another error in 200": send_raw(b'{"error": "upstream is overloaded"}'),
    "an error in 200 beside a choice": complete(
        [{"message": {"content": ""}, "error": {"code": 502, "message": "gone"}}]
    ),
    "a choice that ended in error": Answered("", finish_reason="error"),
    "a choice that ended in error in its middle": Answered('{"q', finish_reason="error"),
    "a choice that was aborted": Answered("", finish_reason="abort"),
    "an event stream without its end": send_raw(
        b'data: {"choices": [{"delta": {"content": "{"}}]}\n\n', content_type="text/event-stream"
    ),
    "408": fail(408),
    "409": fail(409),
    "429": fail(429),
    "500": fail(500),
    "502": fail(502),
    "503": fail(503),
    "503 with a short pause": Answered("busy", status=503, headers={"Retry-After": "0"}),
    "504": fail(504),
    "529": fail(529),
}


@pytest.mark.parametrize("what", FAILED)
def test_a_request_that_a_server_failed_is_sent_again_and_is_no_reply(what: str) -> None:
    with serve_judge(once(FAILED[what])) as server:
        judge = LlmJudge(
            JudgeSettings(name="j", base_url=server.url, model="m", retries=AT_ONCE), RUBRIC
        )
        ratings = judge.rate(CASE, GOOD)
        hashes = Counter(asked.hash for asked in server.asked)
    assert [rating.value for rating in ratings] == [5.0] * N
    # The same prompt again: the failed request was no attempt of the model.
    assert sorted(hashes.values()) == [2] * N


@pytest.mark.parametrize("what", FAILED)
def test_a_server_that_fails_every_request_is_out_of_service_and_not_at_fault(what: str) -> None:
    with serve_judge(lambda _: FAILED[what]) as server, catch() as caught:
        rate(server, concurrency=1)
    assert not caught.value.is_final
    assert caught.value.is_outage
    assert "failed" not in caught.value.message
    assert server.asked


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("a page", "HTTP 200, a web page, not a chat completion"),
        ("an empty body", "HTTP 200, an empty or broken body, not a chat completion"),
        ("no choices", "HTTP 200, JSON that is not a chat completion"),
        ("an error in 200", "HTTP 429"),
        ("a choice that ended in error", "HTTP 200, finish reason error"),
        ("503", "HTTP 503"),
    ],
)
def test_the_host_reads_what_came_in_place_of_replies(what: str, named: str) -> None:
    with serve_judge(lambda _: FAILED[what]) as server, catch() as caught:
        rate(server, concurrency=1)
    assert caught.value.what == named


def test_a_server_that_is_not_there_is_an_outage() -> None:
    with serve_judge() as server:
        pass
    with catch() as caught:
        rate(server)
    assert (caught.value.what, caught.value.is_outage) == ("no connection", True)


def test_a_server_that_answers_nobody_is_waited_for_once_and_not_by_each_request() -> None:
    is_over = threading.Event()

    def think(asked: Asked) -> Answered:
        is_over.wait(60)
        return judge_honestly(asked)

    with serve_judge(think) as server, catch() as caught:
        try:
            rate(server, concurrency=6, repeats=20, timeout_seconds=0.5)
        finally:
            is_over.set()
    assert (caught.value.what, caught.value.is_outage) == ("no answer in time", True)
    # Of forty requests with six tries each.
    assert len(server.asked) <= 2 * 6


def test_an_address_keeps_its_query_behind_the_path() -> None:
    with serve_judge() as server:
        assert rate(server, base_url=f"{server.url}?api-version=2026-10-01") == [5.0] * N
    assert server.paths == {"/v1/chat/completions?api-version=2026-10-01"}


def test_a_request_that_fails_where_others_do_not_is_no_outage() -> None:
    def script(asked: Asked) -> Answered:
        is_first = "Dimension: diagnosis" in asked.body["messages"][-1]["content"]
        return fail(500) if is_first else judge_honestly(asked)

    # The other dimension is asked between two tries of the one that fails.
    with serve_judge(script) as server, catch() as caught:
        rate(server, concurrency=1, retries=AT_ONCE._replace(n=2), structured="off")
    assert not caught.value.is_final
    assert not caught.value.is_outage


def test_a_pause_that_is_too_long_for_a_worker_is_told_to_whoever_asked() -> None:
    limited = Answered("slow down", status=429, headers={"Retry-After": "3600"})
    with serve_judge(lambda _: limited) as server, catch() as caught:
        rate(server, concurrency=1)
        assert len(server.asked) == 1
    assert (caught.value.is_outage, caught.value.wait) == (True, 3600.0)


def as_parts(asked: Asked) -> Answered:
    text = judge_honestly(asked).content
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "{hm}"}]}
    halves = [{"type": "text", "text": half} for half in (text[:20], text[20:])]
    return Answered([thought, *halves])


def as_stream(asked: Asked) -> Answered:
    text = judge_honestly(asked).content
    events = [{"choices": [{"delta": {"content": part}}]} for part in (text[:20], text[20:])]
    lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return send_raw(f"{lines}data: [DONE]\n\n".encode(), content_type="text/event-stream")


def with_half_a_character(asked: Asked) -> Answered:
    body = JudgeServer.encode(judge_honestly(asked), "m")
    return send_raw(body.replace(b'"m-served"', b'"m\\ud800\xff\\u0000"'))


def after(thought: str, end: str = "") -> Script:
    return lambda asked: Answered(thought + judge_honestly(asked).content + end)


def otherwise(change: Callable[[dict[str, Any]], Any]) -> Script:
    def script(asked: Asked) -> Answered:
        content = json.loads(judge_honestly(asked).content)
        return Answered(json.dumps({name: change(value) for name, value in content.items()}))

    return script


READ: dict[str, Script] = {
    "parts": as_parts,
    "an event stream": as_stream,
    "half a character": with_half_a_character,
    "a thought with a brace": after("<|channel>thought\n{maybe} yes<channel|>"),
    "Harmony": after(
        "<|channel|>analysis<|message|>{hm}<|end|><|start|>assistant<|channel|>final<|message|>",
        "<|return|>",
    ),
    "a fence": after("```json\n", "\n```"),
    "prose around": after("Here {you} are:\n", "\nI hope {this} helps."),
    "capitals": otherwise(lambda one: one | {"verdict": one["verdict"].upper() + " "}),
    "another field": otherwise(lambda one: one | {"reason": "because"}),
}


@pytest.mark.parametrize("way", READ)
def test_a_reply_is_read_however_a_server_hands_it_on(way: str) -> None:
    with serve_judge(READ[way]) as server:
        assert rate(server) == [5.0] * N
        assert len(server.asked) == N


# Whatever schema was asked for.
UNREADABLE: dict[str, Script] = {
    "a missing question": lambda asked: Answered(
        json.dumps(dict(list(json.loads(judge_honestly(asked).content).items())[1:]))
    ),
    "another word": otherwise(lambda one: one | {"verdict": "maybe"}),
    "another type": otherwise(lambda one: one | {"quote": 5}),
    "a bare verdict": otherwise(lambda one: one["verdict"]),
}


@pytest.mark.parametrize("way", UNREADABLE)
def test_a_reply_is_checked_even_if_the_server_was_given_a_schema(way: str) -> None:
    with serve_judge(once(UNREADABLE[way])) as server:
        assert rate(server) == [5.0] * N
        assert {asked.body["response_format"]["type"] for asked in server.asked} == {"json_schema"}
        assert len({asked.hash for asked in server.asked}) == 2 * N


def form_of(asked: Asked) -> str | None:
    form: str | None = asked.body.get("response_format", {}).get("type")
    return form


def taking(status: int, taken: str | None) -> Script:
    def script(asked: Asked) -> Answered:
        is_taken = form_of(asked) in (taken, None)
        return judge_honestly(asked) if is_taken else fail(status, "grammar compile failed")

    return script


@pytest.mark.parametrize("status", [500, 501])
@pytest.mark.parametrize("taken", ["json_object", None])
def test_a_server_that_breaks_at_a_schema_is_asked_in_the_next_form_and_keeps_it(
    status: int, taken: str | None
) -> None:
    with serve_judge(taking(status, taken)) as server:
        assert rate(server, concurrency=1, repeats=4) == [5.0] * N
        forms = [form_of(asked) for asked in server.asked]
    steps = ["json_schema", "json_object", None]
    tried = [form for form in steps[: steps.index(taken)] for _ in range(2)]
    assert forms == tried + [taken] * 4 * N


@pytest.mark.parametrize("taken", ["json_object", None])
def test_a_server_that_says_it_is_down_at_a_schema_is_asked_in_the_next_form_too(
    taken: str | None,
) -> None:
    with serve_judge(taking(503, taken)) as server:
        assert rate(server, concurrency=1, repeats=4) == [5.0] * N
        assert form_of(server.asked[-1]) == taken


@pytest.mark.parametrize(
    "refusal",
    [
        fail(400, "'response_format.type' must be 'text' or 'json_object'"),
        fail(400, "Invalid schema for 'answers'", param="response_format", code="invalid_schema"),
        fail(400, "Grammar error: Unimplemented keys: ['additionalProperties']"),
        fail(404, "No endpoints found that can handle the requested parameters.", code=404),
        fail(422, "no"),
    ],
)
def test_a_server_that_refuses_a_schema_in_whatever_words_is_asked_without(
    refusal: Answered,
) -> None:
    def script(asked: Asked) -> Answered:
        return refusal if form_of(asked) == "json_schema" else judge_honestly(asked)

    with serve_judge(script) as server:
        assert rate(server, concurrency=1) == [5.0] * N
        assert [form_of(asked) for asked in server.asked] == ["json_schema", *["json_object"] * N]


def test_an_outage_teaches_no_other_form() -> None:
    n_down = 4
    script = Counter[str]()

    def answer(asked: Asked) -> Answered:
        script["n"] += 1
        return judge_honestly(asked) if script["n"] in (1,) or script["n"] > n_down else fail(503)

    with serve_judge(answer) as server:
        assert rate(server, concurrency=1, repeats=3) == [5.0] * N
        assert {form_of(asked) for asked in server.asked} == {"json_schema"}


@pytest.mark.parametrize("structured", ["on", "off"])
def test_a_form_that_the_host_has_chosen_is_not_left(structured: str) -> None:
    with serve_judge(lambda _: fail(500)) as server, catch():
        rate(server, concurrency=1, structured=structured)
    assert len({form_of(asked) for asked in server.asked}) == 1


def refuse(*names: str, **error: Any) -> Script:
    """Refuse requests with any of these fields, as OpenAI's server does."""

    def script(asked: Asked) -> Answered:
        for name in names:
            if name in asked.body:
                code = "unsupported_parameter"
                return fail(400, f"Unsupported: '{name}'", **{"param": name, "code": code} | error)
        return judge_honestly(asked)

    return script


def test_a_server_that_wants_max_completion_tokens_gets_them() -> None:
    with serve_judge(refuse("max_tokens")) as server:
        assert rate(server, concurrency=1) == [5.0] * N
        assert len(server.asked) == N + 1
        last = server.asked[-1].body
    assert (last["max_completion_tokens"], "max_tokens" in last) == (2_000, False)
    assert last["response_format"]["type"] == "json_schema"


def test_a_server_that_knows_no_other_temperature_is_asked_without() -> None:
    with serve_judge(refuse("temperature", "max_tokens")) as server:
        assert rate(server, concurrency=1) == [5.0] * N
        assert len(server.asked) == N + 2
        assert "temperature" not in server.asked[-1].body


@pytest.mark.parametrize(
    "refusal",
    [
        fail(400, "System role not supported"),
        fail(400, "Unexpected role 'system' after role 'user'."),
        fail(400, "Only user and assistant roles are supported!"),
        fail(400, "Expected the first message to have the role 'user'."),
        fail(400, "'system' is not one of ['user', 'assistant'] - 'messages.0.role'"),
        fail(400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
        fail(400, "Conversation roles must alternate user/assistant/user/assistant/..."),
        fail(
            400,
            "'messages[0].role' does not support 'system' with this model.",
            param="messages[0].role",
            code="unsupported_value",
        ),
        fail(500, "Jinja exception: System role not supported", type="server_error"),
    ],
)
def test_a_model_without_a_system_role_gets_its_words_in_the_users_message(
    refusal: Answered,
) -> None:
    def script(asked: Asked) -> Answered:
        is_system = asked.body["messages"][0]["role"] == "system"
        return refusal if is_system else judge_honestly(asked)

    with serve_judge(script) as server:
        assert rate(server, concurrency=1) == [5.0] * N
        assert len(server.asked) == N + 1
        with_role, without = server.asked[0], server.asked[-1]
    (message,) = without.body["messages"]
    assert message["role"] == "user"
    assert message["content"].startswith(with_role.body["messages"][0]["content"])
    assert form_of(without) == "json_schema"


def test_several_refusals_at_once_are_all_learnt() -> None:
    def script(asked: Asked) -> Answered:
        if asked.body["messages"][0]["role"] == "system":
            return fail(400, "System role not supported")
        if form_of(asked) == "json_schema":
            return fail(400, "json_schema is not supported", param="response_format")
        return refuse("max_tokens", "temperature")(asked)

    with serve_judge(script) as server:
        assert rate(server, concurrency=64, repeats=5) == [5.0] * N
        assert form_of(server.asked[-1]) == "json_object"


@pytest.mark.parametrize(
    ("script", "named"),
    [
        (refuse("max_tokens", "max_completion_tokens"),
         "HTTP 400, max_completion_tokens, unsupported_parameter"),
        (refuse("seed"), "HTTP 400, seed, unsupported_parameter"),
        (refuse("seed", param="body.seed", code=None), "HTTP 400, body.seed"),
        (lambda _: fail(422, "no", param="messages[0].role"), "HTTP 422, messages[0].role"),
        (lambda _: fail(400, "System role not supported"), "HTTP 400, system role"),
        (lambda _: fail(400, "no", code="unknown_field"), "HTTP 400, unknown_field"),
        (lambda _: fail(400, "Unrecognized request argument: seed"), "HTTP 400, seed"),
        (lambda _: fail(400, "the sky is falling"), "HTTP 400"),
        (lambda _: fail(401, "bad key"), "HTTP 401"),
        (lambda _: fail(404, "no model m", code="model_not_found"), "HTTP 404, model_not_found"),
        (lambda _: fail(429, "pay", code="insufficient_quota"), "HTTP 429, insufficient_quota"),
        (lambda _: Answered("", status=307, headers={"Location": "http://x"}), "HTTP 307"),
    ],
)  # fmt: skip
def test_what_a_server_never_takes_is_for_the_host_by_its_name(script: Script, named: str) -> None:
    with serve_judge(script) as server, catch() as caught:
        rate(server, extra={"seed": 1}, api_key="sk-secret-1")
    assert (caught.value.what, caught.value.is_final) == (named, True)


def test_a_name_that_repeats_the_key_does_not_reach_the_host() -> None:
    with serve_judge(lambda _: fail(400, "no", code="sk-secret-1")) as server, catch() as caught:
        rate(server, api_key="sk-secret-1")
    assert "sk-secret" not in caught.value.what


def test_a_name_that_repeats_a_part_of_the_key_does_not_reach_the_host() -> None:
    echo = fail(401, "no", code="error_sk-secret-1-of")
    with serve_judge(lambda _: echo) as server, catch() as caught:
        rate(server, api_key="sk-secret-1-of-the-host")
    assert caught.value.what == "HTTP 401, error_[key]"


@pytest.mark.parametrize(
    "refusal",
    [
        fail(400, "the sky is falling"),
        fail(413, "too large"),
        fail(400, "too long", type="exceed_context_size_error", n_prompt_tokens=9, n_ctx=5),
        fail(
            400,
            "This model's maximum context length is 5 tokens.",
            code="context_length_exceeded",
            param="messages",
        ),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_one_request_that_is_refused_where_others_are_taken_is_unscored(
    refusal: Answered, is_first: bool
) -> None:
    refused = threading.Event()

    def script(asked: Asked) -> Answered:
        if "Dimension: plan" in asked.body["messages"][-1]["content"]:
            refused.set()
            return refusal
        # The other request ends before or after the refusal, which makes no difference.
        assert not is_first or refused.wait(60)
        return judge_honestly(asked)

    with serve_judge(script) as server:
        assert rate(server, structured="off", concurrency=2 if is_first else 1) == [5.0, None]
        assert len(server.asked) == N
