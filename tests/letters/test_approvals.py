"""Hosts hear by mail that a team waits for them, and nobody fills their mailbox by it."""

from collections.abc import Iterator
from email import message_from_string, policy
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.letters.approvals import PAUSE
from leaderboard.letters.send import Post, send_letter
from leaderboard.models.benchmark import Split
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.role import Role
from leaderboard.models.team import Team, User
from leaderboard.submissions.approvals import approve_team
from tests.factories import make_card, make_submission, make_team, make_user
from tests.letters.test_letters import LINKS, URL, post_of
from tests.loaded import Load
from tests.notices.receivers import Received, open_mailbox
from tests.waiting import HANG_SECONDS


@pytest.fixture
def mailbox() -> Iterator[Received]:
    with open_mailbox() as received:
        yield received


def send(session: Session, team: str, text: str = "ANSWER: B") -> str:
    """A submission of a team of one person, both made if new."""
    user = session.scalar(select(User).where(User.name == f"of-{team}"))
    found = make_team(session, team, user or make_user(session, f"of-{team}"))
    card = make_card(session, found, f"model-{team}")
    return make_submission(
        session, {"test-text-000": f"{text} {team}"}, card=card, asks_approval=True
    )


def send_due(sessions: Sessions, mailbox: Received) -> None:
    """Send what a worker would by now."""
    with sessions.read() as session:
        due = select(Letter.id).where(Letter.next_at <= now()).order_by(Letter.id)
        keys = session.scalars(due).all()
    for key in keys:
        send_letter(sessions, key, post_of(mailbox))


def let_a_day_pass(sessions: Sessions) -> None:
    with sessions.write() as session:
        for letter in session.scalars(select(Letter)):
            letter.at, letter.next_at = letter.at - PAUSE, letter.next_at - PAUSE


def read_told(mailbox: Received) -> list[str]:
    """To whom the mails went, in their order."""
    return [message_from_string(mail, policy=policy.default)["To"] for mail in mailbox.mails]


def read_last(mailbox: Received) -> str:
    text: str = message_from_string(mailbox.mails[-1], policy=policy.default).get_content()
    return text


def test_the_hosts_of_the_benchmark_are_told_that_a_team_waits(
    sessions: Sessions, load: Load, mailbox: Received
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hugo", role=Role.HOST)
        make_user(session, "hedy", role=Role.HOST, is_confirmed=False)
        make_user(session, "elsewhere", role=Role.HOST, benchmark="other")
        make_user(session, "anna", role=Role.ADMIN)
        send(session, "team-a")
    send_due(sessions, mailbox)
    assert read_told(mailbox) == ["hugo@example.org"]
    assert "Subject: SpineBench: 1 team waits for your approval" in mailbox.mails[0]
    text = read_last(mailbox)
    assert "- Team-A (team-a), on Tiny" in text
    assert f"{URL}/admin/approvals" in text


def test_administrators_are_told_where_no_host_can_be(
    sessions: Sessions, load: Load, mailbox: Received
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hedy", role=Role.HOST, is_confirmed=False)
        make_user(session, "anna", role=Role.ADMIN)
        send(session, "team-a")
    send_due(sessions, mailbox)
    assert read_told(mailbox) == ["anna@example.org"]
    assert "- Team-A" in read_last(mailbox)


def test_a_team_is_told_of_once_and_not_for_each_submission(
    sessions: Sessions, load: Load, mailbox: Received
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hugo", role=Role.HOST)
        for n in range(3):
            send(session, "team-a", f"no. {n}")
    send_due(sessions, mailbox)
    with sessions.write() as session:
        send(session, "team-a", "one more")
    let_a_day_pass(sessions)
    send_due(sessions, mailbox)
    assert len(mailbox.mails) == 1


def test_many_new_teams_make_one_letter_a_day_and_none_is_left_out(
    sessions: Sessions, load: Load, mailbox: Received
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hugo", role=Role.HOST)
        send(session, "team-a")
    send_due(sessions, mailbox)
    for n in range(4):
        with sessions.write() as session:
            send(session, f"team-{n}")
        send_due(sessions, mailbox)
    assert len(mailbox.mails) == 1, "what comes within the day waits for the next letter"
    let_a_day_pass(sessions)
    send_due(sessions, mailbox)
    assert len(mailbox.mails) == 2
    text = read_last(mailbox)
    assert [f"Team-{n}" in text for n in ("A", *range(4))] == [True] * 5


def test_a_letter_that_the_host_has_forestalled_is_not_sent(
    sessions: Sessions, load: Load, mailbox: Received
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hugo", role=Role.HOST)
        send(session, "team-a")
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        approve_team(
            session, session.scalars(select(Team).where(Team.slug == "team-a")).one(), split
        )
    send_due(sessions, mailbox)
    assert mailbox.mails == []


def test_teams_that_begin_to_wait_at_once_make_one_letter(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hugo", role=Role.HOST)
    starts = Barrier(4)

    def begin(n: int) -> None:
        starts.wait(HANG_SECONDS)
        with sessions.write() as session:
            send(session, f"team-{n}")

    threads = [Thread(target=begin, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG_SECONDS)
    with sessions.read() as session:
        assert session.scalars(select(Letter.kind)).all() == [LetterKind.APPROVALS]


def test_without_a_mail_server_the_letter_is_given_up_at_once(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        make_user(session, "hugo", role=Role.HOST)
        send(session, "team-a")
        key = session.scalars(select(Letter.id)).one()
    send_letter(sessions, key, Post(LINKS, None, URL))
    with sessions.read() as session:
        row = session.get_one(Letter, key)
        assert (row.state, row.result) == (NoticeState.FAILED, "this server sends no mail")
