"""Runs of judges on the order suite: who works on one, what is asked for, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import clock, now
from leaderboard.judges.order_suite import read_suite
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.leases import make_run_table
from leaderboard.models.order import OrderResult, OrderRun, OrderState
from leaderboard.models.rating import Rater
from leaderboard.queue import ORDER
from leaderboard.scoring.order import Ordered, OrderKind, count_ordered, sum_ordered

ORDER_RUNS = make_run_table(
    ORDER,
    OrderRun.id,
    (OrderState.WAITING, OrderState.RATING, OrderState.FAILED),
    reason=OrderRun.reason,
    ended_at=OrderRun.finished_at,
)


class WrongPair(NamedTuple):
    """A pair that a judge ordered wrong, the scores that it gave both reports, and how they differ.

    `why` is empty for a pair that is no longer in the suite.
    """

    key: str
    kind: OrderKind
    why: str
    first: float | None
    second: float | None
    is_unseen: bool


@dataclass(frozen=True)
class JudgeOrder:
    """What is known of a judge's order: its newest finished run, and the newest of all.

    `counts` are pairs ordered right by kind, of the finished run; `unseen` those of them that the
    judge's rules were made without sight of, None for a judge that has no rules of ours. `wrong`
    are the others of that run, by kind, unseen ones first.
    """

    finished: OrderRun | None
    newest: OrderRun | None
    counts: Mapping[OrderKind, Ordered]
    unseen: Mapping[OrderKind, Ordered] | None
    wrong: Sequence[WrongPair] = ()

    @property
    def total(self) -> Ordered:
        """All kinds together."""
        return sum_ordered(self.counts.values())

    @property
    def total_unseen(self) -> Ordered | None:
        """All kinds of unseen pairs together; None for a judge that has no rules of ours."""
        return None if self.unseen is None else sum_ordered(self.unseen.values())

    @property
    def may_rank(self) -> bool:
        """Whether the judge may decide ranks, by the pairs that count; not before it was run."""
        deciding = self.total if self.total_unseen is None else self.total_unseen
        return self.finished is not None and deciding.may_rank

    @property
    def is_open(self) -> bool:
        """Whether a run waits or is under way."""
        return self.newest is not None and not self.newest.state.is_final


def add_order_run(session: Session, rater_id: int) -> OrderRun:
    """Ask for a run of a judge; the one that waits or is under way where there is one."""
    suite = read_suite().version
    open_run = session.scalars(
        select(OrderRun).where(
            OrderRun.rater_id == rater_id,
            OrderRun.suite == suite,
            OrderRun.state.in_([OrderState.WAITING, OrderState.RATING]),
        )
    ).first()
    if open_run is not None:
        return open_run
    run = OrderRun(
        rater_id=rater_id,
        suite=suite,
        state=OrderState.WAITING,
        requested_at=now(),
        heartbeat_at=clock(),
    )
    session.add(run)
    session.flush()
    return run


def find_tried(session: Session) -> set[JudgeIdentity]:
    """The judges of which a run on today's suite was ever asked for."""
    rows = session.execute(
        select(Rater.name, Rater.version)
        .join(OrderRun, OrderRun.rater_id == Rater.id)
        .where(OrderRun.suite == read_suite().version)
    )
    return {JudgeIdentity(name, version) for name, version in rows}


def read_order(session: Session, rater_id: int) -> JudgeOrder:
    """How a judge orders pairs."""
    return read_orders(session, [rater_id])[rater_id]


def read_orders(session: Session, rater_ids: Collection[int]) -> dict[int, JudgeOrder]:
    """How each of the judges orders pairs."""
    runs: defaultdict[int, list[OrderRun]] = defaultdict(list)
    query = select(OrderRun).where(OrderRun.rater_id.in_(rater_ids)).order_by(OrderRun.id)
    for run in session.scalars(query):
        runs[run.rater_id].append(run)
    found = {}
    for rater_id in rater_ids:
        done = [run for run in runs[rater_id] if run.state is OrderState.FINISHED]
        finished = done[-1] if done else None
        newest = runs[rater_id][-1] if runs[rater_id] else None
        found[rater_id] = _make_order(session, finished, newest)
    return found


def read_orders_state(session: Session) -> tuple[int, int, str]:
    """What changes with every run that is asked for, ends or waits for another reason."""
    newest, n_final, reason = session.execute(
        select(
            func.max(OrderRun.id),
            func.count().filter(OrderRun.state.in_([OrderState.FINISHED, OrderState.FAILED])),
            func.max(OrderRun.reason),
        )
    ).one()
    return newest or 0, n_final, reason or ""


def read_results(session: Session, run_id: int) -> Sequence[OrderResult]:
    """The pairs of a finished run by kind, then by name."""
    rows = session.scalars(select(OrderResult).where(OrderResult.order_run_id == run_id)).all()
    places = {kind: place for place, kind in enumerate(OrderKind)}
    return sorted(rows, key=lambda row: (places[row.kind], row.pair))


def _make_order(session: Session, finished: OrderRun | None, newest: OrderRun | None) -> JudgeOrder:
    if finished is None:
        return JudgeOrder(None, newest, {}, None)
    rows, suite = read_results(session, finished.id), read_suite()
    keys = suite.find_unseen(JudgeIdentity(finished.rater.name, finished.rater.version))
    unseen = [row for row in rows if keys is not None and row.pair in keys]
    whys = {pair.key: pair.why for pair in suite.pairs}
    wrong = [
        WrongPair(row.pair, row.kind, whys.get(row.pair, ""), row.first, row.second, row in unseen)
        for row in rows
        if not row.is_right
    ]
    return JudgeOrder(
        finished,
        newest,
        count_ordered((row.kind, row.is_right) for row in rows),
        None if keys is None else count_ordered((row.kind, row.is_right) for row in unseen),
        sorted(wrong, key=lambda one: not one.is_unseen),
    )
