"""From a queued submission to scores and ranks, on both databases."""

import threading
from datetime import timedelta
from typing import NoReturn

import pytest
from sqlalchemy import func, select, text, update

from leaderboard.db import Sessions, now
from leaderboard.disclosure import Viewer
from leaderboard.errors import DATABASE_AWAITED, ClaimLost, OnHold, PermanentError
from leaderboard.evaluation.claim import SUBMISSIONS, claim_submission, requeue_submission
from leaderboard.evaluation.parse import parse_predictions
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.rating.rate import rate_reports
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.submissions import hide
from leaderboard.leases import Terms, nudge, renew, requeue_stale
from leaderboard.models.ranking import Board, Metric, Ranking, Score, Slice
from leaderboard.models.rating import Rating
from leaderboard.models.submission import EventKind, ParsedPrediction, Status, Submission
from leaderboard.queue import EVALUATE, Nudge
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingTable
from leaderboard.rankings.scores import (
    SubmissionScores,
    read_scores,
)
from leaderboard.scoring.boards import DEFAULT_BOARDS
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.intervals import wilson_interval
from leaderboard.submissions.submit import cancel
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit
from tests.package_files import DIMENSIONS


def texts(track: str, n: int, n_right: int) -> dict[str, str]:
    return {
        f"test-{track}-{number:03}": f"ANSWER: {'B' if number < n_right else 'C'}"
        for number in range(n)
    }


def reports(n: int) -> dict[str, str]:
    return {f"test-report-{number:03}": "A report." for number in range(n)}


def read(sessions: Sessions, key: str) -> tuple[Submission, SubmissionScores]:
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        _ = submission.events
        return submission, read_scores(session, submission, Viewer.PUBLIC)


def ranking(sessions: Sessions, board: Board = Board.OVERALL) -> RankingTable:
    with sessions.read() as session:
        split = session.scalars(select(Submission)).first()
        assert split is not None
        return read_ranking(session, split.split, board)


def test_the_published_arithmetic_holds_through_the_whole_path(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(294, 193, 87)
    key = submit_texts(texts("text", 294, 263) | texts("image", 193, 163) | reports(87))
    # Every dimension at 4.362 gives 20 x 4.362 = 87.24 for each report.
    evaluate(sessions, key, [ScriptedJudge(lambda item: 4.362)], 5)
    submission, scores = read(sessions, key)
    assert submission.status is Status.SCORED
    found = {board: scores.find(board) for board in DEFAULT_BOARDS}
    values = {board: round(score.value or 0, 2) for board, score in found.items() if score}
    assert values == {
        Board.TEXT: 89.46,
        Board.IMAGE: 84.46,
        Board.CLOSED: 87.47,
        Board.REPORT: 87.24,
        Board.OVERALL: 87.44,
        # 61 of 487 wrong, each at a third of a right one: 50 + 50 (426 - 61 / 3) / 487.
        Board.RELIABILITY: 91.65,
    }
    text = found[Board.TEXT]
    assert text is not None
    assert (text.n, text.n_correct, text.n_unscored) == (294, 263, 0)
    expected = wilson_interval(263, 294)
    assert (text.low, text.high) == pytest.approx(
        (100 * (expected.low or 0), 100 * (expected.high or 0))
    )


def test_breakdowns_count_their_own_items(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    # Of ten text items those with an even number are lumbar_stenosis' sisters: 5 and 5. Right are
    # 0..5: three even, three odd.
    load(10, 0, 2)
    key = submit_texts(texts("text", 10, 6) | reports(2))
    evaluate(sessions, key, [ScriptedJudge({"test-report-000": 5, "test-report-001": 2})], 5)
    _, scores = read(sessions, key)
    by_subcondition = {
        s.name: (s.value, s.n_correct, s.n) for s in scores.of(Metric.ACCURACY, Slice.SUBCONDITION)
    }
    assert by_subcondition == {"disc_herniation": (60, 3, 5), "lumbar_stenosis": (60, 3, 5)}
    by_report = {s.name: s.value for s in scores.of(Metric.REPORT, Slice.SUBCONDITION)}
    assert by_report == pytest.approx({"disc_herniation": 100, "lumbar_stenosis": 40})
    sections = {s.name: s.value for s in scores.of(Metric.RATING, Slice.SECTION)}
    assert sections == dict.fromkeys(
        ["imaging", "diagnosis", "treatment", "prognosis", "reasoning"], 3.5
    )
    assert len(scores.of(Metric.RATING, Slice.DIMENSION)) == len(DIMENSIONS)
    overall = scores.find(Board.OVERALL)
    assert overall is not None
    assert overall.value == pytest.approx((10 * 60 + 2 * 70) / 12)


def test_refusals_ambiguous_and_unparsed_predictions_are_wrong_and_counted_apart(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(4, 0, 0)
    key = submit_texts(
        {
            "test-text-000": "B",
            "test-text-001": "I'm sorry, but I can't assist with medical diagnosis.",
            "test-text-002": "Answer: A or B",
            "test-text-003": "Findings suggest vitamin B deficiency.",
        }
    )
    evaluate(sessions, key, [ScriptedJudge({})], 5)
    _, scores = read(sessions, key)
    (counts,) = scores.outcomes.values()
    assert counts == {"answered": 1, "refused": 1, "ambiguous": 1, "unparsed": 1}
    found = scores.find(Board.TEXT)
    assert found is not None
    assert found.value == 25


def test_a_report_that_a_judge_left_unscored_is_counted_and_never_zero(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 3)
    key = submit_texts(texts("text", 1, 1) | reports(3))
    values = {"test-report-000": 4.0, "test-report-001": None, "test-report-002": 2.0}
    evaluate(sessions, key, [ScriptedJudge(values)], 5)
    _, scores = read(sessions, key)
    report, overall = scores.find(Board.REPORT), scores.find(Board.OVERALL)
    assert report is not None
    assert report.value == pytest.approx(60)
    assert (report.n, report.n_unscored) == (2, 1)
    assert overall is not None
    assert (overall.value, overall.n, overall.n_unscored) == (None, 3, 1)
    (row,) = ranking(sessions).rows
    assert row.ranks.get(Board.TEXT) == RankRange(1, 1)
    assert Board.OVERALL not in row.ranks
    assert row.coverage == 0.75


def test_a_model_is_ranked_only_on_the_tracks_it_answered(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(40, 10, 0)
    both = submit_texts(texts("text", 40, 38) | texts("image", 10, 9), "model-a")
    text_alone = submit_texts(texts("text", 40, 2), "model-b", "others")
    for key in (both, text_alone):
        evaluate(sessions, key, [ScriptedJudge({})], 5)
    by_text = ranking(sessions, Board.TEXT)
    ranks = {row.model.slug: row.ranks for row in by_text.rows}
    assert ranks["model-a"][Board.TEXT] == RankRange(1, 1)
    assert ranks["model-b"][Board.TEXT] == RankRange(2, 2)
    assert Board.OVERALL in ranks["model-a"]
    assert set(ranks["model-b"]) == {Board.TEXT}
    assert by_text.n_ranked == 2
    assert [row.model.slug for row in ranking(sessions).rows] == ["model-a", "model-b"]


def test_a_model_stands_in_the_ranking_by_its_latest_public_submission(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(10, 0, 0)
    for n_right in (4, 9, 3):
        key = submit_texts(texts("text", 10, n_right))
        evaluate(sessions, key, [ScriptedJudge({})], 5)
    (row,) = ranking(sessions).rows
    assert (row.scores[Board.TEXT].value, row.n_attempts) == (30, 3)
    with sessions.write() as session:
        split_id = session.get_one(Submission, key).split_id
        hide(session, key, "host", "A test.")
        rank_split(session, split_id)
    (row,) = ranking(sessions).rows
    assert row.scores[Board.TEXT].value == 90


def test_evaluating_twice_changes_nothing(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(3, 1, 2)
    key = submit_texts(texts("text", 3, 2) | texts("image", 1, 1) | reports(2))
    judge = ScriptedJudge(lambda item: 3.0)
    evaluate(sessions, key, [judge], 5)
    with sessions.read() as session:
        before = [(s.metric, s.slice, s.name, s.value) for s in session.scalars(select(Score))]
        serial = session.scalars(select(Ranking.serial)).one()
    evaluate(sessions, key, [judge], 5)
    with sessions.read() as session:
        after = [(s.metric, s.slice, s.name, s.value) for s in session.scalars(select(Score))]
        assert session.scalars(select(Ranking.serial)).one() == serial
    assert after == before
    assert len(judge.calls) == 2


def test_of_many_who_claim_at_once_one_gets_it(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    key = submit_texts(texts("text", 1, 1))
    claims, start = [], threading.Barrier(8)

    def claim() -> None:
        start.wait()
        with sessions.write() as session:
            claims.append(claim_submission(session, key))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 8
    assert len([claim for claim in claims if claim is not None]) == 1


def test_a_run_that_lost_its_claim_writes_no_more_and_the_next_does_only_what_is_missing(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(4, 0, 3)
    key = submit_texts(texts("text", 4, 3) | reports(3))
    with sessions.write() as session:
        first = claim_submission(session, key)
    assert first is not None
    parse_predictions(sessions, first)

    class Stopping(ScriptedJudge):
        def rate(self, case, report):  # type: ignore[no-untyped-def]
            if len(self.calls) == 1:
                raise RuntimeError("the worker dies here")
            return super().rate(case, report)

    with pytest.raises(RuntimeError):
        rate_reports(sessions, first, [Stopping(lambda item: 3.0)])
    with sessions.write() as session:
        session.execute(update(Submission).values(heartbeat_at=now() - timedelta(minutes=5)))
    with sessions.write() as session:
        requeue_stale(session, SUBMISSIONS, Terms(timedelta(seconds=30), 5))
    with sessions.write() as session, pytest.raises(ClaimLost):
        renew(session, first)
    judge = ScriptedJudge(lambda item: 3.0)
    evaluate(sessions, key, [judge], 5)
    submission, _ = read(sessions, key)
    assert submission.status is Status.SCORED
    assert submission.n_attempts == 2
    assert len(judge.calls) == 2, "one of the three reports was rated before"
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Rating)) == 3 * len(DIMENSIONS)
        assert session.scalar(select(func.count()).select_from(ParsedPrediction)) == 4


def test_a_submission_whose_workers_all_die_fails_with_a_reason_and_can_go_again(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    key = submit_texts(texts("text", 1, 1))
    for _ in range(2):
        with sessions.write() as session:
            assert claim_submission(session, key) is not None
            session.execute(update(Submission).values(heartbeat_at=now() - timedelta(minutes=5)))
        with sessions.write() as session:
            requeue_stale(session, SUBMISSIONS, Terms(timedelta(seconds=30), 2))
    submission, _ = read(sessions, key)
    assert submission.status is Status.FAILED
    assert "2 attempts" in submission.events[-1].message
    assert submission.events[-1].remedy
    with sessions.write() as session:
        requeue_submission(session, key)
    evaluate(sessions, key, [ScriptedJudge({})], 2)
    assert read(sessions, key)[0].status is Status.SCORED


def test_a_defect_is_tried_again_and_its_traceback_reaches_no_team(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 1)
    key = submit_texts(reports(1))

    def break_down(item: str) -> float:
        raise RuntimeError("secret inner detail")

    evaluate(sessions, key, [ScriptedJudge(break_down)], 2)
    submission, _ = read(sessions, key)
    assert submission.status is Status.QUEUED
    evaluate(sessions, key, [ScriptedJudge(break_down)], 2)
    submission, _ = read(sessions, key)
    assert submission.status is Status.FAILED
    assert not any("secret" in event.message + event.remedy for event in submission.events)


def test_a_permanent_error_fails_at_once_with_its_words(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 1)
    key = submit_texts(reports(1))

    def refuse(item: str) -> float:
        raise PermanentError("The reports cannot be read.", "Send others.")

    evaluate(sessions, key, [ScriptedJudge(refuse)], 5)
    submission, _ = read(sessions, key)
    assert submission.status is Status.FAILED
    last = submission.events[-1]
    assert (last.kind, last.message, last.remedy) == (
        EventKind.FAILED,
        "The reports cannot be read.",
        "Send others.",
    )


def test_a_submission_cancelled_while_it_runs_stops_and_is_not_scored(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 3)
    key = submit_texts(reports(3))

    def cancel_at_second(item: str) -> float:
        if item.endswith("001"):
            with sessions.write() as session:
                cancel(session, session.get_one(Submission, key))
        return 3.0

    judge = ScriptedJudge(cancel_at_second)
    evaluate(sessions, key, [judge], 5)
    submission, scores = read(sessions, key)
    assert submission.status is Status.CANCELLED
    assert scores.scores == []
    assert judge.calls == ["test-report-000", "test-report-001"]


def test_whoever_waits_unnoticed_is_nudged_once_in_a_while_oldest_first(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    keys = [submit_texts(texts("text", 1, 1), f"model-{number}") for number in range(3)]
    with sessions.write() as session:
        assert nudge(session, SUBMISSIONS, timedelta(seconds=15)) == []
        session.execute(update(Submission).values(heartbeat_at=now() - timedelta(minutes=1)))
    with sessions.write() as session:
        nudges = nudge(session, SUBMISSIONS, timedelta(seconds=15))
        assert nudges == [Nudge(EVALUATE, key) for key in keys]
    with sessions.write() as session:
        assert nudge(session, SUBMISSIONS, timedelta(seconds=15)) == []


def test_what_waits_for_the_host_is_held_until_it_is_put_back(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    class Doubtful(ScriptedJudge):
        def rate(self, case: object, report: str) -> NoReturn:
            raise OnHold("The judge is in doubt.", "Wait for the host.")

    load(0, 0, 1)
    key = submit_texts(reports(1))
    evaluate(sessions, key, [Doubtful(lambda item: 3.0)], 5)
    submission, _ = read(sessions, key)
    assert submission.status is Status.HELD
    assert submission.run_id is None
    assert submission.events[-1].kind is EventKind.HELD
    assert submission.events[-1].message == "The judge is in doubt."
    evaluate(sessions, key, [ScriptedJudge(lambda item: 3.0)], 5)
    assert read(sessions, key)[0].status is Status.HELD
    with sessions.write() as session:
        requeue_submission(session, key)
    evaluate(sessions, key, [ScriptedJudge(lambda item: 3.0)], 5)
    assert read(sessions, key)[0].status is Status.SCORED


FULL = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON scores EXECUTE FUNCTION refuse()
"""
WITH_ROOM = "DROP TRIGGER full_disk ON scores; DROP FUNCTION refuse()"


@pytest.mark.own_database
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_without_room_uses_up_no_attempt_and_its_submissions_follow_later(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(2, 0, 0)
    key = submit_texts(texts("text", 2, 1))
    for statement, expected in ((FULL, Status.QUEUED), (WITH_ROOM, Status.SCORED)):
        with sessions.write() as session:
            session.execute(text(statement))
        for _ in range(3):
            evaluate(sessions, key, [ScriptedJudge(lambda item: 3.0)], 1)
        submission, _ = read(sessions, key)
        assert submission.status is expected
    kinds = [event.kind for event in submission.events]
    assert kinds == [
        *(EventKind.SUBMITTED, EventKind.STARTED, EventKind.REQUEUED, EventKind.SCORED)
    ], "its team hears of it once"
    assert submission.events[2].message == DATABASE_AWAITED
