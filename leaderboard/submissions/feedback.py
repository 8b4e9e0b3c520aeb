"""What its team was told of a result on hidden answers, in numbers and in words."""

from __future__ import annotations

from typing import NamedTuple

from leaderboard.disclosure import is_protected
from leaderboard.models.publication import FeedbackScore
from leaderboard.models.submission import Submission
from leaderboard.scoring.ladder import STEP, is_step, round_to_step

UNTIL_RELEASE = (
    "Scores, ranks and breakdowns become public when the host opens the next release; until then "
    "nobody sees them."
)
NO_FEEDBACK = "Nothing is told of this result before the next release."


class Feedback(NamedTuple):
    """First looks by track, rounded; and by how many points it beat the best before.

    `better_by` is a multiple of the Ladder's step, 0 for no clear change, None where no track had
    been sent before.
    """

    looks: tuple[FeedbackScore, ...]
    better_by: int | None

    @property
    def sentences(self) -> list[str]:
        """The same in words, one for each thing told; one that says so where that is nothing."""
        told = [
            f"First look at the {look.track.value} track: about {look.value} of 100, on "
            f"{look.n:,} items."
            for look in self.looks
        ]
        if self.better_by:
            told.append(f"Better than your best result before by about {self.better_by} points.")
        elif self.better_by is not None:
            told.append("No clear change from your best result before.")
        return told or [NO_FEEDBACK]


def say_scored(told: Feedback | None) -> str:
    """The event of a submission that was scored, of which its team is told that much."""
    if told is None:
        return "Scored and ranked."
    if told.looks or told.better_by:
        return "Scored: feedback is on its page. Scores become public at a release."
    if told.better_by is None:
        return f"Scored. {NO_FEEDBACK}"
    return "Scored: no clear change from your best result before."


def find_feedback(submission: Submission) -> Feedback | None:
    """What was told of a submission when it was scored; None where nothing is held back."""
    by = submission.acceptance
    if by is None or not is_protected(submission.split):
        return None
    better_by = None
    if by.difference is not None:
        is_better = is_step(by.difference, by.standard_error)
        better_by = max(STEP, round_to_step(by.difference)) if is_better else 0
    return Feedback(tuple(submission.feedback_scores), better_by)
