"""Letters to hosts when a team waits for them: who is written to, when, and of which teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from leaderboard.db import read_clock
from leaderboard.letters.ask import add_letter
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.role import SITE, GrantedRole, Role
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard, Team, User

PAUSE = timedelta(days=1)


class WaitingTeam(NamedTuple):
    """A team with a pending submission on a split, and since when."""

    team: Team
    split: Split
    since: datetime


def tell_hosts(session: Session, split: Split) -> None:
    """Have whoever decides on a team that begins to wait on `split` told of it.

    These are the hosts of its benchmark with a confirmed address; where it has none, the
    administrators with one. Each gets at most one letter a day for all their benchmarks, which
    lists the teams that wait when it leaves: strangers who make one team after the other fill
    nobody's mailbox, and no team is left out, for what comes within the day is in the next letter.
    """
    users = _read_deciders(session, split.benchmark.slug)
    _lock(session, users)
    for user in users:
        letters = session.scalars(
            select(Letter)
            .where(Letter.kind == LetterKind.APPROVALS, Letter.address == user.email)
            .with_for_update(key_share=True)
        ).all()
        if any(one.state is NoticeState.WAITING for one in letters):
            continue
        letter = add_letter(session, LetterKind.APPROVALS, user.email, user)
        moment = read_clock(session)
        letter.at = letter.next_at = max([moment, *(one.next_at + PAUSE for one in letters)])
    session.flush()


def read_waiting_teams(session: Session, user: User) -> list[WaitingTeam]:
    """The teams that wait for what `user` decides, who has waited longest first."""
    rows = session.execute(
        select(Team, Split, Submission.created_at)
        .select_from(Submission)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .join(Team, Team.id == ModelCard.team_id)
        .join(Split, Split.id == Submission.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .where(Submission.status == Status.PENDING, _decides(user))
        .order_by(Submission.created_at, Submission.id)
    )
    found: dict[tuple[int, int], WaitingTeam] = {}
    for team, split, since in rows:
        found.setdefault((team.id, split.id), WaitingTeam(team, split, since))
    return list(found.values())


def _read_deciders(session: Session, benchmark: str) -> Sequence[User]:
    """The hosts of a benchmark, or else the administrators, who can be written to."""
    for role, place in ((Role.HOST, benchmark), (Role.ADMIN, SITE)):
        users = session.scalars(
            select(User)
            .join(GrantedRole, GrantedRole.user_id == User.id)
            .where(GrantedRole.role == role, GrantedRole.benchmark == place, _can_be_told(User))
            .order_by(User.id)
        ).all()
        if users:
            return users
    return []


def _decides(user: User) -> ColumnElement[bool]:
    """The condition that a letter about a benchmark goes to `user`."""
    host, other = aliased(GrantedRole), aliased(User)
    is_hosted = (
        select(host.user_id)
        .join(other, other.id == host.user_id)
        .where(host.role == Role.HOST, host.benchmark == Benchmark.slug, _can_be_told(other))
    )
    own = select(GrantedRole.user_id).where(GrantedRole.user_id == user.id)
    is_host = own.where(
        GrantedRole.role == Role.HOST, GrantedRole.benchmark == Benchmark.slug
    ).exists()
    is_admin = own.where(GrantedRole.role == Role.ADMIN).exists()
    return or_(is_host, is_admin & ~is_hosted.exists())


def _can_be_told(user: type[User]) -> ColumnElement[bool]:
    """The condition that a person may have mail: a confirmed address, and no ban."""
    return user.is_confirmed & ~user.is_banned


def _lock(session: Session, users: Sequence[User]) -> None:
    """Have other teams that begin to wait for any of them do so after this transaction."""
    session.execute(
        select(GrantedRole.user_id)
        .where(GrantedRole.user_id.in_([one.id for one in users]))
        .order_by(GrantedRole.user_id, GrantedRole.role, GrantedRole.benchmark)
        .with_for_update(key_share=True)
    )
