"""What the scores of a ranking were made by, and when that begins another release."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import read_calibrations
from leaderboard.items.targets import REPORT
from leaderboard.models.calibration import Calibration, ScoredReports
from leaderboard.models.rating import Rater
from leaderboard.models.release import Release, ReleaseJudge
from leaderboard.rankings.releases import find_release, open_release

NO_LABELS = "no labels"


def continue_release(session: Session, split_id: int, standing: Sequence[str]) -> Release:
    """The release that a ranking of these submissions belongs to, with its judges as they are now.

    More labels of the same kind, and judges that were not there, keep the release open. Where a
    judge's labels are of another kind than before (none, constructed, experts'), or another version
    of it scores, scores compare no more with those before, and the next release is opened.
    """
    calibrations = _read_judges(session, split_id, standing)
    release = find_release(session, split_id)
    if release is None:
        release = open_release(session, split_id, "The first ranking.")
    elif changed := _describe_version(session, release, calibrations) or _describe_labels(
        release, calibrations
    ):
        release = open_release(session, split_id, changed)
    known = {judge.rater_id: judge for judge in release.judges}
    for rater_id, calibration in calibrations.items():
        judge = known.get(rater_id) or ReleaseJudge(rater_id=rater_id)
        judge.label_kind = calibration.label_kind if calibration else None
        judge.n_labels = calibration.n_labels if calibration else 0
        judge.fitted_at = calibration.fitted_at if calibration else None
        if rater_id not in known:
            release.judges.append(judge)
    session.flush()
    return release


def _read_judges(
    session: Session, split_id: int, standing: Sequence[str]
) -> dict[int, Calibration | None]:
    """The judges whose ratings became report scores, each with its calibration of that score."""
    raters = session.scalars(
        select(ScoredReports.rater_id)
        .where(ScoredReports.submission_id.in_(standing))
        .distinct()
        .order_by(ScoredReports.rater_id)
    )
    return {
        rater_id: read_calibrations(session, split_id, rater_id).get(REPORT) for rater_id in raters
    }


def _describe_version(session: Session, release: Release, rater_ids: Collection[int]) -> str:
    """Which judge scores in another version now, in a sentence; nothing where none does."""
    known = {judge.rater.name: judge.rater.version for judge in release.judges}
    new = set(rater_ids) - {judge.rater_id for judge in release.judges}
    raters = session.scalars(select(Rater).where(Rater.id.in_(new)).order_by(Rater.id))
    for rater in raters:
        if rater.name in known:
            before = known[rater.name]
            return f"The judge {rater.name} went from version {before} to version {rater.version}."
    return ""


def _describe_labels(release: Release, calibrations: Mapping[int, Calibration | None]) -> str:
    """Which judge's labels changed their kind, in a sentence; nothing where none did."""
    for judge in release.judges:
        if judge.rater_id in calibrations:
            new = calibrations[judge.rater_id]
            before, after = judge.label_kind, new.label_kind if new else None
            if before != after:
                words = [f"{kind.value} labels" if kind else NO_LABELS for kind in (before, after)]
                return f"The judge {judge.rater.name} went from {words[0]} to {words[1]}."
    return ""
