"""Item response theory: runs over the questions of a split, what each rests on, and its figures."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.labelled import Labelled


class IrtState(enum.StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    FITTING = "fitting"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self in (IrtState.FINISHED, IrtState.FAILED)


class LeftOut(Labelled):
    """Why a question has no figures; `label` says so."""

    FEW_MODELS = "few_models", "too few models were asked it"
    ALL_RIGHT = "all_right", "every model has it right"
    NONE_RIGHT = "none_right", "no model has it right"
    NO_ESTIMATE = "no_estimate", "the library found no value with a standard error"


class IrtRun(Base):
    """A run over a split; the newest finished one counts.

    `run_id` fences whoever holds it, as with submissions. `n_rounds` are done so far. `reason` says
    why it failed.
    """

    __tablename__ = "irt_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), index=True)
    state: Mapped[IrtState] = mapped_column(enum_column(IrtState), index=True)
    requested_at: Mapped[datetime]
    n_rounds: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)

    fit: Mapped[IrtFit | None] = relationship(back_populates="run")


class IrtFit(Base):
    """What a finished run rests on, and whether it converged; without that it has no figures.

    `sheet_hash` is that of the answers it was fitted to (`lens/irt/sheet.py`).
    """

    __tablename__ = "irt_fits"

    irt_run_id: Mapped[int] = mapped_column(ForeignKey("irt_runs.id"), primary_key=True)
    library: Mapped[str] = mapped_column(String(40))
    library_version: Mapped[str] = mapped_column(String(40))
    n_models: Mapped[int]
    n_items: Mapped[int]
    sheet_hash: Mapped[str] = mapped_column(String(64))
    is_converged: Mapped[bool]
    fitted_at: Mapped[datetime]

    run: Mapped[IrtRun] = relationship(back_populates="fit")


class IrtFigures(Base):
    """The figures of a question, with their standard errors, by `n` models that were asked it."""

    __tablename__ = "irt_figures"

    irt_run_id: Mapped[int] = mapped_column(ForeignKey("irt_fits.irt_run_id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    n: Mapped[int]
    difficulty: Mapped[float]
    difficulty_error: Mapped[float]
    discrimination: Mapped[float]
    discrimination_error: Mapped[float]


class IrtLeftOut(Base):
    """A question without figures in a fit, and why."""

    __tablename__ = "irt_left_out"

    irt_run_id: Mapped[int] = mapped_column(ForeignKey("irt_fits.irt_run_id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    reason: Mapped[LeftOut] = mapped_column(enum_column(LeftOut))
