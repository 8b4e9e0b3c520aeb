"""The scores of submissions as somebody may see them, read through the disclosure policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, disclosure
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import (
    Board,
    Metric,
    OutcomeCount,
    Score,
    ScoreFields,
    ScorePlace,
    Slice,
)
from leaderboard.models.reading import BY_READER, ReaderCall, ReaderOutcome
from leaderboard.models.submission import ParsedPrediction, Status, Submission
from leaderboard.scoring.boards import DEFAULT_BOARDS, find_board

HEADLINE = (Slice.ALL, Slice.CLOSED, Slice.TRACK)
"""The slices that are not a breakdown."""


class BoardScore(NamedTuple):
    """The score that a board orders by, 0..100, with its interval, over `n` items."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class SubmissionScores:
    """All scores of a submission, in their order, and its MCQ outcomes by track.

    `second_readings` counts those of its answered predictions that a language model read where the
    answer parser had not, by the model's name.
    """

    scores: Sequence[ScoreFields]
    outcomes: dict[Track, dict[str, int]]
    second_readings: dict[str, int] = field(default_factory=dict)

    @property
    def n_answered(self) -> int:
        """How many predictions were read as letters, by whomever."""
        return sum(of_track.get("answered", 0) for of_track in self.outcomes.values())

    def of(self, metric: Metric, slice_: Slice) -> list[ScoreFields]:
        """The scores of one metric over the values of one slice."""
        return [s for s in self.scores if s.metric is metric and s.slice is slice_]

    def find(self, board: Board) -> ScoreFields | None:
        """The score that `board` orders by."""
        found = (s for s in self.scores if (s.metric, s.slice, s.name) == board.place)
        return next(found, None)


def read_board_scores(
    session: Session, submissions: Sequence[Submission], viewer: Viewer
) -> dict[str, dict[Board, BoardScore]]:
    """The scores that boards order by, of those of `submissions` whose scores `viewer` may see.

    By submission id; a board is there only where there is a value.
    """
    return read_scores_by_board(
        session, [one.id for one in submissions if disclosure(one, viewer).scores]
    )


def read_scores_by_board(
    session: Session, keys: Sequence[str]
) -> dict[str, dict[Board, BoardScore]]:
    """The same of the submissions of these ids, for no viewer: what a ranking is made from."""
    found: dict[str, dict[Board, BoardScore]] = {key: {} for key in keys}
    place = Score.metric, Score.slice, Score.name
    rows = session.execute(
        select(Score.submission_id, *place, Score.value, Score.low, Score.high, Score.n).where(
            Score.submission_id.in_(keys),
            Score.metric.in_({board.place.metric for board in DEFAULT_BOARDS}),
            Score.slice.in_({board.place.slice for board in DEFAULT_BOARDS}),
        )
    )
    for key, metric, slice_, name, value, low, high, n in rows:
        board = find_board(ScorePlace(metric, slice_, name))
        if board is not None and value is not None:
            found[key][board] = BoardScore(value, low, high, n)
    return found


def read_scores(session: Session, submission: Submission, viewer: Viewer) -> SubmissionScores:
    """What `viewer` may see of a submission's scores; nothing of it where that is nothing.

    How its predictions were read says nothing about the answers: its team always sees that.
    """
    allowed = disclosure(submission, viewer)
    if not allowed.scores and not (viewer is Viewer.TEAM and submission.status is Status.SCORED):
        return SubmissionScores([], {})
    query = select(Score).where(Score.submission_id == submission.id).order_by(Score.id)
    if not allowed.breakdown:
        query = query.where(Score.slice.in_(HEADLINE if allowed.scores else ()))
    outcomes: dict[Track, dict[str, int]] = {}
    for row in session.scalars(
        select(OutcomeCount).where(OutcomeCount.submission_id == submission.id)
    ):
        outcomes.setdefault(row.track, {})[row.outcome] = row.n
    return SubmissionScores(
        list(session.scalars(query)), outcomes, _count_second_readings(session, submission.id)
    )


def _count_second_readings(session: Session, submission_id: str) -> dict[str, int]:
    rows = session.execute(
        select(ReaderCall.reader, func.count(ReaderCall.prediction_id.distinct()))
        .join(ParsedPrediction, ParsedPrediction.prediction_id == ReaderCall.prediction_id)
        .where(
            ParsedPrediction.parser_version.endswith(BY_READER),
            ReaderCall.submission_id == submission_id,
            ReaderCall.outcome == ReaderOutcome.ANSWERED,
        )
        .group_by(ReaderCall.reader)
        .order_by(ReaderCall.reader)
    )
    return {row[0]: row[1] for row in rows}
