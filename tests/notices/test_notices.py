"""Notices reach a real web server and a real mail server, once each, and nothing private."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy, read_policy
from leaderboard.errors import AddressRefused, Conflict, InvalidRequest, NotFound
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.leases import Terms, sweep
from leaderboard.models.notice import Notice, NoticeState, NoticeTarget
from leaderboard.models.team import Team, User
from leaderboard.notices.channels import MailSettings
from leaderboard.notices.lease import NOTICES, PAUSES
from leaderboard.notices.send import Outbox, send_notice
from leaderboard.notices.signature import write_secrets
from leaderboard.notices.targets import make_target, read_notices, read_targets, remove_target
from tests.factories import make_team, make_user
from tests.loaded import Load, Submit
from tests.notices.receivers import Received, open_mailbox, open_webhook

URL = "https://leaderboard.example"
MEMBER = "a@example.org"
NOBODY_ALLOWED = AddressPolicy()
NO_GRACE = timedelta(0)
HOST_TERMS = Terms(timedelta(seconds=30), 5)


@pytest.fixture
def webhook() -> Iterator[Received]:
    with open_webhook() as received:
        yield received


@pytest.fixture
def mailbox() -> Iterator[Received]:
    with open_mailbox() as received:
        yield received


def policy_of(webhook: Received) -> AddressPolicy:
    return read_policy([webhook.address], allow_http=False)


def outbox_of(webhook: Received, mailbox: Received | None = None) -> Outbox:
    mail = (
        MailSettings(f"smtp://{mailbox.address}", "spine@leaderboard.example") if mailbox else None
    )
    return Outbox(policy_of(webhook), mail, URL, NO_GRACE)


def add_target(sessions: Sessions, kind: str, address: str, policy: AddressPolicy) -> str:
    """Add a target to the one team; returns its secret."""
    with sessions.write() as session:
        team = session.scalars(select(Team)).one()
        return make_target(
            session, team, kind, address, policy, sends_mail=True, grace=NO_GRACE
        ).secret


def score(sessions: Sessions, submit_texts: Submit, letter: str = "B") -> str:
    key = submit_texts({"test-text-000": letter, "test-text-001": "B"})
    evaluate(sessions, key, [ChecklistJudge()], 5)
    return key


def send_due(sessions: Sessions, outbox: Outbox) -> list[int]:
    """What reconciler and workers do; returns what was due."""
    with sessions.write() as session:
        due = [nudge.key for nudge in sweep(session, NOTICES, HOST_TERMS)]
    for notice_id in due:
        send_notice(sessions, notice_id, outbox)
    return due


def read_all(sessions: Sessions) -> list[Notice]:
    with sessions.read() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def let_time_pass(sessions: Sessions) -> None:
    with sessions.write() as session:
        session.execute(update(Notice).values(next_at=now() - timedelta(seconds=1)))


def test_a_webhook_gets_a_signed_notice_once_that_holds_no_score(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received
) -> None:
    load(2, 0, 0)
    secret = add_target(sessions, "webhook", f"http://{webhook.address}/hook", policy_of(webhook))
    key = score(sessions, submit_texts)
    assert len(send_due(sessions, outbox_of(webhook))) == 1
    let_time_pass(sessions)
    assert send_due(sessions, outbox_of(webhook)) == []
    [(headers, body)] = webhook.requests
    [shown] = write_secrets(secret)
    assert Webhook(shown).verify(body, headers) == json.loads(body)
    told = json.loads(body)
    assert told.keys() == {"id", "event", "at", "submission"}
    assert told["event"] == "scored"
    assert told["submission"] == {
        "id": key,
        "model": "model-a",
        "team": "team",
        "benchmark": "tiny",
        "version": "1.0.0",
        "split": "test",
        "url": f"{URL}/submissions/{key}",
    }
    [notice] = read_all(sessions)
    assert (notice.state, notice.n_attempts) == (NoticeState.SENT, 1)


@pytest.mark.one_database
@pytest.mark.parametrize("status", [302, 500])
def test_a_webhook_that_fails_or_redirects_is_tried_again_and_given_up_at_last(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received, status: int
) -> None:
    load(2, 0, 0)
    hook = f"http://{webhook.address}/hook"
    [secret] = write_secrets(add_target(sessions, "webhook", hook, policy_of(webhook)))
    score(sessions, submit_texts)
    webhook.status = status
    with sessions.write() as session:
        session.execute(update(Notice).values(at=now() - timedelta(days=1)))
    before = now()
    send_due(sessions, outbox_of(webhook))
    [notice] = read_all(sessions)
    assert notice.state is NoticeState.WAITING
    assert notice.next_at >= before + PAUSES[0]
    assert send_due(sessions, outbox_of(webhook)) == []
    for _ in PAUSES:
        let_time_pass(sessions)
        send_due(sessions, outbox_of(webhook))
    [notice] = read_all(sessions)
    assert (notice.state, notice.n_attempts) == (NoticeState.FAILED, len(PAUSES) + 1)
    assert notice.result == f"it answered with status {status}"
    assert len(webhook.requests) == len(PAUSES) + 1
    assert len({headers["webhook-id"] for headers, _ in webhook.requests}) == 1
    for headers, body in webhook.requests:
        # Each attempt is signed with its own time: a day after the event it is still believed.
        Webhook(secret).verify(body, headers)
    let_time_pass(sessions)
    assert send_due(sessions, outbox_of(webhook)) == []


@pytest.mark.one_database
def test_a_notice_whose_worker_died_is_taken_up_again_and_two_jobs_send_it_once(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received
) -> None:
    load(2, 0, 0)
    add_target(sessions, "webhook", f"http://{webhook.address}/hook", policy_of(webhook))
    score(sessions, submit_texts)
    with sessions.write() as session:
        session.execute(update(Notice).values(state=NoticeState.SENDING, n_attempts=1))
    [notice_id] = send_due(sessions, outbox_of(webhook))
    send_notice(sessions, notice_id, outbox_of(webhook))
    assert len(webhook.requests) == 1


@pytest.mark.one_database
def test_a_webhook_never_leads_into_a_private_network_also_when_the_rules_change_later(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received
) -> None:
    load(2, 0, 0)
    for url in (f"http://{webhook.address}/", f"https://{webhook.address}/", "https://10.0.0.1/"):
        with pytest.raises(AddressRefused):
            add_target(sessions, "webhook", url, NOBODY_ALLOWED)
    add_target(sessions, "webhook", f"http://{webhook.address}/", policy_of(webhook))
    score(sessions, submit_texts)
    send_due(sessions, Outbox(NOBODY_ALLOWED, None, URL, NO_GRACE))
    assert webhook.requests == []
    [notice] = read_all(sessions)
    assert (notice.state, notice.n_attempts) == (NoticeState.WAITING, 1)


@pytest.mark.one_database
def test_mail_goes_to_members_alone_and_says_where_to_look(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received, mailbox: Received
) -> None:
    load(2, 0, 0)
    with pytest.raises(InvalidRequest):
        add_target(sessions, "email", "stranger@example.org", NOBODY_ALLOWED)
    with pytest.raises(InvalidRequest):
        add_target(sessions, "pigeon", MEMBER, NOBODY_ALLOWED)
    add_target(sessions, "email", MEMBER, NOBODY_ALLOWED)
    with pytest.raises(Conflict):
        add_target(sessions, "email", MEMBER.upper(), NOBODY_ALLOWED)
    key = score(sessions, submit_texts)
    mailbox.rejects = True
    send_due(sessions, outbox_of(webhook, mailbox))
    assert [notice.state for notice in read_all(sessions)] == [NoticeState.WAITING]
    mailbox.rejects = False
    let_time_pass(sessions)
    send_due(sessions, outbox_of(webhook, mailbox))
    mail = message_from_string(mailbox.mails[0])
    assert (mail["To"], mail["From"]) == (MEMBER, "spine@leaderboard.example")
    assert mail["Subject"] == "SpineBench: model-a is scored"
    text = str(mail.get_payload())
    assert f"{URL}/submissions/{key}" in text.replace("=\n", "")
    assert [notice.state for notice in read_all(sessions)] == [NoticeState.SENT]


def test_mail_goes_only_where_a_member_has_confirmed_the_address(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received, mailbox: Received
) -> None:
    load(2, 0, 0)
    with sessions.write() as session:
        make_team(session, "team", make_user(session, "made-up", is_confirmed=False))
        team = session.scalars(select(Team)).one()
        with pytest.raises(InvalidRequest, match="not confirmed"):
            make_target(
                *(session, team, "email", "made-up@example.org", NOBODY_ALLOWED),
                sends_mail=True,
                grace=NO_GRACE,
            )
    add_target(sessions, "email", MEMBER, NOBODY_ALLOWED)
    score(sessions, submit_texts)
    with sessions.write() as session:
        session.execute(update(User).where(User.email == MEMBER).values(email="new@example.org"))
    send_due(sessions, outbox_of(webhook, mailbox))
    assert mailbox.mails == []
    (notice,) = read_all(sessions)
    assert notice.result == "no member of the team has confirmed this address"


@pytest.mark.one_database
def test_without_settings_no_mail_is_sent_and_none_can_be_asked_for(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        team = session.scalars(select(Team)).one()
        with pytest.raises(InvalidRequest, match="sends no mail"):
            make_target(
                session, team, "email", MEMBER, NOBODY_ALLOWED, sends_mail=False, grace=NO_GRACE
            )


def test_a_target_that_is_removed_takes_its_notices_along_and_is_nobody_elses(
    sessions: Sessions, load: Load, submit_texts: Submit, webhook: Received
) -> None:
    load(2, 0, 0)
    add_target(sessions, "webhook", f"http://{webhook.address}/", policy_of(webhook))
    score(sessions, submit_texts)
    with sessions.write() as session:
        user = session.scalars(select(User)).one()
        stranger = User(email="s@example.org", name="S", password_hash="", created_at=now())
        session.add(stranger)
        session.flush()
        [target] = read_targets(session, user)
        assert [one.target_id for one in read_notices(session, user, 9)] == [target.id]
        assert read_targets(session, stranger) == []
        assert read_notices(session, stranger, 9) == []
        with pytest.raises(NotFound):
            remove_target(session, stranger, target.id)
        remove_target(session, user, target.id)
        assert session.scalars(select(NoticeTarget)).all() == []
        assert session.scalars(select(Notice)).all() == []
