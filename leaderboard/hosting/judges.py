"""What hosts do with judges: have them run on the order suite."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.calibration.trust import read_judges
from leaderboard.errors import NotFound
from leaderboard.hosting.act import Act
from leaderboard.judges.order_runs import ORDER_RUNS, JudgeOrder, add_order_run, read_orders
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.queue import Nudge


def ask_order(session: Session, name: str, actor: str) -> Act:
    """Have the newest version of a judge run on the order suite. Raises NotFound."""
    rater = session.scalars(
        select(Rater)
        .where(Rater.kind == RaterKind.JUDGE, Rater.name == name)
        .order_by(Rater.id.desc())
        .limit(1)
    ).first()
    if rater is None:
        raise NotFound(
            f"There is no judge {name!r}.",
            "A judge is known once a worker has been started with its settings.",
        )
    nudge = _add(session, rater, actor)
    return Act(f"The judge {name} is run on the order suite.", waiting=(nudge,))


def ask_orders(session: Session, benchmark: Benchmark, actor: str) -> Act:
    """Have the judges of a benchmark's reports run on the order suite. Raises NotFound."""
    raters = [rater for rater, _ in read_newest_orders(session, benchmark)]
    if not raters:
        raise NotFound(
            f"No judge has rated a report of {benchmark.name} yet.",
            "Wait for the first submission with reports.",
        )
    nudges = tuple(_add(session, rater, actor, benchmark.slug) for rater in raters)
    names = ", ".join(rater.name for rater in raters)
    return Act(f"Run on the order suite: {names}.", waiting=nudges)


def read_newest_orders(session: Session, benchmark: Benchmark) -> list[tuple[Rater, JudgeOrder]]:
    """The judges of a benchmark's reports, each in its newest version, and their order."""
    newest: dict[str, Rater] = {}
    for split in benchmark.splits:
        for judge in read_judges(session, split):
            known = newest.get(judge.rater.name)
            if known is None or known.id < judge.rater.id:
                newest[judge.rater.name] = judge.rater
    orders = read_orders(session, [rater.id for rater in newest.values()])
    return [(rater, orders[rater.id]) for _, rater in sorted(newest.items())]


def _add(session: Session, rater: Rater, actor: str, benchmark: str = "") -> Nudge[int]:
    run = add_order_run(session, rater.id)
    subject = f"judge {rater.name} {rater.version}"
    named = {"benchmark": benchmark} if benchmark else {}
    add_audit(session, actor, "run on order suite", subject, **named)
    return Nudge(ORDER_RUNS.job, run.id)
