"""One request ends in a prediction or in a reason of a short list, whatever a server does."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from demo.scripted_endpoint import LABEL, Respond, make_completion
from leaderboard.endpoints.engine.address import check_address, read_policy
from leaderboard.endpoints.engine.client import make_chat_url
from leaderboard.endpoints.engine.failures import Failure, Reason
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome
from leaderboard.endpoints.engine.settings import Limits
from leaderboard.endpoints.engine.settler import FILTERED
from tests.endpoints.running import KEY, make_requests, run_against
from tests.endpoints.server import (
    answer,
    bomb,
    delta,
    drip,
    failed,
    flood,
    never,
    raw,
    said,
    sent,
    serve,
    streamed,
)

ONCE = Limits(max_attempts=1, max_answer_bytes=200_000, max_characters=1_000, beat=0.01)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def ask_once(step: Respond, **settings: Any) -> ItemOutcome:
    with serve(step) as endpoint:
        run, summary = run_against(endpoint, make_requests(1), limits=ONCE, **settings)
    assert summary.ending is Ending.COMPLETE
    (outcome,) = run.outcomes
    return outcome


def fail_once(step: Respond) -> Failure:
    failure = ask_once(step).failure
    assert failure is not None
    return failure


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (said("ANSWER: B"), "ANSWER: B"),
        (said([{"type": "text", "text": "ANSWER"}, {"type": "text", "text": ": B"}]), "ANSWER: B"),
        (said([": ", {"type": "image"}, 7, "B"]), ": B"),
        (said(None, refusal="I cannot help."), "I cannot help."),
        (said(None, "length"), "[no output]"),
        (said(" \n", "stop"), "[no output]"),
        (said("B\0"), "B\N{REPLACEMENT CHARACTER}"),
        (said("x" * 5_000 + "ANSWER: B", "length"), "x" * 991 + "ANSWER: B"),
        (sent(make_completion("B"), content_type="text/plain"), "B"),
        (sent(json.dumps(make_completion("é")).encode(), content_type="text/html"), "é"),
        (streamed(delta("ANS"), delta("WER: B", "stop"), "[DONE]"), "ANSWER: B"),
        (streamed(delta("B"), "[DONE]", pause=0.02), "B"),
        (streamed(delta("B", "stop")), "B"),
        (sent(b": ping\n\ndata: [DONE]\n\n", content_type="text/event-stream"), "[no output]"),
        (said("", "stop", reasoning_content="A or B"), "[no output]"),
        (said("The", "content_filter"), FILTERED),
        (sent(b'{"choices":[{"message":{"content":"B \\ud83d"},"finish_reason":"stop"}]}'), "B �"),
        (sent(b'{"choices":[{"message":{"content":"B \xe6\x80"}}]}'), "B �"),
    ],
)
def test_what_a_model_wrote_is_its_prediction(step: Respond, text: str) -> None:
    outcome = ask_once(step)
    assert (outcome.failure, outcome.prediction) == (None, text)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (failed(500), Reason.SERVER_ERROR),
        (said("", "error"), Reason.SERVER_ERROR),
        (said("ANSWER: B", "abort"), Reason.SERVER_ERROR),
        (said(None, "MALFORMED_FUNCTION_CALL"), Reason.SERVER_ERROR),
        (failed(529), Reason.SERVER_ERROR),
        (failed(400), Reason.REJECTED),
        (failed(413), Reason.REJECTED),
        (failed(422), Reason.REJECTED),
        (failed(408), Reason.TIMEOUT),
        (sent("<html>Welcome</html>", content_type="text/html"), Reason.NOT_JSON),
        (sent(b""), Reason.NOT_JSON),
        (sent(b'{"choices": [{"message": {"conte'), Reason.NOT_JSON),
        (sent(b'{"model": "\xff"}'), Reason.NO_CHOICE),
        (sent(b"[" * 100_000), Reason.NOT_JSON),
        (sent(b'{"choices":[{"message":{"content":' + b"[" * 100_000), Reason.NOT_JSON),
        (sent({"error": {"message": "overloaded"}}), Reason.SERVER_ERROR),
        (sent("null"), Reason.NO_CHOICE),
        (sent({"choices": []}), Reason.NO_CHOICE),
        (sent({"choices": None}), Reason.NO_CHOICE),
        (sent({"choices": [None]}), Reason.NO_CHOICE),
        (sent({"choices": [{"text": "B"}]}), Reason.NO_CHOICE),
        (sent({"choices": {"message": "B"}}), Reason.NO_CHOICE),
        (said(None, None), Reason.NO_CHOICE),
        (sent(b"", status=204), Reason.NOT_JSON),
        (bomb(20_000_000), Reason.TOO_LARGE),
        (sent(b" " * 300_000), Reason.TOO_LARGE),
        (flood, Reason.TOO_LARGE),
        (raw(b""), Reason.INTERRUPTED),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.INTERRUPTED),
        (raw(HEAD + b"Content-Length: 500\r\n\r\n{"), Reason.INTERRUPTED),
        (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{\r\n"), Reason.INTERRUPTED),
        (raw(HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n"), Reason.INTERRUPTED),
        (sent(b"no gzip", content_encoding="gzip"), Reason.INTERRUPTED),
        (sent(gzip.compress(b"{}")[:-9], content_encoding="gzip"), Reason.INTERRUPTED),
        (sent(b"{}", content_encoding="br"), Reason.INTERRUPTED),
        (streamed(delta("AN")), Reason.INTERRUPTED),
        (streamed("{"), Reason.NOT_JSON),
    ],
)
def test_what_is_no_answer_is_a_reason(step: Respond, reason: Reason) -> None:
    outcome = ask_once(step)
    assert outcome.prediction is None
    assert outcome.failure is not None
    assert outcome.failure.reason is reason
    assert len(outcome.failure.excerpt) <= 300


@pytest.mark.parametrize("step", [drip, never])
def test_an_answer_that_does_not_end_in_time_is_a_reason(step: Respond) -> None:
    failure = ask_once(step, timeout_seconds=1.0).failure
    assert failure is not None
    assert failure.reason is Reason.TIMEOUT


def test_reasons_have_words_and_a_remedy() -> None:
    for reason in Reason:
        words = Failure(reason).words
        assert words.message.endswith(".")
        assert words.remedy.endswith(".")
        assert not (words.is_retried and words.ends_run)


def test_an_excerpt_is_one_short_line_without_the_key() -> None:
    echoed = failed(400, f"bad key {KEY}\r\n\x1b[31m<script>\0" + "x" * 1_000)
    excerpt = fail_once(echoed).excerpt
    assert KEY not in excerpt
    assert "[key]" in excerpt
    assert excerpt.isprintable()
    assert len(excerpt) <= 300


def test_tokens_model_and_end_are_told() -> None:
    with serve(answer) as endpoint:
        run, summary = run_against(endpoint, make_requests(1))
    (outcome,) = run.outcomes
    assert outcome.prediction is not None
    assert outcome.prediction.startswith(LABEL)
    question = "Question 0?\n\nA. yes\nB. no"
    assert outcome.reply is not None
    assert outcome.reply.n_prompt_tokens == len(question) // 4
    assert outcome.reply.n_completion_tokens == len(outcome.prediction) // 4
    assert (outcome.reply.finish_reason, outcome.n_attempts) == ("stop", 1)
    assert summary.model_reported == "scripted-rule"
    assert summary.progress.n_tokens == len(question) // 4 + len(outcome.prediction) // 4


@pytest.mark.parametrize("count", [-5, True, "12", 1e12, None, [1], 10**30])
def test_a_server_cannot_lie_about_tokens_in_unusual_ways(count: object) -> None:
    completion = make_completion("a" * 400) | {"usage": {"completion_tokens": count}}
    with serve(sent(completion)) as endpoint:
        _, summary = run_against(endpoint, make_requests(1))
    assert summary.progress.n_tokens == len("Question 0?\n\nA. yes\nB. no") // 4 + 100


def test_azure_gets_its_version_behind_the_path_and_its_key_in_its_own_header() -> None:
    with serve() as endpoint:
        place = f"{endpoint.base_url}?api-version=2024-10-21"
        run, summary = run_against(
            endpoint, make_requests(2), base_url=place, key_header="api-key", concurrency=1
        )
    assert summary.ending is Ending.COMPLETE
    assert all(run.texts.values())
    assert {headers["api-key"] for headers in endpoint.headers} == {KEY}
    assert all("Authorization" not in headers for headers in endpoint.headers)
    assert endpoint.paths == ["/v1/chat/completions?api-version=2024-10-21"] * 2


def test_a_full_address_of_azure_is_read_as_its_base() -> None:
    base = "https://name.openai.azure.com/openai/deployments/vlm"
    address = check_address(
        f"{base}/chat/completions?api-version=2024-12-01-preview",
        read_policy([], allow_http=False),
        lambda host, port: ["93.184.216.34"],
    )
    assert address.url == f"{base}?api-version=2024-12-01-preview"
    assert make_chat_url(address.url) == (f"{base}/chat/completions?api-version=2024-12-01-preview")
