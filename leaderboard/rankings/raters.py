"""Teams with somebody who rated reports of a split, and so has seen references of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.belonging import link_people
from leaderboard.models.expert import ExpertRater, SeenReferences


def find_teams_with_raters(session: Session, split_id: int) -> frozenset[int]:
    """The teams that such a person belongs to or ever did, by their row ids.

    Which of its people it is, is for hosts alone.
    """
    links = link_people()
    return frozenset(
        session.scalars(
            select(links.c.team_id)
            .join(ExpertRater, ExpertRater.user_id == links.c.user_id)
            .join(SeenReferences, SeenReferences.rater_id == ExpertRater.rater_id)
            .where(SeenReferences.split_id == split_id)
        )
    )
