"""Letters are asked for here, by strangers and by people who are signed in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import RateLimited
from leaderboard.letters.links import RESET
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.team import User

PAUSE = timedelta(minutes=1)
MAX_A_DAY = 10
"""To one address, whoever asks, resets apart from others: nobody's mail is flooded from here."""
KEPT = timedelta(days=2)
TOLD = (LetterKind.MOVED, LetterKind.WAYS, LetterKind.APPROVALS)
"""What nobody asks for: it follows from what somebody did."""


def ask_letter(
    session: Session, kind: LetterKind, address: str, user: User | None = None
) -> Letter:
    """Have a letter sent to `address`. Raises RateLimited, alike for every address.

    Nobody can use up the resets of somebody else: beyond a day's number there is one as often as
    the link in the last one ends. The caller commits and enqueues.
    """
    moment = now()
    session.execute(delete(Letter).where(Letter.at < moment - KEPT))
    rows = session.execute(
        select(Letter.kind, Letter.at).where(
            Letter.address == address,
            Letter.kind.not_in(TOLD),
            Letter.at > moment - timedelta(days=1),
        )
    ).all()
    is_reset = kind is LetterKind.RESET
    alike = [row.at for row in rows if (row.kind is LetterKind.RESET) == is_reset]
    if len(alike) >= MAX_A_DAY and not is_reset:
        raise RateLimited(
            f"{len(alike)} mails to {address} were asked for within a day.",
            "Look for one of them, in your spam folder too, or try again tomorrow.",
        )
    if len(alike) >= MAX_A_DAY and max(alike) > moment - RESET.lasts:
        raise RateLimited(
            f"Many mails to {address} were asked for within a day, the last less than "
            f"{RESET.words} ago.",
            f"Look for that one, in your spam folder too: its link is good for {RESET.words}.",
        )
    # Who has just been invited may register at once: only who may give a role sends invitations.
    if any(
        row.at > moment - PAUSE
        for row in rows
        if row.kind is not LetterKind.INVITE or kind is LetterKind.INVITE
    ):
        raise RateLimited(
            f"A mail to {address} was asked for less than a minute ago.",
            "Wait a little, then ask again.",
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
