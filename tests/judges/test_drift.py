"""A judge that no longer rates as it did is noticed by its anchor reports, and held."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from leaderboard.db import Sessions
from leaderboard.evaluation.claim import requeue_submission
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.runs import read_runs
from leaderboard.models.judging import AnchorCall, AnchorReport, DriftCheck, RunState
from leaderboard.models.submission import Status, Submission
from tests.judges.conftest import SubmitReports
from tests.judges.judge_server import Answered, Asked, judge_honestly, serve_judge
from tests.judges.rubric import DIMENSIONS, GOOD, HALF
from tests.judges.test_rate import CANARIES, judges_at, ratings_of, status_of
from tests.loaded import Submit

N_REPORTS = 30
REPORTS = [GOOD, HALF] * (N_REPORTS // 2)
TEXTS = {f"test-report-{n:03}": report for n, report in enumerate(REPORTS)}


def judge_strictly(asked: Asked) -> Answered:
    """Blind to facts 4 and 5."""
    hidden = asked.report.replace("Fact 4", "Item").replace("Fact 5", "Item")
    return judge_honestly(replace(asked, report=hidden))


def read_check(sessions: Sessions) -> DriftCheck:
    with sessions.read() as session:
        return session.scalars(select(DriftCheck).order_by(DriftCheck.judge_run_id.desc())).first()  # type: ignore[return-value]


@pytest.mark.one_database
def test_every_run_rates_thirty_anchor_reports_again_and_holds_when_they_moved(
    sessions: Sessions,
    submit_reports: SubmitReports,
    submit_texts: Submit,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serve_judge() as server:
        evaluate(sessions, submit_reports(REPORTS), judges_at(server), 5)
        with sessions.read() as session:
            assert session.scalar(select(func.count()).select_from(AnchorReport)) == 30
            assert session.scalars(select(DriftCheck)).all() == []
        n_before = len(server.asked)

        second = submit_texts(TEXTS, "model-b", "team-b")
        evaluate(sessions, second, judges_at(server), 5)
        check = read_check(sessions)
        assert status_of(sessions, second) is Status.SCORED
        assert (check.n, check.change, check.is_stable) == (30, 0.0, True)
        asked = len(server.asked) - n_before
        assert asked == (CANARIES + N_REPORTS + N_REPORTS) * len(DIMENSIONS)

        server.script = judge_strictly
        third = submit_texts(TEXTS, "model-c", "team-c")
        n_rated = len(ratings_of(sessions, "judge-0"))
        evaluate(sessions, third, judges_at(server), 5)
        check = read_check(sessions)
        assert status_of(sessions, third) is Status.HELD
        # By hand: half of the anchors lose 2 of 6 questions, 4 x 2/6 = 1.33; the mean loses 0.67.
        assert check.change == pytest.approx(-2 / 3)
        assert not check.is_stable
        assert len(ratings_of(sessions, "judge-0")) == n_rated
        with sessions.read() as session:
            run = read_runs(session)[0]
            event = session.get_one(Submission, third).events[-1]
        assert run.state is RunState.VOID
        assert "changed by -0.67" in run.reason
        assert "0.67" not in event.message + event.remedy
        assert "has drifted" in caplog.text

        server.script = judge_honestly
        with sessions.write() as session:
            requeue_submission(session, third)
        evaluate(sessions, third, judges_at(server), 5)
        assert status_of(sessions, third) is Status.SCORED
        assert read_check(sessions).is_stable


def read_kept(sessions: Sessions) -> Sequence[str]:
    """The calls about anchor reports whose answers are stored."""
    with sessions.read() as session:
        return session.scalars(
            select(AnchorCall.prompt_hash).where(AnchorCall.outcome == "ok")
        ).all()


def test_an_interrupted_check_asks_only_what_is_missing(
    sessions: Sessions, submit_reports: SubmitReports, submit_texts: Submit
) -> None:
    with serve_judge() as server:
        evaluate(sessions, submit_reports(REPORTS), judges_at(server), 5)
        second = submit_texts(TEXTS, "model-b", "team-b")
        n_before = len(server.asked)

        def fail_late(asked: Asked) -> Answered:
            if len(server.asked) - n_before > 40:
                return Answered("gone", status=401)
            return judge_honestly(asked)

        server.script = fail_late
        evaluate(sessions, second, judges_at(server), 5)
        assert status_of(sessions, second) is not Status.SCORED
        kept = read_kept(sessions)
        assert kept
        server.script = judge_honestly
        with sessions.write() as session:
            requeue_submission(session, second)
        evaluate(sessions, second, judges_at(server), 5)
        assert status_of(sessions, second) is Status.SCORED
        times = Counter(asked.hash for asked in server.asked[n_before:])
    assert {times[call] for call in kept} == {1}
    assert len(read_kept(sessions)) == N_REPORTS * len(DIMENSIONS)
