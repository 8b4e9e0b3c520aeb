"""Hide, show, requeue and accept submissions."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.accounts.roles import Reach
from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import Conflict, NotFound
from leaderboard.evaluation.accept_by_hand import accept_submission
from leaderboard.evaluation.claim import requeue_held, requeue_submission
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.moderation import HiddenSubmission
from leaderboard.models.submission import Submission


def hide(session: Session, key: str, actor: str, reason: str) -> Act:
    """Hide a submission: only its team still sees its results. Raises NotFound or Conflict."""
    submission, reason = get_submission(session, key), read_reason(reason)
    if session.get(HiddenSubmission, key) is not None:
        raise Conflict(f"The submission {key} is already hidden.", "There is nothing to do.")
    session.add(HiddenSubmission(submission_id=key, hidden_at=now(), reason=reason))
    _add_audit(session, actor, "hide", submission, reason)
    session.flush()
    return Act(f"The submission {key} is hidden.", rank=(submission.split_id,))


def show(session: Session, key: str, actor: str, reason: str) -> Act:
    """Show a hidden submission again. Raises NotFound or Conflict."""
    submission = get_submission(session, key)
    hidden = session.get(HiddenSubmission, key)
    if hidden is None:
        raise Conflict(f"The submission {key} is not hidden.", "There is nothing to do.")
    session.delete(hidden)
    _add_audit(session, actor, "show", submission, reason)
    session.flush()
    return Act(f"The submission {key} is shown again.", rank=(submission.split_id,))


def requeue(session: Session, key: str, actor: str, reason: str) -> Act:
    """Put a failed or held submission back into the queue. Raises NotFound or Conflict."""
    submission = get_submission(session, key)
    nudge = requeue_submission(session, key)
    _add_audit(session, actor, "requeue", submission, reason)
    return Act(f"The submission {key} is back in the queue.", waiting=(nudge,))


def requeue_all_held(session: Session, actor: str, reach: Reach) -> Act:
    """Put every held submission in `reach` back, and ask again for those that wait for a judge."""
    nudges = requeue_held(session, reach.holds(Submission.split_id))
    for _, key in nudges:
        submission = session.get_one(Submission, key)
        _add_audit(session, actor, "requeue", submission, "with all that were held")
    n = len(nudges)
    words = "1 submission is" if n == 1 else f"{n or 'No'} submissions are"
    return Act(f"{words} back in the queue.", waiting=tuple(nudges))


def accept(session: Session, key: str, actor: str, reason: str) -> Act:
    """Have the next release publish a result, whatever it scored. Raises NotFound or Conflict."""
    accept_submission(session, key, actor, read_reason(reason))
    return Act(f"The result of {key} is accepted for the next release.")


def get_submission(session: Session, key: str) -> Submission:
    """The submission of anybody. Raises NotFound."""
    found = session.get(Submission, key)
    if found is None:
        raise no_submission(key)
    return found


def no_submission(key: str) -> NotFound:
    """What is said of a submission that is not there, or is none of theirs who ask."""
    return NotFound(f"There is no submission {key[:20]!r}.", "See the list of submissions.")


def _add_audit(
    session: Session, actor: str, action: str, submission: Submission, reason: str
) -> None:
    subject, benchmark = f"submission {submission.id}", submission.split.benchmark.slug
    add_audit(session, actor, action, subject, reason, benchmark=benchmark)
