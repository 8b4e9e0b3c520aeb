"""Who counts as one before a hidden split: teams that have people in common."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.belonging import link_people


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
