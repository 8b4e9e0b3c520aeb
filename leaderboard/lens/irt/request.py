"""Ask for item response theory over the questions of a split."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import clock, lock_row, now
from leaderboard.errors import Conflict
from leaderboard.hosting.act import Act
from leaderboard.lens.irt.lease import IRT_RUNS
from leaderboard.lens.irt.sheet import make_sheet
from leaderboard.lens.sheets import read_sheets
from leaderboard.models.benchmark import Split
from leaderboard.models.irt import IrtRun, IrtState
from leaderboard.queue import Nudge


def ask_irt(session: Session, split: Split, actor: str) -> Act:
    """Have a worker fit a split's questions; while a run is open, it is that one.

    Raises Conflict where too few models or questions count.
    """
    lock_row(session, Split.id, split.id)
    benchmark = split.benchmark
    name = f"{benchmark.name} {benchmark.version}, {split.name}"
    open_run = session.scalars(
        select(IrtRun).where(
            IrtRun.split_id == split.id, IrtRun.state.in_([IrtState.WAITING, IrtState.FITTING])
        )
    ).first()
    if open_run is not None:
        return Act(
            f"Item response theory is under way already: {name}.",
            waiting=(Nudge(IRT_RUNS.job, open_run.id),),
        )
    why_not = make_sheet(read_sheets(session, split)).why_not
    if why_not:
        raise Conflict(why_not, "Wait for more results.")
    run = add_run(session, split.id)
    subject = f"split {benchmark.slug} {benchmark.version} {split.name}"
    add_audit(session, actor, "fit item response theory", subject, benchmark=benchmark.slug)
    return Act(f"Item response theory is begun: {name}.", waiting=(Nudge(IRT_RUNS.job, run.id),))


def add_run(session: Session, split_id: int) -> IrtRun:
    """A run that waits."""
    run = IrtRun(
        split_id=split_id, state=IrtState.WAITING, requested_at=now(), heartbeat_at=clock()
    )
    session.add(run)
    session.flush()
    return run
