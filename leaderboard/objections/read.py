"""Read objections: one's own, those to a host's benchmarks, and how many there are."""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy import Function, Select, and_, case, func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import Reach
from leaderboard.disclosure import shows_effect
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Answers, Benchmark, Item, Split
from leaderboard.models.objection import Effect, Objection, ObjectionAnswer
from leaderboard.models.team import User


class Told(NamedTuple):
    """An objection, what it is about, and its answer; None while it is open."""

    objection: Objection
    item: Item
    split: Split
    answer: ObjectionAnswer | None

    @property
    def state(self) -> str:
        """Open, or answered."""
        return "open" if self.answer is None else "answered"

    @property
    def effect(self) -> Effect | None:
        """What followed, as far as who objected may know: on hidden answers it tells a key."""
        if self.answer is None or not shows_effect(self.split):
            return None
        return self.answer.effect


class Counts(NamedTuple):
    """How many objections there are, how many are answered, and what followed.

    `n_corrections` and `n_campaigns` count those to items with public answers alone.
    """

    n: int
    n_answered: int
    n_corrections: int
    n_campaigns: int


def read_own_objections(session: Session, user: User) -> list[Told]:
    """What `user` objected to, newest first."""
    query = _select().where(Objection.user_id == user.id).order_by(Objection.id.desc())
    return [Told(*row) for row in session.execute(query)]


def read_objections(
    session: Session, reach: Reach, *, is_open: bool | None = None, limit: int | None = None
) -> list[Told]:
    """Objections to the benchmarks in `reach`: open ones first, then newest first."""
    query = _select().where(reach.names(Benchmark.slug)).limit(limit)
    if is_open is not None:
        is_missing = ObjectionAnswer.objection_id.is_(None)
        query = query.where(is_missing if is_open else ~is_missing)
    query = query.order_by(ObjectionAnswer.objection_id.is_not(None), Objection.id.desc())
    return [Told(*row) for row in session.execute(query)]


def count_open(session: Session, reach: Reach) -> int:
    """How many objections wait for an answer on the benchmarks in `reach`."""
    query = _select().where(reach.names(Benchmark.slug), ObjectionAnswer.objection_id.is_(None))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def count_objections(session: Session, slug: str) -> Counts:
    """Those to a benchmark in all its versions, for everybody."""
    query = (
        select(
            func.count(Objection.id),
            func.count(ObjectionAnswer.objection_id),
            _count_public(Effect.CORRECTION),
            _count_public(Effect.CAMPAIGN),
        )
        .select_from(Objection)
        .join(Item, Item.id == Objection.item_id)
        .join(Split, Split.id == Item.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
        .where(Benchmark.slug == slug)
    )
    return Counts(*session.execute(query).one())


def get_objection(session: Session, key: int) -> Told:
    """The objection of this number. Raises NotFound."""
    row = session.execute(_select().where(Objection.id == key)).one_or_none()
    if row is None:
        raise no_objection()
    return Told(*row)


def get_own_objection(session: Session, user: User, key: str) -> Told:
    """The objection of this number that `user` sent. Raises NotFound, for others' too."""
    number = int(key) if re.fullmatch(r"[0-9]{1,9}", key) else 0
    row = session.execute(
        _select().where(Objection.id == number, Objection.user_id == user.id)
    ).one_or_none()
    if row is None:
        raise no_objection()
    return Told(*row)


def find_benchmark(session: Session, key: int) -> str | None:
    """Which benchmark the objection of this number is to; None without one."""
    return session.scalar(_select().where(Objection.id == key).with_only_columns(Benchmark.slug))


def no_objection() -> NotFound:
    """What is answered where there is no such objection."""
    return NotFound("There is no such objection.", "The page Objections lists them.")


def _count_public(effect: Effect) -> Function[int]:
    is_public = Split.answers == Answers.PUBLIC
    counted = case((and_(is_public, ObjectionAnswer.effect == effect), Objection.id))
    return func.count(counted)


def _select() -> Select[Objection, Item, Split, ObjectionAnswer]:
    return (
        select(Objection, Item, Split, ObjectionAnswer)
        .join(Item, Item.id == Objection.item_id)
        .join(Split, Split.id == Item.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
    )
