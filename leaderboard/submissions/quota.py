"""How many submissions a team may send in a while, and the ledger of what it used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from leaderboard.db import now
from leaderboard.errors import QuotaUsed
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.quota import QuotaEntry
from leaderboard.models.team import Team


class Quota(NamedTuple):
    """The limit of each team on each split with hidden answers: so many units in so many days.

    0 units means no limit. Splits with public answers have none.
    """

    units: int
    days: int

    def applies_to(self, split: Split) -> bool:
        """Whether `split` is limited."""
        return self.units > 0 and split.answers is Answers.HIDDEN


class QuotaState(NamedTuple):
    """What a team used of its limit on a split, and when it may send again: None is now."""

    limit: int
    days: int
    n_used: int
    next_at: datetime | None

    @property
    def n_left(self) -> int:
        """How many submissions it may send now."""
        return max(0, self.limit - self.n_used)


class TeamQuota(NamedTuple):
    """A team's standing on a split."""

    team: Team
    split: Split
    state: QuotaState


def read_quota_state(session: Session, team: Team, split: Split, quota: Quota) -> QuotaState:
    """How a team stands on a split to which `quota` applies.

    Units count from when they were used until `days` later, unless they were given back.
    """
    given_back = aliased(QuotaEntry)
    window = timedelta(days=quota.days)
    used_at = session.scalars(
        select(QuotaEntry.at)
        .where(
            QuotaEntry.team_id == team.id,
            QuotaEntry.split_id == split.id,
            QuotaEntry.units > 0,
            QuotaEntry.at > now() - window,
            ~select(given_back.id)
            .where(given_back.submission_id == QuotaEntry.submission_id, given_back.units < 0)
            .exists(),
        )
        .order_by(QuotaEntry.at)
    ).all()
    is_used_up = len(used_at) >= quota.units
    next_at = used_at[-quota.units] + window if is_used_up else None
    return QuotaState(quota.units, quota.days, len(used_at), next_at)


def read_quotas(
    session: Session, teams: Sequence[Team], splits: Sequence[Split], quota: Quota
) -> list[TeamQuota]:
    """How each team stands on each split that has a limit."""
    return [
        TeamQuota(team, split, read_quota_state(session, team, split, quota))
        for team in teams
        for split in splits
        if quota.applies_to(split)
    ]


def require_quota(session: Session, team: Team, split: Split, quota: Quota) -> None:
    """Let pass a team that may submit, and keep its others waiting until this transaction ends.

    Raises QuotaUsed with the next allowed time.
    """
    if not quota.applies_to(split):
        return
    session.execute(select(Team.id).where(Team.id == team.id).with_for_update(key_share=True))
    state = read_quota_state(session, team, split, quota)
    if state.next_at is not None:
        raise QuotaUsed(
            f"{team.name} has used its {state.limit} submissions in {state.days} days on the "
            f"{split.name} split.",
            f"You can submit again from {state.next_at:%Y-%m-%d %H:%M} UTC. Dry runs, the dev "
            "split, and what failed or was cancelled cost nothing.",
            state.next_at,
        )


def use_unit(session: Session, team: Team, split: Split, submission_id: str) -> None:
    """Write down the unit of a submission on hidden answers."""
    if split.answers is Answers.HIDDEN:
        _add(session, team.id, split.id, submission_id, 1, "Submitted.")


def give_back(session: Session, submission_id: str, reason: str) -> None:
    """Give a submission's unit back, once; nothing where it used none."""
    entries = session.scalars(
        select(QuotaEntry).where(QuotaEntry.submission_id == submission_id)
    ).all()
    if len(entries) == 1:
        used = entries[0]
        _add(session, used.team_id, used.split_id, submission_id, -1, reason)


def read_ledger(session: Session, team: Team, limit: int = 50) -> list[QuotaEntry]:
    """The newest entries of a team, newest first."""
    return list(
        session.scalars(
            select(QuotaEntry)
            .where(QuotaEntry.team_id == team.id)
            .order_by(QuotaEntry.id.desc())
            .limit(limit)
        )
    )


def _add(
    session: Session, team_id: int, split_id: int, submission_id: str, units: int, reason: str
) -> None:
    session.add(
        QuotaEntry(
            team_id=team_id,
            split_id=split_id,
            submission_id=submission_id,
            units=units,
            reason=reason,
            at=now(),
        )
    )
    session.flush()
