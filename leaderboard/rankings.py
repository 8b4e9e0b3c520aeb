"""The ranking and the scores as everybody may see them, read through the disclosure policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.disclosure import Viewer, disclosure
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.moderation import VerifiedModel
from leaderboard.models.ranking import (
    Board,
    Metric,
    OutcomeCount,
    Ranking,
    RankingEntry,
    Score,
    Slice,
)
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard
from leaderboard.report_scores import ReportProvenance, read_provenance
from leaderboard.scoring.rank_range import RankRange

BOARD_SCORES = {
    Board.OVERALL: (Metric.OVERALL, Slice.ALL, "overall"),
    Board.TEXT: (Metric.ACCURACY, Slice.TRACK, "text"),
    Board.IMAGE: (Metric.ACCURACY, Slice.TRACK, "image"),
    Board.CLOSED: (Metric.ACCURACY, Slice.CLOSED, "closed"),
    Board.REPORT: (Metric.REPORT, Slice.TRACK, "report"),
}
"""Where the score that a board orders by stands."""


@dataclass(frozen=True)
class RankingRow:
    """A model in the ranking, by the submission that stands for it.

    `scores` and `ranks` have a board only where the model has a value and a rank. `coverage` is
    the share of the split's items that were scored. `outcomes` counts MCQ predictions. On boards
    in `separable` the leader is significantly better. `n_attempts` are the scored submissions of
    the model's team. `report` says where the report score comes from.
    """

    model: ModelCard
    submission: Submission
    scores: dict[Board, Score]
    ranks: dict[Board, RankRange]
    separable: frozenset[Board]
    coverage: float
    outcomes: dict[str, int]
    n_attempts: int
    report: ReportProvenance | None


@dataclass(frozen=True)
class RankingTable:
    """The ranking of a split; rows by rank range, then score, on `board`; unranked ones last."""

    split: Split
    board: Board
    serial: int
    ranked_at: datetime | None
    n_items: dict[Track, int]
    rows: list[RankingRow]

    @property
    def n_ranked(self) -> int:
        """How many rows have a rank on the board."""
        return sum(self.board in row.ranks for row in self.rows)


@dataclass(frozen=True)
class SubmissionScores:
    """All scores of a submission, in their order, and its MCQ outcomes by track."""

    scores: list[Score]
    outcomes: dict[Track, dict[str, int]]

    def of(self, metric: Metric, slice_: Slice) -> list[Score]:
        """The scores of one metric over the values of one slice."""
        return [s for s in self.scores if s.metric is metric and s.slice is slice_]

    def find(self, board: Board) -> Score | None:
        """The score that `board` orders by."""
        key = BOARD_SCORES[board]
        return next((s for s in self.scores if (s.metric, s.slice, s.name) == key), None)


def count_items(session: Session, split: Split) -> dict[Track, int]:
    """How many items each track of `split` has."""
    rows = session.execute(
        select(Item.track, func.count()).where(Item.split_id == split.id).group_by(Item.track)
    )
    counts = {row[0]: row[1] for row in rows}
    return {track: counts.get(track, 0) for track in Track}


def read_state(session: Session, split: Split) -> tuple[int, datetime | None, Hashable]:
    """What changes whenever a page of the split's ranking would.

    The number of its ranking (0 before the first), the last change of any model card, and the
    number and last time of hosts' verifications.
    """
    serial = session.scalar(select(Ranking.serial).where(Ranking.split_id == split.id))
    changed_at = session.scalar(select(func.max(ModelCard.changed_at)))
    verified = session.execute(select(func.count(), func.max(VerifiedModel.verified_at))).one()
    return serial or 0, changed_at, tuple(verified)


def read_ranking(session: Session, split: Split, board: Board = Board.OVERALL) -> RankingTable:
    """The current ranking of `split` on `board`."""
    ranking = session.scalar(select(Ranking).where(Ranking.split_id == split.id))
    n_items = count_items(session, split)
    if ranking is None:
        return RankingTable(split, board, 0, None, n_items, [])
    rows = _read_rows(session, ranking, sum(n_items.values()))
    rows.sort(key=lambda row: _order(row, board))
    return RankingTable(split, board, ranking.serial, ranking.ranked_at, n_items, rows)


def _order(row: RankingRow, board: Board) -> tuple[float, float, str]:
    rank, score = row.ranks.get(board), row.scores.get(board)
    value = score.value if score is not None and score.value is not None else -1.0
    return (rank.low if rank else float("inf"), -value, row.model.name)


def _read_rows(session: Session, ranking: Ranking, n_items: int) -> list[RankingRow]:
    entries = session.scalars(
        select(RankingEntry)
        .where(RankingEntry.ranking_id == ranking.id)
        .options(joinedload(RankingEntry.submission).joinedload(Submission.model_card))
    ).all()
    submissions: dict[str, Submission] = {}
    ranks: dict[str, dict[Board, RankRange]] = {}
    separable: dict[str, set[Board]] = {}
    for entry in entries:
        if disclosure(entry.submission, Viewer.PUBLIC).scores:
            submissions[entry.submission_id] = entry.submission
            of_model = ranks.setdefault(entry.submission_id, {})
            if entry.is_separable:
                separable.setdefault(entry.submission_id, set()).add(entry.board)
            if entry.rank_low is not None and entry.rank_high is not None:
                of_model[entry.board] = RankRange(entry.rank_low, entry.rank_high)
    scores = _read_board_scores(session, list(submissions))
    outcomes = _read_outcomes(session, list(submissions))
    attempts = count_attempts(session, ranking.split_id)
    reports = read_provenance(session, list(submissions))
    return [
        RankingRow(
            model=submission.model_card,
            submission=submission,
            scores=scores[key],
            ranks=ranks[key],
            separable=frozenset(separable.get(key, ())),
            coverage=_coverage(scores[key], n_items),
            outcomes=outcomes[key],
            n_attempts=attempts[submission.model_card.team_id],
            report=reports.get(key),
        )
        for key, submission in submissions.items()
    ]


def _coverage(scores: dict[Board, Score], n_items: int) -> float:
    tracks = (Board.TEXT, Board.IMAGE, Board.REPORT)
    return sum(scores[track].n for track in tracks if track in scores) / max(n_items, 1)


def read_board_scores(
    session: Session, submissions: Sequence[Submission], viewer: Viewer
) -> dict[str, dict[Board, Score]]:
    """The scores that boards order by, of those of `submissions` whose scores `viewer` may see.

    By submission id; a board is there only where there is a value.
    """
    keys = [one.id for one in submissions if disclosure(one, viewer).scores]
    return _read_board_scores(session, keys)


def _read_board_scores(session: Session, keys: Sequence[str]) -> dict[str, dict[Board, Score]]:
    boards = {place: board for board, place in BOARD_SCORES.items()}
    found: dict[str, dict[Board, Score]] = {key: {} for key in keys}
    rows = session.scalars(
        select(Score).where(
            Score.submission_id.in_(keys),
            Score.slice.in_([Slice.ALL, Slice.CLOSED, Slice.TRACK]),
        )
    )
    for score in rows:
        board = boards.get((score.metric, score.slice, score.name))
        if board is not None and score.value is not None:
            found[score.submission_id][board] = score
    return found


def _read_outcomes(session: Session, keys: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {key: Counter() for key in keys}
    rows = session.scalars(select(OutcomeCount).where(OutcomeCount.submission_id.in_(keys)))
    for row in rows:
        found[row.submission_id][row.outcome] += row.n
    return {key: dict(counts) for key, counts in found.items()}


def count_attempts(session: Session, split_id: int) -> Counter[int]:
    """How many submissions of each team were scored on a split, public or not."""
    rows = session.execute(
        select(ModelCard.team_id, func.count())
        .join(Submission, Submission.model_card_id == ModelCard.id)
        .where(Submission.split_id == split_id, Submission.status == Status.SCORED)
        .group_by(ModelCard.team_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def read_scores(session: Session, submission: Submission, viewer: Viewer) -> SubmissionScores:
    """What `viewer` may see of a submission's scores; nothing of it where that is nothing."""
    allowed = disclosure(submission, viewer)
    if not allowed.scores:
        return SubmissionScores([], {})
    query = select(Score).where(Score.submission_id == submission.id).order_by(Score.id)
    if not allowed.breakdown:
        query = query.where(Score.slice.in_([Slice.ALL, Slice.CLOSED, Slice.TRACK]))
    outcomes: dict[Track, dict[str, int]] = {}
    for row in session.scalars(
        select(OutcomeCount).where(OutcomeCount.submission_id == submission.id)
    ):
        outcomes.setdefault(row.track, {})[row.outcome] = row.n
    return SubmissionScores(list(session.scalars(query)), outcomes)


def read_history(session: Session, model: ModelCard, split: Split) -> list[Submission]:
    """The submissions of `model` on `split` that the public may know of, newest first."""
    rows = session.scalars(
        select(Submission)
        .where(Submission.model_card_id == model.id, Submission.split_id == split.id)
        .order_by(Submission.created_at.desc())
    )
    return [row for row in rows if disclosure(row, Viewer.PUBLIC).existence]
