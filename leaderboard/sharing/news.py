"""What is new for everybody: results that the public may see, and published benchmarks."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.disclosure import Viewer, is_public
from leaderboard.models.benchmark import Benchmark, Opening, Split
from leaderboard.models.publication import Publication, PublishedRun
from leaderboard.models.ranking import Board
from leaderboard.models.run import SubmissionRun
from leaderboard.models.submission import EventKind, Submission, SubmissionEvent
from leaderboard.rankings.scores import (
    read_board_scores,
)
from leaderboard.sharing.feed import Entry

LIMIT = 50


def read_news(session: Session) -> list[Entry]:
    """The newest LIMIT results and benchmarks, newest first."""
    entries = [*_read_results(session), *_read_benchmarks(session)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:LIMIT]


def read_public_results(
    session: Session, *which: ColumnElement[bool], limit: int = LIMIT
) -> list[tuple[Submission, datetime]]:
    """The newest public results with when they became public, newest first.

    Runs that a release published as one result are one, by the first of them.
    """
    # A submission that was scored again stays where it was first: ids and dates do not change.
    first_scored = (
        select(func.min(SubmissionEvent.at))
        .where(
            SubmissionEvent.submission_id == Submission.id,
            SubmissionEvent.kind == EventKind.SCORED,
        )
        .scalar_subquery()
    )
    public_since = func.coalesce(Publication.published_at, PublishedRun.published_at, first_scored)
    repeated = select(PublishedRun.submission_id).join(
        SubmissionRun, SubmissionRun.submission_id == PublishedRun.submission_id
    )
    newest = session.execute(
        select(Submission, public_since)
        .outerjoin(Publication, Publication.submission_id == Submission.id)
        .outerjoin(PublishedRun, PublishedRun.submission_id == Submission.id)
        .where(is_public(), public_since.is_not(None), Submission.id.not_in(repeated), *which)
        .options(
            joinedload(Submission.model_card),
            joinedload(Submission.split).joinedload(Split.benchmark),
        )
        .order_by(public_since.desc(), Submission.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in newest]


def _read_results(session: Session) -> list[Entry]:
    """The newest public results, by when they became public."""
    newest = read_public_results(session)
    scores = read_board_scores(session, [row[0] for row in newest], Viewer.PUBLIC)
    entries = []
    for submission, at in newest:
        model, split = submission.model_card, submission.split
        place = f"{split.benchmark.name} {split.benchmark.version}, {split.name} split"
        overall = scores.get(submission.id, {}).get(Board.OVERALL)
        says = f"overall score {overall.value:.1f}." if overall else "no overall score."
        if submission.id not in scores:
            says = "the mean of several runs."
        place_query = {"benchmark": split.benchmark.slug, "split": split.name}
        entries.append(
            Entry(
                subject=f"submission {submission.id}",
                title=f"{model.name} on {place}",
                summary=f"{model.name} by {model.organisation}: {says}",
                path=f"/models/{model.slug}?{urlencode(place_query)}",
                at=at,
            )
        )
    return entries


def _read_benchmarks(session: Session) -> list[Entry]:
    rows = session.execute(
        select(Benchmark, Opening.opened_at)
        .join(Opening, Opening.benchmark_id == Benchmark.id)
        .order_by(Opening.opened_at.desc())
        .limit(LIMIT)
    )
    return [
        Entry(
            subject=f"benchmark {row.content_hash}",
            title=f"{row.name} {row.version} is published",
            summary=str(row.manifest["description"]),
            path=f"/benchmarks/{row.slug}?{urlencode({'version': row.version})}",
            at=at,
        )
        for row, at in rows
    ]
