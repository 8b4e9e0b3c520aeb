"""Robustness audits in the API."""

from __future__ import annotations

from flask import Response, request

from leaderboard.benchmarks.catalogue import get_benchmark, get_split
from leaderboard.disclosure import Viewer
from leaderboard.rankings import RankingRow, read_ranking
from leaderboard.robustness.results import AuditResults, find_audit
from leaderboard.scoring.consistency import Consistency
from leaderboard.scoring.intervals import Estimate
from leaderboard.web.api import robustness_records as records
from leaderboard.web.api.blueprint import answer, blueprint
from leaderboard.web.api.ranking_records import RankedModel
from leaderboard.web.services import database


@blueprint.get("/robustness/<slug>/<split>")
def show_robustness(slug: str, split: str) -> Response:
    """The newest audit of each of the ranking's models that has one."""
    found = get_split(get_benchmark(database(), slug, request.args.get("version")), split)
    audits = [
        (row, audit, audit.consistency)
        for row in read_ranking(database(), found).rows
        if (audit := find_audit(database(), row.submission, Viewer.PUBLIC)) is not None
    ]
    return answer(
        records.RobustnessRecord(
            benchmark=found.benchmark.slug,
            version=found.benchmark.version,
            split=found.name,
            models=[_make_audit(row, audit, shares) for row, audit, shares in audits if shares],
        )
    )


def _make_audit(row: RankingRow, results: AuditResults, found: Consistency) -> records.AuditRecord:
    return records.AuditRecord(
        model=RankedModel(
            slug=row.model.slug, name=row.model.name, organisation=row.model.organisation
        ),
        submission=row.submission.id,
        audited_at=results.audit.finished_at,
        accuracy_as_submitted=_make_share(found.as_submitted, found.n_items),
        accuracy_shifted=_make_share(found.shifted, found.n_askings),
        consistency=_make_share(found.consistency, found.n_items),
        right_every_time=_make_share(found.surviving, found.n_items),
        inconsistent=dict(found.reasons),
        unscored=results.unscored,
    )


def _make_share(share: Estimate, n: int) -> records.ShareRecord:
    low, high = (None if end is None else 100 * end for end in (share.low, share.high))
    return records.ShareRecord(value=100 * share.value, low=low, high=high, n=n)
