"""What of a split's results is shown, to whom and when: the one place that decides.

Never shown to anybody, whatever this says: hidden answers, which items a model got right (both
until a host reveals them for good, see `commitments.opened`), and other teams' predictions. No
page or API reads them from the database, with one exception: experts see the reports assigned to
them, without whose they are, and the reference reports of their cases.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.submission import Acceptance, Decider, Decision, Status, Submission

CLEAR_STEP = 2.0
"""Standard errors over the team's best from which on a later result shows its breakdown."""


class Viewer(enum.StrEnum):
    """Who looks: anybody, or a member of the submission's team."""

    PUBLIC = "public"
    TEAM = "team"


class Disclosure(NamedTuple):
    """Which parts of one submission's results the viewer may see."""

    existence: bool
    scores: bool
    breakdown: bool


def disclosure(submission: Submission, viewer: Viewer) -> Disclosure:
    """The policy.

    A scored submission on public answers, and an accepted one on hidden answers, are shown to
    all, unless a host withholds it: then to its team alone. The breakdown goes with it, unless
    the result is a small step over the team's best: a sheet that is the luckiest of many says
    more by its breakdown than by its score. Of a result on hidden answers that was not accepted,
    the team sees that it is not a significant change, and no number. All others exist for their
    team alone. (How many submissions a team had scored is public.)
    """
    if submission.status is Status.SCORED and (
        submission.split.answers is Answers.PUBLIC or _is_accepted(submission)
    ):
        is_shown = viewer is Viewer.TEAM or not submission.is_withheld
        return Disclosure(is_shown, is_shown, breakdown=is_shown and _has_breakdown(submission))
    return Disclosure(existence=viewer is Viewer.TEAM, scores=False, breakdown=False)


def is_public() -> ColumnElement[bool]:
    """The policy's condition on Submission for a result whose scores all may see, in a query."""
    accepted = select(Acceptance.submission_id).where(Acceptance.decision == Decision.ACCEPTED)
    open_splits = select(Split.id).where(Split.answers == Answers.PUBLIC)
    return and_(
        Submission.status == Status.SCORED,
        ~Submission.is_withheld,
        or_(Submission.split_id.in_(open_splits), Submission.id.in_(accepted)),
    )


def _has_breakdown(submission: Submission) -> bool:
    """Of a submission whose scores may be seen: a first look, the host's act, or a clear step."""
    by = submission.acceptance
    if by is None or by.decided_by is Decider.HOST or by.difference is None:
        return True
    return by.standard_error is not None and by.difference > CLEAR_STEP * by.standard_error


def _is_accepted(submission: Submission) -> bool:
    acceptance = submission.acceptance
    return acceptance is not None and acceptance.decision is Decision.ACCEPTED
