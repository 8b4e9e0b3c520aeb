"""Letters are asked for here, by strangers and by people who are signed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.db import clock, now
from leaderboard.errors import RateLimited
from leaderboard.letters.links import RESET
from leaderboard.models.letter import Letter, LetterAsker, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.team import User

PAUSE = timedelta(minutes=1)
MAX_BY_ONE = 5
"""Of a kind to one address in a day, from one asker."""
MAX_A_DAY = 10
"""The same from all askers together."""
KEPT = timedelta(days=2)


def ask_letter(session: Session, kind: LetterKind, address: str, by: User | str) -> Letter:
    """Have a letter sent to `address`, asked for `by` a person or from a stranger's network.

    Nobody's mailbox is filled, and nobody can have another's mail refused:

    - Each kind is counted on its own, so requests to register use up nothing else.
    - A letter of a kind goes to an address once a minute, MAX_BY_ONE times a day for one asker (a
      person, or an IPv4 address or IPv6 /64) and MAX_A_DAY times for all. So whoever asks from one
      network cannot reach the number that holds for all, and whoever asks from many has only had
      links sent that its reader can use: to register or to accept, for days.
    - Beyond either number there is one reset as often as the link in the last one ends (RESET).
    - What people ask for to the address of their own account is counted by itself: whatever others
      ask for, they can confirm it.

    So nobody gets as many as seventy letters in a day, from however many networks they are asked.
    Raises RateLimited, alike for every address. The caller commits and enqueues.
    """
    moment = now()
    session.execute(delete(Letter).where(Letter.at < moment - KEPT))
    rows = _read_counted(session, kind, address, by, moment - timedelta(days=1))
    n_own = sum(row.asker == _name(by) for row in rows)
    if n_own >= MAX_BY_ONE or len(rows) >= MAX_A_DAY:
        _refuse_beyond(kind, address, len(rows), rows[-1].at)
    if rows and rows[-1].at > moment - PAUSE:
        raise RateLimited(
            f"A mail to {address} was asked for less than a minute ago.",
            "Wait a little, then ask again.",
        )
    letter = add_letter(session, kind, address, by if isinstance(by, User) else None)
    if isinstance(by, str):
        session.add(LetterAsker(letter_id=letter.id, network=by))
        session.flush()
    return letter


class _Counted(NamedTuple):
    """A letter that was asked for, when, and by whom."""

    at: datetime
    asker: int | str | None


def _read_counted(
    session: Session, kind: LetterKind, address: str, by: User | str, since: datetime
) -> list[_Counted]:
    """The letters that a request counts with, oldest first."""
    query = (
        select(Letter.at, Letter.user_id, LetterAsker.network)
        .outerjoin(LetterAsker, LetterAsker.letter_id == Letter.id)
        .where(Letter.kind == kind, Letter.address == address, Letter.at > since)
        .order_by(Letter.at, Letter.id)
    )
    if isinstance(by, User) and by.email == address:
        query = query.where(Letter.user_id == by.id)
    return [
        _Counted(at, network if user_id is None else user_id)
        for at, user_id, network in session.execute(query)
    ]


def _name(by: User | str) -> int | str:
    return by.id if isinstance(by, User) else by


def _refuse_beyond(kind: LetterKind, address: str, n: int, last: datetime) -> None:
    """Raise RateLimited, but for a reset once the link in the last one has ended."""
    if kind is not LetterKind.RESET:
        raise RateLimited(
            f"{n} mails to {address} were asked for within a day.",
            "Look for one of them, in your spam folder too, or try again tomorrow.",
        )
    if last > now() - RESET.lasts:
        raise RateLimited(
            f"Many mails to {address} were asked for within a day, the last less than "
            f"{RESET.words} ago.",
            f"Look for that one, in your spam folder too: its link is good for {RESET.words}.",
        )


def add_letter(session: Session, kind: LetterKind, address: str, user: User | None) -> Letter:
    """Have a letter sent that follows from what happened, whatever was sent before."""
    letter = Letter(
        kind=kind,
        address=address,
        user_id=user.id if user else None,
        at=now(),
        state=NoticeState.WAITING,
        next_at=clock(),
    )
    session.add(letter)
    session.flush()
    return letter
