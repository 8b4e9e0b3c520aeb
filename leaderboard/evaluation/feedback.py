"""What a team hears of a result on hidden answers before a release makes it public."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, now
from leaderboard.disclosure import is_protected
from leaderboard.items.values import unpack_values
from leaderboard.items.weights import weigh_tracks
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.publication import FeedbackScore
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import Acceptance, Decider, Decision, Status, Submission
from leaderboard.models.team import ModelCard, Team
from leaderboard.scoring.ladder import LadderStep, climb, round_to_step
from leaderboard.submissions.lineage import read_lineage


class _Heard(NamedTuple):
    """A submission's tracks and its values (n,) on the items that feedback is about."""

    tracks: frozenset[Track]
    values: NDArray[np.float64]


def give_feedback(session: Session, submission_id: str, items: pd.DataFrame) -> Acceptance | None:
    """Decide what the team of a scored submission hears, once: what was decided before stays.

    items: those of its split (see `values.read_items`).

    None for a split that is not protected, where everything is shown. Feedback is about the
    questions of the feedback part alone: a report's checklist could be read out like a key. A
    track that is new to the team's lineage is a first look: its score is told, rounded. On the
    other tracks the result is news if it beats the best that was news by a step of the Ladder,
    each track's own best. Submissions of one lineage wait for each other.
    """
    submission = session.get_one(Submission, submission_id)
    if not is_protected(submission.split) or submission.acceptance is not None:
        return submission.acceptance
    lineage = read_lineage(session, submission.model_card.team_id)
    for team_id in sorted(lineage):
        lock_row(session, Team.id, team_id)
    is_heard = ~items["decides"].to_numpy()
    heard = items[is_heard].reset_index(drop=True)
    rows = _read_values(session, submission, lineage, is_heard)
    own, before = rows[-1], rows[:-1]
    known = frozenset(track for one in before for track in one.tracks)
    new = own.tracks - known
    submission.feedback_scores = [
        score for track in sorted(new) if (score := _look(own, track, heard)) is not None
    ]
    step = _compare(own, before, own.tracks & known, heard)
    submission.acceptance = _decide(new, step)
    session.flush()
    return submission.acceptance


def _read_values(
    session: Session,
    submission: Submission,
    lineage: frozenset[int],
    is_heard: NDArray[np.bool_],
) -> Sequence[_Heard]:
    """Those of the lineage that were news on the split, oldest first, and the submission's own."""
    rows = session.execute(
        select(Submission, ItemValues.content)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(Acceptance, Acceptance.submission_id == Submission.id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(
            ((Submission.status == Status.SCORED) & (Acceptance.decision == Decision.ACCEPTED))
            | (Submission.id == submission.id),
            ModelCard.team_id.in_(lineage),
            Submission.split_id == submission.split_id,
        )
        .order_by(Submission.id == submission.id, Submission.created_at, Submission.id)
    ).all()
    return [
        _Heard(frozenset(map(Track, row.tracks)), unpack_values(content)[is_heard])
        for row, content in rows
    ]


def _look(own: _Heard, track: Track, heard: pd.DataFrame) -> FeedbackScore | None:
    """The rounded score of a first look; None where it has no items, or one is unscored."""
    values = own.values[(heard["track"] == track.value).to_numpy()]
    if not len(values) or np.isnan(values).any():
        return None
    return FeedbackScore(track=track, value=round_to_step(float(values.mean())), n=len(values))


def _compare(
    own: _Heard, before: Sequence[_Heard], tracks: frozenset[Track], heard: pd.DataFrame
) -> LadderStep | None:
    """The step from each track's best before, in points of all of them; None without items.

    A question that the endpoint gave no answer to is as good as a wrong one here: a team could
    withhold what it would get wrong.
    """
    track_of = heard["track"].to_numpy()
    best = np.full(len(heard), np.nan)
    for track in tracks:
        columns = track_of == track.value
        sent = [one.values[columns] for one in before if track in one.tracks]
        # What a team withheld is no reason to be the best.
        best[columns] = max(sent, key=lambda values: float(np.nansum(values)))
    values = np.nan_to_num(own.values)
    known = ~np.isnan(best)
    if not known.any():
        return None
    part = heard[known]
    weights = weigh_tracks(part)
    return climb(
        values[known] * weights,
        best[known] * weights,
        pd.factorize(part["track"])[0].astype(np.int64),
        part["cluster"].to_numpy(np.int64),
    )


def _decide(new: frozenset[Track], step: LadderStep | None) -> Acceptance:
    acceptance = Acceptance(
        decided_at=now(), decision=Decision.UNCHANGED, decided_by=Decider.LADDER
    )
    reasons = []
    if new:
        acceptance.decision = Decision.ACCEPTED
        reasons.append(f"A first look at these tracks: {', '.join(sorted(new))}.")
    if step is not None:
        acceptance.difference = step.difference
        finite = math.isfinite(step.standard_error)
        acceptance.standard_error = step.standard_error if finite else None
        # An error that is not known makes no step.
        if step.is_better:
            acceptance.decision = Decision.ACCEPTED
            reasons.append("Better than the best before by a step.")
    acceptance.reason = " ".join(reasons) or "No clear change from the best before."
    return acceptance
