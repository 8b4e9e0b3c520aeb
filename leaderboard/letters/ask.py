"""Letters are asked for here, by strangers and by people who are signed in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import RateLimited
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.team import User

PAUSE = timedelta(minutes=1)
MAX_A_DAY = 10
"""To one address, whoever asks: nobody's mail is flooded from here."""
KEPT = timedelta(days=2)
TOLD = (LetterKind.MOVED, LetterKind.WAYS)
"""What nobody asks for: it follows from what somebody did."""


def ask_letter(
    session: Session, kind: LetterKind, address: str, user: User | None = None
) -> Letter:
    """Have a letter sent to `address`. Raises RateLimited, alike for every address.

    The caller commits and enqueues.
    """
    moment = now()
    session.execute(delete(Letter).where(Letter.at < moment - KEPT))
    sent = session.execute(
        select(func.count(), func.max(Letter.at)).where(
            Letter.address == address,
            Letter.kind.not_in(TOLD),
            Letter.at > moment - timedelta(days=1),
        )
    ).one()
    n_letters, last_at = sent
    if n_letters >= MAX_A_DAY:
        raise RateLimited(
            f"{n_letters} mails to {address} were asked for within a day.",
            "Look for one of them, among unwanted mail too, or try again tomorrow.",
        )
    if n_letters and last_at > moment - PAUSE:
        raise RateLimited(
            f"A mail to {address} was asked for less than a minute ago.",
            "Wait for it a little, then ask again.",
        )
    return add_letter(session, kind, address, user)


def add_letter(session: Session, kind: LetterKind, address: str, user: User | None) -> Letter:
    """Have a letter sent that follows from what happened, whatever was sent before."""
    letter = Letter(
        kind=kind,
        address=address,
        user_id=user.id if user else None,
        at=now(),
        state=NoticeState.WAITING,
        next_at=now(),
    )
    session.add(letter)
    session.flush()
    return letter
