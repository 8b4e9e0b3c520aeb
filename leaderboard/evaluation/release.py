"""What the scores of a release are made by: one ruler, which only an opened proposal changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import read_calibrations
from leaderboard.items.targets import REPORT
from leaderboard.judges.order_runs import read_order
from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.campaign import ReleaseOrder, ReleaseRuler
from leaderboard.models.ranking import ScoredQuestions
from leaderboard.models.release import Release, ReleaseJudge
from leaderboard.models.submission import Submission
from leaderboard.rankings.releases import find_release, open_release

S = TypeVar("S", ScoredQuestions, ScoredReports)


class Foreign(NamedTuple):
    """Submissions that another ruler than the release's scored: their questions, their reports."""

    questions: frozenset[str]
    reports: frozenset[str]

    def has(self, track: Track, key: str) -> bool:
        """Whether what a submission has on a track is so."""
        return key in (self.reports if track.is_report else self.questions)


def continue_release(session: Session, split_id: int, standing: Sequence[str]) -> Release:
    """The open release of a split, or its first, with its judge's labels as they are now.

    Its ruler is that of the first submissions that were scored in it, and then stays: what changes
    it for everybody is computed by a campaign, which opens the next release. Whether its judge may
    decide ranks follows from the judge's newest run on the order suite when it became the ruler:
    it may not where there was none.
    """
    release = find_release(session, split_id)
    if release is None:
        release = open_release(session, split_id, "The first ranking.")
    ruler = session.get(ReleaseRuler, release.id)
    if ruler is None:
        ruler = ReleaseRuler(release_id=release.id)
        session.add(ruler)
    if ruler.parser_version is None:
        questions = _find_newest(session, ScoredQuestions, standing)
        ruler.parser_version = questions.parser_version if questions else None
    if ruler.rater_id is None:
        reports = _find_newest(session, ScoredReports, standing)
        ruler.rater_id = reports.rater_id if reports else None
        if ruler.rater_id is not None:
            note_order(session, release, read_order(session, ruler.rater_id).may_rank)
    if ruler.rater_id is not None:
        describe_judge(session, release, ruler.rater_id)
    session.flush()
    return release


def note_order(session: Session, release: Release, may_rank: bool) -> None:
    """Write down whether a release's judge may decide its ranks; it stays until a proposal."""
    row = session.get(ReleaseOrder, release.id)
    if row is None:
        session.add(ReleaseOrder(release_id=release.id, may_rank=may_rank))
    else:
        row.may_rank = may_rank
    session.flush()


def describe_judge(session: Session, release: Release, rater_id: int) -> None:
    """Note with a release by which labels its judge is calibrated now."""
    calibration = read_calibrations(session, release.split_id, rater_id).get(REPORT)
    judge = next((one for one in release.judges if one.rater_id == rater_id), None)
    if judge is None:
        judge = ReleaseJudge(rater_id=rater_id)
        release.judges.append(judge)
    judge.label_kind = calibration.label_kind if calibration else None
    judge.n_labels = calibration.n_labels if calibration else 0
    judge.fitted_at = calibration.fitted_at if calibration else None


def find_foreign(session: Session, release: Release, keys: Collection[str]) -> Foreign:
    """Those of the submissions that were scored by another ruler than that of the release.

    Scores of two rulers do not compare: these wait for the proposal that changes the ruler.
    """
    ruler = session.get_one(ReleaseRuler, release.id)
    questions = session.scalars(
        select(ScoredQuestions.submission_id).where(
            ScoredQuestions.submission_id.in_(keys),
            ScoredQuestions.parser_version != ruler.parser_version,
        )
    )
    reports = session.scalars(
        select(ScoredReports.submission_id).where(
            ScoredReports.submission_id.in_(keys), ScoredReports.rater_id != ruler.rater_id
        )
    )
    return Foreign(frozenset(questions), frozenset(reports))


def _find_newest(session: Session, by: type[S], keys: Collection[str]) -> S | None:
    """The row of the newest of the submissions that has one."""
    return session.scalars(
        select(by)
        .join(Submission, Submission.id == by.submission_id)
        .where(Submission.id.in_(keys))
        .order_by(Submission.created_at.desc(), Submission.id.desc())
        .limit(1)
    ).first()
