"""Robustness audits of a ranking's models."""

from __future__ import annotations

from datetime import datetime

from leaderboard.disclosure import Viewer
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow
from leaderboard.robustness.results import AuditResults, find_audits
from leaderboard.scoring.statistics.consistency import Consistency
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_standing, name_split
from leaderboard.web.services import database
from spinebench.shapes.rankings import RankedModel
from spinebench.shapes.shape import Shape


class ShareRecord(Shape, frozen=True, kw_only=True):
    """A share in per cent with the ends of its 95 % Wilson interval, and what `n` counts."""

    value: float
    low: float | None
    high: float | None
    n: int


class AuditRecord(Shape, frozen=True, kw_only=True):
    """A model's newest finished audit: its questions asked again with shifted options.

    `inconsistent` counts questions by why the choice did not survive, `unscored` askings without
    an answer by reason; these are in no share. `cut` counts replies that ended at the limit on
    their tokens, `silent` those without an answer: cut before one, or only reasoning.
    """

    model: RankedModel
    submission: str
    audited_at: datetime | None
    accuracy_as_submitted: ShareRecord
    accuracy_shifted: ShareRecord
    consistency: ShareRecord
    right_every_time: ShareRecord
    inconsistent: dict[str, int]
    unscored: dict[str, int]
    cut: int
    silent: int


class RobustnessRecord(Shape, frozen=True, kw_only=True):
    """The audited ones of a ranking's models, in its order."""

    benchmark: str
    version: str
    split: str
    models: list[AuditRecord]


@get("/robustness/<slug>/<split>", query=VersionQuery)
def show_robustness(slug: str, split: str) -> RobustnessRecord:
    """The newest robustness audit of each of the ranking's models that has one."""
    found = find_standing(slug, split)
    rows = read_ranking(database(), found).rows
    every = [one for row in rows for one in row.submissions]
    audits = find_audits(database(), every, Viewer.PUBLIC)
    audited = [
        (row, next((audits[one.id] for one in row.submissions if one.id in audits), None))
        for row in rows
    ]
    return RobustnessRecord(
        **name_split(found),
        models=[
            _show_audit(row, audit, audit.consistency)
            for row, audit in audited
            if audit is not None and audit.consistency
        ],
    )


def _show_audit(row: RankingRow, results: AuditResults, found: Consistency) -> AuditRecord:
    return AuditRecord(
        model=RankedModel.of(row.model),
        submission=results.audit.submission_id,
        audited_at=results.audit.finished_at,
        accuracy_as_submitted=_show_share(found.as_submitted, found.n_items),
        accuracy_shifted=_show_share(found.shifted, found.n_askings),
        consistency=_show_share(found.consistency, found.n_items),
        right_every_time=_show_share(found.surviving, found.n_items),
        inconsistent=dict(found.reasons),
        unscored=results.unscored,
        cut=results.replies.n_cut,
        silent=results.replies.n_silent,
    )


def _show_share(share: Estimate, n: int) -> ShareRecord:
    low, high = (None if end is None else 100 * end for end in (share.low, share.high))
    return ShareRecord(value=100 * share.value, low=low, high=high, n=n)
