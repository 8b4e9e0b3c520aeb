"""Rows that one run at a time may work on: claim, renew, end, postpone, requeue, nudge, for all.

The row is the truth and a job in the queue only a nudge. A run claims a row that waits and holds
it as long as it renews its claim; the reconciler sweeps each table for rows whose run died and
for rows that nobody took. All of it goes by the database's clock, so machines whose clocks differ
agree. What differs between tables is declared in a `LeasedTable`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from leaderboard.db import clock, now
from leaderboard.errors import ClaimLost
from leaderboard.meters import BOOK, LEASES_LOST
from leaderboard.queue import Job, Nudge

K = TypeVar("K", str, int)
Column = InstrumentedAttribute[Any]
NO_TIME = timedelta(0)


class Phase(NamedTuple):
    """How a row is known to be in a phase now, and the values that bring it there."""

    condition: ColumnElement[bool]
    values: Mapping[str, Any]


def make_phase(state: Column, value: Any, **more: Any) -> Phase:
    """The phase of rows whose `state` is `value`; `more` is set with it."""
    return Phase(state == value, {state.key: value, **more})


class Terms(NamedTuple):
    """What the host set: how long a claim lasts unless it is renewed, and how often one is made."""

    lease: timedelta
    max_attempts: int


def make_run_id() -> str:
    """A name that no other run has."""
    return secrets.token_hex(16)


def _ignore(session: Session, key: Any, reason: str) -> None:
    """Nothing more is to be written down."""


@dataclass(frozen=True, kw_only=True)
class LeasedTable(Generic[K]):
    """A table whose rows are leased to runs.

    `job` takes a row up and carries its `key`; where rows of a table go to different workers,
    `choose_job` says which takes up a row. `fence` holds a value that no other claim of the
    row has: at a claim `make_fence` makes one; without that the column changes by itself, being
    the number of attempts, the heartbeat, or the time of the request.

    `heartbeat` is when the row was last heard of, plus `waits_ahead` or `held_ahead`; a table
    without one is not swept. A row waits for `wait_share` of the lease until it is nudged (again).
    `lease` and `max_attempts` stand in for the host's; rows that do not count `attempts` are
    tried until they are done. `on_requeued` and `on_failed` write down what became of a row that
    the reconciler took from a dead run, with the reason.
    """

    job: Job
    key: InstrumentedAttribute[K]
    waiting: Phase
    held: Phase
    fence: Column
    make_fence: Callable[[], str] | None = None
    heartbeat: Column | None = None
    attempts: Column | None = None
    failed: Phase | None = None
    order: Column | None = None
    lease: timedelta | None = None
    max_attempts: int | None = None
    wait_share: float = 0.5
    waits_ahead: timedelta = NO_TIME
    held_ahead: timedelta = NO_TIME
    choose_job: Callable[[Session, K], Job] | None = None
    on_requeued: Callable[[Session, K, str], None] = _ignore
    on_failed: Callable[[Session, K, str], None] = _ignore

    @property
    def model(self) -> Any:
        """The class of the rows."""
        return self.key.class_

    def make_nudge(self, session: Session, key: K) -> Nudge[K]:
        """What to enqueue for a row."""
        return Nudge(self.choose_job(session, key) if self.choose_job else self.job, key)

    def terms(self, host: Terms) -> Terms:
        """What holds for this table, by its own declaration or else by the host's settings."""
        return Terms(self.lease or host.lease, self.max_attempts or host.max_attempts)

    def beat(self, ahead: timedelta) -> dict[str, ColumnElement[datetime]]:
        """The values of a row that is heard of now."""
        return {} if self.heartbeat is None else {self.heartbeat.key: clock(ahead)}


def make_run_table(
    job: Job,
    key: InstrumentedAttribute[K],
    states: tuple[Any, Any, Any],
    *,
    reason: Column,
    ended_at: Column | None = None,
    lease: timedelta | None = None,
    wait_share: float = LeasedTable.wait_share,
) -> LeasedTable[K]:
    """The leased table of rows with `state`, `run_id`, `heartbeat_at` and `n_attempts`.

    states: of a row that waits, is held and has failed; why it failed goes into the column
    `reason`, and when into `ended_at`, if it has one.
    """
    rows: Any = key.class_
    waiting, held, failed = (make_phase(rows.state, one) for one in states)

    def note_failed(session: Session, of: K, why: str) -> None:
        values: dict[str, Any] = {reason.key: why}
        if ended_at is not None:
            values[ended_at.key] = now()
        session.execute(update(rows).where(key == of).values(values))

    return LeasedTable[K](
        job=job,
        key=key,
        waiting=waiting,
        held=held,
        failed=failed,
        fence=rows.run_id,
        make_fence=make_run_id,
        heartbeat=rows.heartbeat_at,
        attempts=rows.n_attempts,
        lease=lease,
        wait_share=wait_share,
        on_failed=note_failed,
    )


@dataclass(slots=True)
class Claim(Generic[K]):
    """The right of one run to write about one row, as long as the row carries its `token`."""

    table: LeasedTable[K]
    key: K
    token: Any
    n_attempts: int


def claim_row(session: Session, table: LeasedTable[K], key: K) -> Claim[K] | None:
    """Claim a waiting row; None if it does not wait (any more). Of many at once one gets it."""
    values = {**table.held.values, **table.beat(table.held_ahead)}
    if table.make_fence is not None:
        values[table.fence.key] = table.make_fence()
    if table.attempts is not None:
        values[table.attempts.key] = table.attempts + 1
    row = session.execute(
        update(table.model)
        .where(table.key == key, table.waiting.condition)
        .values(values)
        .returning(table.fence, table.attempts if table.attempts is not None else table.key)
    ).one_or_none()
    if row is None:
        return None
    return Claim(table, key, row[0], row[1] if table.attempts is not None else 1)


def renew(session: Session, claim: Claim[K], **values: Any) -> None:
    """Beat the heart and set `values` of the row, first in every transaction of a run.

    The row stays locked until the transaction ends, so what else it writes is fenced too.
    Raises ClaimLost if the row was cancelled, went to another run or is gone.
    """
    table = claim.table
    row = session.execute(
        update(table.model)
        .where(is_held(claim))
        .values({**table.held.values, **table.beat(table.held_ahead), **values})
        .returning(table.fence)
    ).one_or_none()
    if row is None:
        raise ClaimLost(f"{table.job.noun} {claim.key}")
    if table.fence is table.heartbeat:
        claim.token = row[0]


def is_held(claim: Claim[K]) -> ColumnElement[bool]:
    """The condition that a row is leased by this claim still."""
    table = claim.table
    return and_(table.key == claim.key, table.fence == claim.token, table.held.condition)


def end(session: Session, claim: Claim[K], **values: Any) -> None:
    """Give the row up with `values` that bring it out of the held phase. Raises ClaimLost."""
    if claim.table.make_fence is not None:
        values[claim.table.fence.key] = None
    renew(session, claim, **values)


def postpone(session: Session, claim: Claim[K], until: datetime, **values: Any) -> None:
    """Give the row up as if this run had not tried it: it waits, and is not nudged before `until`.

    `until` is a time by the database's clock.

    For tables that make a fence for each run. Raises ClaimLost.
    """
    table = claim.table
    if table.heartbeat is not None:
        values[table.heartbeat.key] = until + table.waits_ahead
    if table.attempts is not None:
        values[table.attempts.key] = table.attempts - 1
    end(session, claim, **{**table.waiting.values, **values})


def requeue(session: Session, table: LeasedTable[K], key: K, given_up: ColumnElement[bool]) -> bool:
    """Let a row that is `given_up` wait again, as if never tried; whether it was so."""
    values = {**table.waiting.values, **table.beat(table.waits_ahead)}
    if table.attempts is not None:
        values[table.attempts.key] = 0
    row = session.execute(
        update(table.model).where(table.key == key, given_up).values(values).returning(table.key)
    ).one_or_none()
    return row is not None


def requeue_stale(session: Session, table: LeasedTable[K], host: Terms) -> None:
    """Take rows whose claim was not renewed in time from their runs: they wait again.

    One whose last attempt that was fails instead, with a reason.
    """
    if table.heartbeat is None:
        return
    lease, max_attempts = table.terms(host)
    stale = table.held.condition & (table.heartbeat < clock(table.held_ahead - lease))
    failed: list[K] = []
    if table.attempts is not None and table.failed is not None:
        reason = f"No worker could finish it in {max_attempts} attempts."
        failed = _move(session, table, stale & (table.attempts >= max_attempts), table.failed)
        for key in failed:
            table.on_failed(session, key, reason)
    reason = "The worker stopped responding; another one will take over."
    requeued = _move(session, table, stale, table.waiting)
    for key in requeued:
        table.on_requeued(session, key, reason)
    n_lost = len(failed) + len(requeued)
    BOOK.count_committed(session, LEASES_LOST, table.job.noun, amount=n_lost)


def _move(
    session: Session, table: LeasedTable[K], condition: ColumnElement[bool], phase: Phase
) -> list[K]:
    """Bring rows from their runs into `phase`; returns their keys."""
    values = dict(phase.values)
    if table.make_fence is not None:
        values[table.fence.key] = None
    if not values:
        return []
    moved = update(table.model).where(condition).values(values).returning(table.key)
    return list(session.scalars(moved))


def nudge(
    session: Session,
    table: LeasedTable[K],
    waited: timedelta,
    which: ColumnElement[bool] | None = None,
) -> list[Nudge[K]]:
    """What to enqueue again for waiting rows that nobody took for `waited`, oldest first.

    They count as heard of now, so each is nudged once in that time. A negative time finds those
    too that were postponed by less. `which` is one more condition on them.
    """
    if table.heartbeat is None:
        return []
    order = table.key if table.order is None else table.order
    rows = session.execute(
        update(table.model)
        .where(
            table.waiting.condition,
            table.heartbeat < clock(table.waits_ahead - waited),
            true() if which is None else which,
        )
        .values(table.beat(table.waits_ahead))
        .returning(table.key, order)
    ).all()
    return [table.make_nudge(session, row[0]) for row in sorted(rows, key=lambda row: row[1])]


def sweep(session: Session, table: LeasedTable[K], host: Terms) -> list[Nudge[K]]:
    """Requeue what is stale; returns what to enqueue, as `nudge` does."""
    requeue_stale(session, table, host)
    return nudge(session, table, table.terms(host).lease * table.wait_share)
