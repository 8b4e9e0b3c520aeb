"""Robustness audits of endpoint submissions, over real HTTP, on both databases."""

import hashlib
import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from redis import Redis
from sqlalchemy import func, select

from config import Config
from demo.scripted_endpoint import read_question
from leaderboard.app import create_app
from leaderboard.audit import read_audit
from leaderboard.db import Sessions, now
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.engine.settings import Budget
from leaderboard.endpoints.registry.endpoints import delete_endpoint
from leaderboard.endpoints.registry.splits import allow_split, forbid_split
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict, SpineBenchError
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.leases import Terms, claim_row, sweep
from leaderboard.models.benchmark import Benchmark, Item, Track
from leaderboard.models.endpoint import Endpoint, EndpointKey, EndpointRun, SentItem
from leaderboard.models.moderation import HiddenSubmission
from leaderboard.models.publication import FeedbackItem, Policy, Publication
from leaderboard.models.robustness import AuditAnswer, AuditQuestion, AuditState, RobustnessAudit
from leaderboard.models.submission import Status, Submission
from leaderboard.packages.prompts import make_canary_line
from leaderboard.queue import AUDIT_ENDPOINT, Lane, Nudge, make_rq_queue
from leaderboard.robustness.ask import ask_audit
from leaderboard.robustness.lease import AUDITS
from leaderboard.robustness.request import request_audit
from leaderboard.robustness.results import AuditResults, find_audit, read_audits
from tests.asked import add_endpoint, make_access, submit_to
from tests.endpoints.server import Endpoint as Server
from tests.endpoints.server import failed, held, said, serve
from tests.judges.judge_server import serve_judge
from tests.loaded import Load, Submit
from tests.readers.scripted import TEXT, read_second_option, reader_at, readings_of
from tests.site import ENDPOINT_KEY
from tests.waiting import running, wait_until

CANARY = "tiny canary 0123456789abcdef"


async def by_content(request: web.Request, body: Any) -> web.StreamResponse:
    """Choose L4/L5 under whatever letter it stands: a model that reads."""
    found = re.search(r"^([A-D])\. L4/L5$", read_question(body), re.MULTILINE)
    return await said(f"ANSWER: {found.group(1) if found else 'A'}")(request, body)


def submit_scored(sessions: Sessions, server: Server, *tracks: Track, **settings: Any) -> str:
    key = submit_to(sessions, add_endpoint(sessions, server, **settings), *tracks)
    evaluate(sessions, key, [ChecklistJudge()], 5, make_access(server))
    with sessions.read() as session:
        assert session.get_one(Submission, key).status is Status.SCORED
    server.bodies.clear()
    return key


def request(
    sessions: Sessions, key: str, n_items: int = 100, *, seed: int = 1, every_rotation: bool = False
) -> int:
    with sessions.write() as session:
        return request_audit(
            session,
            key,
            n_items=n_items,
            seed=seed,
            every_rotation=every_rotation,
            vault=KeyVault([ENDPOINT_KEY]),
            policy=AddressPolicy(),
        ).id


def read_newest(sessions: Sessions, key: str) -> AuditResults:
    with sessions.read() as session:
        return read_audits(session, key)[0]


def test_a_model_that_answers_by_content_is_consistent_and_one_by_letter_is_not(
    sessions: Sessions, load: Load
) -> None:
    load(8, 4, 1)
    for answer, name, shares in (
        (by_content, "model-a", (1.0, 1.0, 1.0, 1.0)),
        (said("ANSWER: B"), "model-b", (1.0, 0.0, 0.0, 0.0)),
    ):
        with serve(then=answer) as server:
            endpoint = add_endpoint(sessions, server)
            key = submit_to(sessions, endpoint, model=name)
            evaluate(sessions, key, [ChecklistJudge()], 5, make_access(server))
            ask_audit(sessions, request(sessions, key), make_access(server))
        results = read_newest(sessions, key)
        found = results.consistency
        assert results.audit.state is AuditState.FINISHED
        assert found is not None
        assert (found.n_items, found.n_askings) == (12, 12)
        values = (found.as_submitted, found.shifted, found.consistency, found.surviving)
        assert tuple(one.value for one in values) == shares
        assert found.reasons == ({"another option": 12} if name == "model-b" else {})


@pytest.mark.one_database
def test_shifted_options_leave_with_canary_and_pictures_and_are_logged_by_hash(
    sessions: Sessions, load: Load
) -> None:
    load(2, 2, 0)
    raw: list[bytes] = []

    async def keep(request: web.Request, body: Any) -> web.StreamResponse:
        raw.append(await request.read())
        return await by_content(request, body)

    with sessions.write() as session:
        benchmark = session.scalars(select(Benchmark)).one()
        benchmark.manifest = {**benchmark.manifest, "canary": CANARY}
    with serve(then=keep) as server:
        key = submit_scored(sessions, server)
        raw.clear()
        ask_audit(sessions, request(sessions, key), make_access(server))
    assert len(raw) == 4
    with sessions.read() as session:
        sent = set(session.scalars(select(SentItem.sha256)))
        assert {hashlib.sha256(body).hexdigest() for body in raw} <= sent
        assert len(sent) == 8
    for body in server.bodies:
        text = read_question(body)
        assert text.endswith(make_canary_line(CANARY))
        assert "A. L3/L4\n" not in text
        assert sorted(re.findall(r"^[A-D]\. (.+)$", text, re.MULTILINE)) == [
            "L2/L3",
            "L3/L4",
            "L4/L5",
            "L5/S1",
        ]
    with_picture = [b for b in server.bodies if isinstance(b["messages"][0]["content"], list)]
    assert len(with_picture) == 2


@pytest.mark.one_database
def test_the_seed_draws_a_part_of_each_track_and_single_answers_alone(
    sessions: Sessions, load: Load
) -> None:
    load(12, 6, 1)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server)
    with sessions.write() as session:
        item = session.scalars(select(Item).where(Item.key == "test-text-000")).one()
        item.multiple = True
        left_out = item.id
    drawn = []
    for seed in (1, 1, 2):
        audit_id = request(sessions, key, 6, seed=seed)
        with sessions.write() as session:
            session.get_one(RobustnessAudit, audit_id).state = AuditState.FAILED
            rows = session.execute(
                select(AuditQuestion.item_id, AuditQuestion.rotation, Item.track)
                .join(Item, Item.id == AuditQuestion.item_id)
                .where(AuditQuestion.audit_id == audit_id)
            ).all()
        # 11 : 6 of six are 3.9 : 2.1.
        assert sorted(row.track for row in rows) == ["image"] * 2 + ["text"] * 4
        assert all(1 <= row.rotation <= 3 and row.item_id != left_out for row in rows)
        drawn.append({(row.item_id, row.rotation) for row in rows})
    assert drawn[0] == drawn[1] != drawn[2]


def test_of_a_protected_split_only_the_feedback_part_is_asked_again(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(120, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server)
    audit_id = request(sessions, key, 60)
    with sessions.read() as session:
        asked = set(
            session.scalars(select(AuditQuestion.item_id).where(AuditQuestion.audit_id == audit_id))
        )
        # All 40 that there are: an endpoint sees which questions come again.
        assert asked == set(session.scalars(select(FeedbackItem.item_id)))


@pytest.mark.one_database
def test_with_all_rotations_each_item_is_asked_every_shift(sessions: Sessions, load: Load) -> None:
    load(3, 0, 0)
    with serve(then=said("ANSWER: B")) as server:
        key = submit_scored(sessions, server)
        ask_audit(sessions, request(sessions, key, every_rotation=True), make_access(server))
    found = read_newest(sessions, key).consistency
    assert found is not None
    assert (found.n_items, found.n_askings) == (3, 9)
    assert (found.shifted.value, found.consistency.value) == (0.0, 0.0)
    assert len(server.bodies) == 9


def test_what_a_second_reader_read_is_as_unparsed_in_an_audit_as_the_answers_beside_it(
    sessions: Sessions, load: Load
) -> None:
    load(3, 0, 0)
    with serve(then=said(TEXT)) as server, serve_judge(read_second_option) as second:
        key = submit_to(sessions, add_endpoint(sessions, server))
        access = make_access(server)
        evaluate(sessions, key, [ChecklistJudge()], 5, access, reader=reader_at(second))
        assert {reading[:3] for reading in readings_of(sessions)} == {("answered", "B", True)}
        ask_audit(sessions, request(sessions, key), access)
        assert len(second.asked) == 3
    found = read_newest(sessions, key).consistency
    assert found is not None
    assert (found.as_submitted.value, found.shifted.value) == (0.0, 0.0)
    assert found.reasons == {"unparsed": 3}


@pytest.mark.one_database
def test_refusals_count_as_inconsistent_and_failed_requests_as_unscored(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server, Track.TEXT, concurrency=1)
    refused = said("I cannot answer this question.")
    with serve(failed(400), refused, then=by_content) as second:
        move_endpoint(sessions, key, second)
        ask_audit(sessions, request(sessions, key), make_access(second))
    results = read_newest(sessions, key)
    assert results.audit.state is AuditState.FINISHED
    assert results.unscored == {"rejected": 1}
    assert results.consistency is not None
    assert results.consistency.n_items == 9
    assert results.consistency.consistency.value == 8 / 9
    assert results.consistency.reasons == {"refused": 1}


@pytest.mark.one_database
def test_replies_that_were_cut_or_silent_are_counted_apart(sessions: Sessions, load: Load) -> None:
    load(20, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server, Track.TEXT, concurrency=1)
    cut = said("The findings at the level in", "length")
    late = said("ANSWER: B. That is because", "length")
    thought = said("", reasoning_content="It may be B.")
    with serve(cut, late, thought, then=by_content) as second:
        move_endpoint(sessions, key, second)
        ask_audit(sessions, request(sessions, key), make_access(second))
    results = read_newest(sessions, key)
    assert results.audit.state is AuditState.FINISHED
    counts = results.replies
    assert (counts.n_replies, counts.n_cut, counts.n_cut_silent) == (20, 2, 1)
    assert (counts.n_only_reasoning, counts.n_silent) == (1, 2)
    assert "2 of 20 answers were cut at" in results.audit.reason
    assert results.unscored == {}


@pytest.mark.one_database
def test_an_audit_of_which_too_many_replies_were_silent_fails(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server, Track.TEXT, concurrency=1)
    with serve(*[said("", "length")] * 3, then=by_content) as second:
        move_endpoint(sessions, key, second)
        ask_audit(sessions, request(sessions, key), make_access(second))
    audit = read_newest(sessions, key).audit
    assert audit.state is AuditState.FAILED
    assert audit.reason.endswith("answers were cut at 2,048 tokens: raise max_tokens.")


def move_endpoint(sessions: Sessions, key: str, server: Server) -> None:
    """As if the endpoint had always been `server`."""
    with sessions.write() as session:
        endpoint = session.scalars(select(Endpoint)).one()
        endpoint.base_url = server.base_url
        session.get_one(EndpointRun, key).base_url = server.base_url


def test_a_run_that_dies_is_nudged_and_asks_only_what_is_missing(
    sessions: Sessions, load: Load
) -> None:
    load(20, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server, Track.TEXT, concurrency=2)
    is_over = threading.Event()
    with serve(*[by_content] * 6, then=held(is_over.is_set, by_content)) as slow:
        move_endpoint(sessions, key, slow)
        audit_id = request(sessions, key)

        def lose_claim() -> None:
            """As if the worker had died and another one held the row."""
            wait_until(lambda: count_answers(sessions) == 6 and len(slow.bodies) == 8)
            with sessions.write() as session:
                session.get_one(RobustnessAudit, audit_id).run_id = "another"

        with running(lose_claim):
            ask_audit(sessions, audit_id, make_access(slow))
        is_over.set()
        kept = count_answers(sessions)
        assert kept == 6
        ask_audit(sessions, audit_id, make_access(slow))
        assert len(slow.bodies) == 8
        with sessions.write() as session:
            session.get_one(RobustnessAudit, audit_id).heartbeat_at = now() - timedelta(minutes=1)
        with sessions.write() as session:
            assert sweep(session, AUDITS, Terms(timedelta(seconds=30), 5)) == [
                Nudge(AUDIT_ENDPOINT, audit_id)
            ]
            assert sweep(session, AUDITS, Terms(timedelta(seconds=30), 5)) == []
        ask_audit(sessions, audit_id, make_access(slow))
        assert len(slow.bodies) - 8 == 20 - kept
    results = read_newest(sessions, key)
    assert results.audit.state is AuditState.FINISHED
    assert results.audit.n_attempts == 2
    assert results.consistency is not None
    assert results.consistency.consistency.value == 1.0


def count_answers(sessions: Sessions) -> int:
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(AuditAnswer)) or 0


def test_an_audit_fails_with_a_reason_after_too_many_dead_runs_or_when_the_budget_ends(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server, Track.TEXT, concurrency=1)
        first = request(sessions, key)
        with sessions.write() as session:
            assert claim_row(session, AUDITS, first) is not None
            session.get_one(RobustnessAudit, first).heartbeat_at = now() - timedelta(minutes=1)
        with sessions.write() as session:
            assert sweep(session, AUDITS, Terms(timedelta(seconds=30), 1)) == []
        assert "in 1 attempts" in read_newest(sessions, key).audit.reason
        ask_audit(
            sessions, request(sessions, key), make_access(server, budget=Budget(max_requests=4))
        )
        assert len(server.bodies) == 4
    audit = read_newest(sessions, key).audit
    assert audit.state is AuditState.FAILED
    assert "budget of 4 requests" in audit.reason
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        assert find_audit(session, submission, Viewer.PUBLIC) is None


def test_an_endpoint_that_went_or_a_split_closed_since_ends_the_audit_before_anything_leaves(
    sessions: Sessions, load: Load
) -> None:
    load(3, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server)
        audit_id = request(sessions, key)
        with sessions.write() as session:
            forbid_split(session, session.get_one(Submission, key).split)
        ask_audit(sessions, audit_id, make_access(server))
        assert server.bodies == []
    audit = read_newest(sessions, key).audit
    assert audit.state is AuditState.FAILED
    assert "no longer lets endpoints see" in audit.reason


def test_results_are_public_only_where_the_breakdown_is(sessions: Sessions, load: Load) -> None:
    load(3, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server)
        ask_audit(sessions, request(sessions, key), make_access(server))
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        assert find_audit(session, submission, Viewer.PUBLIC) is not None
    with sessions.write() as session:
        session.add(HiddenSubmission(submission_id=key, hidden_at=now(), reason=""))
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        assert find_audit(session, submission, Viewer.PUBLIC) is None


@pytest.mark.parametrize(("n", "is_shown"), [(3, False), (120, True)])
def test_of_a_protected_split_results_are_public_only_where_it_has_a_feedback_part(
    sessions: Sessions, load_protected: Load, n: int, is_shown: bool
) -> None:
    load_protected(n, 0, 0)
    with serve(then=by_content) as server:
        key = submit_scored(sessions, server)
        ask_audit(sessions, request(sessions, key), make_access(server))
    with sessions.write() as session:
        session.add(Publication(submission_id=key, published_at=now(), policy=Policy.RELEASE))
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        for viewer in Viewer:
            assert disclosure(submission, viewer).breakdown
            assert (find_audit(session, submission, viewer) is not None) is is_shown
    assert read_newest(sessions, key).consistency is not None, "its host sees it"


@pytest.mark.one_database
def test_a_host_audits_by_command_reads_the_numbers_and_the_models_page_shows_them(
    sessions: Sessions, load: Load, database_url: str, empty_redis_url: str
) -> None:
    load(4, 0, 0)
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "s" * 40,
        "ENDPOINT_KEYS": ENDPOINT_KEY,
    }

    app = create_app(Config.from_env(settings))

    def flask(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["endpoint", *arguments])
        return f"{done.exit_code} {done.output}"

    def read_page(path: str = "/models/model-a") -> str:
        return app.test_client().get(path).text

    with serve(then=said("ANSWER: B")) as server:
        key = submit_scored(sessions, server, Track.TEXT)
        assert re.match(
            r"0 Robustness audit \d+: 3 items, seed 7",
            flask("audit", key, "--items", "3", "--seed", "7"),
        )
        audit_id = read_newest(sessions, key).audit.id
        with Redis.from_url(empty_redis_url) as redis:
            (job,) = make_rq_queue(redis, "submissions", Lane.ENDPOINTS).jobs
            assert (job.func_name, job.args) == ("workers.jobs.audit_endpoint", [audit_id])
        with pytest.raises(Conflict, match="is in progress"):
            request(sessions, key)
        assert "Robustness" not in read_page()
        ask_audit(sessions, audit_id, make_access(server))
    with sessions.read() as session:
        line = read_audit(session)[0]
    assert (line.action, line.subject) == ("audit robustness", f"submission {key}")
    assert flask("audit", "nothing").startswith("1 There is no submission 'nothing'.")
    told = flask("audits", key)
    # Wilson's intervals of 3 of 3 and of 0 of 3.
    assert "accuracy as submitted 100.0 % (43.9-100.0), n = 3" in told
    assert "consistency 0.0 % (0.0-56.1), n = 3" in told
    assert "another option: 3" in told
    section = read_page().partition('id="robustness"')[2].partition("<h2")[0]
    assert re.search(r'Accuracy with shifted options</th><td class="num">3</td>.*>0\.0<', section)
    assert "0.0–56.1" in section
    assert "3 another option" in section
    (told_by_api,) = json.loads(read_page("/api/v1/robustness/tiny/test"))["models"]
    assert (told_by_api["model"]["slug"], told_by_api["submission"]) == ("model-a", key)
    for name, value, low, high in (
        ("accuracy_as_submitted", 100, 43.85, 100),
        ("accuracy_shifted", 0, 0, 56.15),
        ("consistency", 0, 0, 56.15),
        ("right_every_time", 0, 0, 56.15),
    ):
        share = told_by_api[name]
        assert share["n"] == 3
        ends = pytest.approx((value, low, high), abs=0.01)
        assert (share["value"], share["low"], share["high"]) == ends, name
    assert told_by_api["inconsistent"] == {"another option": 3}
    app.extensions["spinebench"].sessions.engine.dispose()


def test_what_cannot_be_audited_is_refused_with_a_clear_reason(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(2, 0, 0)

    def refuse(key: str, words: str, n_items: int = 100) -> None:
        with pytest.raises(SpineBenchError, match=words) as refused:
            request(sessions, key, n_items)
        assert refused.value.remedy

    file = submit_texts({"test-text-000": "ANSWER: B", "test-text-001": "B"}, "of-file")
    with serve(then=by_content) as server:
        key = submit_to(sessions, add_endpoint(sessions, server))
        refuse("nothing", "no submission 'nothing'")
        refuse(file, "was made from a file")
        refuse(key, "is queued")
        evaluate(sessions, key, [ChecklistJudge()], 5, make_access(server))
        refuse(key, "at least one item", n_items=0)
    with sessions.write() as session:
        forbid_split(session, session.get_one(Submission, key).split)
    refuse(key, "may no longer see test")
    with sessions.write() as session:
        allow_split(session, session.get_one(Submission, key).split)
        session.delete(session.scalars(select(EndpointKey)).one())
        session.get_one(EndpointRun, key).key_wiped_at = now()
    refuse(key, "key was wiped")
    with sessions.write() as session:
        delete_endpoint(session, session.scalars(select(Endpoint)).one())
    refuse(key, "endpoint has been deleted")
    with sessions.read() as session:
        assert session.scalars(select(RobustnessAudit)).all() == []
