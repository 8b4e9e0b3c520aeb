"""Sessions on the server: a browser holds an opaque token, the database its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.models.identity import WebSession
from leaderboard.models.team import User

SEEN_NOTED_EVERY = timedelta(minutes=5)
MAX_SESSIONS = 30
"""Of one user: the oldest end where there would be more."""
MAX_AGENT_CHARACTERS = 200


class SessionTerms(NamedTuple):
    """For how long a session lasts, and for how long it may go unused."""

    lasts: timedelta
    idle: timedelta


def begin_session(
    session: Session, user: User, terms: SessionTerms, *, network: str, agent: str
) -> str:
    """Sign `user` in: the token for their browser's cookie, which is kept nowhere else.

    Sessions that are over go, whoever's they were, and the oldest of a user who has too many.
    """
    begun = now()
    session.execute(
        delete(WebSession).where(
            or_(WebSession.ends_at <= begun, WebSession.seen_at <= begun - terms.idle)
        )
    )
    older = session.scalars(
        select(WebSession.id).where(WebSession.user_id == user.id).order_by(WebSession.id.desc())
    ).all()
    session.execute(delete(WebSession).where(WebSession.id.in_(older[MAX_SESSIONS - 1 :])))
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_hash=_hash(token),
            user_id=user.id,
            created_at=begun,
            seen_at=begun,
            ends_at=begun + terms.lasts,
            network=network,
            agent=" ".join(agent.split())[:MAX_AGENT_CHARACTERS],
        )
    )
    session.flush()
    return token


def find_session(session: Session, token: str, terms: SessionTerms) -> WebSession | None:
    """The session of this token, unless it ended, was not used for too long or its user banned."""
    moment = now()
    found = session.scalar(
        select(WebSession).where(
            WebSession.token_hash == _hash(token),
            WebSession.ends_at > moment,
            WebSession.seen_at > moment - terms.idle,
        )
    )
    return None if found is None or found.user.is_banned else found


def read_sessions(session: Session, user: User, terms: SessionTerms) -> list[WebSession]:
    """Where `user` is signed in, the newest first."""
    moment = now()
    return list(
        session.scalars(
            select(WebSession)
            .where(
                WebSession.user_id == user.id,
                WebSession.ends_at > moment,
                WebSession.seen_at > moment - terms.idle,
            )
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
    """Sign `user` out everywhere."""
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
