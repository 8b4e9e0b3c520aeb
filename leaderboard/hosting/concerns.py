"""What needs the attention of hosts and administrators now, for letters to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.campaigns.progress import read_campaigns
from leaderboard.db import read_clock
from leaderboard.evaluation.claim import TELL_HOST
from leaderboard.hosting.monitor import read_figures
from leaderboard.judges.runs import read_awaited
from leaderboard.letters.concerns import Concern
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.campaign import CampaignState
from leaderboard.models.submission import EventKind, Status, Submission, SubmissionEvent
from leaderboard.queue import Lane, QueueState

FULL = 0.95
"""From this share on a disk counts as nearly full."""
MOST_LISTED = 50
PAGE = "/admin"


class Watch:
    """Reads what needs attention, again and again; what lasts counts from `patience` on.

    `seconds` is a clock that only goes on; the time that no worker was there is counted in this
    process.
    """

    def __init__(self, patience: timedelta, seconds: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._seconds = seconds
        self._since: dict[str, float] = {}

    def read(
        self, session: Session, queue: QueueState | None, lanes: list[Lane], used: float | None
    ) -> list[Concern]:
        """Everything that needs attention.

        `lanes` are those that are to be served; `used` is the share of the disk that is, None where
        nobody knows.
        """
        return [
            *self._read_workers(queue, lanes),
            *self._read_queue(session),
            *self._read_judges(session),
            *_read_disk(used),
            *_read_failed(session),
            *_read_held(session),
            *_read_proposals(session),
        ]

    def _read_workers(self, queue: QueueState | None, lanes: list[Lane]) -> Iterator[Concern]:
        unserved = [] if queue is None else [lane for lane in queue.unserved if lane in lanes]
        for lane in Lane:
            if lane not in unserved:
                self._since.pop(lane, None)
                continue
            lasted = self._seconds() - self._since.setdefault(lane, self._seconds())
            is_new = lasted < self._patience.total_seconds()
            words = f"No worker serves {lane.label}."
            yield Concern(f"worker:{lane}", "", words, PAGE, is_urgent=True, is_new=is_new)

    def _read_queue(self, session: Session) -> Iterator[Concern]:
        for lane, waited in read_figures(session).waited.items():
            if waited >= self._patience.total_seconds():
                words = (
                    f"The oldest of the {lane.label} has waited for {int(waited // 60)} minutes."
                )
                yield Concern(f"queue:{lane}", "", words, PAGE, is_urgent=True)

    def _read_judges(self, session: Session) -> Iterator[Concern]:
        at, names = read_clock(session), set()
        for one in read_awaited(session, MOST_LISTED):
            name = one.run.rater.name
            if name not in names and at - one.run.started_at >= self._patience:
                names.add(name)
                words = f"The judge {name} cannot be asked: {one.what}"
                yield Concern(f"judge:{name}", "", words, PAGE, is_urgent=True)


def _read_disk(used: float | None) -> Iterator[Concern]:
    if used is not None and used >= FULL:
        words = f"The disk of the machine on which the reconciler runs is {used:.0%} full."
        yield Concern("disk", "", words, PAGE, is_urgent=True)


def _read_failed(session: Session) -> Iterator[Concern]:
    """Submissions that failed for a reason that is ours."""
    newest = (
        select(func.max(SubmissionEvent.id).label("id"))
        .join(Submission, Submission.id == SubmissionEvent.submission_id)
        .where(Submission.status == Status.FAILED, SubmissionEvent.kind == EventKind.FAILED)
        .group_by(SubmissionEvent.submission_id)
        .subquery()
    )
    rows = session.execute(
        select(Submission.id, Benchmark.slug, SubmissionEvent.id)
        .join(SubmissionEvent, SubmissionEvent.submission_id == Submission.id)
        .join(newest, newest.c.id == SubmissionEvent.id)
        .join(Split, Split.id == Submission.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .where(SubmissionEvent.remedy == TELL_HOST)
        .order_by(SubmissionEvent.id.desc())
        .limit(MOST_LISTED)
    )
    for key, benchmark, event in rows:
        words = f"Submission {key} failed because of a problem on our side."
        path = f"{PAGE}/submissions/{key}"
        yield Concern(f"failed:{key}", str(event), words, path, benchmark, is_urgent=True)


def _read_held(session: Session) -> Iterator[Concern]:
    rows = session.execute(
        select(Submission.id, Benchmark.slug)
        .join(Split, Split.id == Submission.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .where(Submission.status == Status.HELD)
        .order_by(Submission.created_at.desc())
        .limit(MOST_LISTED)
    )
    for key, benchmark in rows:
        words = f"Submission {key} is held until you look at it."
        yield Concern(f"held:{key}", "", words, f"{PAGE}/submissions/{key}", benchmark)


def _read_proposals(session: Session) -> Iterator[Concern]:
    for one in read_campaigns(session):
        if one.state is CampaignState.PROPOSED:
            name = f"{one.benchmark.name} {one.benchmark.version}"
            words = f"New scores of {name} are computed: open the proposal, or drop it."
            path = f"{PAGE}/campaigns/{one.id}"
            yield Concern(f"proposal:{one.id}", "", words, path, one.benchmark.slug)
