"""Judges that cannot be asked: their runs say why, and one submission alone tries them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import func, select

from leaderboard.db import Sessions, read_clock
from leaderboard.errors import JudgeUnavailable
from leaderboard.evaluation.rating.ask import OpenRun
from leaderboard.judges.runs import CANNOT_BE_ASKED
from leaderboard.leases import Claim, renew
from leaderboard.models.judging import JudgeRun, RunState
from leaderboard.models.submission import Status, Submission

FOLLOWS = "waits until another submission has asked this judge again"


@contextmanager
def note_unavailable(
    sessions: Sessions, claim: Claim[str], runs: Sequence[OpenRun]
) -> Iterator[None]:
    """Have the run of a judge that cannot be asked say why, until it goes on."""
    try:
        yield
    except JudgeUnavailable as error:
        with sessions.write() as session:
            renew(session, claim)
            for run in runs:
                row = session.get_one(JudgeRun, run.run_id)
                if run.judge.identity.name == error.name and row.state is not RunState.VOID:
                    is_known = error.what == FOLLOWS
                    row.reason = FOLLOWS if is_known else CANNOT_BE_ASKED + error.what
        raise


def follow_others(sessions: Sessions, runs: Sequence[OpenRun]) -> None:
    """Leave a judge alone that another submission has just found out of service.

    Otherwise each of many submissions would keep a worker busy with the same outage. Raises
    JudgeUnavailable with the time until the other one asks again.
    """
    with sessions.read() as session:
        moment = read_clock(session)
        for run in runs:
            until = session.scalar(
                select(func.min(Submission.heartbeat_at))
                .join(JudgeRun, JudgeRun.submission_id == Submission.id)
                .where(
                    JudgeRun.rater_id == run.rater_id,
                    JudgeRun.reason.startswith(CANNOT_BE_ASKED, autoescape=True),
                    JudgeRun.state != RunState.VOID,
                    Submission.status == Status.QUEUED,
                    Submission.heartbeat_at > moment,
                )
            )
            if until is not None:
                wait = (until - moment).total_seconds()
                raise JudgeUnavailable(
                    run.judge.identity.name, FOLLOWS, is_final=False, is_outage=True, wait=wait
                )
