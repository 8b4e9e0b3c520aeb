"""How judges order pairs of reports whose order is beyond doubt, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leaderboard.calibration.trust import JudgeTrust
from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.benchmark import Split
from leaderboard.scoring.order import Ordered

ALL = "all"
ORDER_COLUMNS = (
    Column("judge", str, "the judge"),
    Column("judge_version", str, "its version"),
    Column("suite", str, "version of the order suite"),
    Column("finished_at", datetime, "when the judge's newest run on it was finished, UTC"),
    Column("kind", str, "what differs in the second report of a pair; all for all kinds"),
    Column("n_right", int, "number of pairs ordered right"),
    Column("n", int, "number of pairs"),
    Column("share", float, "share of pairs ordered right, in per cent"),
    Column("share_low", float, "lower end of its 95 % Wilson interval"),
    Column("share_high", float, "upper end of its 95 % Wilson interval"),
    Column("orders_right", bool, "whether the judge orders 95 % of the pairs that count right"),
    Column("n_right_unseen", int, "those of n_right that its rules were made without sight of"),
    Column("n_unseen", int, "those of n that its rules were made without sight of"),
)


def make_order_table(
    split: Split, judges: Sequence[JudgeTrust], ranked_at: datetime | None
) -> Table:
    """For each judge that was run on the suite a row for each kind, then one for all.

    Unseen pairs, which alone count for the checklist judge, are missing for a language model: for
    it all pairs count.
    """
    benchmark = split.benchmark
    return make_measured_table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-order",
        f"How judges of {benchmark.name} {benchmark.version}, {split.name}, order pairs of reports",
        ORDER_COLUMNS,
        [row for judge in judges for row in _make_rows(judge)],
        split=split,
        ranked_at=ranked_at,
    )


def _make_rows(judge: JudgeTrust) -> list[tuple[Cell, ...]]:
    order = judge.order
    if order.finished is None:
        return []
    head = (
        *(judge.rater.name, judge.rater.version),
        *(order.finished.suite, order.finished.finished_at),
    )
    kinds = [
        (kind.value, one, None if order.unseen is None else order.unseen.get(kind, Ordered(0, 0)))
        for kind, one in order.counts.items()
    ]
    return [
        (*head, name, *_measure(one), order.may_rank, *(unseen or (None, None)))
        for name, one, unseen in [*kinds, (ALL, order.total, order.total_unseen)]
    ]


def _measure(one: Ordered) -> tuple[Cell, ...]:
    share = (100 * one.share.value, *_percent(one.share.low), *_percent(one.share.high))
    return (one.n_right, one.n, *share)


def _percent(end: float | None) -> tuple[float | None]:
    return (None if end is None else 100 * end,)
