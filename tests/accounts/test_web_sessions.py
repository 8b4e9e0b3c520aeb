"""Sessions are kept on the server: what ends there is over, whatever a browser still holds."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from leaderboard.accounts.tokens import get_token, make_token, revoke_tokens
from leaderboard.accounts.users import set_password
from leaderboard.accounts.web_sessions import (
    MAX_SESSIONS,
    SEEN_NOTED_EVERY,
    SessionTerms,
    begin_session,
    end_session,
    find_session,
    is_seen_to_note,
    read_sessions,
)
from leaderboard.db import Sessions, now
from leaderboard.errors import NotSignedIn
from leaderboard.hosting.people import ban_user, unban_user
from leaderboard.models.identity import WebSession
from leaderboard.models.team import Scope, User
from tests.factories import make_user

TERMS = SessionTerms(timedelta(days=14), timedelta(hours=72))


def begin(sessions: Sessions, name: str = "ada") -> str:
    with sessions.write() as session:
        user = session.scalar(select(User).where(User.name == name)) or make_user(session, name)
        return begin_session(session, user, TERMS, network="192.0.2.1", agent="A browser")


def is_signed_in(sessions: Sessions, token: str) -> bool:
    with sessions.read() as session:
        return find_session(session, token, TERMS) is not None


def age(sessions: Sessions, **ages: timedelta) -> None:
    """Move columns of every session into the past."""
    with sessions.write() as session:
        for name, by in ages.items():
            column = getattr(WebSession, name)
            (row,) = session.scalars(select(WebSession))
            session.execute(update(WebSession).values({column: getattr(row, name) - by}))


def test_the_database_knows_a_token_by_its_hash_alone(sessions: Sessions) -> None:
    token = begin(sessions)
    with sessions.read() as session:
        row = session.scalars(select(WebSession)).one()
        assert token not in str(vars(row))
        assert (row.network, row.agent) == ("192.0.2.1", "A browser")
        found = find_session(session, token, TERMS)
        assert found is not None
        assert found.user.name == "ada"
        assert find_session(session, token[:-1], TERMS) is None


def test_a_session_ends_after_its_days_though_it_is_used(sessions: Sessions) -> None:
    token = begin(sessions)
    age(sessions, ends_at=TERMS.lasts - timedelta(minutes=1))
    assert is_signed_in(sessions, token)
    age(sessions, ends_at=timedelta(minutes=2))
    assert not is_signed_in(sessions, token)


def test_a_session_ends_when_it_is_not_used(sessions: Sessions) -> None:
    token = begin(sessions)
    age(sessions, seen_at=TERMS.idle - timedelta(minutes=1))
    assert is_signed_in(sessions, token)
    age(sessions, seen_at=timedelta(minutes=2))
    assert not is_signed_in(sessions, token)


def test_the_last_use_is_noted_once_in_a_while(sessions: Sessions) -> None:
    begin(sessions)
    with sessions.read() as session:
        assert not is_seen_to_note(session.scalars(select(WebSession)).one())
    age(sessions, seen_at=SEEN_NOTED_EVERY + timedelta(seconds=1))
    with sessions.read() as session:
        assert is_seen_to_note(session.scalars(select(WebSession)).one())


def test_a_person_ends_their_own_sessions_and_nobody_elses(sessions: Sessions) -> None:
    ada, other, bob = begin(sessions), begin(sessions), begin(sessions, "bob")
    with sessions.write() as session:
        users = {user.name: user for user in session.scalars(select(User))}
        newest, oldest = read_sessions(session, users["ada"], TERMS)
        end_session(session, users["bob"], newest.id)
        assert len(read_sessions(session, users["ada"], TERMS)) == 2
        end_session(session, users["ada"], oldest.id)
    assert [is_signed_in(sessions, one) for one in (ada, other, bob)] == [False, True, True]


def test_a_new_password_ends_every_session_and_tokens_only_if_they_are_revoked(
    sessions: Sessions,
) -> None:
    token, other = begin(sessions), begin(sessions, "bob")
    with sessions.write() as session:
        user = session.scalars(select(User).where(User.name == "ada")).one()
        text = make_token(session, user, name="laptop", scopes=[Scope.READ]).text
        make_token(session, user, name="old", scopes=[Scope.READ]).row.expires_at = now()
        set_password(session, user, "another long password")
    assert not is_signed_in(sessions, token)
    assert is_signed_in(sessions, other)
    with sessions.write() as session:
        user = get_token(session, text).user
        assert revoke_tokens(session, user) == 1
        assert revoke_tokens(session, user) == 0
        with pytest.raises(NotSignedIn):
            get_token(session, text)


def test_a_ban_ends_sessions_for_good(sessions: Sessions) -> None:
    token = begin(sessions)
    with sessions.write() as session:
        ban_user(session, "ada@example.org", "hedy@example.org", "fraud")
    assert not is_signed_in(sessions, token)
    with sessions.write() as session:
        unban_user(session, "ada@example.org", "hedy@example.org", "")
    assert not is_signed_in(sessions, token)


def test_sessions_that_are_over_go_and_one_person_has_only_so_many(sessions: Sessions) -> None:
    begin(sessions)
    age(sessions, ends_at=TERMS.lasts + timedelta(seconds=1))
    tokens = [begin(sessions, "bob") for _ in range(MAX_SESSIONS + 2)]
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == MAX_SESSIONS
    assert [is_signed_in(sessions, one) for one in tokens] == [False, False] + [True] * MAX_SESSIONS
