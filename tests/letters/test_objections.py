"""Who objected hears by mail that an answer is there, and the letter tells nothing else."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.users import set_email
from leaderboard.db import Sessions
from leaderboard.hosting.act import Act
from leaderboard.hosting.objections import answer_objection
from leaderboard.hosting.people import ban_user
from leaderboard.letters.write import write_letter
from leaderboard.models.identity import Means
from leaderboard.models.letter import Letter, LetterKind, ObjectionLetter
from leaderboard.models.team import User
from leaderboard.objections.send import get_item, send_objection
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.people.deletion import delete_account
from leaderboard.queue import SEND_LETTER
from leaderboard.site import Site
from tests.factories import load_items, make_user
from tests.letters.test_approvals import read_last, read_told, send_due
from tests.letters.test_letters import LINKS, URL
from tests.notices.receivers import Received, open_mailbox
from tests.package_files import make_items

HIDDEN = "test-text-000"


@pytest.fixture
def mailbox() -> Iterator[Received]:
    with open_mailbox() as received:
        yield received


@pytest.fixture
def published(sessions: Sessions) -> Sessions:
    """A benchmark whose answers are hidden, sam, and una with an address not yet confirmed."""
    with sessions.write() as session:
        load_items(session, make_items(4, 0, 0))
        make_user(session, "sam")
        make_user(session, "una", is_confirmed=False)
    return sessions


def find(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def answer(session: Session, name: str = "sam", key: str = HIDDEN) -> Act:
    """What `name` objected to is answered."""
    item = get_item(session, get_benchmark(session, "tiny"), key)
    made = send_objection(session, find(session, name), item, "item", "Is it C rather than B?")
    return answer_objection(session, made.id, "Yes: C.", "correction", "hugo@example.org")


def test_an_answer_is_told_of_by_a_link_and_by_nothing_else(
    published: Sessions, mailbox: Received
) -> None:
    with published.write() as session:
        done = answer(session)
        letter = session.scalars(select(Letter)).one()
        assert [(one.job, one.key) for one in done.nudges] == [(SEND_LETTER, letter.id)]
    send_due(published, mailbox)
    assert read_told(mailbox) == ["sam@example.org"]
    assert "Subject: SpineBench: your objection is answered" in mailbox.mails[0]
    text = read_last(mailbox)
    assert f"{URL}/objections#objection-1" in text
    assert "Tiny 1.0.0" in text
    for told in (HIDDEN, "Yes", "rather", "correction", "hugo"):
        assert told not in mailbox.mails[0]


def test_each_answer_is_told_of_once(published: Sessions, mailbox: Received) -> None:
    with published.write() as session:
        answer(session)
        answer(session, key="test-text-001")
    send_due(published, mailbox)
    send_due(published, mailbox)
    assert len(mailbox.mails) == 2
    assert "#objection-2" in read_last(mailbox)


def test_nobody_is_written_to_at_an_address_that_is_not_confirmed(published: Sessions) -> None:
    with published.write() as session:
        assert answer(session, "una").nudges == []
        assert session.scalar(select(func.count(Letter.id))) == 0


def test_a_letter_does_not_go_to_an_address_that_is_another_accounts_by_then_or_to_the_banned(
    published: Sessions, mailbox: Received
) -> None:
    with published.write() as session:
        answer(session)
        set_email(session, find(session, "sam"), "sam@elsewhere.example")
    with published.write() as session:
        set_email(session, make_user(session, "new"), "sam@example.org")
        confirm(session, find(session, "new"), Means.HOST)
        make_user(session, "bea")
        answer(session, "bea", "test-text-001")
        ban_user(session, "bea@example.org", "host", "spam")
    send_due(published, mailbox)
    assert mailbox.mails == []


def test_a_letter_goes_with_the_account_and_so_does_what_it_is_about(
    published: Sessions, mailbox: Received
) -> None:
    with published.write() as session:
        answer(session)
        assert session.scalar(select(func.count(ObjectionLetter.letter_id))) == 1
        delete_account(session, find(session, "sam"))
    with published.read() as session:
        assert session.scalars(select(Letter)).all() == []
        assert session.scalars(select(ObjectionLetter)).all() == []
    send_due(published, mailbox)
    assert mailbox.mails == []


def test_an_objection_of_a_deleted_account_is_answered_and_nobody_is_written_to(
    published: Sessions,
) -> None:
    with published.write() as session:
        item = get_item(session, get_benchmark(session, "tiny"), HIDDEN)
        made = send_objection(session, find(session, "sam"), item, "item", "It is wrong.")
        delete_account(session, find(session, "sam"))
        assert answer_objection(session, made.id, "Yes.", "none", "host").nudges == []


def test_a_letter_that_is_about_no_objection_is_not_written(published: Sessions) -> None:
    with published.write() as session:
        answer(session)
        letter = session.scalars(select(Letter)).one()
        assert letter.kind is LetterKind.OBJECTION
        session.delete(session.scalars(select(ObjectionLetter)).one())
        session.flush()
        assert write_letter(session, letter, LINKS, Site(URL)) is None
