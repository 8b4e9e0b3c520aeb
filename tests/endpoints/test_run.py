"""A run settles every item or ends with a reason, and keeps to the team's limits."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from email.utils import formatdate

import pytest

from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.engine.failures import Reason
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome, Progress
from leaderboard.endpoints.engine.requests import ItemRequest
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, Limits
from tests.endpoints.running import KEY, QUICK, Run, make_requests, make_settings, run_against
from tests.endpoints.server import (
    answer,
    bomb,
    drip,
    failed,
    held,
    later,
    never,
    raw,
    said,
    sent,
    serve,
)

PATIENT = Limits(first_backoff=0.01, max_backoff=0.02, max_attempts=100, beat=0.02)


def test_hundreds_of_requests_are_in_flight_at_once() -> None:
    # Nothing is answered before two hundred are there at once.
    with serve(then=held(lambda: endpoint.most_in_flight >= 200)) as endpoint:
        run, summary = run_against(endpoint, make_requests(400), concurrency=200)
    assert summary.ending is Ending.COMPLETE
    assert sorted(run.texts) == sorted(f"q{i}" for i in range(400))


def test_never_more_in_flight_than_the_team_set() -> None:
    with serve(then=held(lambda: endpoint.most_in_flight >= 3)) as endpoint:
        run_against(endpoint, make_requests(40), concurrency=3)
    assert endpoint.most_in_flight == 3


def test_requests_per_minute_are_kept() -> None:
    with serve() as endpoint:
        _, summary = run_against(endpoint, make_requests(7), concurrency=7, requests_per_minute=600)
    # By the client's clock: the server may see two of them at once.
    assert summary.seconds >= 0.55
    assert len(endpoint.bodies) == 7


def test_every_fault_in_turn_is_survived() -> None:
    faults = [
        failed(500),
        failed(429, retry_after="0.1"),
        raw(b""),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        sent("<html>", content_type="text/html"),
        sent(b"{"),
        sent({"choices": []}),
        said(None, None),
        failed(503, retry_after="0"),
    ]
    with serve(*faults) as endpoint:
        run, summary = run_against(
            endpoint,
            make_requests(30),
            limits=PATIENT,
            concurrency=4,
        )
    assert summary.ending is Ending.COMPLETE
    assert len(run.texts) == 30
    assert all(run.texts.values())
    assert summary.progress.n_retried == len(faults)
    assert len(endpoint.bodies) == 30 + len(faults)


def test_an_answer_that_never_ends_is_asked_for_again() -> None:
    with serve(drip) as endpoint:
        run, _ = run_against(endpoint, make_requests(1), limits=PATIENT, timeout_seconds=1.0)
    assert run.texts["q0"]
    assert run.outcomes[0].n_attempts > 1


def test_an_item_without_a_prediction_has_a_reason_and_others_go_on() -> None:
    with serve(failed(500), failed(500), bomb(3_000), failed(500)) as endpoint:
        run, summary = run_against(
            endpoint,
            make_requests(3),
            concurrency=1,
            limits=Limits(first_backoff=0.01, max_attempts=2, max_answer_bytes=2_000, beat=0.02),
        )
    reasons = [outcome.failure.reason if outcome.failure else None for outcome in run.outcomes]
    assert reasons == [Reason.SERVER_ERROR, Reason.TOO_LARGE, None]
    assert [outcome.n_attempts for outcome in run.outcomes] == [2, 1, 2]
    assert summary.reasons == {Reason.SERVER_ERROR: 1, Reason.TOO_LARGE: 1}
    assert summary.progress[:4] == (3, 1, 2, 2)
    assert summary.ending is Ending.COMPLETE


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_pauses_everybody(form: str) -> None:
    wait = "1" if form == "seconds" else formatdate(time.time() + 30, usegmt=True)
    date = {"date": formatdate(time.time() + 29, usegmt=True)} if form == "date" else {}
    with serve(failed(429, retry_after=wait, **date), then=later(0.02)) as endpoint:
        _, summary = run_against(endpoint, make_requests(60), concurrency=6)
    assert summary.progress.n_done == 60
    assert summary.seconds >= 0.8
    # Had the others gone on, they would all be done before the first is asked again.
    first, *others = endpoint.bodies
    assert others.index(first) < 30


def test_being_told_to_slow_down_is_no_attempt_of_the_item() -> None:
    with serve(*[failed(429, retry_after="0")] * 9) as endpoint:
        run, _ = run_against(endpoint, make_requests(1), limits=QUICK)
    assert run.outcomes[0].failure is None
    assert run.outcomes[0].n_attempts == 10


def test_a_server_that_takes_few_at_once_is_asked_fewer_at_once() -> None:
    held = Counter[str]()

    async def take_four(request: object, body: object) -> object:
        held["now"] += 1
        try:
            step = failed(429, retry_after="0.05") if held["now"] > 4 else later(0.02)
            held["refused"] += held["now"] > 4
            return await step(request, body)  # type: ignore[arg-type]
        finally:
            held["now"] -= 1

    with serve(then=take_four) as endpoint:  # type: ignore[arg-type]
        _, summary = run_against(endpoint, make_requests(200), concurrency=64)
    assert (summary.ending, summary.progress.n_done) == (Ending.COMPLETE, 200)
    # Without a common pause and fewer in flight, sixty are refused every 50 ms for a second.
    assert held["refused"] < 400


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (failed(402), "credit"),
        (sent({"error": {"code": "insufficient_quota"}}, status=429), "credit"),
        (failed(301, location="http://127.0.0.1:1/"), "not followed"),
        (failed(307, location="/v2/chat/completions"), "not followed"),
    ],
)
def test_what_no_repetition_can_mend_ends_the_run_at_once(step: object, word: str) -> None:
    with serve(answer, step, then=never) as endpoint:  # type: ignore[arg-type]
        run, summary = run_against(endpoint, make_requests(50), concurrency=2)
    assert summary.ending is Ending.REFUSED
    assert word in summary.message
    assert summary.remedy
    assert len(endpoint.bodies) < 6
    assert all(outcome.failure is None for outcome in run.outcomes)


@pytest.mark.parametrize(("status", "word"), [(401, "the key"), (403, "the key"), (404, "model")])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_key_or_model_refused_before_any_answer_ends_the_run(
    status: int, word: str, concurrency: int
) -> None:
    with serve(then=failed(status, "who are you")) as endpoint:
        run, summary = run_against(endpoint, make_requests(50), concurrency=concurrency)
    assert summary.ending is Ending.REFUSED
    assert word in summary.message
    assert "who are you" in summary.message
    assert run.outcomes == []
    assert len(endpoint.bodies) == max(3, concurrency)


def test_a_refusal_of_the_only_item_ends_the_run() -> None:
    with serve(then=failed(404)) as endpoint:
        run, summary = run_against(endpoint, make_requests(1))
    assert (summary.ending, run.outcomes) == (Ending.REFUSED, [])


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("n_before", [0, 6])
def test_once_answers_came_a_refusal_is_about_its_item_alone(
    status: int, concurrency: int, n_before: int
) -> None:
    words = "requires moderation; your input was flagged"
    with serve(*[answer] * n_before, failed(status, words)) as endpoint:
        run, summary = run_against(endpoint, make_requests(20), concurrency=concurrency)
    assert summary.ending is Ending.COMPLETE
    (failure,) = [outcome.failure for outcome in run.outcomes if outcome.failure]
    assert failure.reason is Reason.REJECTED
    assert failure.excerpt == f"HTTP {status}: {words}"
    assert len(run.texts) == 20
    assert len(endpoint.bodies) == 20


def test_many_refusals_in_a_row_end_the_run_with_the_servers_words() -> None:
    with serve(*[answer] * 10, then=failed(404, "No endpoints found")) as endpoint:
        _, summary = run_against(endpoint, make_requests(300), concurrency=1)
    assert summary.ending is Ending.FAILING
    assert "20 items in a row" in summary.message
    assert "No endpoints found" in summary.message
    assert len(endpoint.bodies) == 30


def test_an_endpoint_that_only_fails_is_given_up() -> None:
    with serve(then=failed(400, "unknown field seed")) as endpoint:
        run, summary = run_against(endpoint, make_requests(300), concurrency=4)
    assert summary.ending is Ending.FAILING
    assert "20 items in a row" in summary.message
    assert 20 <= len(endpoint.bodies) < 30
    assert run.outcomes[0].failure is not None
    assert "unknown field seed" in run.outcomes[0].failure.excerpt


def test_a_server_that_does_nothing_but_throttle_is_given_up() -> None:
    limits = Limits(max_throttled=0.3, first_backoff=0.01, beat=0.02)
    with serve(then=failed(429, retry_after="0.05")) as endpoint:
        _, summary = run_against(endpoint, make_requests(5), limits=limits)
    assert summary.ending is Ending.THROTTLED
    assert summary.message == "For 1 minute the server only asked to slow down (429)."


@pytest.mark.parametrize(("seconds", "said"), [("7200", "120 minutes"), ("60", "1 minute")])
def test_a_server_that_asks_for_too_long_a_pause_is_given_up(seconds: str, said: str) -> None:
    with serve(then=failed(429, retry_after=seconds)) as endpoint:
        _, summary = run_against(endpoint, make_requests(5), limits=Limits(max_pause=30.0))
    assert summary.ending is Ending.THROTTLED
    assert summary.message == f"The server asked for a pause of {said}."


@pytest.mark.parametrize(
    ("budget", "name"),
    [(Budget(max_requests=12), "12 requests"), (Budget(max_tokens=100), "100 tokens")],
)
def test_a_budget_ends_the_run_and_answers_on_their_way_are_kept(budget: Budget, name: str) -> None:
    with serve(then=later(0.02)) as endpoint:
        run, summary = run_against(endpoint, make_requests(100), budget=budget, concurrency=4)
    assert summary.ending is Ending.BUDGET
    assert name in summary.message
    assert len(run.outcomes) == len(endpoint.bodies) < 20
    if budget.max_requests:
        assert len(endpoint.bodies) == budget.max_requests


def test_the_wall_time_of_a_budget_ends_requests_in_flight() -> None:
    with serve(then=never) as endpoint:
        run, summary = run_against(endpoint, make_requests(9), budget=Budget(max_seconds=0.5))
    assert summary.ending is Ending.BUDGET
    assert run.outcomes == []


def test_a_stop_takes_effect_with_requests_in_flight() -> None:
    # No request in flight is ever answered: the run ends without them.
    with serve(answer, answer, then=never) as endpoint:
        run, summary = run_against(
            endpoint,
            make_requests(300),
            should_stop=lambda: endpoint.n_in_flight >= 100,
            limits=Limits(),
            concurrency=100,
        )
    assert summary.ending is Ending.STOPPED
    assert len(run.outcomes) == 2


def test_the_sink_is_called_while_nothing_comes() -> None:
    run = Run()
    with serve(then=never) as endpoint:
        run_against(endpoint, make_requests(2), should_stop=lambda: len(run.progress) >= 2, run=run)
    assert run.progress[0].n_in_flight == 2
    assert run.progress[0].seconds_left is None


class Broken(Exception):
    """What a caller's own code raises."""


def test_what_the_sink_raises_ends_the_run_and_is_raised() -> None:
    threads: set[str] = set()

    def sink(batch: Sequence[ItemOutcome], progress: Progress) -> None:
        threads.add(threading.current_thread().name)
        raise Broken

    with serve() as endpoint, pytest.raises(Broken):
        collect(
            make_settings(endpoint),
            make_requests(100),
            sink,
            Budget(),
            lambda: False,
            n_total=100,
            policy=read_policy([endpoint.place], allow_http=False),
            limits=QUICK,
        )
    assert threads.isdisjoint({threading.main_thread().name})
    assert len(threads) == 1


def test_what_the_requests_raise_is_raised() -> None:
    def make() -> Iterator[ItemRequest]:
        yield from make_requests(3)
        raise Broken

    with serve() as endpoint, pytest.raises(Broken):
        run_against(endpoint, make())


def test_live_figures_add_up() -> None:
    with serve(then=later(0.05)) as endpoint:
        run, summary = run_against(endpoint, make_requests(60), concurrency=5)
    counts = [figures.n_done for figures in run.progress]
    assert counts == sorted(counts)
    assert counts[-1] == 60
    assert summary.progress.seconds_left == 0
    for figures in run.progress[:-1]:
        assert figures.n_total == 60
        assert figures.n_in_flight <= 5
        if figures.seconds_left is not None:
            left = (60 - figures.n_done) / figures.per_second
            assert figures.seconds_left == pytest.approx(left)
    # Sixty requests of 50 ms, five at once: 100 a second at most.
    assert 0 < run.progress[-1].per_second <= 100


def test_the_key_is_sent_and_shown_nowhere() -> None:
    with serve(then=failed(401, f"bad key {KEY}")) as endpoint:
        run, summary = run_against(endpoint, make_requests(1))
        settings = make_settings(endpoint)
    assert endpoint.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{run} {summary} {settings!r}"
