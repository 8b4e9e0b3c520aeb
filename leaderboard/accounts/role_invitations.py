"""Invitations to a role: made for an e-mail address, accepted once by the person whose it is.

The link is no secret: without the confirmed address it is worth nothing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.accounts.confirmation import require_proven
from leaderboard.accounts.invitation_ends import (
    end_invitation,
    is_told_of,
    refuse,
    require_no_end,
    require_open,
)
from leaderboard.accounts.roles import (
    CHOSEN_BY,
    Reach,
    grant_role,
    has_role,
    read_reach,
    require_right,
)
from leaderboard.accounts.users import find_user, read_email
from leaderboard.db import now
from leaderboard.errors import (
    Conflict,
    FieldProblems,
    Forbidden,
    NotFound,
)
from leaderboard.makers import ROLE_INVITATIONS, require_room
from leaderboard.models.invitation import InvitationOutcome, RoleInvitation, RoleInvitationEnd
from leaderboard.models.role import Role
from leaderboard.models.team import User

LIFETIME = timedelta(days=14)
MAX_OPEN = 100
"""Invitations to roles on one benchmark, or on the site, that are open at the same time."""
KEY_BYTES = 18


def invite_to_role(
    session: Session, inviter: User, email: str, role: Role, benchmark: str
) -> RoleInvitation:
    """Invite whoever has the address `email` to a role on a benchmark, or on SITE.

    Raises Forbidden unless the inviter may give the role, InvalidRequest for an address that cannot
    be used, Conflict where it has the role or is invited already, too many are, or the inviter has
    invited as many as one person may in a day.
    """
    require_right(session, inviter, CHOSEN_BY[role], benchmark)
    require_room(session, inviter, ROLE_INVITATIONS)
    fields = FieldProblems()
    with fields.at("email"):
        address = _read_invited(session, email, role, benchmark)
    fields.raise_all()
    n_open = len(session.scalars(_select_open().where(RoleInvitation.benchmark == benchmark)).all())
    if n_open >= MAX_OPEN:
        raise Conflict(
            f"There are {n_open} open invitations.", "Withdraw one that is no longer needed."
        )
    row = RoleInvitation(
        key=secrets.token_urlsafe(KEY_BYTES),
        email=address,
        role=role,
        benchmark=benchmark,
        inviter_id=inviter.id,
        created_at=now(),
        expires_at=now() + LIFETIME,
    )
    session.add(row)
    session.flush()
    return row


def read_role_invitations(session: Session, reach: Reach) -> list[RoleInvitation]:
    """The open invitations to roles on what is in `reach`, oldest first."""
    query = _select_open().where(reach.names(RoleInvitation.benchmark))
    return list(session.scalars(query.options(joinedload(RoleInvitation.inviter))))


def read_invitations_to(session: Session, email: str) -> list[RoleInvitation]:
    """The open invitations of an e-mail address, oldest first."""
    return list(session.scalars(_select_open().where(RoleInvitation.email == email)))


def get_role_invitation(session: Session, user: User, key: str) -> RoleInvitation:
    """The invitation of this key, which is for the address of `user`.

    Raises NotFound for one that is not there; Forbidden for another's; InvalidRequest for one that
    was used or withdrawn, is too old, or whose inviter may no longer give the role.
    """
    row = session.scalar(select(RoleInvitation).where(RoleInvitation.key == key))
    if row is None:
        raise NotFound("There is no such invitation.", "Copy the whole link, or ask for a new one.")
    if row.email != user.email:
        raise Forbidden(
            "This invitation is for another e-mail address.",
            "Sign in with the address that it was made for.",
        )
    require_open(row)
    reach = read_reach(session, row.inviter, CHOSEN_BY[row.role])
    if row.inviter.is_banned or not reach.covers(row.benchmark):
        raise refuse(row, "is no longer valid")
    return row


def accept_role(session: Session, user: User, key: str) -> RoleInvitation:
    """Give `user` the role that they are invited to; the invitation is used up.

    Raises as `get_role_invitation` does, and Unconfirmed while nobody knows that the address
    is theirs: a grace for older accounts does not count here.
    """
    row = get_role_invitation(session, user, key)
    require_proven(user)
    end_invitation(session, row, InvitationOutcome.ACCEPTED, user)
    grant_role(session, user, row.role, row.benchmark)
    return row


def decline_role(session: Session, user: User, key: str) -> RoleInvitation:
    """End the invitation without a role: those who invite are told.

    Raises as `accept_role` does.
    """
    row = get_role_invitation(session, user, key)
    require_proven(user)
    end_invitation(session, row, InvitationOutcome.DECLINED, user)
    return row


def read_declined_roles(session: Session, reach: Reach) -> list[RoleInvitation]:
    """The invitations to roles on what is in `reach` that were declined of late, newest first."""
    return list(
        session.scalars(
            select(RoleInvitation)
            .join(RoleInvitationEnd)
            .where(reach.names(RoleInvitation.benchmark), is_told_of(RoleInvitationEnd))
            .options(joinedload(RoleInvitation.inviter), joinedload(RoleInvitation.end))
            .order_by(RoleInvitationEnd.at.desc(), RoleInvitation.id.desc())
        )
    )


def withdraw_role_invitation(session: Session, by: User, key: str) -> RoleInvitation:
    """Make an open invitation useless.

    Raises NotFound for one of a benchmark where `by` may give no role, Forbidden for one to a role
    that they may not give, InvalidRequest for one that has ended.
    """
    row = session.scalar(select(RoleInvitation).where(RoleInvitation.key == key))
    if row is None or not read_reach(session, by, CHOSEN_BY[Role.EXPERT]).covers(row.benchmark):
        raise NotFound("There is no such invitation.", "See the list of invitations.")
    require_right(session, by, CHOSEN_BY[row.role], row.benchmark)
    require_no_end(row)
    end_invitation(session, row, InvitationOutcome.WITHDRAWN, by)
    return row


def _read_invited(session: Session, email: str, role: Role, benchmark: str) -> str:
    address = read_email(email)
    known = find_user(session, address)
    if known is not None and has_role(session, known, role, benchmark):
        raise Conflict(f"{address} already has this role.", "There is nothing to do.")
    same = _select_open().where(
        RoleInvitation.email == address,
        RoleInvitation.role == role,
        RoleInvitation.benchmark == benchmark,
    )
    if session.scalar(same) is not None:
        raise Conflict(
            f"{address} has already been invited.", "Withdraw that invitation to make another."
        )
    return address


def _select_open() -> Select[RoleInvitation]:
    return (
        select(RoleInvitation)
        .outerjoin(RoleInvitation.end)
        .where(RoleInvitationEnd.invitation_id.is_(None), RoleInvitation.expires_at > now())
        .order_by(RoleInvitation.id)
    )
