"""One run of an audit: asks what has no answer yet, within a claim and a budget, to its end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Base, Sessions, now
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome, Progress, RunSummary
from leaderboard.endpoints.engine.requests import ItemRequest
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.registry.endpoints import open_endpoint, read_settings
from leaderboard.endpoints.registry.splits import require_may_send
from leaderboard.errors import ClaimLost, PermanentError
from leaderboard.evaluation.ask import CHUNK, make_sent_row
from leaderboard.evaluation.collect import EndpointAccess, rest_of_budget
from leaderboard.leases import Claim, LeasedTable, claim_row, end, renew
from leaderboard.models.endpoint import EndpointRun, SentItem
from leaderboard.models.robustness import AuditRow, AuditState
from leaderboard.robustness.request import get_audited_endpoint
from leaderboard.submissions.read import MAX_FAILED_SHARE

Q = TypeVar("Q")


class Asking(NamedTuple):
    """A request, and the item that it tells of: it is logged under that before it can leave."""

    request: ItemRequest
    item_id: int | None


class Yield(NamedTuple):
    """What came of an audit's questions: `n_useless` includes those that got no answer."""

    n_questions: int
    n_unanswered: int
    n_useless: int
    notes: Sequence[str] = ()


class AuditRun(ABC, Generic[Q]):
    """A run of one audit. Its kind says what is missing, how it is asked, and what is kept."""

    audits: ClassVar[type[AuditRow]]

    def __init__(self, sessions: Sessions, claim: Claim[int], access: EndpointAccess) -> None:
        self._sessions = sessions
        self.claim = claim
        self._access = access
        self._begun_at = now()
        with sessions.read() as session:
            audit = session.get_one(self.audits, claim.key)
            run = session.get_one(EndpointRun, audit.submission_id)
            endpoint, self.settings = (
                get_audited_endpoint(session, run, access.policy),
                read_settings(run),
            )
            self.submission_id = audit.submission_id
            self._endpoint = open_endpoint(endpoint, self.settings, access.vault)
            self._budget = rest_of_budget(self.settings.make_budget(access.budget), audit)
            self._before = (audit.n_requests, audit.n_tokens, audit.seconds)
            self._missing = {
                str(place): one for place, one in enumerate(self.read_missing(session))
            }

    @abstractmethod
    def read_missing(self, session: Session) -> Sequence[Q]:
        """The questions that have no answer, in the order in which they are asked."""

    @abstractmethod
    def make_askings(self, session: Session, questions: Mapping[str, Q]) -> Sequence[Asking]:
        """The requests for some of the questions, each by its key."""

    @abstractmethod
    def read(self, question: Q, outcome: ItemOutcome) -> Sequence[Base]:
        """The rows to keep of what came of a question."""

    @abstractmethod
    def count(self, session: Session) -> Yield:
        """What came of all questions."""

    def ask(self) -> RunSummary:
        """Ask what is missing, and keep what comes. Raises ClaimLost."""
        return collect(
            self._endpoint,
            self._make_requests(),
            self._take,
            self._budget,
            self._is_lost,
            n_total=len(self._missing),
            policy=self._access.policy,
            limits=self._access.limits,
        )

    def _make_requests(self) -> Iterator[ItemRequest]:
        """The requests in order, logged by hash some at a time before they can leave."""
        keys = list(self._missing)
        for start in range(0, len(keys), CHUNK):
            questions = {key: self._missing[key] for key in keys[start : start + CHUNK]}
            with self._sessions.read() as session:
                run = session.get_one(EndpointRun, self.submission_id)
                # The host may have changed their mind since the audit began.
                split = run.submission.split
                require_may_send(session, split, run.base_url, self._access.policy)
                askings = self.make_askings(session, questions)
            sent = [
                make_sent_row(self.submission_id, one.item_id, one.request, self._endpoint)
                for one in askings
                if one.item_id is not None
            ]
            with self._sessions.write() as session:
                renew(session, self.claim)
                if sent:
                    session.execute(insert(SentItem), sent)
            yield from (one.request for one in askings)

    def _take(self, batch: Sequence[ItemOutcome], progress: Progress) -> None:
        """Keep settled questions and the figures; also called with nothing new, for the claim."""
        n_requests, n_tokens, seconds = self._before
        rows = [row for one in batch for row in self.read(self._missing[one.key], one)]
        with self._sessions.write() as session:
            renew(
                session,
                self.claim,
                n_requests=n_requests + progress.n_requests,
                n_tokens=n_tokens + progress.n_tokens,
                seconds=seconds + (now() - self._begun_at).total_seconds(),
            )
            session.add_all(rows)

    def _is_lost(self) -> bool:
        """Whether the audit went to another run, or the endpoint was deleted."""
        audits = self.audits
        with self._sessions.read() as session:
            row = session.execute(
                select(audits.run_id, EndpointRun.endpoint_id)
                .join(EndpointRun, EndpointRun.submission_id == audits.submission_id)
                .where(audits.id == self.claim.key)
            ).one()
        return row.run_id != self.claim.token or row.endpoint_id is None


def carry_out(
    kind: type[AuditRun[Any]],
    table: LeasedTable[int],
    sessions: Sessions,
    audit_id: int,
    access: EndpointAccess,
) -> None:
    """Ask what is missing of a waiting audit, to its end; do nothing if it does not wait.

    A run that loses the row stops and writes no more.
    """
    with sessions.write() as session:
        claim = claim_row(session, table, audit_id)
    if claim is None:
        return
    try:
        run = kind(sessions, claim, access)
        summary = run.ask()
        if summary.ending is not Ending.STOPPED:
            with sessions.write() as session:
                _end(session, run, summary)
    except ClaimLost:
        return
    except PermanentError as error:
        with sessions.write() as session:
            _give_up(session, claim, AuditState.FAILED, f"{error.message} {error.remedy}".strip())


def _end(session: Session, run: AuditRun[Any], summary: RunSummary) -> None:
    """Give the audit up as finished, or as failed where too little came of it."""
    if summary.ending is not Ending.COMPLETE:
        reason = f"{summary.message} {summary.remedy}".strip()
        _give_up(session, run.claim, AuditState.FAILED, reason)
        return
    found = run.count(session)
    is_useless = found.n_useless > MAX_FAILED_SHARE * found.n_questions
    state = AuditState.FAILED if is_useless else AuditState.FINISHED
    reason = f"{found.n_unanswered:,} of {found.n_questions:,} questions got no answer."
    _give_up(session, run.claim, state, " ".join((reason, *found.notes)))


def _give_up(session: Session, claim: Claim[int], state: AuditState, reason: str) -> None:
    end(session, claim, state=state, reason=reason, finished_at=now())
