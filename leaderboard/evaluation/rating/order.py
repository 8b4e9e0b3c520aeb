"""Run a judge on the order suite: what is missing is rated, each call kept, none made twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now, read_clock
from leaderboard.errors import ClaimLost, JudgeUnavailable
from leaderboard.evaluation.outage import Patience
from leaderboard.evaluation.rating.ask import Keeper, OpenRun, rate_whole
from leaderboard.evaluation.rating.calls import read_calls
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.calls import Call, Subject
from leaderboard.judges.client import JudgeClient
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.order_runs import ORDER_RUNS, add_order_run, find_tried
from leaderboard.judges.order_suite import OrderSuite, list_sections, read_suite, score_report
from leaderboard.judges.panel import Panel
from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase
from leaderboard.judges.roster import AnyJudge
from leaderboard.judges.together import run_together
from leaderboard.judges.untrusted import clean_report
from leaderboard.leases import Claim, claim_row, end, postpone, renew
from leaderboard.models.order import OrderCall, OrderResult, OrderRun, OrderScore, OrderState
from leaderboard.queue import Nudge
from leaderboard.scoring.order import is_ordered
from leaderboard.scoring.rubric import Rubric

NOT_SET_UP = "The judge is no longer set up, or in another version."
OTHER_SUITE = "Another version of the suite has come since."

log = logging.getLogger(__name__)


class OfRubric(NamedTuple):
    """A judge, and the rubric that a language model among its members asks by."""

    judge: AnyJudge
    rubric: Rubric


class _Report(NamedTuple):
    """A report of the suite: its name among the scores, its case and its text."""

    name: str
    case: ReportCase
    text: str


def find_missing(session: Session, judges: Iterable[AnyJudge]) -> list[AnyJudge]:
    """Those of the judges that were never run on today's suite."""
    tried = find_tried(session)
    return [judge for judge in judges if judge.identity not in tried]


def ask_missing(session: Session, judges: Iterable[AnyJudge]) -> list[Nudge[int]]:
    """Ask for a run of each of the judges that was never run on today's suite.

    Returns what to enqueue after the commit.
    """
    missing = {judge.identity for judge in find_missing(session, judges)}
    return [
        Nudge(ORDER_RUNS.job, add_order_run(session, ensure_rater_id(session, one)).id)
        for one in sorted(missing)
    ]


def run_order(
    sessions: Sessions, key: int, judges: Iterable[OfRubric], suite: OrderSuite | None = None
) -> bool:
    """Rate what is missing of a waiting run, to its end; whether it was finished by this call.

    `judges` are those that are set up now; `suite` is the bundled one unless another is given. A
    judge's server that serves nobody is asked again later; whatever else keeps it from rating ends
    the run with the reason.
    """
    suite = suite or read_suite()
    with sessions.write() as session:
        claim = claim_row(session, ORDER_RUNS, key)
        if claim is None:
            return False
        run = session.get_one(OrderRun, key)
        identity = JudgeIdentity(run.rater.name, run.rater.version)
        requested_at = run.requested_at
        is_today = run.suite == suite.version
    found = next((one for one in judges if one.judge.identity == identity), None)
    try:
        if found is None or not is_today:
            _give_up(sessions, claim, OTHER_SUITE if found else NOT_SET_UP)
            return False
        _rate(sessions, claim, found, suite)
        _finish(sessions, claim, suite)
    except JudgeUnavailable as error:
        _wait(sessions, claim, error, requested_at)
        return False
    except ClaimLost:
        return False
    return True


def _rate(sessions: Sessions, claim: Claim[int], one: OfRubric, suite: OrderSuite) -> None:
    with sessions.read() as session:
        query = select(OrderScore.report).where(OrderScore.order_run_id == claim.key)
        done = set(session.scalars(query))
    reports = [report for report in _list_reports(suite) if report.name not in done]
    if isinstance(one.judge, Panel | LlmJudge):
        asyncio.run(_rate_with_models(sessions, claim, one, reports))
        return
    for report in reports:
        value = score_report(one.judge.rate(report.case, report.text), suite.sections)
        with sessions.write() as session:
            renew(session, claim)
            session.add(OrderScore(order_run_id=claim.key, report=report.name, value=value))


def _list_reports(suite: OrderSuite) -> list[_Report]:
    """The first reports of the pairs, each once, then the second report of each pair."""
    cases, names = suite.make_cases(), suite.name_firsts()
    firsts = {
        names[pair.key]: _Report(names[pair.key], cases[pair.case], pair.first)
        for pair in suite.pairs
    }
    seconds = (_Report(pair.key, cases[pair.case], pair.second) for pair in suite.pairs)
    return [*firsts.values(), *seconds]


async def _rate_with_models(
    sessions: Sessions, claim: Claim[int], one: OfRubric, reports: Sequence[_Report]
) -> None:
    members = list(one.judge.members) if isinstance(one.judge, Panel) else [one.judge]
    ledger = Ledger(sessions, claim)
    sections = list_sections(one.rubric)

    async def rate(report: _Report, runs: Sequence[OpenRun], known: _Known) -> None:
        rated = await run_together(_ask(ledger, run, report, known) for run in runs)
        value = score_report(_combine(one.judge, runs, rated), sections)
        row = {"order_run_id": claim.key, "report": report.name, "value": value}
        ledger.add(OrderScore, [row])

    async def work() -> None:
        async with AsyncExitStack() as stack:
            runs = []
            for member in members:
                assert isinstance(member, LlmJudge)
                client = await stack.enter_async_context(JudgeClient(member.settings))
                rater_id = _ensure_rater(sessions, claim, member)
                runs.append(OpenRun(member, rater_id, client, claim.key, is_checked=True))
            known = _read_known(sessions, claim.key, [run.rater_id for run in runs])
            await run_together(rate(report, runs, known) for report in reports)

    await ledger.run(work())


_Known = Mapping[int, Mapping[str, list[Call]]]
"""The calls that were made before, by rater and report."""


async def _ask(
    ledger: Ledger, run: OpenRun, report: _Report, known: _Known
) -> list[DimensionRating]:
    subject = Subject(f"order {report.name}", report.case, clean_report(report.text))
    key = {"order_run_id": run.run_id, "rater_id": run.rater_id, "report": report.name}
    keeper = Keeper(ledger, OrderCall, key, known[run.rater_id].get(report.name, []))
    return await rate_whole(run, keeper, subject, run.judge.settings.repeats)


def _combine(
    judge: AnyJudge, runs: Sequence[OpenRun], rated: Sequence[list[DimensionRating]]
) -> list[DimensionRating]:
    if not isinstance(judge, Panel):
        return rated[0]
    given = {
        run.judge.identity.name: {one.dimension: one.value for one in ratings}
        for run, ratings in zip(runs, rated, strict=True)
    }
    return judge.combine([one.dimension for one in rated[0]], given)


def _ensure_rater(sessions: Sessions, claim: Claim[int], judge: LlmJudge) -> int:
    with sessions.write() as session:
        renew(session, claim)
        return ensure_rater_id(session, judge.identity)


def _read_known(sessions: Sessions, key: int, raters: Sequence[int]) -> _Known:
    with sessions.read() as session:
        return {
            rater_id: read_calls(
                session,
                OrderCall,
                OrderCall.report,
                OrderCall.order_run_id == key,
                OrderCall.rater_id == rater_id,
            )
            for rater_id in raters
        }


def _finish(sessions: Sessions, claim: Claim[int], suite: OrderSuite) -> None:
    with sessions.write() as session:
        end(session, claim, state=OrderState.FINISHED, finished_at=now(), reason="")
        rows = session.scalars(select(OrderScore).where(OrderScore.order_run_id == claim.key))
        scores = {row.report: row.value for row in rows}
        names = suite.name_firsts()
        session.execute(
            insert(OrderResult),
            [
                {
                    "order_run_id": claim.key,
                    "pair": pair.key,
                    "kind": pair.kind,
                    "first": scores[names[pair.key]],
                    "second": scores[pair.key],
                    "is_right": is_ordered(pair.kind, scores[names[pair.key]], scores[pair.key]),
                }
                for pair in suite.pairs
            ],
        )


def _wait(sessions: Sessions, claim: Claim[int], error: JudgeUnavailable, since: datetime) -> None:
    """Ask again later where the server serves nobody; else the run has failed."""
    with sessions.read() as session:
        moment = read_clock(session)
    until = Patience(first=timedelta(minutes=1)).find_end(since, moment, error.wait)
    if not error.is_outage or until is None:
        _give_up(sessions, claim, f"The judge cannot be asked: {error.what}.")
        return
    with sessions.write() as session:
        postpone(session, claim, until, reason=f"The judge does not answer: {error.what}.")


def _give_up(sessions: Sessions, claim: Claim[int], reason: str) -> None:
    log.warning("order run %s: %s", claim.key, reason)
    with sessions.write() as session:
        end(session, claim, state=OrderState.FAILED, reason=reason, finished_at=now())
