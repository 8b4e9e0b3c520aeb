"""Leave a team, remove a member, make another owner.

What somebody made for a team ends with their membership: it could still tell them of the team.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.accounts.invitations import withdraw_all
from leaderboard.accounts.teams import require_owner
from leaderboard.db import lock_row
from leaderboard.disclosure import is_public
from leaderboard.endpoints.registry.endpoints import ACTIVE, delete_endpoint
from leaderboard.errors import Conflict, NotFound
from leaderboard.makers import read_endpoints_made, read_targets_made
from leaderboard.models.approval import TeamApproval
from leaderboard.models.endpoint import Endpoint, EndpointRun
from leaderboard.models.submission import FINAL, Submission
from leaderboard.models.team import Membership, ModelCard, Team, TeamRole, User
from leaderboard.submissions.submit import cancel


class Departure(NamedTuple):
    """What ends when a member leaves: endpoints by name, how many notice targets."""

    endpoints: tuple[str, ...]
    n_targets: int


def read_departure(session: Session, team: Team, user: User) -> Departure:
    """What would end if `user` left `team`."""
    endpoints = read_endpoints_made(session, team, user)
    return Departure(
        tuple(one.name for one in endpoints), len(read_targets_made(session, team, user))
    )


def leave_team(session: Session, team: Team, user: User) -> None:
    """End the membership of `user`. The last member closes the team.

    Raises NotFound for somebody who is not in it; Conflict for the last owner while there are
    other members, and for the last member while a result of the team is public.
    """
    members = lock_members(session, team)
    _get_member(members, team, user.id)
    others = [one for one in members if one.user_id != user.id]
    if others and not any(one.role is TeamRole.OWNER for one in others):
        raise Conflict(
            f"You are the last owner of {team.name}.", "Make another member an owner first."
        )
    if not others and has_public_results(session, team):
        raise Conflict(
            f"{team.name} has public results, and you are its last member.",
            "Invite somebody and make them an owner first. Or delete your account: the results "
            "stay, without your name.",
        )
    end_membership(session, team, user, by=user)


def remove_member(session: Session, team: Team, owner: User, user_id: int) -> User:
    """End the membership of another member, who is returned.

    Raises Forbidden unless `owner` owns the team, NotFound for somebody who is not in it,
    Conflict for an owner: these leave by themselves.
    """
    members = lock_members(session, team)
    require_owner(session, team, owner)
    member = _get_member(members, team, user_id)
    if member.role is TeamRole.OWNER:
        raise Conflict(
            f"{member.user.name} owns {team.name}.",
            "Owners leave by themselves; ask the host if that is not possible.",
        )
    end_membership(session, team, member.user, by=owner)
    return member.user


def make_owner(session: Session, team: Team, owner: User, user_id: int) -> User:
    """Make another member an owner, who is returned. Raises as `remove_member` does."""
    members = lock_members(session, team)
    require_owner(session, team, owner)
    member = _get_member(members, team, user_id)
    if member.role is TeamRole.OWNER:
        raise Conflict(f"{member.user.name} already owns {team.name}.", "There is nothing to do.")
    member.role = TeamRole.OWNER
    session.flush()
    return member.user


def end_membership(session: Session, team: Team, user: User, *, by: User) -> None:
    """End a membership with all that depends on it; a team without members is closed.

    Invitations that they made are withdrawn, endpoints and notice targets deleted, and what asks
    these endpoints, or nobody is left to see, is cancelled. A host's approval of them ends too.
    """
    withdraw_all(session, team, user, by)
    for endpoint in read_endpoints_made(session, team, user):
        _close_endpoint(session, endpoint)
    for target in read_targets_made(session, team, user):
        session.delete(target)
    session.execute(
        delete(TeamApproval).where(TeamApproval.team_id == team.id, TeamApproval.user_id == user.id)
    )
    session.delete(session.get_one(Membership, (team.id, user.id)))
    session.flush()
    session.expire(team, ["memberships"])
    session.expire(user, ["memberships"])
    if not team.memberships:
        _close_team(session, team)


def has_public_results(session: Session, team: Team) -> bool:
    """Whether anybody may see a result of `team`."""
    found = (
        select(Submission.id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(ModelCard.team_id == team.id, is_public())
        .limit(1)
    )
    return session.scalar(found) is not None


def _close_endpoint(session: Session, endpoint: Endpoint) -> None:
    asking = session.scalars(
        select(Submission)
        .join(EndpointRun, EndpointRun.submission_id == Submission.id)
        .where(EndpointRun.endpoint_id == endpoint.id, Submission.status.in_(ACTIVE))
    )
    for submission in asking.all():
        cancel(session, submission)
    delete_endpoint(session, endpoint)


def _close_team(session: Session, team: Team) -> None:
    """End what a team without members still has going."""
    moving = session.scalars(
        select(Submission)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(ModelCard.team_id == team.id, Submission.status.not_in(FINAL))
    )
    for submission in moving.all():
        cancel(session, submission)
    for endpoint in session.scalars(select(Endpoint).where(Endpoint.team_id == team.id)).all():
        _close_endpoint(session, endpoint)


def lock_members(session: Session, team: Team) -> list[Membership]:
    """The members as they are, kept so until this transaction ends."""
    lock_row(session, Team.id, team.id)
    rows = select(Membership).where(Membership.team_id == team.id)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def _get_member(members: list[Membership], team: Team, user_id: int) -> Membership:
    for one in members:
        if one.user_id == user_id:
            return one
    raise NotFound(f"This person is not in {team.name}.", "See the team's page.")
