"""Which of a model's results its team wants to stand at the next release."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.db import lock_row, now
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict
from leaderboard.models.publication import ChosenResult
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard


def choose(session: Session, submission: Submission) -> None:
    """Have its model stand by a scored submission, in place of one that was chosen before.

    Raises Conflict where there is nothing to choose: it is not scored, is public already, or its
    split shows everything at once.
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
    if submission.publication is not None or not is_protected(submission.split):
        raise Conflict(
            "This result is already public.", "Choose one that waits for the next release."
        )
    key = {"model_card_id": submission.model_card_id, "split_id": submission.split_id}
    chosen = session.get(ChosenResult, key) or ChosenResult(**key)
    chosen.submission_id, chosen.chosen_at = submission.id, now()
    session.add(chosen)
    session.flush()


def is_chosen(session: Session, submission: Submission) -> bool:
    """Whether its team has chosen it."""
    key = {"model_card_id": submission.model_card_id, "split_id": submission.split_id}
    chosen = session.get(ChosenResult, key)
    return chosen is not None and chosen.submission_id == submission.id
