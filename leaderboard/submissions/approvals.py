"""Submissions that wait until a host has approved their team for a split with hidden answers.

An approval is of a team, a split and its members as they are: after somebody has joined, the next
submission waits again.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.db import clock, lock_row, now
from leaderboard.errors import Conflict
from leaderboard.letters.approvals import tell_hosts
from leaderboard.models.approval import TeamApproval
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.submission import EventKind, Status, Step, Submission
from leaderboard.models.team import Membership, ModelCard, Team, User
from leaderboard.submissions.events import add_event
from leaderboard.submissions.quota import give_back

PENDING = "It waits until the host has approved your team for this split."
PENDING_REMEDY = (
    "You do not have to do anything; the host can see this. On the Notices page you set up how you "
    "are notified of the decision."
)
APPROVED = "The host has approved your team for this split. It is in the queue."
WITHDRAWN = "The host has withdrawn the approval of your team: it waits until the host has decided."


def is_approved(session: Session, team: Team, split: Split) -> bool:
    """Whether every member of `team` has a host's yes on `split`, or it needs none."""
    return split.answers is not Answers.HIDDEN or not read_unapproved(session, team, split)


def read_unapproved(session: Session, team: Team, split: Split) -> list[int]:
    """The ids of the members of `team` without a host's yes on `split`, lowest first."""
    approved = select(TeamApproval.user_id).where(
        TeamApproval.team_id == team.id, TeamApproval.split_id == split.id
    )
    return list(
        session.scalars(
            select(Membership.user_id)
            .where(Membership.team_id == team.id, Membership.user_id.not_in(approved))
            .order_by(Membership.user_id)
        )
    )


def wait_for_approval(session: Session, submission: Submission) -> None:
    """Have a queued submission wait for the host, unless its team is approved.

    With the first that waits, the hosts are told.
    """
    team, split = submission.model_card.team, submission.split
    lock_row(session, Team.id, team.id)
    if not is_approved(session, team, split):
        if not read_pending(session, team, split):
            tell_hosts(session, split)
        submission.status = Status.PENDING
        session.flush()
        add_event(session, submission.id, EventKind.PENDING, PENDING, PENDING_REMEDY)


def read_pending(session: Session, team: Team, split: Split) -> list[Submission]:
    """The submissions of `team` that wait for its approval on `split`, oldest first."""
    return _read(session, team, split, Status.PENDING)


def approve_team(
    session: Session, team: Team, split: Split, seen: Collection[str] | None = None
) -> list[str]:
    """Approve the present members of `team` on `split`, and queue what waited for it.

    `seen` are the addresses of the members whom the host has looked at, None for all.
    Returns the ids of these submissions, oldest first. Raises Conflict where nothing waits and
    everybody is approved, and where a member was not seen.
    """
    lock_row(session, Team.id, team.id)
    new, waiting = read_unapproved(session, team, split), read_pending(session, team, split)
    if not new and not waiting:
        raise Conflict(f"{team.name} is already approved.", "There is nothing to do.")
    _refuse_unseen(session, new, seen)
    for user_id in new:
        session.add(
            TeamApproval(team_id=team.id, split_id=split.id, user_id=user_id, approved_at=now())
        )
    for submission in waiting:
        submission.status, submission.heartbeat_at = Status.QUEUED, clock()
        add_event(session, submission.id, EventKind.APPROVED, APPROVED)
    session.flush()
    return [submission.id for submission in waiting]


def _refuse_unseen(session: Session, new: list[int], seen: Collection[str] | None) -> None:
    """Raise Conflict for somebody who joined after the host had looked."""
    addresses = session.scalars(select(User.email).where(User.id.in_(new)).order_by(User.email))
    unseen = [one for one in addresses.all() if seen is not None and one not in seen]
    if unseen:
        raise Conflict(
            f"You have not seen {' and '.join(unseen)}: somebody has joined meanwhile.",
            "Look at the team again.",
        )


def refuse_team(session: Session, team: Team, split: Split, reason: str) -> int:
    """Fail what waits for the approval of `team` on `split`, and give its quota back.

    Returns how many submissions. Raises Conflict where none waits.
    """
    lock_row(session, Team.id, team.id)
    waiting = read_pending(session, team, split)
    if not waiting:
        raise Conflict(f"Nothing of {team.name} waits for approval.", "There is nothing to do.")
    for submission in waiting:
        submission.status, submission.step = Status.FAILED, Step.DONE
        give_back(session, submission.id, "Not approved.")
        add_event(
            session,
            submission.id,
            EventKind.FAILED,
            f"The host has not approved your team for this split: {reason}",
            "Contact the host of this server. The submission is not counted.",
        )
    session.flush()
    return len(waiting)


def withdraw_approval(session: Session, team: Team, split: Split) -> int:
    """End the approval of `team` on `split`; what is queued waits again, what runs goes on.

    Returns how many submissions wait again. Raises Conflict where nobody is approved.
    """
    lock_row(session, Team.id, team.id)
    theirs = (TeamApproval.team_id == team.id, TeamApproval.split_id == split.id)
    if session.scalar(select(TeamApproval.user_id).where(*theirs).limit(1)) is None:
        raise Conflict(f"{team.name} is not approved.", "There is nothing to do.")
    session.execute(delete(TeamApproval).where(*theirs))
    queued = _read(session, team, split, Status.QUEUED)
    for submission in queued:
        submission.status = Status.PENDING
        add_event(session, submission.id, EventKind.PENDING, WITHDRAWN, PENDING_REMEDY)
    session.flush()
    return len(queued)


def _read(session: Session, team: Team, split: Split, status: Status) -> list[Submission]:
    return list(
        session.scalars(
            select(Submission)
            .join(ModelCard, ModelCard.id == Submission.model_card_id)
            .where(
                ModelCard.team_id == team.id,
                Submission.split_id == split.id,
                Submission.status == status,
            )
            .options(joinedload(Submission.model_card))
            .order_by(Submission.created_at, Submission.id)
            .with_for_update(key_share=True, of=Submission)
            .execution_options(populate_existing=True)
        )
    )
