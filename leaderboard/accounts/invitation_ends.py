"""How invitations end, to a team and to a role alike: used, declined, withdrawn or too old."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import InvalidRequest
from leaderboard.models.invitation import (
    InvitationEnd,
    InvitationOutcome,
    RoleInvitation,
    RoleInvitationEnd,
    TeamInvitation,
)
from leaderboard.models.team import User

Invitation = TeamInvitation | RoleInvitation
TOLD_FOR = timedelta(days=30)
"""How long those who invite see that somebody has declined."""


class Kind(NamedTuple):
    """The table of an invitation's end, and what to do about one that has ended."""

    table: type[InvitationEnd | RoleInvitationEnd]
    remedy: str


KINDS: dict[type[Invitation], Kind] = {
    TeamInvitation: Kind(InvitationEnd, "Ask for a new link."),
    RoleInvitation: Kind(RoleInvitationEnd, "Ask for a new one."),
}


def require_no_end(row: Invitation) -> None:
    """Raise InvalidRequest if an invitation was used, declined or withdrawn."""
    if row.end is not None:
        is_used = row.end.outcome is InvitationOutcome.ACCEPTED
        raise refuse(row, f"has been {'used' if is_used else row.end.outcome.value}")


def require_open(row: Invitation) -> None:
    """Raise InvalidRequest if an invitation was used, declined or withdrawn, or is too old."""
    require_no_end(row)
    if row.expires_at <= now():
        raise refuse(row, f"expired on {row.expires_at:%Y-%m-%d}")


def end_invitation(
    session: Session, row: Invitation, outcome: InvitationOutcome, user: User
) -> None:
    """Write down the end of an invitation. Raises InvalidRequest if it has ended meanwhile."""
    table = KINDS[type(row)].table
    try:
        with session.begin_nested():
            session.add(table(invitation_id=row.id, outcome=outcome, user_id=user.id, at=now()))
    except IntegrityError:
        session.expire(row, ["end"])
        require_no_end(row)
        raise
    session.expire(row, ["end"])


def is_told_of(table: type[InvitationEnd | RoleInvitationEnd]) -> ColumnElement[bool]:
    """The condition that an end is a decline that those who invite are still told of."""
    return and_(table.outcome == InvitationOutcome.DECLINED, table.at > now() - TOLD_FOR)


def refuse(row: Invitation, words: str) -> InvalidRequest:
    """What to raise about an invitation of which `words` are true: it lets nobody in."""
    return InvalidRequest(f"The invitation {words}.", KINDS[type(row)].remedy)
