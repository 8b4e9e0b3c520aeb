"""A result on hidden answers that the host wants public at the next release, whatever it scored."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import Conflict, NotFound
from leaderboard.models.submission import Decider, Decision, Status, Submission


def accept_submission(session: Session, submission_id: str, actor: str, note: str) -> Submission:
    """Accept a scored submission by the host's hand, with a line in the audit trail.

    The next release makes it public, if its model stands by it. What its team was told stays.

    Raises NotFound, or Conflict where it is not scored, was accepted, or needs no acceptance.
    """
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound(f"There is no submission {submission_id!r}.", "Check its id on its page.")
    before = submission.acceptance
    if submission.status is not Status.SCORED or before is None:
        raise Conflict(
            f"There is no decision on the submission {submission_id}.",
            "Only a scored submission on a split with hidden answers can be accepted.",
        )
    is_out = submission.publication is not None or submission.published_run is not None
    if is_out or before.decided_by is Decider.HOST:
        raise Conflict(
            f"The submission {submission_id} is already accepted.", "There is nothing to do."
        )
    before.decision, before.decided_by = Decision.ACCEPTED, Decider.HOST
    before.decided_at, before.reason = now(), note or "Accepted by the host."
    benchmark = submission.split.benchmark.slug
    add_audit(session, actor, "accept", f"submission {submission_id}", note, benchmark=benchmark)
    session.flush()
    return submission
