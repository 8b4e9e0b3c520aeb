"""Ask a submission's endpoint for its predictions; a submission of a file has them already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome, Progress, RunSummary
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from leaderboard.endpoints.registry.endpoints import open_endpoint, read_settings
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import ClaimLost, PermanentError
from leaderboard.evaluation.ask import AskedItem, Asker, read_missing
from leaderboard.leases import Claim, renew
from leaderboard.models.endpoint import EndpointRun, FailedItem
from leaderboard.models.rating import Rating
from leaderboard.models.robustness import RobustnessAudit
from leaderboard.models.submission import (
    EventKind,
    ParsedPrediction,
    Prediction,
    Status,
    Step,
    Submission,
)
from leaderboard.submissions.endpoint_runs import get_askable, wipe_spent_keys
from leaderboard.submissions.events import add_event

MAX_FAILED_SHARE = 0.2


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
        if run is None or (run.ended_at is not None and not read_missing(session, run)):
            return
    if access is None:
        raise RuntimeError("a submission asks an endpoint, but this worker was given no access")
    with sessions.read() as session:
        plan = _make_plan(session, claim, access)
    with sessions.write() as session:
        _begin(session, claim)
    summary = _ask(sessions, claim, plan, access)
    if summary.ending is Ending.STOPPED:
        raise ClaimLost(claim.key)
    with sessions.write() as session:
        problem = _end(session, claim, summary)
    if problem is not None:
        raise problem


def _make_plan(session: Session, claim: Claim[str], access: EndpointAccess) -> _Plan:
    run = session.get_one(EndpointRun, claim.key)
    endpoint, settings = get_askable(session, run), read_settings(run)
    return _Plan(
        endpoint=open_endpoint(endpoint, settings, access.vault),
        settings=settings,
        budget=rest_of_budget(settings.make_budget(access.budget), run),
        missing=read_missing(session, run),
    )


def rest_of_budget(total: Budget, used: EndpointRun | RobustnessAudit) -> Budget:
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


def _ask(sessions: Sessions, claim: Claim[str], plan: _Plan, access: EndpointAccess) -> RunSummary:
    asker = Asker(sessions, claim, plan.endpoint, plan.settings)
    sink = _Sink(sessions, claim, {item.key: item.item_id for item in plan.missing})
    return collect(
        plan.endpoint,
        asker.make_requests(plan.missing),
        sink.take,
        plan.budget,
        sink.is_lost,
        n_total=len(plan.missing),
        policy=access.policy,
        limits=access.limits,
    )


class _Sink:
    """Writes what a run brings, in the transactions that renew its claim."""

    def __init__(self, sessions: Sessions, claim: Claim[str], item_ids: dict[str, int]) -> None:
        self._sessions = sessions
        self._claim = claim
        self._item_ids = item_ids
        with sessions.read() as session:
            run = session.get_one(EndpointRun, claim.key)
            self._before = (run.n_requests, run.n_tokens, run.seconds)
        self._begun_at = now()

    def take(self, batch: Sequence[ItemOutcome], progress: Progress) -> None:
        """Keep settled items and the live figures; also called with nothing new, for the claim."""
        n_good = sum(outcome.prediction is not None for outcome in batch)
        with self._sessions.write() as session:
            renew(
                session,
                self._claim,
                n_done=Submission.n_done + len(batch),
                n_predictions=Submission.n_predictions + n_good,
            )
            self._add(session, batch)
            run = session.get_one(EndpointRun, self._claim.key)
            n_requests, n_tokens, seconds = self._before
            run.n_requests = n_requests + progress.n_requests
            run.n_tokens = n_tokens + progress.n_tokens
            run.seconds = seconds + (now() - self._begun_at).total_seconds()
            run.per_second, run.seconds_left = progress.per_second, progress.seconds_left

    def _add(self, session: Session, batch: Sequence[ItemOutcome]) -> None:
        key = self._claim.key
        predictions, failures = [], []
        for outcome in batch:
            row = {"submission_id": key, "item_id": self._item_ids[outcome.key]}
            if outcome.prediction is not None:
                predictions.append(row | {"text": outcome.prediction})
            elif outcome.failure is not None:
                failure = outcome.failure
                failures.append(row | {"reason": failure.reason.value, "message": failure.excerpt})
        if predictions:
            session.execute(insert(Prediction), predictions)
        if failures:
            session.execute(insert(FailedItem), failures)

    def is_lost(self) -> bool:
        """Whether the submission was cancelled or went to another run."""
        with self._sessions.read() as session:
            row = session.execute(
                select(Submission.run_id, Submission.status).where(Submission.id == self._claim.key)
            ).one()
        return tuple(row) != (self._claim.token, Status.RUNNING)


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
    add_event(
        session,
        submission.id,
        EventKind.COLLECTED,
        f"{summary.message} {submission.n_predictions:,} of {submission.n_total:,} predictions, "
        f"{failed}; {run.n_requests:,} requests, {run.n_tokens:,} tokens.",
    )
    wipe_spent_keys(session)
    if summary.ending is not Ending.COMPLETE:
        return PermanentError(summary.message, summary.remedy)
    if reasons.total() > MAX_FAILED_SHARE * submission.n_total:
        return PermanentError(
            f"{reasons.total():,} of {submission.n_total:,} items got no prediction ({counts}).",
            "Test the endpoint, fix what the test shows, and submit again.",
        )
    return None


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
