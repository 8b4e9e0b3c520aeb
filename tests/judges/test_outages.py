"""A judge that is out of service: no attempt is used up, and what it held goes on by itself."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any

import pytest
from redis import Redis

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions, now
from leaderboard.evaluation.claim import (
    POSTPONED_TOO,
    SUBMISSIONS,
    requeue_held,
    requeue_submission,
)
from leaderboard.evaluation.outage import Patience
from leaderboard.evaluation.rating.awaited import FOLLOWS
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.overview import read_overview
from leaderboard.judges.settings import Retries
from leaderboard.leases import Terms, nudge, sweep
from leaderboard.models.judging import RunState
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.queue import EVALUATE, Lane, Nudge, make_rq_queue
from tests.judges.conftest import SubmitReports
from tests.judges.judge_server import Answered, Asked, fail, judge_honestly, serve_judge
from tests.judges.rubric import DIMENSIONS, GOOD, HALF
from tests.judges.test_rate import CANARIES, judges_at, ratings_of, status_of, stored
from tests.judges.test_servers import FAILED
from tests.loaded import Submit
from tests.waiting import wait_until

AT_ONCE: dict[str, Any] = {"retries": Retries(n=2, first=0.0, longest=0.0)}
NO_PAUSE = Patience(first=timedelta(0), longest=timedelta(0))
LONG_PAUSE = Patience(first=timedelta(hours=1), longest=timedelta(hours=1))
TERMS = Terms(lease=timedelta(0), max_attempts=2)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def kinds_of(sessions: Sessions, key: str) -> list[EventKind]:
    with sessions.read() as session:
        return [event.kind for event in session.get_one(Submission, key).events]


@pytest.mark.parametrize(
    ("minutes", "asked", "again"),
    [
        (0, None, 0.25),
        (0.1, None, 0.25),
        (1, None, 1),
        (4, None, 4),
        (60, None, 10),
        (60, 1_800.0, 30),
        (0, 86_400.0, 6 * 60),
        (72 * 60, None, 10),
        (72 * 60 + 1, None, None),
    ],
)
def test_pauses_grow_with_an_outage_and_end_with_patience(
    minutes: float, asked: float | None, again: float | None
) -> None:
    found = Patience().find_end(NOON - timedelta(minutes=minutes), NOON, asked)
    assert found == (None if again is None else NOON + timedelta(minutes=again))


@pytest.mark.one_database
@pytest.mark.parametrize(
    "down",
    [fail(503), fail(500), fail(429), Answered("", raw=b"<html>", content_type="text/html")],
    ids=["503", "500", "429", "a page"],
)
def test_an_outage_uses_up_no_attempt_and_ends_by_itself(
    sessions: Sessions, submit_reports: SubmitReports, down: Answered
) -> None:
    key = submit_reports([GOOD])
    with serve_judge(lambda _: down) as server:
        judges = judges_at(server, **AT_ONCE)
        for _ in range(TERMS.max_attempts + 2):
            evaluate(sessions, key, judges, TERMS.max_attempts, patience=NO_PAUSE)
            with sessions.write() as session:
                row = session.get_one(Submission, key)
                assert (row.status, row.n_attempts) == (Status.QUEUED, 0)
                assert sweep(session, SUBMISSIONS, TERMS) == [Nudge(EVALUATE, key)]
        server.script = judge_honestly
        evaluate(sessions, key, judges, TERMS.max_attempts, patience=NO_PAUSE)
    assert status_of(sessions, key) is Status.SCORED
    assert ratings_of(sessions, "judge-0") == [5.0] * len(DIMENSIONS)
    # Its team was told once that it waits, however often the judge was asked.
    assert kinds_of(sessions, key) == [
        EventKind.SUBMITTED,
        EventKind.STARTED,
        EventKind.REQUEUED,
        EventKind.SCORED,
    ]


def test_what_was_answered_before_an_outage_is_kept_and_asked_for_once(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD] * 4)
    n_good = CANARIES * len(DIMENSIONS) + 3
    numbers, good = count(1), list[str]()

    def script(asked: Asked) -> Answered:
        if next(numbers) <= n_good:
            good.append(asked.hash)
            return judge_honestly(asked)
        # An answer that is under way when the server goes away would be lost.
        wait_until(lambda: stored(sessions) == n_good)
        return fail(502)

    with serve_judge(script) as server:
        judges = judges_at(server, concurrency=2, **AT_ONCE)
        evaluate(sessions, key, judges, 2, patience=NO_PAUSE)
        assert status_of(sessions, key) is Status.QUEUED
        server.script = judge_honestly
        evaluate(sessions, key, judges, 2, patience=NO_PAUSE)
        times = Counter(asked.hash for asked in server.asked)
    assert status_of(sessions, key) is Status.SCORED
    assert [times[call] for call in good] == [1] * n_good
    assert ratings_of(sessions, "judge-0") == [5.0] * 4 * len(DIMENSIONS)


@pytest.mark.one_database
def test_where_a_tenth_of_the_requests_fail_ratings_are_those_of_a_server_that_behaves(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD, HALF, "Fact 1.", "Nothing."] * 35)
    answered, kinds, numbers = Counter[str](), cycle(FAILED.values()), count(1)
    lock = threading.Lock()

    def script(asked: Asked) -> Answered:
        with lock:
            if next(numbers) % 10 == 0:
                return next(kinds)
            answered[asked.hash] += 1
        return judge_honestly(asked)

    with serve_judge(script) as server:
        evaluate(sessions, key, judges_at(server, retries=Retries(first=0.0, longest=0.0)), 5)
    assert next(numbers) > 10 * len(FAILED)
    # By hand: all, 3, 2 and none of the six questions of each dimension earn.
    expected = [5.0, 5.0, 3.0, 3.0, 1 + 4 * 2 / 6, 1 + 4 * 2 / 6, 1.0, 1.0] * 35
    assert ratings_of(sessions, "judge-0") == pytest.approx(expected)
    assert set(answered.values()) == {1}
    assert stored(sessions) == len(answered) == (CANARIES + 140) * len(DIMENSIONS)


def test_a_submission_that_waits_for_a_judge_is_left_alone_until_its_time(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    with serve_judge(lambda _: fail(503)) as server:
        evaluate(sessions, key, judges_at(server, **AT_ONCE), 5, patience=LONG_PAUSE)
    with sessions.write() as session:
        waits = session.get_one(Submission, key).heartbeat_at - now()
        assert timedelta(minutes=58) < waits <= timedelta(hours=1)
        assert sweep(session, SUBMISSIONS, TERMS) == []
        # Unless the host wants it now.
        assert nudge(session, SUBMISSIONS, POSTPONED_TOO) == [Nudge(EVALUATE, key)]


def test_of_many_submissions_that_wait_for_a_judge_one_asks_it_again_at_a_time(
    sessions: Sessions, submit_reports: SubmitReports, submit_texts: Submit
) -> None:
    first = submit_reports([GOOD])
    texts = {"test-report-000": GOOD}
    others = [submit_texts(texts, f"model-{name}", f"team-{name}") for name in "bc"]
    with serve_judge(lambda _: fail(503)) as server:
        judges = judges_at(server, concurrency=1, **AT_ONCE)
        evaluate(sessions, first, judges, 5, patience=LONG_PAUSE)
        n_asked = len(server.asked)
        for key in others:
            evaluate(sessions, key, judges, 5, patience=NO_PAUSE)
        assert len(server.asked) == n_asked
        with sessions.read() as session:
            times = [session.get_one(Submission, key).heartbeat_at for key in (first, *others)]
            found = {one.run.submission_id: one.what for one in read_overview(session).awaited}
        assert max(times) - min(times) < timedelta(seconds=1)
        assert found == {first: "HTTP 503"} | dict.fromkeys(others, FOLLOWS)

        # Those that follow keep nobody from asking when the time has come, or the host wants it.
        with sessions.write() as session:
            session.get_one(Submission, others[1]).status = Status.HELD
            requeue_held(session)
        server.script = judge_honestly
        for key in reversed((first, *others)):
            evaluate(sessions, key, judges, 5)
            assert status_of(sessions, key) is Status.SCORED


def test_requeuing_one_submission_cancels_no_pause_of_another(
    sessions: Sessions, submit_reports: SubmitReports, submit_texts: Submit
) -> None:
    waiting = submit_reports([GOOD])
    failed = submit_texts({"test-report-000": GOOD}, "model-b", "team-b")
    with serve_judge(lambda _: fail(503)) as server:
        judges = judges_at(server, **AT_ONCE)
        evaluate(sessions, waiting, judges, 5, patience=LONG_PAUSE)
        n_asked = len(server.asked)
        with sessions.write() as session:
            until = session.get_one(Submission, waiting).heartbeat_at
            session.get_one(Submission, failed).status = Status.FAILED
            requeue_submission(session, failed)
        with sessions.read() as session:
            assert session.get_one(Submission, waiting).heartbeat_at == until
        # Nor does it ask the judge that the other one waits for.
        evaluate(sessions, failed, judges, 5, patience=LONG_PAUSE)
        assert len(server.asked) == n_asked


def test_all_that_is_held_and_then_all_that_waits_is_enqueued_once_each(
    sessions: Sessions, submit_reports: SubmitReports, submit_texts: Submit
) -> None:
    waiting = submit_reports([GOOD])
    texts = {"test-report-000": GOOD}
    held = [submit_texts(texts, f"model-{name}", f"team-{name}") for name in "bc"]
    with serve_judge(lambda _: fail(503)) as server:
        evaluate(sessions, waiting, judges_at(server, **AT_ONCE), 5, patience=LONG_PAUSE)
    with sessions.write() as session:
        for key in held:
            session.get_one(Submission, key).status = Status.HELD
    with sessions.write() as session:
        assert requeue_held(session) == [Nudge(EVALUATE, one) for one in [*held, waiting]]
    with sessions.read() as session:
        assert session.get_one(Submission, waiting).heartbeat_at <= now()


def test_a_server_that_asks_for_a_long_pause_gets_it(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    limited = Answered("slow down", status=429, headers={"Retry-After": "7200"})
    with serve_judge(lambda _: limited) as server:
        evaluate(sessions, key, judges_at(server, concurrency=1), 5, patience=NO_PAUSE)
        assert len(server.asked) == 1
    with sessions.read() as session:
        waits = session.get_one(Submission, key).heartbeat_at - now()
    assert timedelta(minutes=118) < waits <= timedelta(hours=2)


def test_an_outage_without_end_is_left_to_the_host_in_the_end(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    short = NO_PAUSE._replace(total=timedelta(0))
    with serve_judge(lambda _: fail(503)) as server:
        judges = judges_at(server, **AT_ONCE)
        evaluate(sessions, key, judges, 5, patience=short)
        assert status_of(sessions, key) is Status.QUEUED
        evaluate(sessions, key, judges, 5, patience=short)
    assert status_of(sessions, key) is Status.HELD
    with sessions.read() as session:
        last = session.get_one(Submission, key).events[-1]
        (awaited,) = read_overview(session).awaited
    assert "waits for the host" in last.message
    assert (awaited.again_at, awaited.run.reason) == (None, "cannot be asked: HTTP 503")


@pytest.mark.one_database
def test_a_request_that_always_fails_beside_good_ones_uses_up_attempts(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports(["Fact 1.", GOOD])

    def script(asked: Asked) -> Answered:
        return fail(500) if asked.report == "Fact 1." else judge_honestly(asked)

    with serve_judge(script) as server:
        judges = judges_at(server, concurrency=1, structured="off", **AT_ONCE)
        evaluate(sessions, key, judges, 1, patience=NO_PAUSE)
    assert status_of(sessions, key) is Status.HELD


REFUSED = [
    (fail(401, "bad key sk-1"), "HTTP 401"),
    (
        fail(400, "'seed' is not for you", param="seed", code="unsupported_parameter"),
        "HTTP 400, seed, unsupported_parameter",
    ),
    (fail(404, "no such model"), "HTTP 404"),
]


@pytest.mark.one_database
@pytest.mark.parametrize(("refusal", "named"), REFUSED)
def test_a_refusal_is_held_for_the_host_by_its_names_and_the_team_reads_no_more(
    sessions: Sessions, submit_reports: SubmitReports, refusal: Answered, named: str
) -> None:
    key = submit_reports([GOOD])
    with serve_judge(lambda _: refusal) as server:
        judges = judges_at(server, extra={"seed": 1}, api_key="sk-1")
        evaluate(sessions, key, judges, 5)
        assert status_of(sessions, key) is Status.HELD
        with sessions.read() as session:
            event = session.get_one(Submission, key).events[-1]
            overview = read_overview(session)
        (awaited,) = overview.awaited
        assert overview.held == [], "it is listed once"
        assert awaited.run.state is RunState.CHECKING
        assert (awaited.run.reason, awaited.again_at) == (f"cannot be asked: {named}", None)
        assert "waits for the host" in event.message
        assert not {"400", "401", "seed", "key", "model"} & set(
            f"{event.message} {event.remedy}".replace(",", "").split()
        )
        server.script = judge_honestly
        with sessions.write() as session:
            assert requeue_held(session) == [Nudge(EVALUATE, key)]
        evaluate(sessions, key, judges, 5)
    assert status_of(sessions, key) is Status.SCORED
    with sessions.read() as session:
        assert read_overview(session).awaited == []


@pytest.mark.one_database
def test_a_judge_that_takes_no_request_of_the_self_check_has_not_failed_it(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    too_long = fail(400, "too long", type="exceed_context_size_error", n_ctx=5)
    with serve_judge(lambda _: too_long) as server:
        evaluate(sessions, key, judges_at(server), 5)
    assert status_of(sessions, key) is Status.HELD
    with sessions.read() as session:
        (run,) = read_overview(session).void_runs
        event = session.get_one(Submission, key).events[-1]
    assert "HTTP 400" in run.reason
    assert "self-check" not in event.message
    assert "waits for the host" in event.message


@pytest.mark.one_database
def test_the_host_reads_why_judges_are_waited_for_and_puts_back_all_at_once(
    sessions: Sessions, submit_reports: SubmitReports, database_url: str, empty_redis_url: str
) -> None:
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "s" * 40,
    }
    app = create_app(Config.from_env(settings))

    def flask(*arguments: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(args=arguments)
        return done.exit_code, done.output

    def take_jobs() -> list[str]:
        with Redis.from_url(empty_redis_url) as redis:
            queue = make_rq_queue(redis, "submissions", Lane.FILES)
            keys = [job.args[0] for job in queue.jobs]
            queue.empty()  # type: ignore[no-untyped-call]
            return keys

    key = submit_reports([GOOD])
    with serve_judge(lambda _: fail(503)) as server:
        judges = judges_at(server, **AT_ONCE)
        evaluate(sessions, key, judges, 5, patience=LONG_PAUSE)
        assert (
            "checking cannot be asked: HTTP 503; asked again after 20" in flask("judge", "runs")[1]
        )
        assert flask("submission", "requeue", "--all-held") == (0, f"{key} is in the queue.\n")
        assert take_jobs() == [key]

        server.script = lambda _: fail(400, "no", param="seed")
        evaluate(sessions, key, judges, 5)
        assert "cannot be asked: HTTP 400, seed; held until" in flask("judge", "runs")[1]
        assert flask("submission", "requeue", "--all-held") == (0, f"{key} is in the queue.\n")
        assert take_jobs() == [key]

        server.script = judge_honestly
        evaluate(sessions, key, judges, 5)
    assert status_of(sessions, key) is Status.SCORED
    assert flask("submission", "requeue", "--all-held") == (
        0,
        "No submissions are held or waiting.\n",
    )
    assert "cannot be asked" not in flask("judge", "runs")[1]
    for wrong in (("submission", "requeue"), ("submission", "requeue", key, "--all-held")):
        code, words = flask(*wrong)
        assert (code, "or --all-held" in words) == (2, True)
