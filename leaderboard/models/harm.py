"""What mistakes would do to the patient: grades of a version, and the errors of submissions."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, KeyColumn
from leaderboard.scoring.boards import Board

HARM_BOARDS = (Board.CLOSED, Board.REPORT)
"""The boards whose scores severe errors stand beside in a ranking."""


class GradeAgreement(Base):
    """How far a version's clinicians agree by their single grades of `n_grades` mistakes.

    Krippendorff's alpha for ordinal data with its 95 % interval; null where it is undefined.
    """

    __tablename__ = "grade_agreements"

    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), primary_key=True)
    n_grades: Mapped[int]
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]


class HarmValues(Base):
    """The errors of a submission on every item of its split, in the items' order.

    A row of bytes for each item, as of `scoring.harm.COLUMNS`. `judge` is whose verdicts on
    reports these are, empty without any. Only of splits that have harm grades.
    """

    __tablename__ = "harm_values"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    judge: Mapped[str] = mapped_column(String(200))


class RankedHarm(Base):
    """The severe errors per 100 cases of a model in a ranking, on the items of one board.

    `n_severe` of `n` cases have at least one; value and interval are null where a case has no
    answer. Where several runs stand, the value is their mean, and `n_severe` counts the cases in
    which any of them has one. All are kept as they were when it was ranked.
    """

    __tablename__ = "ranked_harms"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    board: Mapped[Board] = mapped_column(KeyColumn(Board), primary_key=True)
    value: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    n: Mapped[int]
    n_severe: Mapped[int]
