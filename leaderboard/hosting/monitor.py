"""The figures of a site for the host's monitor that the database knows at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import read_clock
from leaderboard.evaluation.turns import LANES, is_in
from leaderboard.hosting.readiness import find_oldest
from leaderboard.models.submission import Status, Submission
from leaderboard.queue import Lane


class SiteFigures(NamedTuple):
    """Submissions by status, and for how many seconds the oldest of a lane has waited.

    A lane in which none waits is at 0; one that waits for a judge's server does not count.
    """

    n_submissions: Mapping[Status, int]
    waited: Mapping[Lane, float]


def read_figures(session: Session) -> SiteFigures:
    """The present figures."""
    rows = session.execute(select(Submission.status, func.count()).group_by(Submission.status))
    counts = dict(rows.all())
    at = read_clock(session)
    waited = {}
    for lane in LANES:
        oldest = find_oldest(session, is_in(lane))
        waited[lane] = 0.0 if oldest is None else max(0.0, (at - oldest).total_seconds())
    return SiteFigures({status: counts.get(status, 0) for status in Status}, waited)
