"""The self-check of LLM judges: canary reports before a submission's own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from leaderboard.db import Sessions, now
from leaderboard.errors import JudgeUnavailable, OnHold
from leaderboard.evaluation.rating.ask import Keeper, OpenRun, rate_whole
from leaderboard.evaluation.rating.calls import read_calls
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.judges.calls import REJECTED, Subject
from leaderboard.judges.canaries import (
    CASE,
    CanaryResult,
    check_canary,
    draw_canaries,
    explain,
    make_records,
)
from leaderboard.judges.prompt import make_seed
from leaderboard.judges.together import run_together
from leaderboard.judges.untrusted import clean_report
from leaderboard.leases import Claim, renew
from leaderboard.models.judging import CanaryCall, JudgeRun, RunState
from leaderboard.scoring.rubric import Rubric

log = logging.getLogger(__name__)


class _Checked(NamedTuple):
    """What the canary reports got, and why they got nothing where that is so."""

    results: list[CanaryResult]
    lost: Counter[str]
    seed: int

    @property
    def reason(self) -> str:
        """Why the self-check failed, for the host; empty if it did not."""
        failed = explain(self.results)
        (why, _), *_ = self.lost.most_common(1) or [("", 0)]
        return f"{failed}: {why}" if failed and why else failed

    @property
    def is_rejected(self) -> bool:
        """Whether the judge's server took none of the requests."""
        is_silent = all(result.mean is None for result in self.results)
        return is_silent and all(why.startswith(REJECTED) for why in self.lost)


def begin_run(sessions: Sessions, claim: Claim[str], rater_id: int) -> tuple[int, bool]:
    """The id of the judge's run at the submission, and whether its self-check is passed.

    A run that was interrupted goes on; after a void one a new one begins.
    """
    with sessions.write() as session:
        renew(session, claim)
        run = session.scalar(
            select(JudgeRun)
            .where(JudgeRun.submission_id == claim.key, JudgeRun.rater_id == rater_id)
            .order_by(JudgeRun.id.desc())
            .limit(1)
        )
        if run is None or run.state is RunState.VOID:
            run = JudgeRun(
                submission_id=claim.key,
                rater_id=rater_id,
                started_at=now(),
                state=RunState.CHECKING,
                reason="",
                canaries=[],
            )
            session.add(run)
            session.flush()
        run.reason = ""
        return run.id, run.state is RunState.OK


async def check_judges(
    sessions: Sessions, claim: Claim[str], ledger: Ledger, runs: Sequence[OpenRun], rubric: Rubric
) -> None:
    """Have each judge that has not done so rate the canary reports.

    Raises OnHold if one of them is above the floor: then none of the submission's reports is
    rated, and the run's row says why. Raises JudgeUnavailable if a judge's server took none.
    """
    unchecked = [run for run in runs if not run.is_checked]
    results = await run_together(_rate_canaries(sessions, ledger, run, rubric) for run in unchecked)
    failed = []
    with sessions.write() as session:
        renew(session, claim)
        for run, result in zip(unchecked, results, strict=True):
            row = session.get_one(JudgeRun, run.run_id)
            row.canaries, row.reason = make_records(result.results, result.seed), result.reason
            row.state = RunState.VOID if row.reason else RunState.OK
            if row.reason:
                failed.append((run.judge.identity.name, result))
                log.warning(
                    "judge %s failed its self-check at submission %s: %s",
                    run.judge.identity.name,
                    claim.key,
                    row.reason,
                )
    for name, result in failed:
        if result.is_rejected:
            raise JudgeUnavailable(name, result.reason, is_final=True)
    if failed:
        raise OnHold(
            "A judge of reports failed its self-check: its ratings would be void, so none were "
            "made.",
            "You do not have to do anything; the host has been told.",
        )


async def _rate_canaries(
    sessions: Sessions, ledger: Ledger, run: OpenRun, rubric: Rubric
) -> _Checked:
    with sessions.read() as session:
        known = read_calls(
            session, CanaryCall, CanaryCall.canary, CanaryCall.judge_run_id == run.run_id
        )
        started_at = session.get_one(JudgeRun, run.run_id).started_at
    # A run that goes on after an interruption draws the same.
    seed = make_seed("canaries", run.run_id, started_at.isoformat())

    lost = Counter[str]()

    async def rate(canary: str, text: str) -> CanaryResult:
        subject = Subject(f"run {run.run_id} {canary}", CASE, clean_report(text))
        key = {"judge_run_id": run.run_id, "canary": canary}
        keeper = Keeper(ledger, CanaryCall, key, known.get(canary, []))
        ratings = await rate_whole(run, keeper, subject, n_repeats=1, is_raw=True)
        lost.update(rating.reason for rating in ratings if rating.value is None)
        return check_canary(canary, {rating.dimension: rating.value for rating in ratings})

    results = await run_together(rate(*one) for one in draw_canaries(rubric, seed).items())
    return _Checked(results, lost, seed)
