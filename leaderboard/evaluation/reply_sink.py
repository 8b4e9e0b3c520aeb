"""Where a run's outcomes go: predictions, failures, how replies ended, live figures and outages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.chat import Filtered, Reply
from leaderboard.db import Base, Sessions, now
from leaderboard.endpoints.engine.progress import ItemOutcome, Progress
from leaderboard.evaluation.silence import count_silent
from leaderboard.leases import Claim, renew
from leaderboard.models.benchmark import Item
from leaderboard.models.endpoint import EndpointReply, EndpointRun, FailedItem
from leaderboard.models.submission import (
    EventKind,
    Prediction,
    PredictionExtras,
    Status,
    Submission,
)
from leaderboard.submissions.endpoint_replies import describe_reply
from leaderboard.submissions.events import add_event
from leaderboard.submissions.read import MAX_FAILED_SHARE


class _Asked(NamedTuple):
    """What describing a reply needs of its item."""

    item_id: int
    options: dict[str, str]
    multiple: bool


class ReplySink:
    """Writes what a run brings, in the transactions that renew its claim."""

    def __init__(
        self,
        sessions: Sessions,
        claim: Claim[str],
        item_ids: Sequence[int],
        max_outage: float,
    ) -> None:
        self._sessions = sessions
        self._claim = claim
        self._max_outage = max_outage
        self._is_out = False
        with sessions.read() as session:
            run = session.get_one(EndpointRun, claim.key)
            self._before = (run.n_requests, run.n_tokens, run.seconds)
            self._n_silent = count_silent(session, claim.key)
            self._most_silent = MAX_FAILED_SHARE * run.submission.n_total
            rows = session.execute(
                select(Item.key, Item.id, Item.options, Item.multiple).where(Item.id.in_(item_ids))
            )
            self._asked = {row.key: _Asked(row.id, row.options, row.multiple) for row in rows}
        self._begun_at = now()

    def take(self, batch: Sequence[ItemOutcome], progress: Progress) -> None:
        """Keep settled items and the live figures; also called with nothing new, for the claim."""
        rows = self._make_rows(batch)
        is_out = bool(progress.outage)
        with self._sessions.write() as session:
            renew(
                session,
                self._claim,
                n_done=Submission.n_done + len(batch),
                n_predictions=Submission.n_predictions + len(rows[Prediction]),
            )
            for table, values in rows.items():
                if values:
                    session.execute(insert(table), values)
            if is_out is not self._is_out:
                self._note_outage(session, progress.outage)
            run = session.get_one(EndpointRun, self._claim.key)
            n_requests, n_tokens, seconds = self._before
            run.n_requests = n_requests + progress.n_requests
            run.n_tokens = n_tokens + progress.n_tokens
            run.seconds = seconds + (now() - self._begun_at).total_seconds()
            run.per_second, run.seconds_left = progress.per_second, progress.seconds_left
        self._is_out = is_out
        self._n_silent += sum(row["is_silent"] for row in rows[EndpointReply])

    def should_stop(self) -> bool:
        """Whether the row went elsewhere, or so much came without an answer that more is no use."""
        return self.is_of_no_use or self._is_lost()

    @property
    def is_of_no_use(self) -> bool:
        """Whether too many replies had no answer in them."""
        return self._n_silent > self._most_silent

    def _is_lost(self) -> bool:
        with self._sessions.read() as session:
            row = session.execute(
                select(Submission.run_id, Submission.status).where(Submission.id == self._claim.key)
            ).one()
        return tuple(row) != (self._claim.token, Status.RUNNING)

    def _make_rows(self, batch: Sequence[ItemOutcome]) -> dict[type[Base], list[dict[str, Any]]]:
        """The rows of settled items by their table; reading replies takes a while."""
        predictions, extras, replies, failures = [], [], [], []
        for outcome in batch:
            asked = self._asked[outcome.key]
            row = {"submission_id": self._claim.key, "item_id": asked.item_id}
            if outcome.prediction is not None and outcome.reply is not None:
                predictions.append(row | {"text": outcome.prediction})
                extras.append(row | _describe_extras(outcome, outcome.reply))
                reply = describe_reply(outcome.reply, asked.options, multiple=asked.multiple)
                replies.append(
                    row | reply._asdict() | {"finish_reason": outcome.reply.finish_reason}
                )
            elif outcome.failure is not None:
                failure = outcome.failure
                failures.append(row | {"reason": failure.reason.value, "message": failure.excerpt})
        return {
            Prediction: predictions,
            PredictionExtras: extras,
            EndpointReply: replies,
            FailedItem: failures,
        }

    def _note_outage(self, session: Session, outage: str) -> None:
        """Say that an endpoint is waited for, or that it is back."""
        message = (
            f"The endpoint does not answer: the run waits up to {self._max_outage / 60:,.0f} "
            f"minutes for it and goes on automatically. {outage}"
            if outage
            else "The endpoint answers again: the run goes on."
        )
        add_event(session, self._claim.key, EventKind.COLLECTED, message)


def _describe_extras(outcome: ItemOutcome, reply: Reply | Filtered) -> dict[str, Any]:
    """What the reply says beside its text: the fields of `PredictionExtras`."""
    return {
        "input_tokens": reply.n_prompt_tokens,
        "output_tokens": reply.n_completion_tokens,
        "cost_usd": reply.cost,
        "latency_s": outcome.latency,
    }
