"""Submissions that ask an endpoint, over real HTTP, on both databases."""

import base64
import hashlib
import threading
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from demo.scripted_endpoint import make_completion
from leaderboard.db import Base, Sessions
from leaderboard.disclosure import Viewer
from leaderboard.endpoints.engine.settings import Budget
from leaderboard.endpoints.registry.endpoints import set_key
from leaderboard.endpoints.registry.splits import forbid_split, require_may_see
from leaderboard.errors import ClaimLost, Forbidden, InvalidRequest
from leaderboard.evaluation.claim import claim_submission, requeue_submission
from leaderboard.evaluation.collect import EndpointAccess, collect_predictions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Benchmark, Track
from leaderboard.models.endpoint import Endpoint, EndpointKey, EndpointRun, SentItem
from leaderboard.models.ranking import Board, RankingEntry
from leaderboard.models.submission import (
    EventKind,
    Prediction,
    PredictionExtras,
    Status,
    Step,
    Submission,
)
from leaderboard.packages.prompts import make_canary_line
from leaderboard.rankings.scores import (
    read_scores,
)
from leaderboard.submissions.endpoint_replies import Said
from leaderboard.submissions.endpoint_runs import find_run, wipe_spent_keys
from leaderboard.submissions.submit import cancel
from tests.asked import SECRET, add_endpoint, make_access, submit_to
from tests.endpoints.server import failed, held, later, never, said, sent, serve
from tests.loaded import Load
from tests.package_files import make_png
from tests.waiting import running, wait_until

CANARY = "tiny canary 0123456789abcdef"


def run(sessions: Sessions, key: str, access: EndpointAccess | None) -> Submission:
    evaluate(sessions, key, [ChecklistJudge()], 5, access)
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        _ = submission.events, submission.split
        return submission


def count(sessions: Sessions, table: type[Base]) -> int:
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def set_canary(sessions: Sessions) -> None:
    with sessions.write() as session:
        benchmark = session.scalars(select(Benchmark)).one()
        benchmark.manifest = {**benchmark.manifest, "canary": CANARY}


def read_texts(body: Any) -> list[str]:
    content = body["messages"][0]["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [part["text"] for part in parts if part["type"] == "text"]


def test_an_endpoint_is_asked_every_item_and_scored_as_a_file_would_be(
    sessions: Sessions, load: Load
) -> None:
    load(5, 2, 1)
    set_canary(sessions)
    usage = {"prompt_tokens": 31, "completion_tokens": 2, "cost": 0.5}
    with serve(then=sent(make_completion("ANSWER: B") | {"usage": usage})) as server:
        endpoint = add_endpoint(sessions, server, max_tokens={"text": 7, "image": 8, "report": 9})
        key = submit_to(sessions, endpoint)
        submission = run(sessions, key, make_access(server))
    assert submission.status is Status.SCORED
    assert (submission.n_predictions, submission.n_done) == (8, 8)
    (event,) = [e for e in submission.events if e.kind is EventKind.COLLECTED]
    assert "8 of 8 predictions, none failed; 8 requests" in event.message
    with sessions.read() as session:
        scores = read_scores(session, submission, Viewer.TEAM)
        closed = scores.find(Board.CLOSED)
        assert closed is not None
        assert (closed.value, closed.n, closed.n_correct) == (100.0, 7, 7)
        figures = find_run(session, key)
        assert figures is not None
        assert (figures.n_sent, figures.n_failed, figures.run.n_requests) == (8, 0, 8)
        assert figures.run.saw_hidden
        hashes = set(session.scalars(select(SentItem.sha256)))
        beside = session.scalars(select(PredictionExtras)).all()
    assert len(beside) == 8
    for one in beside:
        assert one.latency_s is not None
        assert one.latency_s >= 0
        assert (one.input_tokens, one.output_tokens, one.cost_usd) == (31, 2, 0.5)
        assert one.confidence is None
    assert len(server.bodies) == 8
    assert len(hashes) == 8
    assert sorted(body["max_tokens"] for body in server.bodies) == [7] * 5 + [8] * 2 + [9]
    for body in server.bodies:
        (text,) = read_texts(body)
        assert text.endswith(make_canary_line(CANARY))
    assert {h["Authorization"] for h in server.headers} == {f"Bearer {SECRET}"}


@pytest.mark.one_database
def test_pictures_travel_as_data_urls_and_what_is_logged_is_the_hash_of_what_left(
    sessions: Sessions, load: Load
) -> None:
    load(0, 2, 0)
    raw: list[bytes] = []

    async def keep(request: web.Request, body: Any) -> web.StreamResponse:
        raw.append(await request.read())
        return await said("ANSWER: B")(request, body)

    with serve(then=keep) as server:
        key = submit_to(sessions, add_endpoint(sessions, server), Track.IMAGE)
        run(sessions, key, make_access(server))
    pictures = {
        part["image_url"]["url"]
        for body in server.bodies
        for part in body["messages"][0]["content"][1:]
    }
    assert pictures == {
        f"data:image/png;base64,{base64.b64encode(make_png(n)).decode()}" for n in range(2)
    }
    with sessions.read() as session:
        logged = set(session.scalars(select(SentItem.sha256)))
    assert logged == {hashlib.sha256(body).hexdigest() for body in raw}


@pytest.mark.one_database
def test_an_endpoint_without_images_takes_part_in_tracks_without_pictures_alone(
    sessions: Sessions, load: Load
) -> None:
    load(3, 2, 0)
    with serve(then=said("ANSWER: B")) as server:
        endpoint = add_endpoint(sessions, server, accepts_images=False)
        with pytest.raises(InvalidRequest, match="does not accept images"):
            submit_to(sessions, endpoint, Track.IMAGE)
        submission = run(sessions, submit_to(sessions, endpoint), make_access(server))
    assert submission.tracks == ["text"]
    assert submission.n_predictions == 3


@pytest.mark.one_database
def test_hidden_items_leave_the_house_only_where_the_host_allows(
    sessions: Sessions, load: Load
) -> None:
    load(2, 0, 0)
    with serve() as server:
        endpoint = add_endpoint(sessions, server)
        key = submit_to(sessions, endpoint)
        with sessions.write() as session:
            split = session.get_one(Submission, key).split
            forbid_split(session, split)
        submission = run(sessions, key, make_access(server))
        assert submission.status is Status.FAILED
        assert "no longer lets endpoints see" in submission.events[-1].message
        assert server.bodies == []
        with pytest.raises(Forbidden), sessions.read() as session:
            require_may_see(session, session.get_one(Submission, key).split)


def test_items_that_fail_for_good_are_unscored_counted_and_leave_the_model_unranked(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    refuse_one = failed(400, "too long")
    with serve(refuse_one, then=said("ANSWER: B")) as server:
        key = submit_to(sessions, add_endpoint(sessions, server, concurrency=1), Track.TEXT)
        submission = run(sessions, key, make_access(server))
    assert submission.status is Status.SCORED
    assert submission.n_predictions == 9
    with sessions.read() as session:
        text = read_scores(session, submission, Viewer.TEAM).find(Board.TEXT)
        assert text is not None
        # No mean over the other nine: a team could withhold what is hard.
        assert (text.value, text.n, text.n_correct, text.n_unscored) == (None, 9, 9, 1)
        figures = find_run(session, key)
        assert figures is not None
        assert figures.reasons == {"rejected": 1}
        assert figures.said == [Said("rejected", "HTTP 400: too long", 1, ("test-text-000",))]
        entry = session.scalars(select(RankingEntry).where(RankingEntry.board == Board.TEXT)).one()
        assert entry.rank_low is None


@pytest.mark.one_database
def test_too_many_failures_fail_the_submission_with_reason_and_remedy(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve(*[failed(400)] * 3, then=said("ANSWER: B")) as server:
        key = submit_to(sessions, add_endpoint(sessions, server, concurrency=1), Track.TEXT)
        submission = run(sessions, key, make_access(server))
        assert submission.status is Status.FAILED
        assert "3 of 10 items got no prediction (3 rejected)" in submission.events[-1].message
        assert submission.events[-1].remedy
        # The host may have it go again: what failed is asked again, what is there is not.
        with sessions.write() as session:
            requeue_submission(session, key)
        again = run(sessions, key, make_access(server))
    assert again.status is Status.SCORED
    assert len(server.bodies) == 13


@pytest.mark.one_database
def test_a_refused_key_ends_the_run_at_once_in_words_for_the_team(
    sessions: Sessions, load: Load
) -> None:
    load(50, 0, 0)
    with serve(then=failed(401, f"wrong key {SECRET}")) as server:
        key = submit_to(sessions, add_endpoint(sessions, server), Track.TEXT)
        submission = run(sessions, key, make_access(server))
    assert submission.status is Status.FAILED
    assert "rejected the key" in submission.events[-1].message
    assert len(server.bodies) <= 4
    assert all(SECRET not in event.message for event in submission.events)


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget(max_requests=5), "budget of 5 requests"),
        (Budget(max_tokens=60), "budget of 60 tokens"),
        (Budget(max_seconds=1), "budget of 1 seconds"),
    ],
)
def test_a_budget_ends_the_run_with_a_clear_reason_and_holds_over_attempts(
    sessions: Sessions, load: Load, budget: Budget, words: str
) -> None:
    load(40, 0, 0)
    with serve(then=later(0.05)) as server:
        endpoint = add_endpoint(sessions, server, concurrency=1)
        key = submit_to(sessions, endpoint, Track.TEXT)
        submission = run(sessions, key, make_access(server, budget=budget))
        assert submission.status is Status.FAILED
        assert words in submission.events[-1].message
        n_before = len(server.bodies)
        # On a busy machine a second may go by before the first request is sent.
        assert 0 < n_before < 40 or (budget.max_seconds and n_before == 0)
        with sessions.write() as session:
            requeue_submission(session, key)
        run(sessions, key, make_access(server, budget=budget))
        assert len(server.bodies) == n_before


@pytest.mark.one_database
def test_the_smaller_of_the_hosts_and_the_teams_budget_counts(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve(then=said("ANSWER: B")) as server:
        endpoint = add_endpoint(sessions, server, concurrency=1, budget_requests=3)
        submission = run(sessions, submit_to(sessions, endpoint), make_access(server))
    assert submission.status is Status.FAILED
    assert len(server.bodies) == 3


def test_a_run_that_was_broken_off_asks_only_what_is_missing(
    sessions: Sessions, load: Load
) -> None:
    load(20, 0, 0)
    is_over, right = threading.Event(), said("ANSWER: B")
    with serve(*[right] * 6, then=held(is_over.is_set, right)) as server:
        key = submit_to(sessions, add_endpoint(sessions, server, concurrency=2), Track.TEXT)

        def replace_run() -> None:
            """As the reconciler does with a claim whose worker is gone."""
            wait_until(lambda: count(sessions, Prediction) == 6 and len(server.bodies) == 8)
            with sessions.write() as session:
                submission = session.get_one(Submission, key)
                submission.status, submission.run_id = Status.QUEUED, None

        with running(replace_run):
            run(sessions, key, make_access(server))
        is_over.set()
        with sessions.read() as session:
            kept = set(session.scalars(select(Prediction.item_id)))
            submission = session.get_one(Submission, key)
            assert submission.status is Status.QUEUED
        assert len(kept) == 6
        submission = run(sessions, key, make_access(server))
    assert submission.status is Status.SCORED
    assert submission.n_predictions == 20
    assert len(server.bodies) - 8 == 20 - 6


def test_cancel_stops_the_asking_of_what_is_never_answered_and_wipes_the_key(
    sessions: Sessions, load: Load
) -> None:
    load(30, 0, 0)
    with serve(then=never) as server:
        endpoint = add_endpoint(sessions, server, timeout_seconds=900)
        key = submit_to(sessions, endpoint, Track.TEXT, wipes_key=True)
        with running(lambda: run(sessions, key, make_access(server))):
            wait_until(lambda: server.bodies)
            with sessions.write() as session:
                cancel(session, session.get_one(Submission, key))
    with sessions.write() as session:
        assert session.get_one(Submission, key).status is Status.CANCELLED
        assert session.scalars(select(EndpointKey)).all() != []
        wipe_spent_keys(session)
        assert session.scalars(select(EndpointKey)).all() == []


def test_a_key_is_wiped_when_its_run_has_ended_and_a_newer_one_stays(
    sessions: Sessions, load: Load
) -> None:
    load(2, 0, 0)
    with serve(then=said("ANSWER: B")) as server:
        endpoint = add_endpoint(sessions, server)
        key = submit_to(sessions, endpoint, wipes_key=True)
        access = make_access(server)
        run(sessions, key, access)
        with sessions.write() as session:
            assert session.scalars(select(EndpointKey)).all() == []
            assert session.get_one(EndpointRun, key).key_wiped_at is not None
            set_key(session, session.get_one(Endpoint, endpoint), "sk-new", access.vault)
            wipe_spent_keys(session)
            assert session.scalars(select(EndpointKey)).one().endpoint_id == endpoint


def test_live_figures_are_those_of_the_run(sessions: Sessions, load: Load) -> None:
    load(12, 0, 0)
    is_seen, right = threading.Event(), said("ANSWER: B")
    with serve(*[later(0.2, right)] * 6, then=held(is_seen.is_set, right)) as server:
        key = submit_to(sessions, add_endpoint(sessions, server, concurrency=2), Track.TEXT)

        def read() -> tuple[Step, int, float | None, float | None]:
            with sessions.read() as session:
                submission = session.get_one(Submission, key)
                row = session.get_one(EndpointRun, key)
                return submission.step, submission.n_done, row.per_second, row.seconds_left

        with running(lambda: run(sessions, key, make_access(server))):
            wait_until(lambda: read()[1] == 6)
            step, n_done, per_second, seconds_left = read()
            is_seen.set()
    assert (step, n_done) == (Step.COLLECT, 6)
    assert per_second is not None
    # Two at once, each for a fifth of a second: ten a second at most.
    assert 0 < per_second <= 10.5
    assert seconds_left == pytest.approx(6 / per_second)


@pytest.mark.one_database
def test_without_access_nothing_is_asked_and_a_file_needs_none(
    sessions: Sessions, load: Load
) -> None:
    load(2, 0, 0)
    with serve() as server:
        key = submit_to(sessions, add_endpoint(sessions, server))
        with sessions.write() as session:
            claim = claim_submission(session, key)
        assert claim is not None
        with pytest.raises(RuntimeError):
            collect_predictions(sessions, claim, None)
        with sessions.write() as session:
            cancel(session, session.get_one(Submission, key))
        with pytest.raises(ClaimLost):
            collect_predictions(sessions, claim, make_access(server))
        assert server.bodies == []
