"""An outage pauses the whole run, uses up nobody's attempts, and the run goes on by itself."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from demo.scripted_endpoint import HOST, Respond, read_question
from leaderboard.endpoints.engine.failures import Reason
from leaderboard.endpoints.engine.progress import Ending
from leaderboard.endpoints.engine.settings import Limits
from tests.endpoints.running import QUICK, Run, make_requests, run_against
from tests.endpoints.server import Endpoint, answer, failed, later, raw, sent, serve
from tests.waiting import HANG_SECONDS

SHORT = Limits(
    first_backoff=0.01,
    max_backoff=0.02,
    max_attempts=3,
    beat=0.01,
    max_outage=HANG_SECONDS,
    max_straggling=0.2,
)
GONE = sent({"error": {"code": 502, "message": "Provider returned error"}})


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_cold_start_is_waited_for(status: int, concurrency: int) -> None:
    with serve(*[failed(status, "Loading model")] * 60) as endpoint:
        run, summary = run_against(
            endpoint, make_requests(20), concurrency=concurrency, limits=QUICK
        )
    assert summary.ending is Ending.COMPLETE
    assert len(run.texts) == 20
    assert all(run.texts.values())


def test_a_restart_in_the_middle_is_waited_for_and_nothing_complete_is_asked_again() -> None:
    with serve(*[answer] * 9, raw(b""), *[failed(503)] * 40) as endpoint:
        run, summary = run_against(endpoint, make_requests(30), concurrency=4, limits=QUICK)
    assert summary.ending is Ending.COMPLETE
    assert all(run.texts.values())
    assert len(endpoint.bodies) == 30 + 1 + 40


def test_a_server_that_is_not_there_yet_is_waited_for() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port = taken.getsockname()[1]
    run, stack = Run(), ExitStack()
    started: list[Endpoint] = []

    def start_once_missed() -> bool:
        """Runs in a thread beside the run: the server comes up once the run waits for it."""
        if not started and any(figures.outage for figures in run.progress):
            started.append(stack.enter_context(serve(port=port)))
        return False

    with stack:
        _, summary = run_against(
            Endpoint(f"http://{HOST}:{port}/v1"),
            make_requests(12),
            concurrency=4,
            limits=QUICK,
            should_stop=start_once_missed,
            run=run,
        )
    assert summary.ending is Ending.COMPLETE
    assert len(run.texts) == 12
    assert all(run.texts.values())
    assert len(started[0].bodies) == 12
    outages = [figures.outage for figures in run.progress if figures.outage]
    assert "could not be reached" in outages[0]
    assert run.progress[-1].outage == ""


def test_an_outage_is_tried_by_one_request_at_a_time_and_then_all_go_on() -> None:
    in_flight, most = Counter[str](), Counter[str]()

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        in_flight["now"] += 1
        in_flight["n"] += 1
        is_down = in_flight["n"] <= 60
        # Ten items have three attempts each before the outage is one.
        phase = "down" if 30 < in_flight["n"] <= 60 else "up"
        try:
            most[phase] = max(most[phase], in_flight["now"])
            return await later(0.02, failed(503) if is_down else answer)(request, body)
        finally:
            in_flight["now"] -= 1

    with serve(then=respond) as endpoint:
        run, summary = run_against(endpoint, make_requests(80), concurrency=10, limits=QUICK)
    assert (summary.ending, len(run.texts)) == (Ending.COMPLETE, 80)
    assert all(run.texts.values())
    assert (most["down"], most["up"]) == (1, 10)


def test_an_outage_that_does_not_end_ends_the_run_in_words() -> None:
    limits = replace(SHORT, max_outage=0.4)
    with serve(*[answer] * 3, then=failed(503, "Loading model")) as endpoint:
        run, summary = run_against(endpoint, make_requests(30), concurrency=4, limits=limits)
    assert summary.ending is Ending.OUTAGE
    assert "Loading model" in summary.message
    assert summary.remedy
    assert len(run.texts) == 3
    assert all(run.texts.values())


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("step", [failed(504), raw(b""), GONE], ids=["504", "lost", "in a 200"])
@pytest.mark.parametrize("bad", [["q3"], ["q3", "q20", "q39"]])
def test_items_that_the_server_never_answers_are_unscored_and_others_go_on(
    concurrency: int, step: Respond, bad: list[str]
) -> None:
    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        name = read_question(body).partition("?")[0].replace("Question ", "q")
        return await (step if name in bad else answer)(request, body)

    with serve(then=respond) as endpoint:
        run, summary = run_against(
            endpoint, make_requests(40), concurrency=concurrency, limits=SHORT
        )
    assert summary.ending is Ending.COMPLETE
    assert sorted(key for key, text in run.texts.items() if text is None) == sorted(bad)
    assert len(run.texts) == 40


def test_the_last_item_alone_is_waited_for_and_then_unscored() -> None:
    with serve(*[answer] * 5, then=failed(502)) as endpoint:
        run, summary = run_against(endpoint, make_requests(6), concurrency=1, limits=SHORT)
    assert summary.ending is Ending.COMPLETE
    assert [key for key, text in run.texts.items() if text is None] == ["q5"]
    assert summary.reasons == {Reason.SERVER_ERROR: 1}


def test_a_restart_that_catches_the_last_of_a_small_run_is_waited_for() -> None:
    patient = replace(SHORT, max_straggling=0.0)
    with serve(*[answer] * 4, *[failed(503)] * 60) as endpoint:
        run, summary = run_against(endpoint, make_requests(8), concurrency=4, limits=patient)
    assert summary.ending is Ending.COMPLETE
    assert all(run.texts.values())


@pytest.mark.parametrize("step", [raw(b""), GONE], ids=["lost", "in a 200"])
def test_what_is_not_plainly_an_outage_is_not_waited_for_at_the_end(step: Respond) -> None:
    patient = replace(SHORT, max_straggling=HANG_SECONDS)

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        is_bad = any(f"Question {n}?" in read_question(body) for n in (3, 7))
        return await (step if is_bad else answer)(request, body)

    with serve(then=respond) as endpoint:
        run, summary = run_against(endpoint, make_requests(20), concurrency=4, limits=patient)
    assert summary.ending is Ending.COMPLETE
    assert sorted(key for key, text in run.texts.items() if text is None) == ["q3", "q7"]
    assert summary.seconds < HANG_SECONDS


def test_a_pause_that_a_starting_server_asks_for_is_kept() -> None:
    loading = failed(503, "Loading model", retry_after="0.2")
    with serve(*[loading] * 4) as endpoint:
        run, summary = run_against(endpoint, make_requests(3), concurrency=1, limits=QUICK)
    assert summary.ending is Ending.COMPLETE
    assert all(run.texts.values())
    assert summary.seconds >= 0.8


def test_an_error_object_in_a_200_may_tell_of_an_outage() -> None:
    with serve(*[GONE] * 40) as endpoint:
        run, summary = run_against(endpoint, make_requests(8), concurrency=4, limits=QUICK)
    assert summary.ending is Ending.COMPLETE
    assert all(run.texts.values())
