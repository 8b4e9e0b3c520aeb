"""Runs of judges on the order suite: who works on one, what is asked for, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.judges.order_suite import read_suite
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.leases import LeasedTable, make_phase, make_run_id
from leaderboard.models.order import OrderResult, OrderRun, OrderState
from leaderboard.models.rating import Rater
from leaderboard.queue import ORDER
from leaderboard.scoring.order import Ordered, OrderKind, count_ordered, sum_ordered


def _note_failed(session: Session, run_id: int, reason: str) -> None:
    session.execute(
        update(OrderRun).where(OrderRun.id == run_id).values(reason=reason, finished_at=now())
    )


ORDER_RUNS = LeasedTable[int](
    job=ORDER,
    key=OrderRun.id,
    waiting=make_phase(OrderRun.state, OrderState.WAITING),
    held=make_phase(OrderRun.state, OrderState.RATING),
    failed=make_phase(OrderRun.state, OrderState.FAILED),
    fence=OrderRun.run_id,
    make_fence=make_run_id,
    heartbeat=OrderRun.heartbeat_at,
    attempts=OrderRun.n_attempts,
    on_failed=_note_failed,
)


@dataclass(frozen=True)
class JudgeOrder:
    """What is known of a judge's order: its newest finished run, and the newest of all.

    `counts` are pairs ordered right by kind, of the finished run.
    """

    finished: OrderRun | None
    newest: OrderRun | None
    counts: Mapping[OrderKind, Ordered]

    @property
    def total(self) -> Ordered:
        """All kinds together."""
        return sum_ordered(self.counts.values())

    @property
    def may_rank(self) -> bool:
        """Whether the judge may decide ranks; not before it was run."""
        return self.finished is not None and self.total.may_rank

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
    moment = now()
    run = OrderRun(
        rater_id=rater_id,
        suite=suite,
        state=OrderState.WAITING,
        requested_at=moment,
        heartbeat_at=moment,
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
        found[rater_id] = JudgeOrder(finished, newest, _count(session, finished))
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


def _count(session: Session, run: OrderRun | None) -> Mapping[OrderKind, Ordered]:
    if run is None:
        return {}
    rows = session.execute(
        select(OrderResult.kind, OrderResult.is_right).where(OrderResult.order_run_id == run.id)
    )
    return count_ordered((row[0], row[1]) for row in rows)
