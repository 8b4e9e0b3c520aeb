"""Have LLM judges rate the reports of a submission: many calls at once, none of them twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.errors import OnHold
from leaderboard.evaluation.rating.anchors import check_drift
from leaderboard.evaluation.rating.ask import Keeper, OpenRun, rate_whole
from leaderboard.evaluation.rating.awaited import follow_others, note_unavailable
from leaderboard.evaluation.rating.calls import read_calls
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.evaluation.rating.self_check import begin_run, check_judges
from leaderboard.items.reports import Unrated, ensure_rater_id, make_rating_row, read_unrated
from leaderboard.judges.calls import Call, Subject
from leaderboard.judges.client import JudgeClient
from leaderboard.judges.evidence import hold_carried
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.together import run_together
from leaderboard.judges.untrusted import clean_report
from leaderboard.leases import Claim
from leaderboard.models.judging import JudgeCall
from leaderboard.models.rating import Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.scoring.rubric import Rubric
from leaderboard.third_parties import read_third_parties


class _Task(NamedTuple):
    """What a judge has left to do at a submission, and the calls that were made before."""

    judge: LlmJudge
    rater_id: int
    reports: list[Unrated]
    calls: Mapping[int, list[Call]]


def rate_with_llms(
    sessions: Sessions, claim: Claim[str], judges: Sequence[LlmJudge], rubric: Rubric
) -> None:
    """Rate with every judge what it has not rated yet; the first one's ratings count as progress.

    Before each report it is looked up whether the host lets judges of third parties have it. Each
    run begins with the self-check on canary reports, then the anchor reports. Raises OnHold,
    JudgeUnavailable and ClaimLost; what was answered until then is kept.
    """
    tasks = []
    for judge in judges:
        with sessions.write() as session:
            rater_id = ensure_rater_id(session, judge.identity)
        with sessions.read() as session:
            reports = read_unrated(session, claim.key, rater_id)
            calls = _read_known(session, claim.key, rater_id)
        if reports:
            tasks.append(_Task(judge, rater_id, reports, calls))
    if tasks:
        require_may_ask(sessions, claim.key, judges)
        asyncio.run(_rate(sessions, claim, tasks, rubric, judges[0]))


def require_may_ask(sessions: Sessions, submission_id: str, judges: Sequence[LlmJudge]) -> None:
    """Raise OnHold where one of the judges is a third party, and the host lets none have items."""
    outside = [one.identity.name for one in judges if not one.settings.own_server]
    if not outside:
        return
    with sessions.read() as session:
        benchmark = session.get_one(Submission, submission_id).split.benchmark
        if read_third_parties(session, benchmark.slug).judges:
            return
    raise OnHold(
        f"The host of {benchmark.name} no longer lets its items go to judges of third parties, "
        f"and {outside[0]} is one.",
        "You do not have to do anything: the host requeues it, and other judges rate it.",
    )


class _Permission:
    """Looks up before each report whether a judge may have it.

    For one report after the other: they are asked in their order.
    """

    def __init__(self, sessions: Sessions, submission_id: str) -> None:
        self._sessions, self._submission_id = sessions, submission_id
        self._lock = asyncio.Lock()

    async def require(self, judge: LlmJudge) -> None:
        """Raise OnHold where it may not."""
        async with self._lock:
            await asyncio.to_thread(require_may_ask, self._sessions, self._submission_id, [judge])


async def _rate(
    sessions: Sessions, claim: Claim[str], tasks: Sequence[_Task], rubric: Rubric, first: LlmJudge
) -> None:
    ledger, permission = Ledger(sessions, claim), _Permission(sessions, claim.key)

    async def work() -> None:
        async with AsyncExitStack() as stack:
            runs = []
            for task in tasks:
                client = await stack.enter_async_context(JudgeClient(task.judge.settings))
                run_id, is_checked = begin_run(sessions, claim, task.rater_id)
                runs.append(OpenRun(task.judge, task.rater_id, client, run_id, is_checked))
            with note_unavailable(sessions, claim, runs):
                follow_others(sessions, runs)
                await check_judges(sessions, claim, ledger, runs, rubric)
                await check_drift(sessions, claim, ledger, runs)
                await run_together(
                    _rate_report(
                        permission, ledger, run, report, task.calls, int(task.judge is first)
                    )
                    for task, run in zip(tasks, runs, strict=True)
                    for report in task.reports
                )

    await ledger.run(work())


async def _rate_report(
    permission: _Permission,
    ledger: Ledger,
    run: OpenRun,
    report: Unrated,
    known: Mapping[int, list[Call]],
    n_done: int,
) -> None:
    """The ratings are written after all of their calls; none where a person has to look first."""
    await permission.require(run.judge)
    subject = Subject(f"prediction {report.id}", report.case, clean_report(report.text))
    key = {"prediction_id": report.id, "rater_id": run.rater_id}
    keeper = Keeper(ledger, JudgeCall, key, known.get(report.id, []))
    rated = await rate_whole(run, keeper, subject, run.judge.settings.repeats)
    ratings = hold_carried(rated, subject.report)
    rows = [make_rating_row(report.id, run.rater_id, rating) for rating in ratings]
    ledger.add(Rating, rows, n_done)


def _read_known(session: Session, submission_id: str, rater_id: int) -> dict[int, list[Call]]:
    """A judge's calls about the reports of a submission by prediction."""
    own = select(Prediction.id).where(Prediction.submission_id == submission_id)
    subject = JudgeCall.prediction_id
    return read_calls(session, JudgeCall, subject, subject.in_(own), JudgeCall.rater_id == rater_id)
