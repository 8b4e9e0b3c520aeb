"""What of a result on hidden answers becomes public, on both databases."""

import pytest
from sqlalchemy import select, update

from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.errors import Conflict, NotFound
from leaderboard.evaluation.accept import decide_acceptance
from leaderboard.evaluation.accept_by_hand import accept_submission
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.run import evaluate
from leaderboard.items.values import read_items
from leaderboard.models.audit import AuditEntry
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.models.submission import Decider, Decision, Submission
from leaderboard.rankings.read import (
    RankingRow,
    read_board_scores,
    read_history,
    read_ranking,
    read_scores,
)
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit


def texts(track: str, n: int, n_right: int) -> dict[str, str]:
    return {
        f"test-{track}-{number:03}": f"ANSWER: {'B' if number < n_right else 'C'}"
        for number in range(n)
    }


def decision(sessions: Sessions, key: str) -> Decision:
    with sessions.read() as session:
        found = session.get_one(Submission, key).acceptance
        assert found is not None
        return found.decision


def rows(sessions: Sessions) -> list[RankingRow]:
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        return read_ranking(session, split, Board.TEXT).rows


def send(sessions: Sessions, key: str) -> Decision:
    evaluate(sessions, key, [ScriptedJudge({})], 5)
    return decision(sessions, key)


def test_a_result_that_is_no_better_is_shown_to_nobody_but_counted(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    first = submit_texts(texts("text", 20, 10))
    assert send(sessions, first) is Decision.ACCEPTED
    second = submit_texts(texts("text", 20, 11) | {"test-text-000": "C"})
    assert send(sessions, second) is Decision.UNCHANGED
    with sessions.read() as session:
        submission = session.get_one(Submission, second)
        for viewer in Viewer:
            assert read_scores(session, submission, viewer).scores == []
            assert read_scores(session, submission, viewer).outcomes == {}
            assert read_board_scores(session, [submission], viewer) == {}
        known = read_history(session, submission.model_card, submission.split)
        assert [one.id for one in known] == [first]
        told = " ".join(event.message + event.remedy for event in submission.events)
        assert "no significant change" in told
    (row,) = rows(sessions)
    assert (row.submission.id, row.scores[Board.TEXT].value, row.n_attempts) == (first, 50, 2)


def test_a_result_that_beats_the_teams_best_by_more_than_the_error_is_shown_whole(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    send(sessions, submit_texts(texts("text", 20, 10)))
    better = submit_texts(texts("text", 20, 14))
    assert send(sessions, better) is Decision.ACCEPTED
    with sessions.read() as session:
        scores = read_scores(session, session.get_one(Submission, better), Viewer.PUBLIC)
        assert scores.of(Metric.ACCURACY, Slice.SUBCONDITION)
    assert rows(sessions)[0].submission.id == better


def test_a_small_step_over_the_teams_best_shows_its_scores_and_no_breakdown(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    send(sessions, submit_texts(texts("text", 20, 10)))
    # Two more of twenty: 0.1 by hand is 1.45 standard errors, sqrt(0.1 * 0.9 / 19).
    better = submit_texts(texts("text", 20, 12))
    assert send(sessions, better) is Decision.ACCEPTED
    assert rows(sessions)[0].scores[Board.TEXT].value == 60
    with sessions.write() as session:
        submission = session.get_one(Submission, better)
        for viewer in Viewer:
            shown = read_scores(session, submission, viewer).scores
            assert {one.slice for one in shown} <= {Slice.ALL, Slice.CLOSED, Slice.TRACK}
            assert any(one.slice is Slice.TRACK for one in shown)
        assert submission.acceptance is not None
        submission.acceptance.decided_by = Decider.HOST
        shown = read_scores(session, submission, Viewer.PUBLIC).scores
        assert any(one.slice is Slice.SUBCONDITION for one in shown)


def test_a_new_model_card_opens_no_way_round_but_another_team_has_a_lineage_of_its_own(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    assert send(sessions, submit_texts(texts("text", 20, 15))) is Decision.ACCEPTED
    assert send(sessions, submit_texts(texts("text", 20, 14), "model-b")) is Decision.UNCHANGED
    other = submit_texts(texts("text", 20, 5), "model-c", "others")
    assert send(sessions, other) is Decision.ACCEPTED
    assert [row.model.slug for row in rows(sessions)] == ["model-a", "model-c"]


def test_each_track_has_one_first_look_and_a_best_of_its_own(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 20, 0)
    assert send(sessions, submit_texts(texts("text", 20, 15))) is Decision.ACCEPTED
    # With images comes another text result, which would be a second look at text.
    other = submit_texts(texts("text", 20, 14) | texts("image", 20, 15))
    assert send(sessions, other) is Decision.UNCHANGED
    assert send(sessions, submit_texts(texts("image", 20, 15))) is Decision.ACCEPTED
    # Both as they were accepted tell nothing new, and give the closed board its first result.
    both = submit_texts(texts("text", 20, 15) | texts("image", 20, 15))
    assert send(sessions, both) is Decision.ACCEPTED
    assert send(sessions, submit_texts(texts("text", 20, 14))) is Decision.UNCHANGED
    better = submit_texts(texts("text", 20, 18) | texts("image", 20, 17))
    assert send(sessions, better) is Decision.ACCEPTED


def test_on_public_answers_every_result_is_shown(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    with sessions.write() as session:
        session.execute(update(Split).values(answers=Answers.PUBLIC))
    for n_right in (15, 3):
        key = submit_texts(texts("text", 20, n_right))
        evaluate(sessions, key, [ScriptedJudge({})], 5)
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        assert submission.acceptance is None
        assert read_scores(session, submission, Viewer.PUBLIC).scores
    assert rows(sessions)[0].scores[Board.TEXT].value == 15


def test_a_decision_stays_when_scores_are_computed_again(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    send(sessions, submit_texts(texts("text", 20, 15)))
    worse = submit_texts(texts("text", 20, 14))
    send(sessions, worse)
    with sessions.write() as session:
        before = session.get_one(Submission, worse).acceptance
        assert before is not None
        at = before.decided_at
        items = read_items(session, session.get_one(Submission, worse).split_id)
        found = decide_acceptance(session, worse, items)
        assert found is not None
        assert (found.decision, found.decided_at) == (Decision.UNCHANGED, at)


def test_the_host_may_accept_by_hand_which_the_audit_trail_keeps(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    send(sessions, submit_texts(texts("text", 20, 15)))
    worse = submit_texts(texts("text", 20, 2), "ablation")
    send(sessions, worse)
    with sessions.write() as session:
        split_id = accept_submission(session, worse, "host", "an ablation").split_id
        rank_split(session, split_id)
    assert [row.model.slug for row in rows(sessions)] == ["model-a", "ablation"]
    with sessions.write() as session:
        submission = session.get_one(Submission, worse)
        assert submission.acceptance is not None
        assert submission.acceptance.decided_by is Decider.HOST
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor, entry.subject, entry.note) == (
            "host",
            f"submission {worse}",
            "an ablation",
        )
        with pytest.raises(Conflict):
            accept_submission(session, worse, "host", "")
        with pytest.raises(NotFound):
            accept_submission(session, "nothing", "host", "")
