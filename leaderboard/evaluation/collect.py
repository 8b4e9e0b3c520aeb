"""Ask a submission's endpoint for its predictions; a submission of a file has them already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.engine.failures import TURN_OFF_IMAGES
from leaderboard.endpoints.engine.progress import Ending, RunSummary
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from leaderboard.endpoints.registry.endpoints import open_endpoint, read_settings
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import ClaimLost, PermanentError
from leaderboard.evaluation.ask import AskedItem, Asker, read_missing
from leaderboard.evaluation.reply_sink import ReplySink
from leaderboard.leases import Claim, renew
from leaderboard.models.endpoint import EndpointRun, FailedItem
from leaderboard.models.rating import Rating
from leaderboard.models.robustness import AuditRow
from leaderboard.models.submission import (
    EventKind,
    ParsedPrediction,
    Prediction,
    Step,
    Submission,
)
from leaderboard.submissions.endpoint_replies import (
    RAISE_TOKENS,
    STOP_PARSING,
    count_replies,
    read_server_words,
    takes_no_pictures,
)
from leaderboard.submissions.endpoint_runs import get_askable, wipe_spent_keys
from leaderboard.submissions.events import add_event
from leaderboard.submissions.read import MAX_FAILED_SHARE


@dataclass(frozen=True)
class EndpointAccess:
    """What the host gives every run: keys to open keys, an address policy, the most to use."""

    vault: KeyVault
    policy: AddressPolicy
    budget: Budget
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class _Plan:
    """What is left to do for a run, and with what."""

    endpoint: EndpointSettings
    settings: TeamSettings
    budget: Budget
    missing: Sequence[AskedItem]


def collect_predictions(
    sessions: Sessions, claim: Claim[str], access: EndpointAccess | None
) -> None:
    """Ask for each item that has neither a prediction nor failed for good; renews the claim.

    Raises PermanentError where the run cannot end well, with the reason and what to do.
    """
    with sessions.read() as session:
        run = session.get(EndpointRun, claim.key)
        if run is None:
            return
        problem = _find_silence(session, run)
        if problem is None and run.ended_at is not None and not read_missing(session, run):
            return
    if problem is not None:
        raise problem
    if access is None:
        raise RuntimeError("a submission asks an endpoint, but this worker was given no access")
    with sessions.read() as session:
        plan = _make_plan(session, claim, access)
    with sessions.write() as session:
        _begin(session, claim)
    sink = ReplySink(
        sessions, claim, [item.item_id for item in plan.missing], access.limits.max_outage
    )
    summary = _ask(sessions, claim, plan, access, sink)
    if summary.ending is Ending.STOPPED and not sink.is_of_no_use:
        raise ClaimLost(claim.key)
    with sessions.write() as session:
        problem = _end(session, claim, summary)
    if problem is not None:
        raise problem


def _make_plan(session: Session, claim: Claim[str], access: EndpointAccess) -> _Plan:
    run = session.get_one(EndpointRun, claim.key)
    endpoint, settings = get_askable(session, run, access.policy), read_settings(run)
    return _Plan(
        endpoint=open_endpoint(endpoint, settings, access.vault),
        settings=settings,
        budget=rest_of_budget(settings.make_budget(access.budget), run),
        missing=read_missing(session, run),
    )


def rest_of_budget(total: Budget, used: EndpointRun | AuditRow) -> Budget:
    """What is left of a run's budget after its attempts before."""
    return Budget(
        max_requests=_rest(total.max_requests, used.n_requests),
        max_tokens=_rest(total.max_tokens, used.n_tokens),
        max_seconds=_rest(total.max_seconds, used.seconds),
    )


def _rest(limit: float | None, used: float) -> int | None:
    """What is left of a limit; a run that used it up ends at its first request."""
    return None if limit is None else max(0, int(limit - used))


def _begin(session: Session, claim: Claim[str]) -> None:
    renew(session, claim, step=Step.COLLECT, n_done=_count_settled(session, claim))
    run = session.get_one(EndpointRun, claim.key)
    run.started_at = run.started_at or now()
    run.end, run.ended_at, run.seconds_left = "", None, None


def _ask(
    sessions: Sessions, claim: Claim[str], plan: _Plan, access: EndpointAccess, sink: ReplySink
) -> RunSummary:
    asker = Asker(sessions, claim, plan.endpoint, plan.settings, access.policy)
    return collect(
        plan.endpoint,
        asker.make_requests(plan.missing),
        sink.take,
        plan.budget,
        sink.should_stop,
        n_total=len(plan.missing),
        policy=access.policy,
        limits=access.limits,
    )


def _end(session: Session, claim: Claim[str], summary: RunSummary) -> PermanentError | None:
    """Write down how the asking ended; the error to raise where the submission cannot go on."""
    renew(session, claim, step=Step.PARSE, n_done=_count_read(session, claim))
    run = session.get_one(EndpointRun, claim.key)
    submission = run.submission
    reasons = Counter(
        session.scalars(select(FailedItem.reason).where(FailedItem.submission_id == submission.id))
    )
    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in reasons.most_common())
    failed = f"{reasons.total():,} failed ({counts})" if reasons else "none failed"
    run.ended_at, run.end = now(), summary.message
    run.model_reported = summary.model_reported or run.model_reported
    parts = [
        f"{summary.message} {submission.n_predictions:,} of {submission.n_total:,} predictions, "
        f"{failed}; {run.n_requests:,} requests, {run.n_tokens:,} tokens.",
        *count_replies(session, run).notes,
    ]
    add_event(session, submission.id, EventKind.COLLECTED, " ".join(parts))
    wipe_spent_keys(session)
    silence = _find_silence(session, run)
    if silence is not None:
        return silence
    if summary.ending is not Ending.COMPLETE:
        remedy = TURN_OFF_IMAGES if takes_no_pictures(session, submission.id) else summary.remedy
        return PermanentError(summary.message, remedy)
    if reasons.total() > MAX_FAILED_SHARE * submission.n_total:
        return _make_failing(session, submission, reasons.total(), counts)
    return None


def _make_failing(
    session: Session, submission: Submission, n_failed: int, counts: str
) -> PermanentError:
    """The error of a run with too many failed items, in the server's own words."""
    said = read_server_words(session, submission.id)[0]
    words = f" The server said: {said.message}" if said.message else ""
    remedy = "Test the endpoint, fix what the test shows, and submit again."
    return PermanentError(
        f"{n_failed:,} of {submission.n_total:,} items got no prediction ({counts}).{words}",
        TURN_OFF_IMAGES if takes_no_pictures(session, submission.id) else remedy,
    )


def _find_silence(session: Session, run: EndpointRun) -> PermanentError | None:
    """The error of a run of which too many replies had no answer; None where they had."""
    counts = count_replies(session, run)
    if counts.n_silent <= MAX_FAILED_SHARE * run.submission.n_total:
        return None
    is_cut = 2 * counts.n_cut_silent >= counts.n_silent
    return PermanentError(
        " ".join(counts.facts), f"{RAISE_TOKENS if is_cut else STOP_PARSING} Then submit again."
    )


def _count_settled(session: Session, claim: Claim[str]) -> int:
    return sum(
        session.scalar(select(func.count()).where(table.submission_id == claim.key)) or 0
        for table in (Prediction, FailedItem)
    )


def _count_read(session: Session, claim: Claim[str]) -> int:
    """How many predictions were parsed or rated by an earlier attempt."""
    own = Prediction.submission_id == claim.key
    parsed = select(func.count()).select_from(ParsedPrediction).join(Prediction).where(own)
    rated = select(func.count(Rating.prediction_id.distinct())).join(
        Prediction, Prediction.id == Rating.prediction_id
    )
    return (session.scalar(parsed) or 0) + (session.scalar(rated.where(own)) or 0)
