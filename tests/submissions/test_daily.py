"""How many submissions a person may send in a day, on both databases."""

import threading
from itertools import count

import pytest
from sqlalchemy import func, select, update

from leaderboard.accounts.users import find_user
from leaderboard.db import Sessions, now
from leaderboard.errors import QuotaUsed
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.submission import Submission
from leaderboard.models.team import User
from leaderboard.submissions.daily import DAY, NO_CAP, DailyCap, read_daily_state
from leaderboard.submissions.submit import cancel
from tests.factories import make_card, make_submission, make_team, make_user
from tests.loaded import Load

THREE = DailyCap(3)
numbers = count()


def send(sessions: Sessions, person: str, team: str, cap: DailyCap = THREE) -> str:
    """Submit something new of a person for a team of theirs."""
    with sessions.write() as session:
        user = find_user(session, f"{person}@example.org") or make_user(session, person)
        card = make_card(session, make_team(session, team, user), f"of-{team}")
        texts = {"test-text-000": f"no. {next(numbers)}"}
        return make_submission(session, texts, card=card, daily=cap)


def test_what_was_cancelled_and_what_another_team_sent_counts_until_a_day_has_passed(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    keys = [send(sessions, "ada", team) for team in ("one", "two", "two")]
    with sessions.write() as session:
        for key in keys:
            cancel(session, session.get_one(Submission, key))
    with pytest.raises(QuotaUsed, match="You have sent 3 submissions in the last 24 hours") as used:
        send(sessions, "ada", "three")
    assert "cancelled count too" in used.value.remedy
    with sessions.write() as session:
        first = session.get_one(Submission, keys[0])
        assert used.value.next_at == first.created_at + DAY
        assert f"{used.value.next_at:%Y-%m-%d %H:%M} UTC" in used.value.remedy
        first.created_at = now() - DAY
    send(sessions, "ada", "three")
    with pytest.raises(QuotaUsed) as used:
        send(sessions, "ada", "three")
    with sessions.read() as session:
        assert used.value.next_at == session.get_one(Submission, keys[1]).created_at + DAY


def test_splits_with_public_answers_count_too(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    send(sessions, "ada", "one")
    with sessions.write() as session:
        session.execute(update(Split).values(answers=Answers.PUBLIC))
    for _ in range(2):
        send(sessions, "ada", "one")
    with pytest.raises(QuotaUsed):
        send(sessions, "ada", "one")


def test_others_may_send_and_so_may_everybody_without_a_limit(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    for _ in range(3):
        send(sessions, "ada", "one")
    send(sessions, "bob", "two")
    send(sessions, "ada", "one", NO_CAP)
    with sessions.read() as session:
        ada = session.scalars(select(User).where(User.name == "ada")).one()
        assert read_daily_state(session, ada, NO_CAP) is None
        state = read_daily_state(session, ada, DailyCap(5))
        assert state is not None
        assert (state.limit, state.n_used, state.n_left, state.next_at) == (5, 4, 1, None)


def test_of_those_that_are_sent_at_once_no_more_pass_than_are_left(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    send(sessions, "ada", "one")
    start, refused = threading.Barrier(6), list[QuotaUsed]()

    def work() -> None:
        start.wait()
        try:
            send(sessions, "ada", "one")
        except QuotaUsed as error:
            refused.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 3
    assert len(refused) == 4
