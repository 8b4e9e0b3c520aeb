"""Robustness audits in the API."""

from __future__ import annotations

from flask import Response, request

from leaderboard.disclosure import Viewer
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import RankingRow, read_ranking
from leaderboard.robustness.results import AuditResults, find_audits
from leaderboard.scoring.statistics.consistency import Consistency
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.web.api import robustness_records as records
from leaderboard.web.api.blueprint import answer, blueprint
from leaderboard.web.api.make_rankings import make_ranked_model
from leaderboard.web.services import database


@blueprint.get("/robustness/<slug>/<split>")
def show_robustness(slug: str, split: str) -> Response:
    """The newest audit of each of the ranking's models that has one."""
    found = get_split(get_benchmark(database(), slug, request.args.get("version")), split)
    rows = read_ranking(database(), found).rows
    audits = find_audits(database(), [row.submission for row in rows], Viewer.PUBLIC)
    known = [(row, audits[row.submission.id]) for row in rows if row.submission.id in audits]
    return answer(
        records.RobustnessRecord(
            benchmark=found.benchmark.slug,
            version=found.benchmark.version,
            split=found.name,
            models=[
                _make_audit(row, audit, audit.consistency)
                for row, audit in known
                if audit.consistency
            ],
        )
    )


def _make_audit(row: RankingRow, results: AuditResults, found: Consistency) -> records.AuditRecord:
    return records.AuditRecord(
        model=make_ranked_model(row.model),
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
