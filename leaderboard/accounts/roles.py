"""What each role may do: the one declaration, for pages, API and commands alike.

A host and an expert are so on a benchmark, in all its versions; an administrator on the site.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from leaderboard.errors import Forbidden
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.role import SITE, GrantedRole, Role
from leaderboard.models.team import User


class Right(enum.StrEnum):
    """Something that only some may do."""

    RATE_REPORTS = "rate reports"
    READ_AGREEMENT = "read how experts agree"
    READ_SUBMISSIONS = "read every team's submissions"
    READ_ITEMS = "read single items of submissions with their answers"
    MODERATE_SUBMISSIONS = "hide, show, accept and requeue submissions"
    APPROVE_TEAMS = "approve teams"
    LOAD_PACKAGES = "upload packages, look at them and load them"
    OPEN_RELEASES = "rank again and open releases"
    REVEAL_ANSWERS = "reveal answers"
    EXCHANGE_RATINGS = "follow experts, and import and export their ratings"
    ANNOUNCE = "announce above the benchmark's pages"
    REPORT_RESULTS = "add and withdraw reported results"
    PLAN_PHASES = "plan phases"
    SET_TERMS = "set the terms of a benchmark"
    SET_APART = "set models apart that were trained on the questions"
    CHECK_ITEMS = "look at single items, and check and correct their keys"
    ANSWER_OBJECTIONS = "answer objections"
    READ_EVIDENCE = "read the evidence on a hidden split"
    READ_AUDIT = "read what hosts have done"
    CHOOSE_EXPERTS = "choose experts"
    CHOOSE_HOSTS = "choose hosts"
    CHOOSE_ADMINISTRATORS = "choose administrators"
    MANAGE_PEOPLE = "manage people and teams"
    VERIFY_MODELS = "verify model cards"


RIGHTS: dict[Right, tuple[Role, ...]] = {
    Right.RATE_REPORTS: (Role.EXPERT,),
    Right.READ_AGREEMENT: (Role.EXPERT, Role.HOST, Role.ADMIN),
    Right.READ_SUBMISSIONS: (Role.HOST, Role.ADMIN),
    Right.READ_ITEMS: (Role.HOST, Role.ADMIN),
    Right.MODERATE_SUBMISSIONS: (Role.HOST, Role.ADMIN),
    Right.APPROVE_TEAMS: (Role.HOST, Role.ADMIN),
    Right.LOAD_PACKAGES: (Role.HOST, Role.ADMIN),
    Right.OPEN_RELEASES: (Role.HOST, Role.ADMIN),
    Right.REVEAL_ANSWERS: (Role.HOST, Role.ADMIN),
    Right.EXCHANGE_RATINGS: (Role.HOST, Role.ADMIN),
    Right.ANNOUNCE: (Role.HOST, Role.ADMIN),
    Right.REPORT_RESULTS: (Role.HOST, Role.ADMIN),
    Right.PLAN_PHASES: (Role.HOST, Role.ADMIN),
    Right.SET_TERMS: (Role.HOST, Role.ADMIN),
    Right.SET_APART: (Role.HOST, Role.ADMIN),
    Right.CHECK_ITEMS: (Role.HOST, Role.ADMIN),
    Right.ANSWER_OBJECTIONS: (Role.HOST, Role.ADMIN),
    Right.READ_EVIDENCE: (Role.HOST, Role.ADMIN),
    Right.READ_AUDIT: (Role.HOST, Role.ADMIN),
    Right.CHOOSE_EXPERTS: (Role.HOST, Role.ADMIN),
    Right.CHOOSE_HOSTS: (Role.ADMIN,),
    Right.CHOOSE_ADMINISTRATORS: (Role.ADMIN,),
    Right.MANAGE_PEOPLE: (Role.ADMIN,),
    Right.VERIFY_MODELS: (Role.ADMIN,),
}
"""Who has each right: on their own benchmark, an administrator on every one and on the site."""
CHOSEN_BY = {
    Role.EXPERT: Right.CHOOSE_EXPERTS,
    Role.HOST: Right.CHOOSE_HOSTS,
    Role.ADMIN: Right.CHOOSE_ADMINISTRATORS,
}
"""The right to give and to take each role."""
WORDS = {
    Role.ADMIN: "an administrator",
    Role.HOST: "a host of the benchmark",
    Role.EXPERT: "an expert of the benchmark",
}
REMEDIES = {
    Role.ADMIN: "Ask an administrator of the site.",
    Role.HOST: "Ask an administrator of the site to make you a host of the benchmark.",
    Role.EXPERT: "Ask a host of the benchmark to make you an expert.",
}


@dataclass(frozen=True)
class Reach:
    """Where somebody has a right: on `benchmarks`, or on the site and every benchmark."""

    benchmarks: frozenset[str]
    is_whole: bool = False

    def __bool__(self) -> bool:
        return self.is_whole or bool(self.benchmarks)

    def covers(self, benchmark: str) -> bool:
        """Whether the right holds on a benchmark, or on SITE."""
        return self.is_whole or benchmark in self.benchmarks

    @property
    def named(self) -> frozenset[str] | None:
        """The benchmarks by short name; None stands for all, and the site with them."""
        return None if self.is_whole else self.benchmarks

    def names(self, slug: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """The condition that a benchmark's short name is of one of them."""
        return true() if self.is_whole else slug.in_(self.benchmarks)

    def holds(self, split_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """The condition that the split of this id is of one of them."""
        if self.is_whole:
            return true()
        own = select(Split.id).join(Benchmark).where(Benchmark.slug.in_(self.benchmarks))
        return split_id.in_(own)


EVERYWHERE = Reach(frozenset(), is_whole=True)
"""Of the commands: who can run them runs the server."""


class HeldRole(NamedTuple):
    """A role that somebody has, on a benchmark or on SITE."""

    user: User
    role: Role
    benchmark: str


def grant_role(session: Session, user: User, role: Role, benchmark: str) -> None:
    """Give `user` the role on a benchmark (an administrator's on SITE); twice changes nothing."""
    if not has_role(session, user, role, benchmark):
        session.add(GrantedRole(user_id=user.id, role=role, benchmark=benchmark))
        session.flush()


def revoke_role(session: Session, user: User, role: Role, benchmark: str) -> None:
    """Take the role from `user`; without it nothing changes."""
    session.execute(
        delete(GrantedRole).where(
            GrantedRole.user_id == user.id,
            GrantedRole.role == role,
            GrantedRole.benchmark == benchmark,
        )
    )


def has_role(session: Session, user: User, role: Role, benchmark: str) -> bool:
    """Whether `user` has the role on a benchmark, or on SITE."""
    return session.get(GrantedRole, (user.id, role, benchmark)) is not None


def read_roles(session: Session, user: User) -> list[HeldRole]:
    """Every role of `user`, by benchmark."""
    rows = session.scalars(
        select(GrantedRole)
        .where(GrantedRole.user_id == user.id)
        .order_by(GrantedRole.benchmark, GrantedRole.role)
    )
    return [HeldRole(user, row.role, row.benchmark) for row in rows]


def read_holders(session: Session, reach: Reach) -> list[HeldRole]:
    """Who has a role on the benchmarks in `reach`, by benchmark, role and e-mail address."""
    rows = session.execute(
        select(User, GrantedRole.role, GrantedRole.benchmark)
        .join(GrantedRole, GrantedRole.user_id == User.id)
        .where(reach.names(GrantedRole.benchmark))
        .order_by(GrantedRole.benchmark, GrantedRole.role, User.email)
    )
    return [HeldRole(*row) for row in rows]


def has_holder(session: Session, role: Role, benchmark: str) -> bool:
    """Whether anybody has the role on a benchmark."""
    query = select(GrantedRole.user_id).where(
        GrantedRole.role == role, GrantedRole.benchmark == benchmark
    )
    return session.scalar(query.limit(1)) is not None


def read_reach(session: Session, user: User, right: Right) -> Reach:
    """Where `user` has the right; false in a condition where that is nowhere."""
    rows: Sequence[str] = session.scalars(
        select(GrantedRole.benchmark).where(
            GrantedRole.user_id == user.id, GrantedRole.role.in_(RIGHTS[right])
        )
    ).all()
    return Reach(frozenset(rows) - {SITE}, is_whole=SITE in rows)


def require_right(session: Session, user: User, right: Right, benchmark: str) -> None:
    """Raise Forbidden unless `user` has the right on a benchmark, or on SITE."""
    if not read_reach(session, user, right).covers(benchmark):
        raise forbid(right)


def name_role(role: Role, benchmark: str) -> str:
    """What somebody with the role is."""
    if role is Role.ADMIN:
        return "an administrator of this site"
    article = "a" if role is Role.HOST else "an"
    return f"{article} {role.value} of {benchmark}"


def forbid(right: Right) -> Forbidden:
    """What tells somebody who may, and whom to ask."""
    roles: Iterable[Role] = RIGHTS[right]
    words = " or ".join(WORDS[role] for role in roles)
    return Forbidden(f"Only {words} may {right.value}.", REMEDIES[RIGHTS[right][0]])
