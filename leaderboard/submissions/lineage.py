"""Who counts as one before a hidden split: teams that have people in common."""

from __future__ import annotations

from sqlalchemy import Subquery, select, union
from sqlalchemy.orm import Session

from leaderboard.models.invitation import InvitationEnd, InvitationOutcome, TeamInvitation
from leaderboard.models.maker import TeamMaker
from leaderboard.models.quota import QuotaCharge
from leaderboard.models.submission import Submission
from leaderboard.models.team import Membership, ModelCard


def read_lineage(session: Session, team_id: int) -> frozenset[int]:
    """The ids of the teams that are connected with `team_id` by people, itself among them.

    Two teams are connected that have somebody in common, directly or through others: a member now,
    one who made a team or accepted an invitation to it, one who submitted, or one who was a member
    when a submission was charged to all of them. So neither another team nor leaving one gives
    anybody a second first look, also where nothing was sent in between.
    """
    links = link_people()
    teams, people = {team_id}, set[int]()
    while True:
        of_teams = select(links.c.user_id).where(links.c.team_id.in_(teams))
        if people.issuperset(found := session.scalars(of_teams).all()):
            return frozenset(teams)
        people.update(found)
        teams.update(session.scalars(select(links.c.team_id).where(links.c.user_id.in_(people))))


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
