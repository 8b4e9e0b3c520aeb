"""One submission from claim to ranking; every step does only what is missing."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from leaderboard.calibration.split_facts import read_split_facts
from leaderboard.db import Sessions, is_out_of_service
from leaderboard.errors import (
    ClaimLost,
    DatabaseUnavailable,
    JudgeUnavailable,
    OnHold,
    PermanentError,
)
from leaderboard.evaluation.claim import TELL_HOST, claim_submission, end_claim
from leaderboard.evaluation.collect import EndpointAccess, collect_predictions
from leaderboard.evaluation.feedback import give_feedback
from leaderboard.evaluation.outage import Patience, find_outage, find_pause
from leaderboard.evaluation.parse import parse_predictions
from leaderboard.evaluation.publish import publish_at_once
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.rating.anchors import choose_anchors
from leaderboard.evaluation.rating.rate import rate_reports
from leaderboard.evaluation.score import score_submission
from leaderboard.evaluation.second_reading import fill_unparsed
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.roster import AnyJudge
from leaderboard.leases import Claim, postpone, renew
from leaderboard.models.submission import EventKind, Status, Step, Submission
from leaderboard.readers.reader import Reader
from leaderboard.submissions.events import add_event
from leaderboard.submissions.feedback import find_feedback, say_scored

log = logging.getLogger(__name__)
PATIENCE = Patience()
GIVEN_UP = {
    Status.QUEUED: EventKind.REQUEUED,
    Status.HELD: EventKind.HELD,
    Status.FAILED: EventKind.FAILED,
}


def evaluate(
    sessions: Sessions,
    submission_id: str,
    judges: Sequence[AnyJudge],
    max_attempts: int,
    access: EndpointAccess | None = None,
    patience: Patience = PATIENCE,
    reader: Reader | None = None,
) -> None:
    """Evaluate a queued submission, as `carry_out` does; do nothing if it is not queued."""
    with sessions.write() as session:
        claim = claim_submission(session, submission_id)
    if claim is None:
        log.info("submission %s is not queued: nothing to do", submission_id)
        return
    carry_out(sessions, claim, judges, max_attempts, access, patience, reader)


def carry_out(
    sessions: Sessions,
    claim: Claim[str],
    judges: Sequence[AnyJudge],
    max_attempts: int,
    access: EndpointAccess | None = None,
    patience: Patience = PATIENCE,
    reader: Reader | None = None,
) -> None:
    """Evaluate a submission that is claimed.

    `access` is needed for submissions that ask an endpoint. A `reader` reads what the answer parser
    leaves unparsed.

    A PermanentError fails it at once with its message, OnHold leaves it to the host. A judge, a
    reader or our own database that is out of service is waited for, with `patience`; that uses up
    no attempt. Anything else puts it back into the queue, and fails it at attempt `max_attempts`;
    the traceback goes to the log only.
    """
    submission_id = claim.key
    try:
        _work(sessions, claim, judges, access, reader)
    except ClaimLost:
        log.info("submission %s was taken by another run: run %s stops", submission_id, claim.token)
    except JudgeUnavailable as error:
        log.warning("%s cannot be asked: %s", error.name, error.what)
        if not (error.is_outage and _wait_for_judge(sessions, claim, error, patience)):
            goes_on = claim.n_attempts < max_attempts and not (error.is_final or error.is_outage)
            status = Status.QUEUED if goes_on else Status.HELD
            message = error.failed if goes_on else error.held
            _give_up(sessions, claim, status, message, error.remedy)
    except OnHold as error:
        log.warning("submission %s is held: %s", submission_id, error.message)
        _give_up(sessions, claim, Status.HELD, error.message, error.remedy)
    except PermanentError as error:
        _give_up(sessions, claim, Status.FAILED, error.message, error.remedy)
    except Exception:
        log.exception("submission %s failed at attempt %d", submission_id, claim.n_attempts)
        if claim.n_attempts < max_attempts:
            message = "An attempt failed because of a problem on our side; it will be tried again."
            _give_up(sessions, claim, Status.QUEUED, message, "")
        else:
            message = f"It failed because of a problem on our side, in {claim.n_attempts} attempts."
            _give_up(sessions, claim, Status.FAILED, message, TELL_HOST)


def _work(
    sessions: Sessions,
    claim: Claim[str],
    judges: Sequence[AnyJudge],
    access: EndpointAccess | None,
    reader: Reader | None,
) -> None:
    """Collect what is missing, and score. Raises DatabaseUnavailable where ours is the trouble."""
    try:
        collect_predictions(sessions, claim, access)
        _run_steps(sessions, claim, judges, reader)
    except DBAPIError as error:
        if not is_out_of_service(error, sessions.engine.dialect):
            raise
        raise DatabaseUnavailable(type(error.orig).__name__) from error


def _run_steps(
    sessions: Sessions, claim: Claim[str], judges: Sequence[AnyJudge], reader: Reader | None
) -> None:
    """The first of `judges` is the one whose ratings become the report score."""
    parse_predictions(sessions, claim)
    if reader is not None:
        fill_unparsed(sessions, claim, reader)
    rate_reports(sessions, claim, judges)
    with sessions.write() as session:
        renew(session, claim, step=Step.SCORE, n_done=Submission.n_total)
    with sessions.write() as session:
        renew(session, claim)
        rater_id = ensure_rater_id(session, judges[0].identity)
        split_id = session.get_one(Submission, claim.key).split_id
        split = read_split_facts(session, split_id)
        score_submission(session, claim.key, rater_id, split)
        publish_at_once(session, claim.key)
        give_feedback(session, claim.key, split.items)
        told = find_feedback(session.get_one(Submission, claim.key))
        end_claim(session, claim, Status.SCORED, EventKind.SCORED, say_scored(told))
        choose_anchors(session, claim.key)
        rank_split(session, split_id, items=split.items)


def _wait_for_judge(
    sessions: Sessions, claim: Claim[str], error: JudgeUnavailable, patience: Patience
) -> bool:
    """Put the submission off until the judge may be back; False if that was waited for in vain.

    Its team is told once in an outage.
    """
    try:
        with sessions.write() as session:
            is_known = find_outage(session, claim.key) is not None
            until = find_pause(session, claim.key, error.wait, patience)
            if until is None:
                return False
            postpone(session, claim, until)
            if not is_known:
                add_event(session, claim.key, EventKind.REQUEUED, error.message, error.remedy)
    except ClaimLost:
        log.info("submission %s was taken or cancelled meanwhile", claim.key)
    return True


def _give_up(
    sessions: Sessions, claim: Claim[str], status: Status, message: str, remedy: str
) -> None:
    try:
        with sessions.write() as session:
            end_claim(session, claim, status, GIVEN_UP[status], message, remedy)
    except ClaimLost:
        log.info("submission %s was taken or cancelled meanwhile", claim.key)
