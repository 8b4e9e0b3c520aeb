"""Invitations to a team: each a link that lets one person in, once, until it expires."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.accounts.confirmation import counts_as_confirmed, require_proven
from leaderboard.accounts.invitation_ends import (
    end_invitation,
    is_told_of,
    refuse,
    require_no_end,
    require_open,
)
from leaderboard.accounts.secret_hash import hash_secret
from leaderboard.accounts.teams import add_member, require_owner
from leaderboard.accounts.users import read_email
from leaderboard.db import now
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, NotFound
from leaderboard.models.invitation import InvitationEnd, InvitationOutcome, TeamInvitation
from leaderboard.models.team import Membership, Team, TeamRole, User

LIFETIME = timedelta(days=7)
MAX_OPEN = 20
"""Invitations of a team that are open at the same time."""
SECRET_BYTES = 24


class NewInvitation(NamedTuple):
    """An invitation just made: the only time the text of its link is known."""

    row: TeamInvitation
    text: str


def invite(session: Session, team: Team, inviter: User, email: str = "") -> NewInvitation:
    """Add an invitation to `team`, for an e-mail address or, if that is empty, for anybody.

    Raises Forbidden unless the inviter owns the team, InvalidRequest for an address that cannot be
    used, Conflict if that address is a member's or too many invitations are open.
    """
    require_owner(session, team, inviter)
    address = _read_invited(session, team, email) if email.strip() else ""
    if len(read_open(session, team)) >= MAX_OPEN:
        raise Conflict(
            f"{team.name} has {MAX_OPEN} open invitations.",
            "Withdraw one that nobody needs.",
        )
    text = secrets.token_urlsafe(SECRET_BYTES)
    row = TeamInvitation(
        team_id=team.id,
        inviter_id=inviter.id,
        email=address,
        secret_hash=hash_secret(text),
        created_at=now(),
        expires_at=now() + LIFETIME,
    )
    session.add(row)
    session.flush()
    return NewInvitation(row, text)


def read_open(session: Session, team: Team) -> list[TeamInvitation]:
    """The invitations of `team` that can still be used, oldest first."""
    return list(
        session.scalars(
            select(TeamInvitation)
            .outerjoin(InvitationEnd)
            .where(
                TeamInvitation.team_id == team.id,
                InvitationEnd.invitation_id.is_(None),
                TeamInvitation.expires_at > now(),
            )
            .options(joinedload(TeamInvitation.inviter))
            .order_by(TeamInvitation.id)
        )
    )


def get_invitation(session: Session, user: User, text: str) -> TeamInvitation:
    """The invitation whose link `text` is, which `user` may accept.

    Raises InvalidRequest for one that is unknown, used, withdrawn or too old, or whose inviter
    owns the team no more or is banned; Forbidden for one that is for another address.
    """
    row = session.scalar(
        select(TeamInvitation)
        .where(TeamInvitation.secret_hash == hash_secret(text))
        .options(joinedload(TeamInvitation.end))
    )
    if row is None:
        raise InvalidRequest(
            "The invitation link is damaged.", "Copy the whole link, or ask for a new one."
        )
    require_open(row)
    inviter = session.get(Membership, (row.team_id, row.inviter_id))
    if inviter is None or inviter.role is not TeamRole.OWNER or inviter.user.is_banned:
        raise refuse(row, "is no longer valid")
    if row.email and row.email != user.email:
        raise Forbidden(
            "This invitation is for another e-mail address.",
            "Sign in with the address that it was made for, or ask for a new link.",
        )
    return row


def accept_invitation(session: Session, user: User, text: str) -> Team:
    """Make `user` a member of the team that the link leads to; the link is used up.

    A member uses up nothing. Raises as `get_invitation` does, also if somebody else was quicker,
    and Unconfirmed where the invitation was made for an address that is not confirmed.
    """
    row = get_invitation(session, user, text)
    if row.email:
        require_proven(user)
    if session.get(Membership, (row.team_id, user.id)) is None:
        end_invitation(session, row, InvitationOutcome.ACCEPTED, user)
        add_member(session, row.team, user)
    return row.team


def may_accept(row: TeamInvitation, user: User, grace: timedelta) -> bool:
    """Whether `user` may accept the invitation as their address is: pages offer it then."""
    return user.is_confirmed if row.email else counts_as_confirmed(user, grace)


def decline_invitation(session: Session, user: User, text: str) -> Team:
    """End an invitation that was made for the address of `user`; its team is told.

    Raises as `accept_invitation` does, and Forbidden for a link that lets anybody in: whoever else
    has it may want to use it.
    """
    row = get_invitation(session, user, text)
    if not row.email:
        raise Forbidden(
            "This invitation is for anybody who has its link.",
            "You need not do anything: it stays open for others.",
        )
    require_proven(user)
    end_invitation(session, row, InvitationOutcome.DECLINED, user)
    return row.team


def read_declined(session: Session, team: Team) -> list[TeamInvitation]:
    """The invitations of `team` that were declined of late, newest first."""
    return list(
        session.scalars(
            select(TeamInvitation)
            .join(InvitationEnd)
            .where(TeamInvitation.team_id == team.id, is_told_of(InvitationEnd))
            .options(joinedload(TeamInvitation.inviter), joinedload(TeamInvitation.end))
            .order_by(InvitationEnd.at.desc(), TeamInvitation.id.desc())
        )
    )


def withdraw_invitation(session: Session, team: Team, user: User, key: int) -> None:
    """Make an open invitation of `team` useless.

    Raises Forbidden unless `user` owns the team, NotFound for one that is not the team's,
    InvalidRequest for one that has ended.
    """
    require_owner(session, team, user)
    row = session.get(TeamInvitation, key)
    if row is None or row.team_id != team.id:
        raise NotFound(f"{team.name} has no such invitation.", "See the team's page.")
    require_no_end(row)
    end_invitation(session, row, InvitationOutcome.WITHDRAWN, user)


def withdraw_all(session: Session, team: Team, inviter: User, by: User) -> None:
    """Withdraw every open invitation to `team` that `inviter` made."""
    for row in read_open(session, team):
        if row.inviter_id == inviter.id:
            end_invitation(session, row, InvitationOutcome.WITHDRAWN, by)


def _read_invited(session: Session, team: Team, email: str) -> str:
    try:
        address = read_email(email)
    except InvalidRequest as error:
        raise error.at("email") from None
    is_member = session.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.team_id == team.id, User.email == address)
    )
    if is_member is not None:
        raise Conflict(f"{address} is already in {team.name}.", "There is nothing to do.").at(
            "email"
        )
    return address
