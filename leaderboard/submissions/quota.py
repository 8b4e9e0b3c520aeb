"""How many submissions a team and its members may send in a while, and the ledger of it.

A unit is charged to the team and to everybody who is in it at that moment, so that a person with
several teams has one limit, and a team whose members change has one too. Who leaves stays charged
for what was sent while they were there; who joins brings their own charges and inherits none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from leaderboard.db import lock_row, now
from leaderboard.errors import QuotaUsed
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.quota import QuotaCharge, QuotaEntry
from leaderboard.models.team import Membership, Team, User


class Quota(NamedTuple):
    """The limit on each split with hidden answers, of each team and of each person in all teams.

    So many units in so many days; 0 units means no limit. Splits with public answers have none.
    """

    units: int
    days: int

    def applies_to(self, split: Split) -> bool:
        """Whether `split` is limited."""
        return self.units > 0 and split.answers is Answers.HIDDEN


class QuotaState(NamedTuple):
    """What is used of a limit on a split, and when more may be sent: None is now.

    Of a team it is the largest of the team's own count and those of its members. `stopped_by` are
    the members whose count stops a team that has units left of its own, by name.
    """

    limit: int
    days: int
    n_used: int
    next_at: datetime | None
    stopped_by: tuple[str, ...] = ()

    @property
    def n_left(self) -> int:
        """How many submissions may be sent now."""
        return max(0, self.limit - self.n_used)


class TeamQuota(NamedTuple):
    """A team's standing on a split, and that of the one who looks, in all of their teams."""

    team: Team
    split: Split
    state: QuotaState
    own: QuotaState


class TeamsQuota(NamedTuple):
    """The teams of somebody that stand alike on a split, and how."""

    teams: tuple[Team, ...]
    split: Split
    state: QuotaState
    own: QuotaState


def group_alike(quotas: Sequence[TeamQuota]) -> list[TeamsQuota]:
    """One entry for the teams that stand alike on a split, in the order of their first teams."""
    groups: dict[tuple[int, QuotaState], list[TeamQuota]] = {}
    for one in quotas:
        groups.setdefault((one.split.id, one.state), []).append(one)
    return [
        TeamsQuota(tuple(one.team for one in group), *group[0][1:]) for group in groups.values()
    ]


def read_quota_state(session: Session, team: Team, split: Split, quota: Quota) -> QuotaState:
    """How a team stands on a split to which `quota` applies.

    Units count from when they were used until `days` later, unless they were given back.
    """
    own = _read_state(session, split, quota, QuotaEntry.team_id == team.id)
    members = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.team_id == team.id)
        .order_by(User.name, User.id)
    ).all()
    states = {member: read_person_state(session, member, split, quota) for member in members}
    waits = [one.next_at for one in (own, *states.values()) if one.next_at is not None]
    return QuotaState(
        quota.units,
        quota.days,
        max(one.n_used for one in (own, *states.values())),
        max(waits, default=None),
        ()
        if own.next_at is not None
        else tuple(member.name for member, one in states.items() if one.next_at is not None),
    )


def read_person_state(session: Session, user: User, split: Split, quota: Quota) -> QuotaState:
    """How a person stands on a split to which `quota` applies, in all of their teams together."""
    charged = select(QuotaCharge.submission_id).where(QuotaCharge.user_id == user.id)
    return _read_state(session, split, quota, QuotaEntry.submission_id.in_(charged))


def _read_state(
    session: Session, split: Split, quota: Quota, counted: ColumnElement[bool]
) -> QuotaState:
    given_back = aliased(QuotaEntry)
    window = timedelta(days=quota.days)
    used_at = session.scalars(
        select(QuotaEntry.at)
        .where(
            counted,
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
    session: Session, user: User, teams: Sequence[Team], splits: Sequence[Split], quota: Quota
) -> list[TeamQuota]:
    """How each team of `user` stands on each split that has a limit, and how they do themselves."""
    limited = [split for split in splits if quota.applies_to(split)]
    own = {split.id: read_person_state(session, user, split, quota) for split in limited}
    return [
        TeamQuota(team, split, read_quota_state(session, team, split, quota), own[split.id])
        for team in teams
        for split in limited
    ]


def require_quota(session: Session, team: Team, split: Split, quota: Quota) -> None:
    """Let pass a team that may submit; others of its members wait until this transaction ends.

    Raises QuotaUsed with the next allowed time.
    """
    if not quota.applies_to(split):
        return
    _lock(session, team)
    state = read_quota_state(session, team, split, quota)
    if state.next_at is not None:
        used = f"its {state.limit} submissions in {state.days} days on the {split.name} split"
        names = " and ".join(state.stopped_by)
        raise QuotaUsed(
            f"{names} {'has' if len(state.stopped_by) == 1 else 'have'} used "
            f"{used.replace('its', 'their')}, in all teams together."
            if names
            else f"{team.name} has used {used}.",
            f"You can submit again from {state.next_at:%Y-%m-%d %H:%M} UTC. Dry runs, the dev "
            "split, and what failed or was cancelled cost nothing.",
            state.next_at,
        )


def _lock(session: Session, team: Team) -> None:
    """Keep other submissions of the team and of its members waiting, in an order without a knot."""
    lock_row(session, Team.id, team.id)
    members = select(Membership.user_id).where(Membership.team_id == team.id)
    session.execute(
        select(User.id)
        .where(User.id.in_(members))
        .order_by(User.id)
        .with_for_update(key_share=True)
    )


def use_unit(session: Session, team: Team, split: Split, submission_id: str) -> None:
    """Write down the unit of a submission on hidden answers, for the team and all its members."""
    if split.answers is not Answers.HIDDEN:
        return
    _add(session, team.id, split.id, submission_id, 1, "Submitted.")
    members = session.scalars(select(Membership.user_id).where(Membership.team_id == team.id))
    for user_id in members.all():
        session.add(QuotaCharge(submission_id=submission_id, user_id=user_id))
    session.flush()


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
