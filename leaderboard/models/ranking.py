"""Scores of submissions, and the ranking of each split's boards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, KeyColumn, enum_column
from leaderboard.models.benchmark import Track
from leaderboard.models.rating import RaterKind
from leaderboard.models.release import Release
from leaderboard.models.submission import Submission
from leaderboard.scoring.boards import DEFAULT_BOARDS as DEFAULT_BOARDS
from leaderboard.scoring.boards import Board as Board
from leaderboard.scoring.boards import Metric as Metric
from leaderboard.scoring.boards import ScorePlace as ScorePlace
from leaderboard.scoring.boards import Slice as Slice
from leaderboard.scoring.boards import boards_of as boards_of


class ScoreFields:
    """One metric on one slice; null value is unscored.

    `low` and `high` are the ends of a 95 % interval. `n` items were scored, `n_unscored`
    were not; `n_correct` is that of an accuracy. A value that `is_shrunk` is an estimate drawn
    towards the model's other slices, not n_correct / n.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    metric: Mapped[Metric] = mapped_column(enum_column(Metric))
    slice: Mapped[Slice] = mapped_column(enum_column(Slice))
    name: Mapped[str] = mapped_column(String(80))
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    n: Mapped[int]
    n_correct: Mapped[int | None]
    n_unscored: Mapped[int]
    is_shrunk: Mapped[bool]


class Score(ScoreFields, Base):
    """A score of one submission."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("submission_id", "metric", "slice", "name"),)


class OutcomeCount(Base):
    """How many MCQ predictions of a submission's track the parser read as `outcome`."""

    __tablename__ = "outcome_counts"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    track: Mapped[Track] = mapped_column(KeyColumn(Track), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int]


class ScoredQuestions(Base):
    """By which version of the answer parser the questions were read that a submission's scores
    are made of."""

    __tablename__ = "scored_questions"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    parser_version: Mapped[str] = mapped_column(String(20))


class ItemValues(Base):
    """A submission's value on every item of its split, 0..100, in the items' order.

    Little-endian float32; NaN where there is no prediction or no usable rating.
    """

    __tablename__ = "item_values"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Ranking(Base):
    """The order of a split's models in one release; `serial` grows with every change.

    It counts on from one release to the next. The ranking of a closed release never changes.
    """

    __tablename__ = "rankings"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), unique=True)
    serial: Mapped[int]
    ranked_at: Mapped[datetime]

    release: Mapped[Release] = relationship()


class RankedSubmission(Base):
    """A submission that stands for its model in a ranking.

    `outcomes` counts its MCQ predictions by what the parser read; `n_attempts` the scored
    submissions of its team on the split.
    """

    __tablename__ = "ranked_submissions"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    outcomes: Mapped[dict[str, int]] = mapped_column(JSON)
    n_attempts: Mapped[int]

    submission: Mapped[Submission] = relationship()


class RankedPart(Base):
    """The submission whose results on a track a model stands by in a ranking.

    There is one for each of its tracks where a model stands by several submissions; where it stands
    by one, there is none. `submission_id` is the latest of them, by which its row is known.
    """

    __tablename__ = "ranked_parts"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    track: Mapped[Track] = mapped_column(KeyColumn(Track), primary_key=True)
    part_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))

    part: Mapped[Submission] = relationship(foreign_keys=part_id)


class CombinedScore(ScoreFields, Base):
    """A score in a ranking of a model that stands by several submissions, of which the latest is
    `submission_id`."""

    __tablename__ = "combined_scores"
    __table_args__ = (UniqueConstraint("ranking_id", "submission_id", "metric", "slice", "name"),)

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"))


class CombinedValues(Base):
    """The item values that such a model is ranked by, as of `ItemValues`."""

    __tablename__ = "combined_values"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RankedApart(Base):
    """A submission that stands apart in a ranking, as the host and its team had it then."""

    __tablename__ = "ranked_apart"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)


class RankedReports(Base):
    """Where the report score of a ranked submission comes from.

    `judge`, `badge` and the rest are those of `report_scores.ReportProvenance`.
    """

    __tablename__ = "ranked_reports"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    judge: Mapped[str] = mapped_column(String(120))
    badge: Mapped[str] = mapped_column(String(20))
    n_labels: Mapped[int]
    label_kind: Mapped[RaterKind | None] = mapped_column(enum_column(RaterKind))
    raw_value: Mapped[float | None]
    n_words: Mapped[float]
    density: Mapped[float | None]


class RankingEntry(Base):
    """A model's score and rank range on one board, by the submission it is ranked by.

    The score is kept as it was when it was ranked: value and interval on 0..100 over `n` items,
    null where there is none. `is_separable` says whether the board's leader is significantly
    better than this model; it is false for the leader itself and for models without a rank.
    """

    __tablename__ = "ranking_entries"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    board: Mapped[Board] = mapped_column(KeyColumn(Board), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    rank_low: Mapped[int | None]
    rank_high: Mapped[int | None]
    is_separable: Mapped[bool]
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    n: Mapped[int]
