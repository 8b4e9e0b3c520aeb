"""Letters reach a real mail server, prove an address by a link, and tell a stranger nothing."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string, policy

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select, update

from leaderboard.accounts.users import set_email, set_password
from leaderboard.db import Sessions, now
from leaderboard.errors import Conflict, InvalidRequest, RateLimited
from leaderboard.hosting.people import ban_user
from leaderboard.leases import Terms, sweep
from leaderboard.letters.ask import KEPT, MAX_A_DAY, MAX_BY_ONE, PAUSE, add_letter, ask_letter
from leaderboard.letters.lease import LETTERS, PAUSES
from leaderboard.letters.links import RESET, Links
from leaderboard.letters.send import Post, send_letter
from leaderboard.letters.write import write_letter
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.team import User
from leaderboard.notices.channels import MailSettings
from leaderboard.site import Site
from tests.accounts.device import Device, add_to
from tests.factories import make_user
from tests.notices.receivers import Received, open_mailbox
from tests.waiting import HANG_SECONDS

URL = "https://leaderboard.example"
LINKS = Links(["k" * 40])
ADA = "ada@example.org"
HERE, ELSEWHERE = "203.0.113.7", "2001:db8:1:2::/64"


class Earlier(TimestampSigner):
    """Signs as if it were a little more than a reset's lifetime ago."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - int(RESET.lasts.total_seconds()) - 2


@pytest.fixture
def mailbox() -> Iterator[Received]:
    with open_mailbox() as received:
        yield received


def post_of(mailbox: Received) -> Post:
    mail = MailSettings(f"smtp://{mailbox.address}", "spine@leaderboard.example")
    return Post(LINKS, mail, URL)


def ask(sessions: Sessions, kind: LetterKind, address: str, by: str = HERE) -> int:
    """Ask as the user with the address `by`, or as a stranger from that network."""
    with sessions.write() as session:
        user = session.scalar(select(User).where(User.email == by))
        return ask_letter(session, kind, address, user or by).id


def read_text(mailbox: Received) -> str:
    """The only mail's text, as a reader sees it."""
    (mail,) = mailbox.mails
    text: str = message_from_string(mail, policy=policy.default).get_content()
    return text


def read_link(mailbox: Received, place: str) -> str:
    found = re.search(rf"{URL}/{place}/(\S+)", read_text(mailbox))
    assert found is not None
    return found[1]


def add_ada(sessions: Sessions) -> None:
    with sessions.write() as session:
        make_user(session, "ada")


def get_ada(sessions: Sessions) -> User:
    with sessions.read() as session:
        return session.scalars(select(User).where(User.name == "ada")).one()


def test_a_registration_proves_its_address(sessions: Sessions, mailbox: Received) -> None:
    key = ask(sessions, LetterKind.REGISTER, ADA)
    send_letter(sessions, key, post_of(mailbox))
    (mail,) = mailbox.mails
    assert f"To: {ADA}" in mail
    assert "Auto-Submitted: auto-generated" in mail
    assert LINKS.read_registration(read_link(mailbox, "register")) == ADA
    send_letter(sessions, key, post_of(mailbox))
    assert len(mailbox.mails) == 1, "a letter is sent once"


def test_who_has_just_been_invited_registers_without_a_pause(sessions: Sessions) -> None:
    for kind in (LetterKind.INVITE, LetterKind.REGISTER):
        ask(sessions, kind, ADA)
        with pytest.raises(RateLimited):
            ask(sessions, kind, ADA)


def test_who_has_an_account_is_told_so_and_nobody_else_is(
    sessions: Sessions, mailbox: Received
) -> None:
    add_ada(sessions)
    send_letter(sessions, ask(sessions, LetterKind.REGISTER, ADA), post_of(mailbox))
    text = read_text(mailbox)
    assert "already has an account" in text
    assert "/register/" not in text


def test_a_reset_goes_to_the_account_and_to_nobody_where_there_is_none(
    sessions: Sessions, mailbox: Received
) -> None:
    add_ada(sessions)
    key = ask(sessions, LetterKind.RESET, "nobody@example.org")
    send_letter(sessions, key, post_of(mailbox))
    assert mailbox.mails == []
    send_letter(sessions, ask(sessions, LetterKind.RESET, ADA), post_of(mailbox))
    with sessions.write() as session:
        text = read_link(mailbox, "reset")
        user = LINKS.get_reset(session, text)
        assert user.email == ADA
        set_password(session, user, "a quite different password")
    with sessions.read() as session, pytest.raises(InvalidRequest, match="no longer valid"):
        LINKS.get_reset(session, text)


def test_of_many_who_use_a_link_at_once_one_sets_the_password(sessions: Sessions) -> None:
    add_ada(sessions)
    text, starts = LINKS.sign_reset(get_ada(sessions)), threading.Barrier(4)
    outcomes: list[str] = []

    def use(n: int) -> None:
        starts.wait(HANG_SECONDS)
        try:
            with sessions.write() as session:
                user = LINKS.get_reset(session, text, uses=True)
                set_password(session, user, f"a quite different password {n}")
            outcomes.append("set")
        except InvalidRequest:
            outcomes.append("used")

    threads = [threading.Thread(target=use, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG_SECONDS)
    assert sorted(outcomes) == ["set", "used", "used", "used"]


def test_a_link_dies_with_the_password_and_with_the_address(sessions: Sessions) -> None:
    add_ada(sessions)
    ada = get_ada(sessions)
    texts = LINKS.sign_reset(ada), LINKS.sign_confirmation(ada, ADA)
    with sessions.write() as session:
        set_email(session, session.get_one(User, ada.id), "new@example.org")
    with sessions.read() as session:
        with pytest.raises(InvalidRequest, match="no longer valid"):
            LINKS.get_reset(session, texts[0])
        with pytest.raises(InvalidRequest, match="no longer valid"):
            LINKS.get_confirmation(session, texts[1])


def test_a_link_serves_one_purpose_and_is_not_forged(sessions: Sessions) -> None:
    add_ada(sessions)
    ada = get_ada(sessions)
    reset, confirmation = LINKS.sign_reset(ada), LINKS.sign_confirmation(ada, ADA)
    with sessions.read() as session:
        for text in (confirmation, LINKS.sign_registration(ADA), reset[:-2], "", "x.y.z"):
            with pytest.raises(InvalidRequest):
                LINKS.get_reset(session, text)
        with pytest.raises(InvalidRequest):
            LINKS.get_confirmation(session, reset)
        with pytest.raises(InvalidRequest):
            Links(["x" * 40]).get_reset(session, reset)
        assert Links(["n" * 40, "k" * 40]).get_reset(session, reset).email == ADA


def test_a_link_expires(sessions: Sessions) -> None:
    add_ada(sessions)
    keys, salt = ["k" * 40], "letter reset"
    content = URLSafeTimedSerializer(keys, salt=salt).loads(LINKS.sign_reset(get_ada(sessions)))
    old = URLSafeTimedSerializer(keys, salt=salt, signer=Earlier).dumps(content)
    with sessions.read() as session, pytest.raises(InvalidRequest, match="expired"):
        LINKS.get_reset(session, old)


def test_another_address_is_confirmed_by_a_mail_to_it(
    sessions: Sessions, mailbox: Received
) -> None:
    add_ada(sessions)
    key = ask(sessions, LetterKind.CONFIRM, "new@example.org", by=ADA)
    send_letter(sessions, key, post_of(mailbox))
    with sessions.read() as session:
        found = LINKS.get_confirmation(session, read_link(mailbox, "confirm"))
        assert (found.user.email, found.address) == (ADA, "new@example.org")


def test_an_address_with_an_account_cannot_become_anothers(
    sessions: Sessions, mailbox: Received
) -> None:
    add_ada(sessions)
    with sessions.write() as session:
        make_user(session, "eve")
    key = ask(sessions, LetterKind.CONFIRM, ADA, by="eve@example.org")
    send_letter(sessions, key, post_of(mailbox))
    text = read_text(mailbox)
    assert "already has an account" in text
    assert "/confirm/" not in text
    with sessions.write() as session:
        eve = session.scalars(select(User).where(User.name == "eve")).one()
        with pytest.raises(Conflict):
            set_email(session, eve, ADA)


def test_a_banned_person_gets_no_letter(sessions: Sessions, mailbox: Received) -> None:
    add_ada(sessions)
    with sessions.write() as session:
        ban_user(session, ADA, "hedy@example.org", "fraud")
    for kind in LetterKind:
        with sessions.write() as session:
            session.execute(update(Letter).values(at=now() - PAUSE))
        send_letter(sessions, ask(sessions, kind, ADA, by=ADA), post_of(mailbox))
    assert mailbox.mails == []


def let_pass(sessions: Sessions, pause: timedelta) -> None:
    """Have every letter be so old."""
    with sessions.write() as session:
        session.execute(update(Letter).values(at=now() - pause))


def ask_often(sessions: Sessions, kind: LetterKind, address: str, by: str, n: int) -> int:
    """Ask again and again; how many letters there were."""
    n_letters = 0
    for _ in range(n):
        let_pass(sessions, PAUSE)
        try:
            ask(sessions, kind, address, by)
        except RateLimited:
            continue
        n_letters += 1
    return n_letters


def test_nobodys_mailbox_is_flooded_from_here(sessions: Sessions) -> None:
    ask(sessions, LetterKind.REGISTER, ADA)
    with pytest.raises(RateLimited, match="less than a minute"):
        ask(sessions, LetterKind.REGISTER, ADA, ELSEWHERE)
    ask(sessions, LetterKind.REGISTER, "bob@example.org")
    assert ask_often(sessions, LetterKind.REGISTER, ADA, HERE, 2 * MAX_A_DAY) == MAX_BY_ONE - 1
    networks = [f"198.51.100.{n}" for n in range(2 * MAX_A_DAY)]
    n_more = sum(ask_often(sessions, LetterKind.REGISTER, ADA, one, 1) for one in networks)
    assert n_more == MAX_A_DAY - MAX_BY_ONE
    with pytest.raises(RateLimited, match="within a day"):
        ask(sessions, LetterKind.REGISTER, ADA, "198.51.100.99")
    let_pass(sessions, timedelta(days=1))
    ask(sessions, LetterKind.REGISTER, ADA)


def test_a_stranger_keeps_nobodys_other_mail_from_coming(sessions: Sessions) -> None:
    add_ada(sessions)
    with sessions.write() as session:
        make_user(session, "eve")
        make_user(session, "hugo")
    for network in (HERE, ELSEWHERE, "198.51.100.1"):
        for kind in (LetterKind.REGISTER, LetterKind.RESET):
            ask_often(sessions, kind, ADA, network, MAX_A_DAY)
    ask_often(sessions, LetterKind.CONFIRM, ADA, "eve@example.org", MAX_A_DAY)
    ask(sessions, LetterKind.CONFIRM, ADA, ADA)
    ask(sessions, LetterKind.INVITE, ADA, "hugo@example.org")


def test_one_network_does_not_use_up_what_another_may_ask_for(sessions: Sessions) -> None:
    ask_often(sessions, LetterKind.REGISTER, ADA, HERE, MAX_A_DAY)
    let_pass(sessions, PAUSE)
    ask(sessions, LetterKind.REGISTER, ADA, ELSEWHERE)


def test_nobody_uses_up_the_resets_of_somebody_else(sessions: Sessions) -> None:
    for network in (HERE, ELSEWHERE):
        ask_often(sessions, LetterKind.RESET, ADA, network, MAX_A_DAY)
    with pytest.raises(RateLimited, match="less than an hour ago"):
        ask(sessions, LetterKind.RESET, ADA)
    for network in (HERE, ELSEWHERE, "198.51.100.1"):
        let_pass(sessions, RESET.lasts)
        ask(sessions, LetterKind.RESET, ADA, network)
        with pytest.raises(RateLimited):
            ask(sessions, LetterKind.RESET, ADA, network)


def test_old_letters_are_forgotten(sessions: Sessions) -> None:
    ask(sessions, LetterKind.RESET, ADA)
    with sessions.write() as session:
        session.execute(update(Letter).values(at=now() - KEPT))
    ask(sessions, LetterKind.RESET, "bob@example.org")
    with sessions.read() as session:
        assert session.scalars(select(Letter.address)).all() == ["bob@example.org"]


def test_a_letter_that_is_refused_is_tried_again_and_then_failed(
    sessions: Sessions, mailbox: Received
) -> None:
    mailbox.rejects = True
    key = ask(sessions, LetterKind.REGISTER, ADA)
    for n_attempts in range(1, len(PAUSES) + 2):
        send_letter(sessions, key, post_of(mailbox))
        with sessions.read() as session:
            row = session.get_one(Letter, key)
            assert (row.n_attempts, "did not accept" in row.result) == (n_attempts, True)
    assert row.state is NoticeState.FAILED


def test_the_reconciler_takes_up_what_nobody_sent(sessions: Sessions) -> None:
    key = ask(sessions, LetterKind.REGISTER, ADA)
    terms = Terms(timedelta(seconds=30), 5)
    with sessions.write() as session:
        assert [one.key for one in sweep(session, LETTERS, terms)] == [key]
        assert sweep(session, LETTERS, terms) == []
        session.execute(update(Letter).values(next_at=now() - LETTERS.terms(terms).lease))
        assert [one.key for one in sweep(session, LETTERS, terms)] == [key]


def test_a_letter_says_by_what_its_owner_signs_in_now(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        letter = add_letter(session, LetterKind.WAYS, ADA, ada)
        for factor in ("none", "a passkey"):
            words = write_letter(session, letter, LINKS, Site(URL))
            assert words is not None
            assert f"Its second factor now: {factor}." in words.text
            add_to(session, ada, Device())
