"""What of a split's results is shown, to whom and when: the one place that decides.

Never shown to anybody, whatever this says: hidden answers, which items a model got right, and
other teams' predictions. No page or API reads them from the database, with one exception: experts
see the reports assigned to them, without whose they are, and the reference reports of their cases.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.submission import Acceptance, Decision, Status, Submission


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

    A scored submission on public answers, and an accepted one on hidden answers, are shown
    whole, to all, unless a host withholds it: then to its team alone. Of a result on hidden
    answers that was not accepted, the team sees that it is
    no significant change, and no number. All others exist for their team alone. (How many
    submissions a team had scored is public.)
    """
    if submission.status is Status.SCORED and (
        submission.split.answers is Answers.PUBLIC or _is_accepted(submission)
    ):
        is_shown = viewer is Viewer.TEAM or not submission.is_withheld
        return Disclosure(existence=is_shown, scores=is_shown, breakdown=is_shown)
    return Disclosure(existence=viewer is Viewer.TEAM, scores=False, breakdown=False)


def is_public() -> ColumnElement[bool]:
    """The policy's condition on Submission for a result that all may see whole, in a query."""
    accepted = select(Acceptance.submission_id).where(Acceptance.decision == Decision.ACCEPTED)
    open_splits = select(Split.id).where(Split.answers == Answers.PUBLIC)
    return and_(
        Submission.status == Status.SCORED,
        ~Submission.is_withheld,
        or_(Submission.split_id.in_(open_splits), Submission.id.in_(accepted)),
    )


def _is_accepted(submission: Submission) -> bool:
    acceptance = submission.acceptance
    return acceptance is not None and acceptance.decision is Decision.ACCEPTED
