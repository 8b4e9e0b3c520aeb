"""Whether a result on hidden answers becomes public, by the Ladder."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, now
from leaderboard.items.values import unpack_values
from leaderboard.models.benchmark import Answers, Track
from leaderboard.models.ranking import Board, ItemValues
from leaderboard.models.submission import Acceptance, Decider, Decision, Status, Submission
from leaderboard.models.team import ModelCard, Team
from leaderboard.scoring.ladder import climb


class _Accepted(NamedTuple):
    """An accepted submission of the lineage: its tracks and its value on every item."""

    tracks: frozenset[Track]
    values: NDArray[np.float64]


def decide_acceptance(
    session: Session, submission_id: str, items: pd.DataFrame
) -> Acceptance | None:
    """Decide on a scored submission, once: what was decided before stays.

    items: those of its split (see `values.read_items`).

    None for a split with public answers, where there is nothing to protect. The lineage is the
    team on the split, whatever the model card. Its first result on a track is accepted, and so
    is one that joins accepted results of several tracks. Any other has to beat the best accepted
    values of its tracks, each track's own. Those of one team wait for each other.
    """
    submission = session.get_one(Submission, submission_id)
    if submission.split.answers is Answers.PUBLIC or submission.acceptance is not None:
        return submission.acceptance
    team_id = submission.model_card.team_id
    lock_row(session, Team.id, team_id)
    lineage = _read_lineage(session, submission)
    values = session.scalars(
        select(ItemValues.content).where(ItemValues.submission_id == submission_id)
    ).one()
    own = _Accepted(_tracks_of(submission), unpack_values(values))
    submission.acceptance = _decide(own, lineage, items)
    session.flush()
    return submission.acceptance


def _tracks_of(submission: Submission) -> frozenset[Track]:
    return frozenset(Track(track) for track in submission.tracks)


def _read_lineage(session: Session, submission: Submission) -> list[_Accepted]:
    rows = session.execute(
        select(Submission, ItemValues.content)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .join(Acceptance, Acceptance.submission_id == Submission.id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(
            ModelCard.team_id == submission.model_card.team_id,
            Submission.split_id == submission.split_id,
            Submission.status == Status.SCORED,
            Acceptance.decision == Decision.ACCEPTED,
        )
        .order_by(Submission.created_at, Submission.id)
    ).all()
    return [_Accepted(_tracks_of(row), unpack_values(content)) for row, content in rows]


def _decide(own: _Accepted, lineage: list[_Accepted], items: pd.DataFrame) -> Acceptance:
    acceptance = Acceptance(decided_at=now(), decision=Decision.ACCEPTED, decided_by=Decider.LADDER)
    track_of = items["track"].to_numpy()
    new = [board.value for board in Board if _is_first(board, own, lineage)]
    if new and _tells_nothing_known(own, lineage, track_of):
        acceptance.reason = f"The team's first result on these boards: {', '.join(new)}."
        return acceptance
    best = _best_values(own, lineage, track_of)
    # A question that the endpoint gave no answer to is as good as a wrong one here: a team could
    # withhold what it would get wrong. A report may be unscored for no fault of its own.
    is_withheld = np.isnan(own.values) & (track_of != Track.REPORT.value)
    values = np.where(is_withheld, 0.0, own.values)
    known = ~np.isnan(values) & ~np.isnan(best)
    if not known.any():
        acceptance.decision, acceptance.reason = Decision.UNCHANGED, "Nothing was scored."
        return acceptance
    strata = pd.factorize(items["track"])[0].astype(np.int64)
    clusters = items["cluster"].to_numpy().astype(np.int64)
    step = climb(values[known], best[known], strata[known], clusters[known])
    acceptance.difference = step.difference
    acceptance.standard_error = step.standard_error if math.isfinite(step.standard_error) else None
    acceptance.reason = "Better than the team's best by more than the standard error."
    if not step.is_better:
        acceptance.decision = Decision.UNCHANGED
        acceptance.reason = "No significant change from the team's best."
    return acceptance


def _is_first(board: Board, own: _Accepted, lineage: list[_Accepted]) -> bool:
    tracks = set(board.tracks)
    return tracks <= own.tracks and not any(tracks <= one.tracks for one in lineage)


def _tells_nothing_known(
    own: _Accepted, lineage: list[_Accepted], track_of: NDArray[np.object_]
) -> bool:
    """Whether every track is new to the lineage, or has the values of an accepted result."""
    for track in own.tracks:
        columns = track_of == track.value
        sent = [one.values[columns] for one in lineage if track in one.tracks]
        same = (np.array_equal(own.values[columns], row, equal_nan=True) for row in sent)
        if sent and not any(same):
            return False
    return True


def _best_values(
    own: _Accepted, lineage: list[_Accepted], track_of: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Each track's values of the accepted submission that is best on it; NaN on other tracks."""
    best = np.full(len(own.values), np.nan)
    for track in own.tracks:
        columns = track_of == track.value
        sent = [one.values[columns] for one in lineage if track in one.tracks]
        scored = [values for values in sent if not np.isnan(values).all()]
        if scored:
            # What a team withheld is no reason to be the best.
            best[columns] = max(scored, key=lambda values: float(np.nan_to_num(values).mean()))
    return best
