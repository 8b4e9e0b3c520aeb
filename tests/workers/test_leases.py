"""What every leased table promises: one list, run over each of them on both databases."""

import importlib
import io
import pkgutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, NamedTuple

import pytest
import time_machine
from redis import Redis
from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session

import leaderboard
import leaderboard.queue
from leaderboard.calibration.refits import REFITS, begin_refit, end_refit, request_refit
from leaderboard.campaigns.lease import CAMPAIGNS, PARTS
from leaderboard.campaigns.start import start_campaign
from leaderboard.db import Sessions, now
from leaderboard.endpoints.registry import connection_tests
from leaderboard.endpoints.registry.connection_tests import CONNECTION_TESTS
from leaderboard.errors import ClaimLost
from leaderboard.evaluation.claim import SUBMISSIONS
from leaderboard.evaluation.turns import claim_next, read_order
from leaderboard.exposure.lease import EXPOSURES
from leaderboard.hosting.uploaded.keep import receive_package
from leaderboard.hosting.uploaded.lease import UPLOADS
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.order_runs import ORDER_RUNS, add_order_run
from leaderboard.leases import (
    NO_TIME,
    Claim,
    LeasedTable,
    Terms,
    claim_row,
    end,
    postpone,
    renew,
    sweep,
)
from leaderboard.lens.irt.lease import IRT_RUNS
from leaderboard.lens.irt.request import add_run
from leaderboard.letters.lease import LETTERS
from leaderboard.models.benchmark import Split
from leaderboard.models.campaign import CampaignPart, CampaignState, Cause, PartState
from leaderboard.models.endpoint import Endpoint, EndpointTest
from leaderboard.models.exposure import ExposureAudit
from leaderboard.models.irt import IrtState
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import Notice, NoticeState, NoticeTarget, NoticeTest, TargetKind
from leaderboard.models.order import OrderState
from leaderboard.models.robustness import AuditState, RobustnessAudit
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import Team, User
from leaderboard.models.uploaded import UploadState
from leaderboard.notices import ask_test as notice_tests
from leaderboard.notices.lease import NOTICE_TESTS, NOTICES
from leaderboard.queue import JOBS, Job, Lane, make_queue, make_rq_queue
from leaderboard.robustness.lease import AUDITS
from tests.loaded import Load, Submit
from workers.leased import LEASED

HOST = Terms(timedelta(seconds=30), 2)
AN_HOUR = timedelta(hours=1)
TEN_MINUTES = timedelta(minutes=10)


def add_submission(session: Session) -> str:
    return session.scalars(select(Submission.id)).one()


def add_audit(session: Session, kind: type[RobustnessAudit | ExposureAudit]) -> int:
    audit = kind(
        submission_id=add_submission(session),
        seed=1,
        n_items=1,
        state=AuditState.WAITING,
        requested_at=now(),
        heartbeat_at=now(),
    )
    session.add(audit)
    session.flush()
    return audit.id


def add_target(session: Session) -> NoticeTarget:
    target = NoticeTarget(
        team_id=session.scalars(select(Team.id)).one(),
        kind=TargetKind.EMAIL,
        address="a@example.org",
        secret="",
        created_at=now(),
    )
    session.add(target)
    session.flush()
    return target


def add_notice(session: Session) -> int:
    notice = Notice(
        target=add_target(session),
        submission_id=add_submission(session),
        event=EventKind.SCORED,
        at=now(),
        state=NoticeState.WAITING,
        next_at=now(),
    )
    session.add(notice)
    session.flush()
    return notice.id


def add_letter(session: Session) -> int:
    letter = Letter(
        kind=LetterKind.REGISTER,
        address="a@example.org",
        at=now(),
        state=NoticeState.WAITING,
        next_at=now(),
    )
    session.add(letter)
    session.flush()
    return letter.id


def add_notice_test(session: Session) -> int:
    target = add_target(session)
    notice_tests.ask_test(session, target)
    return target.id


def add_connection_test(session: Session) -> str:
    endpoint = Endpoint(
        id="e" * 12,
        team_id=session.scalars(select(Team.id)).one(),
        name="endpoint",
        base_url="https://model.example/v1",
        model="model",
        settings={},
        created_at=now(),
        changed_at=now(),
    )
    session.add(endpoint)
    session.flush()
    connection_tests.ask_test(session, endpoint)
    return endpoint.id


def add_refit(session: Session) -> int:
    split_id = session.scalars(select(Submission.split_id)).one()
    request_refit(session, split_id)
    return split_id


def add_campaign(session: Session) -> int:
    split = session.get_one(Split, session.scalars(select(Submission.split_id)).one())
    return start_campaign(session, [split], [Cause.HOST], "host@example.org").id


def add_part(session: Session) -> str:
    submission_id = add_submission(session)
    session.add(
        CampaignPart(
            submission_id=submission_id,
            campaign_id=add_campaign(session),
            state=PartState.WAITING,
            heartbeat_at=now(),
            failure="",
        )
    )
    session.flush()
    return submission_id


def ask_notice_test_again(session: Session, key: Any) -> None:
    session.get_one(NoticeTest, key).asked_at -= notice_tests.PAUSE
    session.flush()
    notice_tests.ask_test(session, session.get_one(NoticeTarget, key))


def ask_connection_test_again(session: Session, key: Any) -> None:
    session.get_one(EndpointTest, key).asked_at -= connection_tests.LONGEST
    session.flush()
    connection_tests.ask_test(session, session.get_one(Endpoint, key))


def add_upload(session: Session) -> int:
    user = session.scalars(select(User).limit(1)).one()
    kept, _ = receive_package(session, io.BytesIO(b"no zip"), "p.zip", "tiny", "", user, 1_000)
    return kept.id


def add_order(session: Session) -> int:
    return add_order_run(session, ensure_rater_id(session, ChecklistJudge.identity)).id


def add_irt(session: Session) -> int:
    return add_run(session, session.scalars(select(Submission.split_id)).one()).id


class Case(NamedTuple):
    """A leased table: how a row of it comes to wait, how one ends, and how a lost one goes again.

    Without `ask_again` the reconciler takes it from the dead run.
    """

    table: LeasedTable[Any]
    add: Callable[[Session], Any]
    ended: dict[str, Any]
    ask_again: Callable[[Session, Any], None] | None = None


CASES = [
    Case(SUBMISSIONS, add_submission, {"status": Status.SCORED}),
    Case(AUDITS, lambda s: add_audit(s, RobustnessAudit), {"state": AuditState.FINISHED}),
    Case(EXPOSURES, lambda s: add_audit(s, ExposureAudit), {"state": AuditState.FINISHED}),
    Case(NOTICES, add_notice, {"state": NoticeState.SENT}),
    Case(LETTERS, add_letter, {"state": NoticeState.SENT}),
    Case(CAMPAIGNS, add_campaign, {"state": CampaignState.OPENED}),
    Case(PARTS, add_part, {"state": PartState.DONE}),
    Case(ORDER_RUNS, add_order, {"state": OrderState.FINISHED}),
    Case(IRT_RUNS, add_irt, {"state": IrtState.FINISHED}),
    Case(UPLOADS, add_upload, {"state": UploadState.READY}),
    Case(REFITS, add_refit, {"nudged_at": now() - AN_HOUR}),
    Case(
        CONNECTION_TESTS,
        add_connection_test,
        {"ended_at": now(), "results": {"is_good": True, "verdict": "It answers."}},
        ask_connection_test_again,
    ),
    Case(NOTICE_TESTS, add_notice_test, {"state": NoticeState.SENT}, ask_notice_test_again),
]
SWEPT = [case for case in CASES if case.table.heartbeat is not None]
COUNTED = [case for case in SWEPT if case.table.attempts is not None]


def of_table(case: Case) -> str:
    return str(case.table.model.__tablename__)


each_table = pytest.mark.parametrize("case", CASES, ids=of_table)
each_swept_table = pytest.mark.parametrize("case", SWEPT, ids=of_table)
each_counted_table = pytest.mark.parametrize("case", COUNTED, ids=of_table)


@pytest.fixture
def key(sessions: Sessions, load: Load, submit_texts: Submit, case: Case) -> Any:
    """The key of a row that waits."""
    load(1, 0, 0)
    submit_texts({"test-text-000": "B"})
    with sessions.write() as session:
        return case.add(session)


def claim_now(sessions: Sessions, case: Case, key: Any) -> Claim[Any] | None:
    with sessions.write() as session:
        return claim_row(session, case.table, key)


def must_claim(sessions: Sessions, case: Case, key: Any) -> Claim[Any]:
    claim = claim_now(sessions, case, key)
    assert claim is not None
    return claim


def let_time_pass(sessions: Sessions, case: Case) -> None:
    assert case.table.heartbeat is not None
    with sessions.write() as session:
        session.execute(update(case.table.model).values(case.table.beat(-AN_HOUR)))


def let_lease_pass(sessions: Sessions, case: Case) -> None:
    """As if each row had been heard of earlier, by the time after which it is nudged again."""
    table = case.table
    assert table.heartbeat is not None
    passed = table.terms(HOST).lease * (1 + table.wait_share)
    with sessions.write() as session:
        for row in session.scalars(select(table.model)):
            setattr(row, table.heartbeat.key, getattr(row, table.heartbeat.key) - passed)


def sweep_now(sessions: Sessions, case: Case) -> list[Any]:
    with sessions.write() as session:
        nudges = sweep(session, case.table, HOST)
    assert {nudge.job for nudge in nudges} <= {case.table.job}
    return [nudge.key for nudge in nudges]


def lose(sessions: Sessions, case: Case, key: Any) -> None:
    """As if the run that holds the row had died."""
    if case.ask_again is None:
        let_time_pass(sessions, case)
        assert sweep_now(sessions, case) == [key]
    else:
        with sessions.write() as session:
            case.ask_again(session, key)


def read_row(sessions: Sessions, case: Case, key: Any) -> dict[str, Any]:
    model = case.table.model
    with sessions.read() as session:
        row = session.get_one(model, key)
        return {column.key: getattr(row, column.key) for column in inspect(model).column_attrs}


def test_every_leased_table_is_swept_and_keeps_these_promises() -> None:
    declared = {
        id(value): value
        for module in pkgutil.walk_packages(leaderboard.__path__, "leaderboard.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, LeasedTable)
    }
    assert {table.model for table in declared.values()} == {table.model for table in LEASED}
    assert len(declared) == len(LEASED)
    assert {case.table.model for case in CASES} == {table.model for table in LEASED}


def test_every_job_is_a_function_of_the_workers() -> None:
    jobs = [value for value in vars(leaderboard.queue).values() if isinstance(value, Job)]
    assert {table.job for table in LEASED} < set(jobs)
    assert set(jobs) == set(JOBS)
    for job in jobs:
        module, _, function = job.function.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


@each_table
def test_of_many_who_claim_at_once_one_gets_it(sessions: Sessions, case: Case, key: Any) -> None:
    claims: list[Claim[Any] | None] = []
    start = threading.Barrier(8)

    def claim() -> None:
        start.wait()
        claims.append(claim_now(sessions, case, key))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 8
    [held] = [claim for claim in claims if claim is not None]
    with sessions.write() as session:
        renew(session, held)
    assert claim_now(sessions, case, key) is None


@each_table
def test_a_run_that_lost_its_claim_writes_nothing_more(
    sessions: Sessions, case: Case, key: Any
) -> None:
    first = must_claim(sessions, case, key)
    with sessions.write() as session:
        renew(session, first)
    lose(sessions, case, key)
    with pytest.raises(ClaimLost), sessions.write() as session:
        renew(session, first)
    second = must_claim(sessions, case, key)
    before = read_row(sessions, case, key)
    for write in (renew, end):
        with sessions.write() as session, pytest.raises(ClaimLost):
            write(session, first, **case.ended)
    assert read_row(sessions, case, key) == before
    with sessions.write() as session:
        renew(session, second)
        end(session, second, **case.ended)


@each_table
def test_an_end_stands_and_a_second_one_changes_nothing(
    sessions: Sessions, case: Case, key: Any
) -> None:
    claim = must_claim(sessions, case, key)
    with sessions.write() as session:
        end(session, claim, **case.ended)
    after = read_row(sessions, case, key)
    with pytest.raises(ClaimLost), sessions.write() as session:
        end(session, claim, **case.ended)
    assert read_row(sessions, case, key) == after


@each_swept_table
def test_what_is_renewed_in_time_stays_and_what_is_not_goes_to_another_run_once(
    sessions: Sessions, case: Case, key: Any
) -> None:
    claim = must_claim(sessions, case, key)
    with sessions.write() as session:
        renew(session, claim)
    assert sweep_now(sessions, case) == []
    let_time_pass(sessions, case)
    assert sweep_now(sessions, case) == [key]
    assert sweep_now(sessions, case) == []
    assert must_claim(sessions, case, key).token != claim.token


@contextmanager
def clock_ahead(by: timedelta) -> Iterator[None]:
    """As a process on a machine whose clock differs from the database's."""
    with time_machine.travel(datetime.now(UTC) + by):
        yield


@each_swept_table
def test_where_clocks_differ_no_row_is_taken_from_the_living_and_none_stays_with_the_dead(
    sessions: Sessions, case: Case, key: Any
) -> None:
    for worker, reconciler in permutations((-TEN_MINUTES, NO_TIME, TEN_MINUTES), 2):
        with clock_ahead(worker):
            claim = must_claim(sessions, case, key)
            with sessions.write() as session:
                renew(session, claim)
        with clock_ahead(reconciler):
            assert sweep_now(sessions, case) == [], "it is at work"
        let_lease_pass(sessions, case)
        with clock_ahead(reconciler):
            assert sweep_now(sessions, case) == [key], "it was killed"
        if case.table.attempts is not None:
            with sessions.write() as session:
                session.execute(update(case.table.model).values({case.table.attempts.key: 0}))


def test_a_submission_to_a_web_server_whose_clock_is_wrong_waits_no_longer(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    for model, ahead in (("slow", -TEN_MINUTES), ("fast", TEN_MINUTES)):
        with clock_ahead(ahead):
            key = submit_texts({"test-text-000": "B"}, model)
        assert sweep_now(sessions, CASES[0]) == [], "its job is in the queue"
        with sessions.write() as session:
            assert read_order(session, Lane.FILES) == [key]
            claim = claim_next(session, Lane.FILES)
        assert claim is not None
        assert claim.key == key


@each_counted_table
def test_a_row_that_is_postponed_waits_for_its_time_and_no_attempt_is_used_up(
    sessions: Sessions, case: Case, key: Any
) -> None:
    if case.table.make_fence is None:
        return  # its attempts are its fence: it is never postponed
    for _ in range(case.table.terms(HOST).max_attempts + 1):
        claim = must_claim(sessions, case, key)
        with sessions.write() as session:
            postpone(session, claim, now() + AN_HOUR)
        assert sweep_now(sessions, case) == []
        with sessions.write() as session, pytest.raises(ClaimLost):
            renew(session, claim)
        let_time_pass(sessions, case)
        assert sweep_now(sessions, case) == [key]
    assert must_claim(sessions, case, key).n_attempts == 1


@each_counted_table
def test_a_row_whose_last_run_dies_fails_with_a_reason(
    sessions: Sessions, case: Case, key: Any
) -> None:
    n_attempts = case.table.terms(HOST).max_attempts
    for number in range(1, n_attempts + 1):
        assert must_claim(sessions, case, key).n_attempts == number
        let_time_pass(sessions, case)
        assert sweep_now(sessions, case) == ([key] if number < n_attempts else [])
    row = read_row(sessions, case, key)
    assert case.table.failed is not None
    assert case.table.failed.values.items() <= row.items()
    said = [str(value) for value in row.values()]
    with sessions.read() as session:
        said += [event.message for event in session.scalars(select(Submission)).one().events]
    assert f"No worker could finish it in {n_attempts} attempts." in said
    assert claim_now(sessions, case, key) is None


@each_swept_table
def test_after_redis_was_flushed_each_row_is_enqueued_again(
    sessions: Sessions, case: Case, key: Any, empty_redis_url: str
) -> None:
    queue, job = make_queue(empty_redis_url, "leases"), case.table.job
    queue.enqueue(job, key)
    with Redis.from_url(empty_redis_url) as redis:
        redis.flushall()
        let_time_pass(sessions, case)
        for found in sweep_now(sessions, case):
            queue.enqueue(job, found)
        [waiting] = make_rq_queue(redis, "leases", job.lane).jobs
        assert (waiting.func_name, waiting.args) == (job.function, [key])
    assert claim_now(sessions, case, key) is not None


def test_a_refit_that_is_asked_for_again_while_it_runs_is_followed_by_another(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    case = next(case for case in CASES if case.table is REFITS)
    load(1, 0, 0)
    submit_texts({"test-text-000": "B"})
    with sessions.write() as session:
        split_id = add_refit(session)
    claim = must_claim(sessions, case, split_id)
    with sessions.write() as session:
        requested_at = begin_refit(session, claim)
        request_refit(session, split_id)
    assert claim_now(sessions, case, split_id) is None, "the run that is under way goes on"
    with sessions.write() as session:
        end_refit(session, claim, requested_at)
    assert sweep_now(sessions, case) == [split_id]
    claim = must_claim(sessions, case, split_id)
    with sessions.write() as session:
        end_refit(session, claim, begin_refit(session, claim))
    assert sweep_now(sessions, case) == []
    assert claim_now(sessions, case, split_id) is None
