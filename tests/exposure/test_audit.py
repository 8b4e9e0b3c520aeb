"""Exposure audits of endpoint submissions, over real HTTP, on both databases."""

import re
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from config import Config
from demo.scripted_endpoint import read_question
from leaderboard.app import create_app
from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.splits import forbid_split
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict
from leaderboard.exposure.ask import ask_exposure
from leaderboard.exposure.request import request_exposure
from leaderboard.exposure.results import MEANING, ExposureResults, read_exposures
from leaderboard.models.benchmark import Item
from leaderboard.models.endpoint import SentItem
from leaderboard.models.exposure import ExposureAudit, ExposureQuestion, Way
from leaderboard.models.publication import FeedbackItem
from leaderboard.models.robustness import AuditState
from leaderboard.models.submission import EventKind, Submission
from leaderboard.packages.prompts import make_canary_line
from leaderboard.queue import Lane, make_rq_queue
from leaderboard.scoring.statistics.exposure import cut_question
from tests.asked import make_access
from tests.endpoints.server import failed, said, serve
from tests.exposure.models import (
    CANARY,
    N,
    make_benchmark,
    make_model,
    make_question,
    submit_scored,
)
from tests.factories import load_items, make_team, make_user
from tests.loaded import Load
from tests.package_files import make_manifest
from tests.site import ENDPOINT_KEY


def load(
    sessions: Sessions, items: list[dict[str, Any]], manifest: dict[str, Any] | None = None
) -> None:
    with sessions.write() as session:
        load_items(session, items, manifest)
        make_team(session, "team", make_user(session, "a"))


def request(sessions: Sessions, key: str, n_items: int = 100, *, seed: int = 1) -> int:
    with sessions.write() as session:
        return request_exposure(
            session,
            key,
            n_items=n_items,
            seed=seed,
            vault=KeyVault([ENDPOINT_KEY]),
            policy=AddressPolicy(),
        ).id


def read_newest(sessions: Sessions, key: str) -> ExposureResults:
    with sessions.read() as session:
        return read_exposures(session, key)[0]


def test_a_model_that_has_seen_the_items_is_told_from_one_that_has_not(sessions: Sessions) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
    # By hand: Wilson's intervals of 2, 8 and 0 of 8, and Newcombe's of their differences.
    guessed, all_of_8, none_of_8 = (0.25, 0.0715, 0.5907), (1, 0.6756, 1), (0, 0, 0.3244)
    for has_seen, options, apart, continued, completed in (
        (True, all_of_8, (0.75, 0.2795, 0.9285), all_of_8, 3),
        (False, guessed, (0, -0.3847, 0.3847), none_of_8, 0),
    ):
        with serve(then=make_model(items, has_seen=has_seen)) as server:
            key = submit_scored(sessions, server, model=f"model-{has_seen}".lower())
            ask_exposure(sessions, request(sessions, key), make_access(server))
        found = read_newest(sessions, key)
        assert found.audit.state is AuditState.FINISHED
        assert (found.n_answered, found.n_questions) == (4 * N + 3, 4 * N + 3)
        assert found.options is not None
        assert found.options.control is not None
        assert found.options.audited.estimate == pytest.approx(options, abs=1e-4)
        assert found.options.audited.chance == found.options.control.chance == 0.25
        assert found.options.control.estimate == pytest.approx(guessed, abs=1e-4)
        assert found.options.difference == pytest.approx(apart, abs=1e-4)
        assert found.continued is not None
        assert found.continued.control is not None
        assert found.continued.audited.estimate == pytest.approx(continued, abs=1e-4)
        assert found.continued.control.estimate == pytest.approx(none_of_8, abs=1e-4)
        assert (found.n_completed, found.n_canary) == (completed, 3)


def test_what_is_left_out_does_not_leave_and_what_leaves_of_hidden_items_is_logged(
    sessions: Sessions,
) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
    with serve(then=make_model(items, has_seen=False)) as server:
        key = submit_scored(sessions, server)
        with sessions.read() as session:
            n_logged = len(session.scalars(select(SentItem)).all())
        ask_exposure(sessions, request(sessions, key), make_access(server))
        prompts = [read_question(body) for body in server.bodies]
    assert all("image_url" not in str(body) for body in server.bodies)
    canaries = [text for text in prompts if "First half: " in text]
    assert len(canaries) == 3
    assert all(CANARY not in text and CANARY[len(CANARY) // 2 :] not in text for text in canaries)
    others = [text for text in prompts if text not in canaries]
    assert all(text.endswith(make_canary_line(CANARY)) for text in others)
    for item in items:
        halves = cut_question(item["question"])
        assert halves is not None
        assert not any(halves.rest in text for text in prompts)
        (alone,) = [text for text in prompts if f"A. {item['options']['A']}" in text]
        (cut,) = [text for text in prompts if f"First part: {halves.shown}\n" in text]
        assert "patient" not in alone
        assert item["options"]["B"] not in cut
    with sessions.read() as session:
        logged = session.scalars(select(SentItem.item_id)).all()
        hidden = session.scalars(select(Item.id).where(Item.key.startswith("test"))).all()
        assert len(logged) == n_logged + 2 * N
        assert set(logged) == set(hidden)


def test_of_a_protected_split_only_the_feedback_part_is_asked(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(120, 0, 0)
    with serve(then=said("ANSWER: A")) as server:
        key = submit_scored(sessions, server)
    audit_id = request(sessions, key, 60)
    with sessions.read() as session:
        rows = session.scalars(select(ExposureQuestion).filter_by(audit_id=audit_id)).all()
        # All 40 that there are; "Question 7?" is too short to be cut, and there is no canary.
        assert {row.item_id for row in rows} == set(session.scalars(select(FeedbackItem.item_id)))
        assert {row.way for row in rows} == {Way.OPTIONS}


def test_the_seed_draws_as_many_public_items_from_the_same_tracks(sessions: Sessions) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
    with serve(then=make_model(items, has_seen=False)) as server:
        key = submit_scored(sessions, server)
    drawn = []
    for seed in (1, 1, 2):
        audit_id = request(sessions, key, 4, seed=seed)
        with sessions.write() as session:
            session.get_one(ExposureAudit, audit_id).state = AuditState.FAILED
            rows = session.execute(
                select(ExposureQuestion.place, ExposureQuestion.way, Item.key)
                .outerjoin(Item, Item.id == ExposureQuestion.item_id)
                .where(ExposureQuestion.audit_id == audit_id)
                .order_by(ExposureQuestion.place)
            ).all()
        ways = [(row.way, row.key.split("-")[0] if row.key else "") for row in rows]
        for way in (Way.OPTIONS, Way.QUESTION):
            assert (ways.count((way, "test")), ways.count((way, "dev"))) == (4, 4)
        assert ways.count((Way.CANARY, "")) == 3
        drawn.append([tuple(row) for row in rows])
    assert drawn[0] == drawn[1] != drawn[2]


def test_on_a_public_split_there_is_no_control(sessions: Sessions) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
    with serve(then=make_model(items, has_seen=False)) as server:
        key = submit_scored(sessions, server, split="dev")
        ask_exposure(sessions, request(sessions, key), make_access(server))
    found = read_newest(sessions, key).options
    assert found is not None
    assert (found.control, found.difference) == (None, None)


def test_failed_requests_and_replies_without_an_answer_are_in_no_share(sessions: Sessions) -> None:
    load(sessions, [make_question(n, "test") for n in range(N)], make_manifest())
    with serve(then=said("ANSWER: A")) as server:
        key = submit_scored(sessions, server, concurrency=1)
    steps = [failed(400), said("The level is", "length"), said("I cannot answer this question.")]
    with serve(*steps, then=said("ANSWER: A"), port=int(server.place.split(":")[1])) as again:
        ask_exposure(sessions, request(sessions, key), make_access(again))
    found = read_newest(sessions, key)
    assert found.audit.state is AuditState.FINISHED
    assert sum(found.unscored.values()) >= 1
    assert found.unscored["rejected"] == 1
    assert found.options is not None
    assert found.continued is not None
    n_scored = found.options.audited.n + found.continued.audited.n
    assert n_scored == 2 * N - sum(found.unscored.values())


def test_a_split_closed_to_endpoints_is_not_asked_and_an_audit_under_way_ends(
    sessions: Sessions,
) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
    with serve(then=make_model(items, has_seen=True)) as server:
        key = submit_scored(sessions, server)
        audit_id = request(sessions, key)
        with pytest.raises(Conflict, match="is in progress"):
            request(sessions, key)
        with sessions.write() as session:
            forbid_split(session, session.get_one(Submission, key).split)
        ask_exposure(sessions, audit_id, make_access(server))
        with pytest.raises(Conflict, match="may no longer see test"):
            request(sessions, key)
        assert server.bodies == []
    audit = read_newest(sessions, key).audit
    assert audit.state is AuditState.FAILED
    assert "no longer lets endpoints see" in audit.reason


def test_the_team_hears_in_general_words_that_there_is_an_audit(sessions: Sessions) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
    with serve(then=make_model(items, has_seen=False)) as server:
        key = submit_scored(sessions, server)
        ask_exposure(sessions, request(sessions, key), make_access(server))
    with sessions.read() as session:
        event = session.get_one(Submission, key).events[-1]
    assert event.kind is EventKind.AUDITED
    assert "an audit of this submission" in event.message
    assert not re.search("expos|canary|seen|left out", event.message)


@pytest.mark.one_database
def test_a_host_audits_by_command_and_reads_the_numbers(
    sessions: Sessions, database_url: str, empty_redis_url: str
) -> None:
    items, manifest = make_benchmark()
    load(sessions, items, manifest)
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

    with serve(then=make_model(items, has_seen=True)) as server:
        key = submit_scored(sessions, server)
        assert flask("exposures", key).startswith("0 There is no exposure audit of")
        told = flask("expose", key, "--seed", "7")
        assert re.match(r"0 Exposure audit \d+: 8 items, seed 7; a worker will run it", told)
        audit_id = read_newest(sessions, key).audit.id
        with Redis.from_url(empty_redis_url) as redis:
            (job,) = make_rq_queue(redis, "submissions", Lane.ENDPOINTS).jobs
            assert (job.func_name, job.args) == ("workers.jobs.audit_exposure", [audit_id])
        ask_exposure(sessions, audit_id, make_access(server))
    with sessions.read() as session:
        line = read_audit(session)[0]
    assert (line.action, line.subject) == ("audit exposure", f"submission {key}")
    told = flask("exposures", key)
    for known in (
        "finished, 35 of 35 questions asked.",
        "right with the options alone 100.0 % (67.6 to 100.0), n = 8, chance 25.0 %",
        "of public items 25.0 % (7.1 to 59.1), n = 8, chance 25.0 %",
        "difference +75.0 points (+28.0 to +92.9)",
        "question continued 100.0 % (67.6 to 100.0), n = 8",
        "canary completed: 3 of 3",
        "not audited: `flask endpoint audit` does it",
        MEANING,
    ):
        assert known in told, told
    assert flask("expose", "nothing").startswith("1 There is no submission 'nothing'.")
    app.extensions["spinebench"].sessions.engine.dispose()
