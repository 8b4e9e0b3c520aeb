"""Several runs of one model: which submissions repeat another, and in which rankings they stand."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, KeyColumn
from leaderboard.models.benchmark import Track
from leaderboard.models.submission import Submission


class SubmissionRun(Base):
    """That a submission is another run of an earlier one of its model, the first of their set.

    `label` says what is different about it, such as its seed or its day; it may be empty.
    """

    __tablename__ = "submission_runs"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    label: Mapped[str] = mapped_column(String(40))


class RankedRun(Base):
    """A submission that is one of the runs by which a model stands on a track in a ranking.

    There is one for each run of a track that has several; a track with one run has none.
    `submission_id` is the one by which the model's row is known.
    """

    __tablename__ = "ranked_runs"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    track: Mapped[Track] = mapped_column(KeyColumn(Track), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)

    run: Mapped[Submission] = relationship(foreign_keys=run_id)
