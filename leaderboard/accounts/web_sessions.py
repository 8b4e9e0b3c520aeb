"""Sessions on the server: a browser holds an opaque token, the database its hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, insert, not_, select
from sqlalchemy.orm import Session

from leaderboard.accounts.secret_hash import hash_secret
from leaderboard.db import now
from leaderboard.models.factor import FactorMeans, HalfSignIn, PassedFactor
from leaderboard.models.identity import WebSession
from leaderboard.models.team import User

SEEN_NOTED_EVERY = timedelta(minutes=5)
MAX_SESSIONS = 30
"""Of one user: the oldest end where there would be more."""
MAX_AGENT_CHARACTERS = 200
HALF_LASTS = timedelta(minutes=10)
"""Of a sign-in that waits for the second factor."""


class Passed(NamedTuple):
    """When and how somebody passed the second factor."""

    means: FactorMeans
    at: datetime


class SessionTerms(NamedTuple):
    """For how long a session lasts, and for how long it may go unused."""

    lasts: timedelta
    idle: timedelta


def begin_session(
    session: Session,
    user: User,
    terms: SessionTerms,
    *,
    network: str,
    agent: str,
    passed: Passed | None = None,
) -> str:
    """Sign `user` in: the token for their browser's cookie, which is kept nowhere else.

    With `passed` the session is one that has passed the second factor.
    Sessions that are over go, whoever's they were, and the oldest of a user who has too many.
    """
    begun = now()
    session.execute(delete(WebSession).where(not_(_goes_on(terms))))
    older = session.scalars(
        select(WebSession.id).where(WebSession.user_id == user.id).order_by(WebSession.id.desc())
    ).all()
    session.execute(delete(WebSession).where(WebSession.id.in_(older[MAX_SESSIONS - 1 :])))
    token = secrets.token_urlsafe(32)
    row = WebSession(
        token_hash=hash_secret(token),
        user_id=user.id,
        created_at=begun,
        seen_at=begun,
        ends_at=begun + terms.lasts,
        network=network,
        agent=" ".join(agent.split())[:MAX_AGENT_CHARACTERS],
    )
    session.add(row)
    session.flush()
    if passed is not None:
        # Not as an object: SQLite gives ids again, and the one before may still be loaded.
        session.execute(
            insert(PassedFactor).values(
                web_session_id=row.id, means=passed.means, passed_at=passed.at
            )
        )
    return token


def pass_again(session: Session, row: WebSession, means: FactorMeans) -> None:
    """Note that this session has passed the second factor now, whenever it did before."""
    session.execute(delete(PassedFactor).where(PassedFactor.web_session_id == row.id))
    session.execute(
        insert(PassedFactor).values(web_session_id=row.id, means=means, passed_at=now())
    )
    session.expire(row, ["passed"])


def begin_half(session: Session, user: User) -> str:
    """Note that `user` has proved the first factor: a token for their browser, good for a while."""
    begun = now()
    session.execute(delete(HalfSignIn).where(HalfSignIn.ends_at <= begun))
    token = secrets.token_urlsafe(32)
    session.add(
        HalfSignIn(token_hash=hash_secret(token), user_id=user.id, ends_at=begun + HALF_LASTS)
    )
    session.flush()
    return token


def find_half_signed_in(session: Session, token: str) -> User | None:
    """Who has proved the first factor by this token; nobody once it is over, or who is banned."""
    query = (
        select(User)
        .join(HalfSignIn, HalfSignIn.user_id == User.id)
        .where(HalfSignIn.token_hash == hash_secret(token), HalfSignIn.ends_at > now())
    )
    user = session.scalar(query)
    return None if user is None or user.is_banned else user


def end_half(session: Session, token: str) -> None:
    """Forget that sign-in; one that is over changes nothing."""
    session.execute(delete(HalfSignIn).where(HalfSignIn.token_hash == hash_secret(token)))


def find_session(session: Session, token: str, terms: SessionTerms) -> WebSession | None:
    """The session of this token, unless it ended, was not used for too long or its user banned."""
    found = session.scalar(
        select(WebSession).where(WebSession.token_hash == hash_secret(token), _goes_on(terms))
    )
    return None if found is None or found.user.is_banned else found


def read_sessions(session: Session, user: User, terms: SessionTerms) -> list[WebSession]:
    """Where `user` is signed in, the newest first."""
    return list(
        session.scalars(
            select(WebSession)
            .where(WebSession.user_id == user.id, _goes_on(terms))
            .order_by(WebSession.id.desc())
        )
    )


def is_seen_to_note(row: WebSession) -> bool:
    """Whether the last use is old enough to be noted again."""
    return now() - row.seen_at > SEEN_NOTED_EVERY


def end_session(session: Session, user: User, session_id: int) -> None:
    """End one session of `user`; one that is over, or another's, changes nothing."""
    session.execute(
        delete(WebSession).where(WebSession.id == session_id, WebSession.user_id == user.id)
    )


def end_sessions(session: Session, user: User) -> None:
    """Sign `user` out everywhere, where a sign-in is only half done too."""
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    session.execute(delete(HalfSignIn).where(HalfSignIn.user_id == user.id))


def _goes_on(terms: SessionTerms) -> ColumnElement[bool]:
    """The condition that a session has neither ended nor gone unused for too long."""
    moment = now()
    return and_(WebSession.ends_at > moment, WebSession.seen_at > moment - terms.idle)
