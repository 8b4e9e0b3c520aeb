"""What everybody is told when a version of a benchmark follows another."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, KeyColumn
from leaderboard.models.benchmark import Benchmark
from leaderboard.scoring.boards import Board


class Erratum(Base):
    """Which version `benchmark_id` followed when it was opened, and why, in the host's words.

    What it changed follows from the items of both.
    """

    __tablename__ = "errata"

    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), primary_key=True)
    former_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"))
    reason: Mapped[str] = mapped_column(Text)

    benchmark: Mapped[Benchmark] = relationship(foreign_keys=benchmark_id)
    former: Mapped[Benchmark] = relationship(foreign_keys=former_id)


class ErratumMove(Base):
    """A ranked submission whose rank range on a board another version changed, when it was opened.

    Null where it had no rank on the board.
    """

    __tablename__ = "erratum_moves"

    benchmark_id: Mapped[int] = mapped_column(ForeignKey("errata.benchmark_id"), primary_key=True)
    board: Mapped[Board] = mapped_column(KeyColumn(Board), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    former_low: Mapped[int | None]
    former_high: Mapped[int | None]
    rank_low: Mapped[int | None]
    rank_high: Mapped[int | None]
