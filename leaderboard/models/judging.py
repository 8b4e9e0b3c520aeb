"""What LLM judges did: their runs with the self-check, and every call with its raw reply."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Submission


class RunState(enum.StrEnum):
    """How a judge's self-check on the canary reports stands."""

    CHECKING = "checking"
    OK = "ok"
    VOID = "void"


class CallOutcome(enum.StrEnum):
    """What became of a call.

    ERROR: the server could not be reached or broke down, and the same may be asked again.
    REJECTED: it will not take this request, however often it is sent.
    """

    OK = "ok"
    BAD_OUTPUT = "bad_output"
    REFUSED = "refused"
    REJECTED = "rejected"
    ERROR = "error"


class JudgeRun(Base):
    """One judge at one submission, from its self-check on; the newest of a pair counts.

    `canaries` holds a record of each canary report: its name, mean rating and whether it passed.
    In a void run no report of the submission is rated; `reason` says why, for the host.
    """

    __tablename__ = "judge_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[RunState] = mapped_column(enum_column(RunState))
    reason: Mapped[str] = mapped_column(Text)
    canaries: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    rater: Mapped[Rater] = relationship()
    submission: Mapped[Submission] = relationship()


class CallFacts:
    """One request to a judge's server, and all that came back.

    `attempt` counts the calls for one dimension and repeat from 0. `seed` gives the order of the
    questions and the delimiters, and with them the prompt, whose SHA-256 is `prompt_hash`.
    `model` is what the server says it ran. Tokens and cost are null where the server or the
    settings do not tell; `cost` is an estimate in the currency of the judge's prices.
    """

    dimension: Mapped[str] = mapped_column(String(80))
    repeat: Mapped[int]
    attempt: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    prompt_hash: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    reply: Mapped[str] = mapped_column(Text)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost: Mapped[float | None]
    outcome: Mapped[CallOutcome] = mapped_column(enum_column(CallOutcome))
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    seconds: Mapped[float]


class JudgeCall(CallFacts, Base):
    """A call about one dimension of a submission's report."""

    __tablename__ = "judge_calls"
    __table_args__ = (
        UniqueConstraint("prediction_id", "rater_id", "dimension", "repeat", "attempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), index=True)


class CanaryCall(CallFacts, Base):
    """A call about one dimension of a canary report, in the self-check of one run."""

    __tablename__ = "canary_calls"
    __table_args__ = (UniqueConstraint("judge_run_id", "canary", "dimension", "repeat", "attempt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judge_run_id: Mapped[int] = mapped_column(ForeignKey("judge_runs.id"))
    canary: Mapped[str] = mapped_column(String(80))


class AnchorReport(Base):
    """A report that a judge rates again in every run; its first ratings are the measure."""

    __tablename__ = "anchor_reports"

    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), primary_key=True)


class AnchorCall(CallFacts, Base):
    """A call about one dimension of an anchor report, in one run."""

    __tablename__ = "anchor_calls"
    __table_args__ = (
        UniqueConstraint("judge_run_id", "prediction_id", "dimension", "repeat", "attempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    judge_run_id: Mapped[int] = mapped_column(ForeignKey("judge_runs.id"))
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))


class DriftCheck(Base):
    """How the mean rating of the anchor reports changed in one run, on 1..5, now minus first.

    `low` and `high` are the ends of its 90 % interval.
    """

    __tablename__ = "drift_checks"

    judge_run_id: Mapped[int] = mapped_column(ForeignKey("judge_runs.id"), primary_key=True)
    checked_at: Mapped[datetime]
    n: Mapped[int]
    change: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    is_stable: Mapped[bool]

    run: Mapped[JudgeRun] = relationship()
