"""Runs on the order suite as if a judge had made them."""

from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.judges.order_runs import add_order_run
from leaderboard.judges.order_suite import read_suite
from leaderboard.models.order import OrderResult, OrderRun, OrderState


def finish_order(session: Session, rater_id: int, n_wrong: int = 0) -> OrderRun:
    """A finished run of a judge that got `n_wrong` pairs wrong, unseen ones first."""
    run = add_order_run(session, rater_id)
    run.state, run.finished_at = OrderState.FINISHED, now()
    pairs = sorted(read_suite().pairs, key=lambda pair: pair.unseen_by is None)
    for place, pair in enumerate(pairs):
        session.add(
            OrderResult(
                order_run_id=run.id,
                pair=pair.key,
                kind=pair.kind,
                first=90.0,
                second=90.0 if place < n_wrong else 50.0,
                is_right=place >= n_wrong,
            )
        )
    session.flush()
    return run
