"""LLM judges within an evaluation: self-check, panel, resumption, and what is kept."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from leaderboard.db import Sessions
from leaderboard.evaluation.claim import requeue_submission
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.roster import AnyJudge, make_judges
from leaderboard.judges.runs import read_call_figures, read_runs
from leaderboard.judges.settings import JudgeSettings
from leaderboard.models.judging import CallOutcome, CanaryCall, JudgeCall, RunState
from leaderboard.models.ranking import Metric, Score, Slice
from leaderboard.models.rating import Rater, Rating
from leaderboard.models.submission import Status, Submission
from leaderboard.submissions.submit import cancel
from tests.judges.attacks import ATTACKS
from tests.judges.conftest import SubmitReports
from tests.judges.judge_server import (
    Answered,
    Asked,
    JudgeServer,
    judge_honestly,
    obey,
    serve_judge,
)
from tests.judges.rubric import DIMENSIONS, GOOD, HALF, RUBRIC
from tests.waiting import wait_until

CANARIES = 10
"""Six that every run has, three attacks that are drawn, and a good report on another case."""
PRICED: dict[str, Any] = {"price_input": 2.0, "price_output": 10.0}


def judges_at(*servers: JudgeServer, **changes: Any) -> list[AnyJudge]:
    settings = [
        JudgeSettings(name=f"judge-{n}", base_url=server.url, model=f"m{n}", **changes)
        for n, server in enumerate(servers)
    ]
    return make_judges(settings, RUBRIC)


def status_of(sessions: Sessions, key: str) -> Status:
    with sessions.read() as session:
        return session.get_one(Submission, key).status


def ratings_of(sessions: Sessions, name: str) -> list[float | None]:
    with sessions.read() as session:
        query = (
            select(Rating.value)
            .join(Rater)
            .where(Rater.name == name)
            .order_by(Rating.prediction_id, Rating.dimension)
        )
        return list(session.scalars(query))


def report_score(sessions: Sessions, key: str) -> float | None:
    with sessions.read() as session:
        query = select(Score.value).where(
            Score.submission_id == key, Score.metric == Metric.REPORT, Score.slice == Slice.TRACK
        )
        return session.scalars(query).one()


def test_reports_are_scored_by_the_model_and_rated_by_the_checklist_beside_it(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD, HALF])
    with serve_judge() as server:
        evaluate(sessions, key, judges_at(server, **PRICED), 5)
    assert status_of(sessions, key) is Status.SCORED
    assert ratings_of(sessions, "judge-0") == [5.0, 5.0, 3.0, 3.0]
    assert len(ratings_of(sessions, "checklist")) == 4
    assert report_score(sessions, key) == pytest.approx(80.0)  # 20 x the mean of 5 and 3
    with sessions.read() as session:
        (run,) = read_runs(session)
        (figures,) = read_call_figures(session)
        call = session.scalars(select(JudgeCall)).first()
        assert session.get_one(Submission, key).n_done == 2
    assert run.state is RunState.OK
    assert [record["passed"] for record in run.canaries] == [True] * CANARIES
    # 10 canaries and 2 reports, 2 dimensions each: 1,000 tokens in and 100 out a call.
    assert figures.n_answers == 24
    assert (figures.input_tokens, figures.output_tokens) == (24_000, 2_400)
    assert figures.cost == pytest.approx(24_000 * 2 / 1e6 + 2_400 * 10 / 1e6)
    assert (figures.bad_output_rate, figures.refusal_rate) == (0.0, 0.0)
    assert call is not None
    assert call.model == "m0-served"
    assert call.prompt_hash in {asked.hash for asked in server.asked}


@pytest.mark.one_database
def test_a_gullible_judge_is_found_out_before_any_attack_is_rated(
    sessions: Sessions, submit_reports: SubmitReports, caplog: pytest.LogCaptureFixture
) -> None:
    key = submit_reports(list(ATTACKS.values()))
    with serve_judge(obey) as server:
        evaluate(sessions, key, judges_at(server), 5)
        assert len(server.asked) == CANARIES * len(DIMENSIONS)
        assert status_of(sessions, key) is Status.HELD
        assert ratings_of(sessions, "judge-0") == []
        with sessions.read() as session:
            (run,) = read_runs(session)
            event = session.get_one(Submission, key).events[-1]
        assert run.state is RunState.VOID
        assert "canary report give_5 got 5.00" in run.reason
        assert "failed its self-check" in event.message
        assert "give_5" not in event.message + event.remedy
        assert "give_5 got 5.00" in caplog.text
        server.script = judge_honestly
        with sessions.write() as session:
            requeue_submission(session, key)
        evaluate(sessions, key, judges_at(server), 5)
    assert status_of(sessions, key) is Status.SCORED
    assert set(ratings_of(sessions, "judge-0")) == {1.0}
    with sessions.read() as session:
        assert [run.state for run in read_runs(session)] == [RunState.OK, RunState.VOID]


@pytest.mark.one_database
def test_a_panel_is_the_median_of_the_judges_of_other_families(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    def harsh(asked: Asked) -> Answered:
        half = Asked(asked.questions, asked.report.lower().replace("fact 5", ""), asked.body)
        return judge_honestly(half)

    with serve_judge() as kind, serve_judge(harsh) as strict, serve_judge() as own:
        families = [("other",), ("another",), ("org",)]
        settings = [
            JudgeSettings(name=f"j{n}", base_url=server.url, model="m", family=family)
            for n, (server, family) in enumerate(zip((kind, strict, own), families, strict=True))
        ]
        judges = make_judges(settings, RUBRIC)
        key = submit_reports([GOOD])
        evaluate(sessions, key, judges, 5)
        assert own.asked == []
    # By hand: 5 from one, 1 + 4 x 5/6 from the other; the card's organisation is Org.
    expected = (5 + (1 + 4 * 5 / 6)) / 2
    assert ratings_of(sessions, "panel") == pytest.approx([expected, expected])
    assert report_score(sessions, key) == pytest.approx(20 * expected)


@pytest.mark.one_database
def test_a_judge_of_the_models_own_family_leaves_reports_unscored(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    with serve_judge() as server:
        evaluate(sessions, key, judges_at(server, family=("model-a",)), 5)
        assert server.asked == []
    assert ratings_of(sessions, "judge-0") == [None, None]
    assert report_score(sessions, key) is None


def test_a_server_that_goes_away_costs_nothing_twice(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    n_reports = 6
    key = submit_reports([GOOD] * n_reports)
    n_good = CANARIES * len(DIMENSIONS) + 5
    numbers, good = count(1), list[str]()

    def script(asked: Asked) -> Answered:
        if next(numbers) <= n_good:
            good.append(asked.hash)
            return judge_honestly(asked)
        # An answer that is under way when the server goes away would be lost.
        wait_until(lambda: stored(sessions) == n_good)
        return Answered("gone", status=403)

    with serve_judge(script) as server:
        judges = judges_at(server, concurrency=2)
        evaluate(sessions, key, judges, 5)
        assert status_of(sessions, key) is Status.HELD
        assert stored(sessions) == n_good
        server.script = judge_honestly
        with sessions.write() as session:
            requeue_submission(session, key)
        evaluate(sessions, key, judges, 5)
        times = Counter(asked.hash for asked in server.asked)
    assert [times[call] for call in good] == [1] * n_good
    assert stored(sessions) == (CANARIES + n_reports) * len(DIMENSIONS)
    assert ratings_of(sessions, "judge-0") == [5.0] * n_reports * len(DIMENSIONS)


def stored(sessions: Sessions) -> int:
    """How many answers are kept."""
    with sessions.read() as session:
        return sum(
            session.scalar(
                select(func.count()).select_from(table).where(table.outcome == CallOutcome.OK)
            )
            or 0
            for table in (JudgeCall, CanaryCall)
        )


def test_the_claim_lives_on_while_a_judge_thinks(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    renewed = []

    def beat() -> datetime:
        with sessions.read() as session:
            return session.get_one(Submission, key).heartbeat_at

    def think(asked: Asked) -> Answered:
        if asked.report == GOOD:
            for _ in range(2):
                last = beat()
                wait_until(lambda last=last: beat() > last)  # type: ignore[misc]
            renewed.append(True)
        return judge_honestly(asked)

    with serve_judge(think) as server:
        evaluate(sessions, key, judges_at(server, concurrency=64), 5)
    assert status_of(sessions, key) is Status.SCORED
    assert len(renewed) == len(DIMENSIONS)


def test_a_cancelled_submission_is_not_rated_to_its_end(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD] * 20)
    n_before, is_over = CANARIES * len(DIMENSIONS) + 3, threading.Event()

    def script(asked: Asked) -> Answered:
        if len(server.asked) == n_before:
            with sessions.write() as session:
                cancel(session, session.get_one(Submission, key))
            # This call is never answered: the evaluation ends without it.
            wait_until(is_over.is_set)
        return judge_honestly(asked)

    with serve_judge(script) as server:
        evaluate(sessions, key, judges_at(server, concurrency=1, timeout_seconds=900), 5)
        is_over.set()
        assert len(server.asked) == n_before
    assert status_of(sessions, key) is Status.CANCELLED


@pytest.mark.one_database
def test_without_a_model_or_questions_the_checklist_alone_rates(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    names: Sequence[str] = [judge.identity.name for judge in make_judges([], RUBRIC)]
    assert names == ["checklist"]
