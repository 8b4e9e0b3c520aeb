"""What a host looks at: what needs a hand now, submissions, people, models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from leaderboard.accounts.roles import EVERYWHERE, HeldRole, Reach, read_holders
from leaderboard.judges.runs import AwaitedJudge, read_awaited
from leaderboard.models.calibration import Refit
from leaderboard.models.commitment import RevealHold
from leaderboard.models.judging import JudgeRun, RunState
from leaderboard.models.moderation import BannedTeam, BannedUser, VerifiedModel
from leaderboard.models.submission import (
    EventKind,
    Status,
    Submission,
    SubmissionEvent,
)
from leaderboard.models.team import Membership, ModelCard, Team, User

SHOWN = 50
LISTED = 300
TROUBLE = {Status.FAILED: EventKind.FAILED, Status.HELD: EventKind.HELD}


class Trouble(NamedTuple):
    """A failed or held submission with the words that its team was told."""

    submission: Submission
    at: datetime
    message: str


@dataclass(frozen=True)
class Overview:
    """What needs a hand now, each submission once.

    One that a judge's server holds up is in `awaited` and not in `held`. In `refits` are splits
    whose labels changed since they were fitted, in `holds` reveals that were due and not made.
    """

    held: Sequence[Trouble]
    failed: Sequence[Trouble]
    awaited: Sequence[AwaitedJudge]
    void_runs: Sequence[JudgeRun]
    n_pending: int
    n_waiting: int
    waiting_since: datetime | None
    n_running: int
    refits: Sequence[int]
    holds: Sequence[RevealHold]


class Person(NamedTuple):
    """A user with roles and, if banned, why."""

    user: User
    roles: Sequence[HeldRole]
    ban: BannedUser | None


class HostTeam(NamedTuple):
    """A team with the number of its submissions and, if banned, why."""

    team: Team
    n_submissions: int
    ban: BannedTeam | None


class HostModel(NamedTuple):
    """A model card and the mark that a host gave it, which may be older than its last change."""

    card: ModelCard
    mark: VerifiedModel | None


def read_overview(session: Session, reach: Reach = EVERYWHERE) -> Overview:
    """What needs a hand now of what is in `reach`; each list has its newest SHOWN."""
    is_own = reach.holds(Submission.split_id)
    counts = {
        status: (n, oldest)
        for status, n, oldest in session.execute(
            select(Submission.status, func.count(), func.min(Submission.created_at))
            .where(is_own)
            .group_by(Submission.status)
        )
    }
    runs = session.scalars(
        select(JudgeRun)
        .join(JudgeRun.submission)
        .where(JudgeRun.state == RunState.VOID, is_own)
        .options(joinedload(JudgeRun.rater))
        .order_by(JudgeRun.id.desc())
        .limit(SHOWN)
    )
    awaited = read_awaited(session, SHOWN, is_own)
    return Overview(
        held=_read_trouble(
            session, is_own, Status.HELD, {one.run.submission_id for one in awaited}
        ),
        failed=_read_trouble(session, is_own, Status.FAILED),
        awaited=awaited,
        void_runs=list(runs),
        n_pending=counts.get(Status.PENDING, (0, None))[0],
        n_waiting=counts.get(Status.QUEUED, (0, None))[0],
        waiting_since=counts.get(Status.QUEUED, (0, None))[1],
        n_running=counts.get(Status.RUNNING, (0, None))[0],
        refits=list(
            session.scalars(
                select(Refit.split_id).where(reach.holds(Refit.split_id)).order_by(Refit.split_id)
            )
        ),
        holds=list(
            session.scalars(
                select(RevealHold)
                .where(reach.holds(RevealHold.split_id))
                .order_by(RevealHold.split_id)
            )
        ),
    )


def _read_trouble(
    session: Session, is_own: ColumnElement[bool], status: Status, besides: Collection[str] = ()
) -> list[Trouble]:
    rows = session.scalars(
        select(Submission)
        .where(Submission.status == status, Submission.id.not_in(besides), is_own)
        .options(joinedload(Submission.model_card), selectinload(Submission.events))
        .order_by(Submission.created_at.desc())
        .limit(SHOWN)
    )
    found = []
    for row in rows:
        events = [event for event in row.events if event.kind is TROUBLE[status]]
        last = events[-1] if events else SubmissionEvent(at=row.created_at, message="")
        found.append(Trouble(row, last.at, last.message))
    return found


def read_submissions(
    session: Session, status: Status | None, reach: Reach = EVERYWHERE
) -> list[Submission]:
    """The newest LISTED submissions of everybody in `reach`, of one status or of all."""
    query = (
        select(Submission)
        .where(reach.holds(Submission.split_id))
        .options(joinedload(Submission.model_card).joinedload(ModelCard.team))
        .order_by(Submission.created_at.desc())
        .limit(LISTED)
    )
    return list(
        session.scalars(query if status is None else query.where(Submission.status == status))
    )


def read_people(session: Session) -> list[Person]:
    """All users by e-mail address."""
    bans = {ban.user_id: ban for ban in session.scalars(select(BannedUser))}
    roles: dict[int, list[HeldRole]] = {}
    for held in read_holders(session, EVERYWHERE):
        roles.setdefault(held.user.id, []).append(held)
    users = session.scalars(
        select(User)
        .options(selectinload(User.memberships).joinedload(Membership.team))
        .order_by(User.email)
    )
    return [Person(user, roles.get(user.id, []), bans.get(user.id)) for user in users]


def read_all_teams(session: Session) -> list[HostTeam]:
    """All teams by name."""
    bans = {ban.team_id: ban for ban in session.scalars(select(BannedTeam))}
    rows = session.execute(
        select(ModelCard.team_id, func.count()).join(Submission).group_by(ModelCard.team_id)
    )
    counts = {row[0]: row[1] for row in rows}
    teams = session.scalars(select(Team).order_by(Team.name))
    return [HostTeam(team, counts.get(team.id, 0), bans.get(team.id)) for team in teams]


def read_all_models(session: Session) -> list[HostModel]:
    """All model cards by name."""
    marks = {mark.model_card_id: mark for mark in session.scalars(select(VerifiedModel))}
    cards = session.scalars(
        select(ModelCard).options(joinedload(ModelCard.team)).order_by(ModelCard.name)
    )
    return [HostModel(card, marks.get(card.id)) for card in cards]
