"""Replies that servers of public reports gave are read as what they are, not as wrong answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from demo.scripted_endpoint import Respond, read_question
from leaderboard.chat import Reply
from leaderboard.endpoints.engine.failures import Reason
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome, RunSummary
from tests.endpoints.running import QUICK, make_requests, run_against
from tests.endpoints.server import answer, sent, serve

CASES = Path(__file__).parent.parent / "data" / "model-servers" / "endpoint-replies.jsonl"
READINGS: dict[str, list[Respond]] = {}
for line in CASES.read_text().splitlines():
    case = json.loads(line)
    # In a text each character is a byte: broken UTF-8 has no other way into JSON.
    body = case["body"].encode("latin-1") if isinstance(case["body"], str) else case["body"]
    READINGS.setdefault(case["right"], []).append(sent(body, status=case["status"]))


def collect(step: Respond, n_times: int | None) -> tuple[ItemOutcome, RunSummary, int]:
    """Twelve questions of which the fifth gets `step`, so many times or always; what came of it."""
    n_given = 0

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        nonlocal n_given
        is_given = "Question 4?" in read_question(body) and (n_times is None or n_given < n_times)
        n_given += is_given
        return await (step if is_given else answer)(request, body)

    with serve(then=respond) as endpoint:
        run, summary = run_against(endpoint, make_requests(12), concurrency=3, limits=QUICK)
    others = [outcome for outcome in run.outcomes if outcome.key != "q4"]
    assert len(others) == 11
    assert all(outcome.failure is None and outcome.n_attempts == 1 for outcome in others)
    return next(one for one in run.outcomes if one.key == "q4"), summary, n_given


@pytest.mark.parametrize("step", READINGS["asked_again"])
def test_what_the_server_broke_off_is_asked_again_and_unscored_if_it_stays_so(
    step: Respond,
) -> None:
    once, _, _ = collect(step, 1)
    assert (once.failure, once.n_attempts) == (None, 2)
    always, summary, _ = collect(step, None)
    assert always.prediction is None
    assert summary.reasons == {Reason.SERVER_ERROR: 1}
    assert summary.ending is Ending.COMPLETE


@pytest.mark.parametrize("step", READINGS["cut"])
def test_a_reply_cut_before_an_answer_is_no_output_and_told_apart(step: Respond) -> None:
    outcome, _, n_given = collect(step, None)
    assert isinstance(outcome.reply, Reply)
    assert (outcome.prediction, outcome.reply.is_cut, n_given) == ("[no output]", True, 1)
    assert outcome.reply.is_only_reasoning


@pytest.mark.parametrize("step", READINGS["only_reasoning"])
def test_only_reasoning_is_no_output_and_told_apart(step: Respond) -> None:
    outcome, _, n_given = collect(step, None)
    assert isinstance(outcome.reply, Reply)
    assert (outcome.prediction, outcome.reply.is_cut, n_given) == ("[no output]", False, 1)
    assert outcome.reply.is_only_reasoning


@pytest.mark.parametrize("step", READINGS["of_item"])
def test_a_refusal_among_answers_is_about_its_item(step: Respond) -> None:
    outcome, summary, n_given = collect(step, None)
    assert outcome.failure is not None
    assert (outcome.failure.reason, n_given) == (Reason.REJECTED, 1)
    assert outcome.failure.excerpt.startswith(f"HTTP {outcome.failure.status}: ")
    assert summary.ending is Ending.COMPLETE


@pytest.mark.parametrize("step", READINGS["outage"])
def test_a_cold_start_uses_up_no_attempts(step: Respond) -> None:
    with serve(*[step] * 50) as endpoint:
        run, summary = run_against(endpoint, make_requests(12), concurrency=3, limits=QUICK)
    assert summary.ending is Ending.COMPLETE
    assert all(run.texts.values())


@pytest.mark.parametrize("step", READINGS["text"])
def test_half_characters_are_replaced(step: Respond) -> None:
    outcome, _, n_given = collect(step, None)
    assert (outcome.prediction, n_given) == ("ANSWER: B \N{REPLACEMENT CHARACTER}", 1)


def test_a_filter_is_asked_again_and_counts_as_a_refusal_if_it_persists() -> None:
    filtered = sent(
        {"choices": [{"message": {"content": "The"}, "finish_reason": "content_filter"}]}
    )
    once, _, _ = collect(filtered, 1)
    assert once.prediction is not None
    assert "ANSWER" in once.prediction
    always, summary, n_given = collect(filtered, None)
    assert always.prediction == "[refused by the server's content filter]"
    assert (n_given, summary.progress.n_failed) == (QUICK.max_attempts, 0)
