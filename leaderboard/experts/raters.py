"""Which rater a user is, and what raters are called where others see them."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.expert import ExpertRater
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.models.role import GrantedRole, Role
from leaderboard.models.team import User

VERSION = "1"


class Expert(NamedTuple):
    """An expert of a benchmark, and the rater that they are."""

    user: User
    rater: Rater


def ensure_experts(session: Session, benchmark: str) -> list[Expert]:
    """Every expert of a benchmark, in the order of their raters; who was none becomes one."""
    users = session.scalars(
        select(User)
        .join(GrantedRole, GrantedRole.user_id == User.id)
        .where(GrantedRole.role == Role.EXPERT, GrantedRole.benchmark == benchmark)
        .order_by(User.id)
    ).all()
    experts = [Expert(user, _ensure_own_rater(session, user)) for user in users]
    return sorted(experts, key=lambda expert: expert.rater.id)


def find_own_rater(session: Session, user: User) -> Rater | None:
    """The rater that `user` is; None before anything was assigned."""
    return session.scalar(
        select(Rater)
        .join(ExpertRater, ExpertRater.rater_id == Rater.id)
        .where(ExpertRater.user_id == user.id)
    )


def _ensure_own_rater(session: Session, user: User) -> Rater:
    rater = find_own_rater(session, user)
    if rater is None:
        # The name stands in exported files: it must not say who it is.
        name = f"expert-{secrets.token_hex(3)}"
        rater = ensure_rater(session, RaterKind.EXPERT, name)
        session.add(ExpertRater(rater_id=rater.id, user_id=user.id))
        session.flush()
    return rater


def ensure_rater(session: Session, kind: RaterKind, name: str) -> Rater:
    """The rater of this kind and name, added at its first use."""
    rater = session.scalar(
        select(Rater).where(Rater.kind == kind, Rater.name == name, Rater.version == VERSION)
    )
    if rater is None:
        rater = Rater(kind=kind, name=name, version=VERSION)
        session.add(rater)
        session.flush()
    return rater


def read_pseudonyms(session: Session) -> dict[int, str]:
    """What pages call each rater who is not a judge, by row id: "Expert 1", "Constructed 2"."""
    names: dict[int, str] = {}
    for kind in (RaterKind.EXPERT, RaterKind.CONSTRUCTED):
        ids = session.scalars(select(Rater.id).where(Rater.kind == kind).order_by(Rater.id))
        names |= {rater_id: f"{kind.value.title()} {n}" for n, rater_id in enumerate(ids, 1)}
    return names
