"""Many models on a split, as rows: what each has right on its questions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import ParsedPrediction, Prediction, Status, Step, Submission
from leaderboard.models.team import ModelCard, Team, User


def draw_right(n_models: int, n_items: int, seed: int = 1) -> NDArray[np.float64]:
    """(M, N) 1 for right, by abilities and difficulties that are drawn."""
    chance = np.random.default_rng(seed)
    lead = chance.normal(size=(n_models, 1)) - chance.normal(size=n_items)
    return (chance.random((n_models, n_items)) < 1 / (1 + np.exp(-lead))).astype(float)


def add_models(
    session: Session, split: Split, right: NDArray[np.float64], *, reads: bool = True
) -> None:
    """A scored model of the first team for each row of `right`, with a column for each question.

    Of one that does not read, no letter could be read.
    """
    team, user = session.scalars(select(Team)).first(), session.scalars(select(User)).first()
    assert team is not None
    assert user is not None
    items = list(
        session.scalars(select(Item).where(Item.split_id == split.id).order_by(Item.position))
    )
    questions = [at for at, item in enumerate(items) if item.options]
    first = len(session.scalars(select(ModelCard.id)).all())
    for number, row in enumerate(right, start=first):
        slug = f"irt-{number}"
        card = ModelCard(
            team_id=team.id,
            slug=slug,
            name=slug,
            organisation="Org",
            open_weights=False,
            created_at=now(),
            changed_at=now(),
        )
        session.add(card)
        session.flush()
        submission = Submission(
            id=f"irt{number:09}",
            user_id=user.id,
            model_card_id=card.id,
            split_id=split.id,
            status=Status.SCORED,
            step=Step.DONE,
            n_predictions=1,
            n_total=1,
            tracks=[Track.TEXT.value, Track.IMAGE.value],
            file_name="x",
            file_hash=f"{number:064x}",
            created_at=now(),
            heartbeat_at=now(),
        )
        session.add(submission)
        session.flush()
        values = np.full(len(items), np.nan, dtype="<f4")
        values[questions] = 100 * row
        session.add(ItemValues(submission_id=submission.id, content=values.tobytes()))
        prediction = Prediction(
            submission_id=submission.id, item_id=items[questions[0]].id, text="B"
        )
        session.add(prediction)
        session.flush()
        session.add(
            ParsedPrediction(
                prediction_id=prediction.id,
                outcome="answered" if reads else "unparsed",
                letters="B" if reads else "",
                is_correct=bool(row[0]),
                parser_version="1",
            )
        )
    session.flush()
