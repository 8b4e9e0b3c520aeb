"""Where a team wants to hear of its submissions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.confirmation import counts_as_confirmed
from leaderboard.db import now
from leaderboard.endpoints.engine.address import AddressPolicy, check_address
from leaderboard.errors import (
    Conflict,
    FieldProblems,
    InvalidRequest,
    NoSuchTeam,
    NotFound,
    require_found,
)
from leaderboard.makers import TARGETS, note_maker, require_room
from leaderboard.models.notice import Notice, NoticeTarget, TargetKind
from leaderboard.models.team import Membership, Team, User
from leaderboard.notices.signature import make_secret

MAX_TARGETS = 10


def make_target(
    session: Session,
    team: Team | None,
    kind: str,
    address: str,
    policy: AddressPolicy,
    *,
    sends_mail: bool,
    grace: timedelta,
    maker: User | None = None,
) -> NoticeTarget:
    """Add a target to `team`; None is one that was not found.

    A webhook's address passes the guard of addresses; mail goes to confirmed addresses of members
    of the team alone, so nobody is written to who did not come here (`grace`: of older accounts).
    Raises NotFound, InvalidRequest, AddressRefused, Conflict, also beyond the limit of the `maker`.
    """
    require_room(session, maker, TARGETS)
    fields = FieldProblems()
    with fields.at("team"):
        owner = require_found(team, NoSuchTeam())
    with fields.at("kind"):
        if kind not in set(TargetKind):
            raise InvalidRequest(
                f"Notices cannot be sent by {kind[:20]!r}.", "Choose webhook or email."
            )
        if kind == TargetKind.EMAIL and not sends_mail:
            raise InvalidRequest("This server sends no mail.", "Use a webhook, or ask the host.")
    with fields.at("address"):
        address = address.strip()
        if kind == TargetKind.WEBHOOK:
            address = check_address(address, policy).url
        elif kind == TargetKind.EMAIL and team is not None and sends_mail:
            address = _read_member(team, address, grace)
    fields.raise_all()
    count = select(func.count()).where(NoticeTarget.team_id == owner.id)
    if (session.scalar(count) or 0) >= MAX_TARGETS:
        raise Conflict(f"The team has {MAX_TARGETS} targets.", "Remove one first.")
    target = NoticeTarget(
        team=owner,
        kind=TargetKind(kind),
        address=address,
        secret=make_secret(),
        created_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(target)
    except IntegrityError:
        raise Conflict(f"{address} is already notified.", "There is nothing to do.").at(
            "address"
        ) from None
    note_maker(session, target, maker)
    return target


def read_targets(session: Session, user: User) -> list[NoticeTarget]:
    """The targets of the user's teams, by team and age."""
    return list(
        session.scalars(
            select(NoticeTarget)
            .join(Membership, Membership.team_id == NoticeTarget.team_id)
            .where(Membership.user_id == user.id)
            .order_by(NoticeTarget.team_id, NoticeTarget.id)
        )
    )


def read_notices(session: Session, user: User, limit: int) -> list[Notice]:
    """The newest notices of the user's teams, newest first."""
    return list(
        session.scalars(
            select(Notice)
            .join(NoticeTarget)
            .join(Membership, Membership.team_id == NoticeTarget.team_id)
            .where(Membership.user_id == user.id)
            .order_by(Notice.id.desc())
            .limit(limit)
        )
    )


def get_own_target(session: Session, user: User, target_id: int) -> NoticeTarget:
    """A target of one of the user's teams. Raises NotFound, for other teams' too."""
    target = session.get(NoticeTarget, target_id)
    if target is None or session.get(Membership, (target.team_id, user.id)) is None:
        raise NotFound("Your teams have no such target.", "See the Notices page.")
    return target


def replace_secret(session: Session, user: User, target_id: int) -> NoticeTarget:
    """Give a target a new secret; the one before signs as well.

    Raises NotFound for other teams', Conflict while an older secret signs too.
    """
    target = get_own_target(session, user, target_id)
    if len(target.secret.split()) > 1:
        raise Conflict(f"{target.address} has a new secret already.", "End the old one first.")
    target.secret = f"{make_secret()} {target.secret}"
    return target


def end_old_secret(session: Session, user: User, target_id: int) -> NoticeTarget:
    """Sign by a target's newest secret alone. Raises NotFound for other teams'."""
    target = get_own_target(session, user, target_id)
    target.secret = target.secret.split()[0]
    return target


def remove_target(session: Session, user: User, target_id: int) -> NoticeTarget:
    """Tell a target no more, and forget what it was told. Raises NotFound for other teams'."""
    target = get_own_target(session, user, target_id)
    session.delete(target)
    session.flush()
    return target


def is_members_address(team: Team, address: str, grace: timedelta) -> bool:
    """Whether a member of `team` has this e-mail address, and is known to have it."""
    return any(
        one.user.email == address and counts_as_confirmed(one.user, grace)
        for one in team.memberships
    )


def _read_member(team: Team, address: str, grace: timedelta) -> str:
    found = address.lower()
    if all(one.user.email != found for one in team.memberships):
        raise InvalidRequest(
            f"Nobody in {team.name} has this e-mail address.",
            "Mail can only go to members of the team: enter the address that they sign in with.",
        )
    if not is_members_address(team, found, grace):
        raise InvalidRequest(
            f"{found} is not confirmed yet.", "Its owner confirms it on their account page first."
        )
    return found
