"""Experts and their own teams: whose reports they never rate, and what they have seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.belonging import read_teams_of
from leaderboard.db import lock_row, now
from leaderboard.models.expert import ExpertRater, SeenReferences
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard


def read_teams_of_raters(
    session: Session, rater_ids: Collection[int]
) -> Mapping[int, frozenset[int]]:
    """The teams whose reports each of the raters never rates: theirs, now or ever before.

    Who left a team still knows what it built and whose success it was, so past membership counts.
    A rater without an account here, whose ratings come in files, has none that is known.
    """
    rows = session.execute(
        select(ExpertRater.rater_id, ExpertRater.user_id).where(
            ExpertRater.rater_id.in_(list(rater_ids))
        )
    ).all()
    teams = read_teams_of(session, [row.user_id for row in rows])
    found = {row.rater_id: teams[row.user_id] for row in rows}
    return {rater_id: found.get(rater_id, frozenset()) for rater_id in rater_ids}


def find_barred(
    session: Session, rater_ids: Collection[int], submission_ids: Collection[str]
) -> dict[str, frozenset[int]]:
    """Which of the raters may not rate each submission's reports: it is of a team of theirs."""
    teams = read_teams_of_raters(session, rater_ids)
    rows = session.execute(
        select(Submission.id, ModelCard.team_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(Submission.id.in_(list(submission_ids)))
    )
    found: defaultdict[str, frozenset[int]] = defaultdict(frozenset)
    for submission_id, team_id in rows:
        found[submission_id] = frozenset(
            rater_id for rater_id, own in teams.items() if team_id in own
        )
    return dict(found)


def is_barred(session: Session, rater_id: int, prediction_id: int) -> bool:
    """Whether a rater may not rate a report."""
    key = session.scalars(
        select(Prediction.submission_id).where(Prediction.id == prediction_id)
    ).one()
    return rater_id in find_barred(session, [rater_id], [key])[key]


def has_seen(session: Session, rater_id: int, split_id: int) -> bool:
    """Whether it is written down that a rater was shown references of a split."""
    return session.get(SeenReferences, (rater_id, split_id)) is not None


def note_seen(session: Session, rater_id: int, split_id: int) -> bool:
    """Write down that a rater is shown references of a split; whether it is the first time."""
    lock_row(session, Rater.id, rater_id)
    if has_seen(session, rater_id, split_id):
        return False
    session.add(SeenReferences(rater_id=rater_id, split_id=split_id, seen_at=now()))
    session.flush()
    return True
