"""What LLM judges did, for hosts and for the page of judges: runs, failures, tokens, cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, cast, func, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from leaderboard.models.judging import (
    AnchorCall,
    CallOutcome,
    CanaryCall,
    DriftCheck,
    JudgeCall,
    JudgeRun,
    RunState,
)
from leaderboard.models.order import OrderCall
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Status, Submission

N_RECENT = 50
CANNOT_BE_ASKED = "cannot be asked: "
"""How the reason of a run begins whose judge's server fails or refuses, until the run goes on."""


class CallFigures(NamedTuple):
    """A judge's calls in numbers; `n_answers` came back whole or not, errors are beside them.

    Tokens and cost are sums over what is known; `n_unpriced` calls have no known cost.
    """

    name: str
    version: str
    n_answers: int
    n_bad_output: int
    n_refused: int
    n_rejected: int
    n_errors: int
    input_tokens: int
    output_tokens: int
    cost: float
    n_unpriced: int

    @property
    def bad_output_rate(self) -> float | None:
        """The share of answers that could not be read; None without answers."""
        return self.n_bad_output / self.n_answers if self.n_answers else None

    @property
    def refusal_rate(self) -> float | None:
        """The share of answers that declined; None without answers."""
        return self.n_refused / self.n_answers if self.n_answers else None


def read_runs_state(session: Session) -> tuple[int, int]:
    """What changes with every run that begins or is checked."""
    newest, n_checked = session.execute(
        select(func.max(JudgeRun.id), func.count().filter(JudgeRun.state != RunState.CHECKING))
    ).one()
    return newest or 0, n_checked


class AwaitedJudge(NamedTuple):
    """A run that a judge's server holds up while its submission waits.

    `again_at` is when the judge is asked again; None where that is left to the host.
    """

    run: JudgeRun
    again_at: datetime | None

    @property
    def what(self) -> str:
        """What came in place of replies: a status and names."""
        return self.run.reason.removeprefix(CANNOT_BE_ASKED)


class RunCheck(NamedTuple):
    """A run of a judge, and how its anchor reports changed; None where there were none yet."""

    run: JudgeRun
    drift: DriftCheck | None


def read_runs(session: Session, limit: int = N_RECENT) -> Sequence[JudgeRun]:
    """The newest runs with their judge and submission, newest first."""
    return session.scalars(
        select(JudgeRun)
        .options(selectinload(JudgeRun.rater), selectinload(JudgeRun.submission))
        .order_by(JudgeRun.id.desc())
        .limit(limit)
    ).all()


def find_awaited(run: JudgeRun) -> AwaitedJudge | None:
    """What a run waits for; None for one that goes on, has ended or is void."""
    submission = run.submission
    if not run.reason or run.state is RunState.VOID:
        return None
    if submission.status is Status.HELD:
        return AwaitedJudge(run, None)
    is_queued = submission.status is Status.QUEUED
    return AwaitedJudge(run, submission.heartbeat_at) if is_queued else None


def read_awaited(
    session: Session, limit: int = N_RECENT, which: ColumnElement[bool] | None = None
) -> list[AwaitedJudge]:
    """The newest runs that wait for a judge's server, newest first.

    `which` is a condition on their submissions; by default they are all listed.
    """
    runs = session.scalars(
        select(JudgeRun)
        .join(JudgeRun.submission)
        .where(
            JudgeRun.reason != "",
            JudgeRun.state != RunState.VOID,
            Submission.status.in_([Status.QUEUED, Status.HELD]),
            true() if which is None else which,
        )
        .options(joinedload(JudgeRun.rater), contains_eager(JudgeRun.submission))
        .order_by(JudgeRun.id.desc())
        .limit(limit)
    )
    return [awaited for run in runs if (awaited := find_awaited(run)) is not None]


def read_checks(session: Session, rater_id: int, limit: int = N_RECENT) -> list[RunCheck]:
    """The newest runs of one judge with the drift that each found, newest first."""
    rows = session.execute(
        select(JudgeRun, DriftCheck)
        .outerjoin(DriftCheck, DriftCheck.judge_run_id == JudgeRun.id)
        .where(JudgeRun.rater_id == rater_id)
        .order_by(JudgeRun.id.desc())
        .limit(limit)
    )
    return [RunCheck(run, drift) for run, drift in rows]


def read_call_figures(session: Session) -> list[CallFigures]:
    """The figures of every LLM judge in each of its versions, checks included, by name."""
    sums: dict[tuple[str, str], list[float]] = {}
    canaries, anchors = (
        select(*_columns(table)).select_from(table).join(JudgeRun).join(JudgeRun.rater)
        for table in (CanaryCall, AnchorCall)
    )
    calls, orders = (
        select(*_columns(table)).select_from(table).join(Rater, Rater.id == table.rater_id)
        for table in (JudgeCall, OrderCall)
    )
    query: Select[Any]
    for query in (canaries, anchors, calls, orders):
        for name, version, *values in session.execute(query.group_by(Rater.name, Rater.version)):
            before = sums.setdefault((name, version), [0] * len(values))
            sums[name, version] = [a + (b or 0) for a, b in zip(before, values, strict=True)]
    return [_make_figures(*key, values) for key, values in sorted(sums.items())]


def _columns(table: type[JudgeCall | CanaryCall | AnchorCall | OrderCall]) -> list[Any]:
    counts = [func.sum(cast(table.outcome == outcome, Integer)) for outcome in CallOutcome]
    sums = [func.sum(value) for value in (table.input_tokens, table.output_tokens, table.cost)]
    unpriced = func.sum(cast(table.cost.is_(None) & (table.outcome != CallOutcome.ERROR), Integer))
    return [Rater.name, Rater.version, *counts, *sums, unpriced]


def _make_figures(name: str, version: str, values: Sequence[float]) -> CallFigures:
    n_ok, n_bad, n_refused, n_rejected, n_errors = (int(value) for value in values[:5])
    tokens_in, tokens_out, cost, n_unpriced = values[5:]
    return CallFigures(
        name=name,
        version=version,
        n_answers=n_ok + n_bad + n_refused,
        n_bad_output=n_bad,
        n_refused=n_refused,
        n_rejected=n_rejected,
        n_errors=n_errors,
        input_tokens=int(tokens_in),
        output_tokens=int(tokens_out),
        cost=float(cost),
        n_unpriced=int(n_unpriced),
    )
