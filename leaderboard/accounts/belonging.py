"""Who belongs to which team, or ever did: an account is a person, and leaving ends nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Subquery, select, union
from sqlalchemy.orm import Session

from leaderboard.models.invitation import InvitationEnd, InvitationOutcome, TeamInvitation
from leaderboard.models.maker import TeamMaker
from leaderboard.models.quota import QuotaCharge
from leaderboard.models.submission import Submission
from leaderboard.models.team import Membership, ModelCard


def link_people() -> Subquery:
    """Each team with everybody who belongs to it, once joined it or once sent something for it."""
    senders = select(ModelCard.team_id, Submission.user_id).join(
        ModelCard, ModelCard.id == Submission.model_card_id
    )
    charged = (
        select(ModelCard.team_id, QuotaCharge.user_id)
        .join(Submission, Submission.id == QuotaCharge.submission_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
    )
    members = select(Membership.team_id, Membership.user_id)
    makers = select(TeamMaker.team_id, TeamMaker.user_id)
    joined = (
        select(TeamInvitation.team_id, InvitationEnd.user_id)
        .join(TeamInvitation, TeamInvitation.id == InvitationEnd.invitation_id)
        .where(InvitationEnd.outcome == InvitationOutcome.ACCEPTED)
    )
    return union(members, senders, charged, makers, joined).subquery()


def read_teams_of(session: Session, user_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The teams that each of `user_ids` belongs to or ever did, by their row ids."""
    links = link_people()
    rows = session.execute(
        select(links.c.user_id, links.c.team_id).where(links.c.user_id.in_(list(user_ids)))
    ).all()
    return {
        user_id: frozenset(team_id for one, team_id in rows if one == user_id)
        for user_id in user_ids
    }
