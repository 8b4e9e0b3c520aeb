"""The limit of submissions and its ledger, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from leaderboard.db import Sessions, now
from leaderboard.errors import PermanentError, QuotaUsed
from leaderboard.evaluation.claim import SUBMISSIONS, claim_submission
from leaderboard.evaluation.run import evaluate
from leaderboard.leases import Terms, requeue_stale
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.quota import QuotaEntry
from leaderboard.models.submission import Submission
from leaderboard.models.team import Team
from leaderboard.submissions.quota import Quota, QuotaState, read_ledger, read_quotas
from leaderboard.submissions.submit import cancel
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

TWO = Quota(2, 7)


def state(sessions: Sessions) -> QuotaState:
    with sessions.read() as session:
        teams = session.scalars(select(Team)).all()
        splits = session.scalars(select(Split)).all()
        (found,) = read_quotas(session, teams, splits, TWO)
        assert found.split.name == "test"
        return found.state


def test_beyond_the_limit_the_next_time_is_said(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    assert state(sessions) == QuotaState(2, 7, 0, None)
    for number in range(2):
        submit_texts({"test-text-000": f"{number}"}, quota=TWO)
    with sessions.read() as session:
        first = session.scalar(select(func.min(QuotaEntry.at)))
    assert first is not None
    with pytest.raises(QuotaUsed) as refused:
        submit_texts({"test-text-000": "2"}, quota=TWO)
    assert refused.value.next_at == first + timedelta(days=7)
    assert f"{first + timedelta(days=7):%Y-%m-%d %H:%M}" in refused.value.remedy
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 2


def test_a_unit_is_free_again_when_it_leaves_the_window(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    keys = [submit_texts({"test-text-000": f"{number}"}, quota=TWO) for number in range(2)]
    with sessions.write() as session:
        session.execute(
            update(QuotaEntry)
            .where(QuotaEntry.submission_id == keys[0])
            .values(at=now() - timedelta(days=7, seconds=1))
        )
    assert state(sessions).n_left == 1
    submit_texts({"test-text-000": "2"}, quota=TWO)
    assert state(sessions).n_left == 0


def test_what_is_cancelled_or_fails_is_given_back_once_with_its_reason(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 1)
    quota = Quota(3, 7)
    texts = {"test-report-000": "A report."}
    cancelled, failed, dead = (submit_texts(texts, f"m-{n}", quota=quota) for n in range(3))
    with sessions.write() as session:
        cancel(session, session.get_one(Submission, cancelled))

    def refuse(item: str) -> float:
        raise PermanentError("The reports cannot be read.", "Send others.")

    evaluate(sessions, failed, [ScriptedJudge(refuse)], 5)
    with sessions.write() as session:
        claim_submission(session, dead)
        session.execute(update(Submission).values(heartbeat_at=now() - timedelta(minutes=5)))
    with sessions.write() as session:
        requeue_stale(session, SUBMISSIONS, Terms(timedelta(seconds=30), 1))
    assert state(sessions).n_used == 0
    with sessions.read() as session:
        ledger = read_ledger(session, session.scalars(select(Team)).one())
        found = {(entry.submission_id, entry.units, entry.reason) for entry in ledger}
    assert found == {
        *((key, 1, "Submitted.") for key in (cancelled, failed, dead)),
        (cancelled, -1, "Cancelled."),
        (failed, -1, "Failed."),
        (dead, -1, "Failed."),
    }


def test_splits_with_public_answers_and_other_teams_are_not_limited_by_it(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    one = Quota(1, 7)
    submit_texts({"test-text-000": "A"}, quota=one)
    submit_texts({"test-text-000": "A"}, "model-b", "others", quota=one)
    with sessions.write() as session:
        session.execute(update(Split).values(answers=Answers.PUBLIC))
    submit_texts({"test-text-000": "B"}, quota=one)


def test_of_many_who_submit_at_once_no_more_than_the_limit_pass(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    submit_texts({"test-text-000": "first"}, quota=Quota(4, 7))
    passed, refused, start = [], [], threading.Barrier(10)

    def send(number: int) -> None:
        start.wait()
        try:
            passed.append(submit_texts({"test-text-000": f"{number}"}, quota=Quota(4, 7)))
        except QuotaUsed as error:
            refused.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), len(refused)) == (3, 7)
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(QuotaEntry)) == 4
