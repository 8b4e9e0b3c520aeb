"""A test notice reaches its target once, on request, and says how it went and nothing secret."""

import json
from datetime import timedelta
from email import message_from_string

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook

from leaderboard.db import Sessions, now
from leaderboard.errors import NotFound, RateLimited
from leaderboard.models.notice import NoticeState, NoticeTarget, NoticeTest
from leaderboard.models.team import User
from leaderboard.notices.ask_test import PAUSE, ask_test, is_under_way
from leaderboard.notices.send_test import send_test
from leaderboard.notices.signature import write_secrets
from leaderboard.notices.targets import get_own_target, remove_target
from tests.loaded import Load
from tests.notices.receivers import open_mailbox, open_webhook
from tests.notices.test_notices import MEMBER, NOBODY_ALLOWED, add_target, outbox_of, policy_of


def ask(sessions: Sessions) -> int:
    """Ask for a test notice to the one target; returns its id."""
    with sessions.write() as session:
        target = session.scalars(select(NoticeTarget)).one()
        ask_test(session, target)
        return target.id


def read_test(sessions: Sessions) -> NoticeTest:
    with sessions.read() as session:
        return session.scalars(select(NoticeTest)).one()


def let_a_minute_pass(sessions: Sessions) -> None:
    with sessions.write() as session:
        session.execute(update(NoticeTest).values(asked_at=now() - PAUSE))


def test_a_webhook_gets_one_signed_test_a_minute_and_its_outcome_is_kept(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with open_webhook() as webhook:
        url = f"http://{webhook.address}/hook/private"
        secret = add_target(sessions, "webhook", url, policy_of(webhook))
        target_id = ask(sessions)
        assert is_under_way(read_test(sessions))
        with pytest.raises(RateLimited):
            ask(sessions)
        for _ in range(2):
            send_test(sessions, target_id, outbox_of(webhook))
        [(headers, body)] = webhook.requests
        told = Webhook(*write_secrets(secret)).verify(body, headers)
        assert told == json.loads(body)
        assert (told["id"], told["event"], told["submission"]) == (0, "test", None)
        test = read_test(sessions)
        assert (test.state, test.result) == (NoticeState.SENT, "it answered with status 204")

        webhook.status = 500
        let_a_minute_pass(sessions)
        ask(sessions)
        send_test(sessions, target_id, outbox_of(webhook))
        test = read_test(sessions)
        assert (test.state, test.result) == (NoticeState.FAILED, "it answered with status 500")
        ids = {headers["webhook-id"] for headers, _ in webhook.requests}
        assert len(ids) == len(webhook.requests) == 2


@pytest.mark.one_database
def test_a_test_that_cannot_be_delivered_says_why_without_secret_or_address(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with open_webhook() as webhook:
        url, policy = f"http://{webhook.address}/hook/private", policy_of(webhook)
        outbox = outbox_of(webhook)
    secret = add_target(sessions, "webhook", url, policy)
    send_test(sessions, ask(sessions), outbox)
    test = read_test(sessions)
    assert test.state is NoticeState.FAILED
    assert test.result.startswith("no response: ")
    assert secret not in test.result
    assert "private" not in test.result


@pytest.mark.one_database
def test_a_test_mail_names_the_team_that_asked_for_it(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    add_target(sessions, "email", MEMBER, NOBODY_ALLOWED)
    with open_webhook() as webhook, open_mailbox() as mailbox:
        send_test(sessions, ask(sessions), outbox_of(webhook, mailbox))
    mail = message_from_string(mailbox.mails[0])
    assert (mail["To"], mail["Subject"]) == (MEMBER, "SpineBench: a test notice")
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "your team Team has set it up" in text.decode()
    assert read_test(sessions).result == "the mail server accepted it"


@pytest.mark.one_database
def test_a_test_that_no_worker_took_is_lost_and_one_of_a_removed_target_is_gone(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    add_target(sessions, "email", MEMBER, NOBODY_ALLOWED)
    target_id = ask(sessions)
    with sessions.write() as session:
        session.execute(update(NoticeTest).values(asked_at=now() - timedelta(minutes=3)))
    assert not is_under_way(read_test(sessions))
    with sessions.write() as session:
        user = session.scalars(select(User)).one()
        stranger = User(email="s@example.org", name="S", password_hash="", created_at=now())
        session.add(stranger)
        session.flush()
        with pytest.raises(NotFound):
            get_own_target(session, stranger, target_id)
        remove_target(session, user, target_id)
        assert session.scalars(select(NoticeTest)).all() == []
    with open_webhook() as webhook:
        send_test(sessions, target_id, outbox_of(webhook))
    assert webhook.requests == []
