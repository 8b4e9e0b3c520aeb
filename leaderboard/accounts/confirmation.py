"""Whether a person's e-mail address is known to be theirs, and what waits until it is.

Until then a person may look and manage their own account, and do nothing else: `require_confirmed`
is the one gate. An account from before addresses were confirmed counts as confirmed for a grace,
but not for what is given to an address itself: a role, or an invitation that was made for it. Who
takes that must have confirmed the address (`require_proven`), or an impostor who registered it once
could.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import Unconfirmed
from leaderboard.models.identity import Confirmation, Means
from leaderboard.models.team import User

MEANS_WORDS = {
    Means.MAIL: "by the link that was sent to it",
    Means.HOST: "by the host",
    Means.PROVIDER: "by a sign-in provider",
    Means.SET_UP: "when this demonstration was set up: nobody was sent a link",
}


class ConfirmationTerms(NamedTuple):
    """The grace of older accounts, and whether this server can send the link that confirms."""

    grace: timedelta
    sends_mail: bool


def confirm(session: Session, user: User, means: Means) -> None:
    """Note that the present address of `user` is theirs; once it is known, nothing changes."""
    row = session.get(Confirmation, user.id)
    if row is not None and row.email == user.email:
        return
    if row is None:
        row = Confirmation(user_id=user.id)
        session.add(row)
    row.email, row.confirmed_at, row.means = user.email, now(), means
    session.flush()
    session.expire(user, ["is_confirmed"])


def find_confirmation(session: Session, user: User) -> Confirmation | None:
    """How and when the present address of `user` was confirmed; None if it is not."""
    row = session.get(Confirmation, user.id)
    return row if row is not None and row.email == user.email else None


def find_grace_end(user: User, grace: timedelta) -> datetime | None:
    """Until when an unconfirmed `user` counts as confirmed; None for one who does not (any more)"""
    if user.is_confirmed or user.grace_began_at is None:
        return None
    end = user.grace_began_at + grace
    return end if end > now() else None


def counts_as_confirmed(user: User, grace: timedelta) -> bool:
    """Whether `user` may do what needs a confirmed address."""
    return user.is_confirmed or find_grace_end(user, grace) is not None


def require_proven(user: User) -> None:
    """Raise Unconfirmed unless the address of `user` is confirmed; no grace counts."""
    if not user.is_confirmed:
        raise Unconfirmed(
            f"The e-mail address {user.email} is not confirmed.",
            "Confirm it first; your account page says how.",
        )


def require_confirmed(user: User, terms: ConfirmationTerms) -> None:
    """Raise Unconfirmed unless `user` may do what needs a confirmed address."""
    if not counts_as_confirmed(user, terms.grace):
        raise Unconfirmed(
            f"The e-mail address {user.email} is not confirmed.",
            "Open the link that was sent to it; your account page can send another."
            if terms.sends_mail
            else "Ask the host of this server to confirm it: this server sends no mail.",
        )
