"""The judges that rated reports of a split: their bias by model, and how they order pairs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leaderboard.calibration.between import JudgePair, compare_judges
from leaderboard.calibration.trust import JudgeTrust, read_judges, read_public_models, read_severity
from leaderboard.experts.draws import count_draws
from leaderboard.items.targets import Target
from leaderboard.judges.order_runs import JudgeOrder
from leaderboard.models.team import ModelCard
from leaderboard.scoring.order import Ordered, OrderKind
from leaderboard.scoring.statistics.agreement import Agreement
from leaderboard.web.api.gates import EstimateRecord, GateRecord, show_estimate, show_target
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_standing, name_split
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape


class OrderedRecord(Shape, frozen=True, kw_only=True):
    """Pairs ordered right, of how many; the share in per cent with its 95 % Wilson interval."""

    right: int
    n: int
    value: float
    low: float | None
    high: float | None


class UnseenRecord(Shape, frozen=True, kw_only=True):
    """The pairs that a judge's rules were made without sight of; `overall` is null without one."""

    overall: OrderedRecord | None
    kinds: dict[str, OrderedRecord]


class JudgeOrderRecord(Shape, frozen=True, kw_only=True):
    """A judge's newest finished run on the order suite; `kinds` says what differs in a pair.

    `unseen` pairs alone decide for the checklist judge; it is null for a language model, for
    which all pairs count.
    """

    suite: str
    finished_at: datetime | None
    overall: OrderedRecord
    kinds: dict[str, OrderedRecord]
    unseen: UnseenRecord | None


class JudgeRecord(Shape, frozen=True, kw_only=True):
    """A judge in one version.

    `scored` submissions take their report score from it. `order` is null before it was run on the
    suite; only with `orders_right` may its ratings decide ranks. With `covers_raters` the intervals
    of anchored report scores cover the choice of raters; otherwise they hold for these raters.
    `targets` is empty without labels.
    """

    name: str
    version: str
    scored: int
    orders_right: bool
    order: JudgeOrderRecord | None
    covers_raters: bool
    targets: list[GateRecord]


class SeverityRecord(Shape, frozen=True, kw_only=True):
    """How far `n_raters` raters differ in severity, in points of the report score.

    `spread` is the standard deviation between raters, `error` the standard error that as many other
    raters bring into a mean. `n_others` further raters share too few reports with them to tell.
    """

    n_raters: int
    n_others: int
    spread: float
    error: float


class PairTargetRecord(Shape, frozen=True, kw_only=True):
    """How far two judges agree on a target, over the `n` reports that both rated.

    The bias is first minus second, and 95 % of the differences lie between the limits, in points of
    the target. `weighted_kappa` is quadratic, null for the report score. What is undefined is null.
    """

    slice: str
    name: str
    n: int
    icc: EstimateRecord | None
    weighted_kappa: EstimateRecord | None
    bias: EstimateRecord | None
    lower_limit: EstimateRecord | None
    upper_limit: EstimateRecord | None


class JudgePairRecord(Shape, frozen=True, kw_only=True):
    """Two judges and how far their raw ratings of public results agree."""

    first: str
    first_version: str
    second: str
    second_version: str
    targets: list[PairTargetRecord]


class DrawRecord(Shape, frozen=True, kw_only=True):
    """How many ratings of whole reports came how; `chosen` of them were not drawn at random.

    `drawn` by the server, `assigned` by a host, `imported` in files; of `undeclared` ones nobody
    has said it.
    """

    labels: str
    drawn: int
    assigned: int
    imported: int
    undeclared: int
    chosen: int


class JudgeList(Shape, frozen=True, kw_only=True):
    """The judges of a split, those that score submissions first, and the pairs of them.

    `severity` is of those behind the labels, null where too few reports were rated by several.
    `draws` says how the rated reports were found, by whose the ratings are.
    """

    benchmark: str
    version: str
    split: str
    severity: SeverityRecord | None
    draws: list[DrawRecord]
    judges: list[JudgeRecord]
    pairs: list[JudgePairRecord]


@get("/judges/<slug>/<split>", query=VersionQuery)
def list_judges(slug: str, split: str) -> JudgeList:
    """The judges that rated reports of a split: their bias by model, what passes the gate, and how
    each orders pairs of reports on one case whose order is beyond doubt."""
    found = find_standing(slug, split)
    judges, models = read_judges(database(), found), read_public_models(database(), found)
    severity = read_severity(database(), found)
    return JudgeList(
        **name_split(found),
        severity=None if severity is None else SeverityRecord.of(severity),
        draws=[
            DrawRecord.of(counts, labels=kind)
            for kind, counts in count_draws(database(), found).items()
        ],
        judges=[_show(judge, models) for judge in judges],
        pairs=[_show_pair(pair) for pair in compare_judges(database(), found)],
    )


def _show_pair(pair: JudgePair) -> JudgePairRecord:
    return JudgePairRecord(
        first=pair.first.name,
        first_version=pair.first.version,
        second=pair.second.name,
        second_version=pair.second.version,
        targets=[_show_agreement(target, one) for target, one in pair.agreements.items()],
    )


def _show_agreement(target: Target, one: Agreement) -> PairTargetRecord:
    return PairTargetRecord(
        slice=target.slice,
        name=target.name,
        n=one.n,
        icc=show_estimate(one.icc),
        weighted_kappa=show_estimate(one.kappa),
        bias=show_estimate(one.limits.bias if one.limits else None),
        lower_limit=show_estimate(one.limits.lower if one.limits else None),
        upper_limit=show_estimate(one.limits.upper if one.limits else None),
    )


def _show(judge: JudgeTrust, models: Mapping[str, ModelCard]) -> JudgeRecord:
    return JudgeRecord(
        name=judge.rater.name,
        version=judge.rater.version,
        scored=judge.n_scored,
        orders_right=judge.order.may_rank,
        order=_show_order(judge.order),
        covers_raters=judge.severity is not None,
        targets=[show_target(one, models) for one in judge.targets],
    )


def _show_order(order: JudgeOrder) -> JudgeOrderRecord | None:
    if order.finished is None:
        return None
    return JudgeOrderRecord(
        suite=order.finished.suite,
        finished_at=order.finished.finished_at,
        overall=_show_ordered(order.total),
        kinds=_show_kinds(order.counts),
        unseen=_show_unseen(order),
    )


def _show_unseen(order: JudgeOrder) -> UnseenRecord | None:
    if order.unseen is None or order.total_unseen is None:
        return None
    overall = _show_ordered(order.total_unseen) if order.unseen else None
    return UnseenRecord(overall=overall, kinds=_show_kinds(order.unseen))


def _show_kinds(counts: Mapping[OrderKind, Ordered]) -> dict[str, OrderedRecord]:
    return {kind.value: _show_ordered(one) for kind, one in counts.items()}


def _show_ordered(one: Ordered) -> OrderedRecord:
    low, high = (None if end is None else 100 * end for end in (one.share.low, one.share.high))
    return OrderedRecord(
        right=one.n_right, n=one.n, value=100 * one.share.value, low=low, high=high
    )
