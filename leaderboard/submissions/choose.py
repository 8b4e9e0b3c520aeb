"""Which of a model's results its team wants to stand, now or at the next release."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.db import lock_row, read_moment
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict
from leaderboard.models.publication import ChosenResult
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard
from leaderboard.queue import RANK, Nudge


def choose(session: Session, submission: Submission) -> list[Nudge[int]]:
    """Have its model stand by a scored submission, in place of one that was chosen before.

    On a protected split that is for the next release; which of the published ones stands is not to
    be chosen by their scores. Elsewhere it counts as sent now: it stands on all its tracks until
    newer ones come, and its split has to be ranked again. Raises Conflict where there is nothing to
    choose: it is not scored, is withheld, or a release published it already.
    """
    lock_row(session, ModelCard.id, submission.model_card_id)
    if submission.status is not Status.SCORED:
        raise Conflict(
            f"The submission is {submission.status.value}: it cannot stand for its model.",
            "Choose one that is scored.",
        )
    if submission.is_withheld:
        raise Conflict(
            "The host withholds this result: no release would publish it.", "Choose another one."
        )
    is_blind = is_protected(submission.split)
    is_out = submission.publication is not None or submission.published_run is not None
    if is_blind and is_out:
        raise Conflict(
            "This result is already public.", "Choose one that waits for the next release."
        )
    key = {"model_card_id": submission.model_card_id, "split_id": submission.split_id}
    chosen = session.get(ChosenResult, key) or ChosenResult(**key)
    chosen.submission_id, chosen.chosen_at = submission.id, read_moment(session)
    session.add(chosen)
    session.flush()
    return [] if is_blind else [Nudge(RANK, submission.split_id)]


def is_chosen(session: Session, submission: Submission) -> bool:
    """Whether its team has chosen it."""
    key = {"model_card_id": submission.model_card_id, "split_id": submission.split_id}
    chosen = session.get(ChosenResult, key)
    return chosen is not None and chosen.submission_id == submission.id
