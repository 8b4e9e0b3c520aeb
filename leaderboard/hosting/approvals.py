"""Approve, refuse and withdraw teams on splits with hidden answers, with what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from leaderboard.accounts.confirmation import find_confirmation
from leaderboard.accounts.roles import EVERYWHERE, Reach
from leaderboard.audit import add_audit
from leaderboard.evaluation.claim import SUBMISSIONS
from leaderboard.hosting.act import Act, read_reason
from leaderboard.hosting.people import find_team, no_team
from leaderboard.models.approval import TeamApproval
from leaderboard.models.benchmark import Split
from leaderboard.models.identity import Confirmation
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Membership, ModelCard, Team, User
from leaderboard.submissions.approvals import (
    approve_team,
    read_unapproved,
    refuse_team,
    withdraw_approval,
)


class Applicant(NamedTuple):
    """A member of a team, with what a host knows of them.

    `n_sent` counts what they sent before to the host's splits, without what is pending; `n_scored`
    of it was scored. `is_new`: no host has said yes to them in this team on this split.
    """

    user: User
    confirmation: Confirmation | None
    teams: Sequence[Team]
    n_sent: int
    n_scored: int
    is_new: bool


class PendingTeam(NamedTuple):
    """A team that waits for a host's yes on a split, with what it has sent, oldest first."""

    team: Team
    split: Split
    submissions: Sequence[Submission]
    members: Sequence[Applicant]


class ApprovedTeam(NamedTuple):
    """A team with an approval on a split, and when its latest member was approved."""

    team: Team
    split: Split
    approved_at: datetime


def read_pending_teams(session: Session, reach: Reach = EVERYWHERE) -> list[PendingTeam]:
    """The teams that wait for a host within `reach`, who has waited longest first."""
    rows = session.scalars(
        select(Submission)
        .where(Submission.status == Status.PENDING, reach.holds(Submission.split_id))
        .options(
            joinedload(Submission.model_card)
            .joinedload(ModelCard.team)
            .selectinload(Team.memberships)
            .joinedload(Membership.user)
            .selectinload(User.memberships)
            .joinedload(Membership.team),
            joinedload(Submission.split).joinedload(Split.benchmark),
        )
        .order_by(Submission.created_at, Submission.id)
    )
    found: dict[tuple[int, int], list[Submission]] = {}
    for row in rows:
        found.setdefault((row.model_card.team_id, row.split_id), []).append(row)
    return [_describe(session, submissions, reach) for submissions in found.values()]


def read_approved_teams(session: Session, reach: Reach = EVERYWHERE) -> list[ApprovedTeam]:
    """The teams with an approval within `reach`, newest first."""
    latest = func.max(TeamApproval.approved_at)
    rows = session.execute(
        select(Team, Split, latest)
        .join(TeamApproval, TeamApproval.team_id == Team.id)
        .join(Split, Split.id == TeamApproval.split_id)
        .where(reach.holds(TeamApproval.split_id))
        .group_by(Team.id, Split.id)
        .order_by(latest.desc(), Team.id, Split.id)
        .options(selectinload(Split.benchmark))
    )
    return [ApprovedTeam(*row) for row in rows]


def approve(
    session: Session, split: Split, key: str, actor: str, reason: str, seen: Collection[str]
) -> Act:
    """Let a team (by short name) submit to a hidden split, with the members `seen` (by address).

    Raises NotFound or Conflict, also where somebody else is in the team by now.
    """
    team = _get_known_team(session, split, key)
    queued = approve_team(session, team, split, seen)
    nudges = tuple(SUBMISSIONS.make_nudge(session, key) for key in queued)
    _note(session, split, team, actor, "approve", reason)
    return Act(f"{team.name} is approved on {_name(split)}.", waiting=nudges)


def refuse(session: Session, split: Split, key: str, actor: str, reason: str) -> Act:
    """Fail what a team has pending, with a reason that it reads. Raises NotFound or Conflict."""
    team, said = _get_known_team(session, split, key), read_reason(reason)
    refuse_team(session, team, split, said)
    _note(session, split, team, actor, "refuse", said)
    return Act(f"{team.name} is not approved on {_name(split)}, and reads why.")


def withdraw(session: Session, split: Split, key: str, actor: str, reason: str) -> Act:
    """End a team's approval; what it sends waits again. Raises NotFound or Conflict."""
    team, said = _get_known_team(session, split, key), read_reason(reason)
    withdraw_approval(session, team, split)
    _note(session, split, team, actor, "withdraw approval", said)
    return Act(f"{team.name} is no longer approved on {_name(split)}.")


def _get_known_team(session: Session, split: Split, key: str) -> Team:
    """The team of this short name, if it has sent anything to the split or is approved on it.

    Raises NotFound for any other, in the words for one that does not exist: a host of one
    benchmark learns nothing of who is in the teams of another.
    """
    team = find_team(session, key)
    if team is not None:
        sent = select(Submission.id).join(ModelCard, ModelCard.id == Submission.model_card_id)
        sent = sent.where(ModelCard.team_id == team.id, Submission.split_id == split.id)
        approved = select(TeamApproval.user_id).where(
            TeamApproval.team_id == team.id, TeamApproval.split_id == split.id
        )
        if any(session.scalar(rows.limit(1)) is not None for rows in (sent, approved)):
            return team
    raise no_team(key)


def _describe(session: Session, submissions: Sequence[Submission], reach: Reach) -> PendingTeam:
    team, split = submissions[0].model_card.team, submissions[0].split
    new = set(read_unapproved(session, team, split))
    members = []
    for user in sorted((one.user for one in team.memberships), key=lambda one: one.email):
        rows = session.execute(
            select(Submission.status, func.count())
            .where(Submission.user_id == user.id, Submission.status != Status.PENDING)
            .where(reach.holds(Submission.split_id))
            .group_by(Submission.status)
        )
        sent = {row[0]: row[1] for row in rows}
        members.append(
            Applicant(
                user,
                find_confirmation(session, user),
                [one.team for one in user.memberships],
                sum(sent.values()),
                sent.get(Status.SCORED, 0),
                user.id in new,
            )
        )
    return PendingTeam(team, split, submissions, members)


def _note(session: Session, split: Split, team: Team, actor: str, act: str, why: str) -> None:
    subject, benchmark = f"team {team.slug} on {_name(split)}", split.benchmark.slug
    add_audit(session, actor, act, subject, why, benchmark=benchmark)
    session.flush()


def _name(split: Split) -> str:
    return f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
