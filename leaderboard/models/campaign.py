"""Campaigns: new scores computed beside the live ranking, until a host opens or drops them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Submission


class CampaignState(enum.StrEnum):
    """Where a campaign is.

    PREPARING reads again and rates again what must be, SCORING makes each submission's result:
    both are done part by part, by as many workers as there are. PLANNING, FITTING, PROPOSING and
    OPENING are one step of one worker each. PROPOSED waits for the host.
    """

    PLANNING = "planning"
    PREPARING = "preparing"
    FITTING = "fitting"
    SCORING = "scoring"
    PROPOSING = "proposing"
    PROPOSED = "proposed"
    OPENING = "opening"
    OPENED = "opened"
    DROPPED = "dropped"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self in (CampaignState.OPENED, CampaignState.DROPPED, CampaignState.FAILED)

    @property
    def is_by_part(self) -> bool:
        """Whether its parts are worked on."""
        return self in (CampaignState.PREPARING, CampaignState.SCORING)


STEPS = (
    CampaignState.PLANNING,
    CampaignState.FITTING,
    CampaignState.PROPOSING,
    CampaignState.OPENING,
)
"""The states in which one worker does one step."""
_ACTIVE = text("state NOT IN ('opened', 'dropped', 'failed')")


class Cause(enum.StrEnum):
    """What can change a ranking for everybody."""

    LABELS = "labels"
    PARSER = "parser"
    JUDGE = "judge"
    ORDER = "order"
    VERSION = "version"
    HOST = "host"

    @property
    def words(self) -> str:
        """What changed, as it begins a sentence."""
        return {
            Cause.LABELS: "The labels of reports changed",
            Cause.PARSER: "Answers are read by another version of the parser",
            Cause.JUDGE: "Reports are rated by another judge",
            Cause.ORDER: "The judge of reports was run on the order suite",
            Cause.VERSION: "A new version of the benchmark is prepared",
            Cause.HOST: "A host asked for it",
        }[self]


class Campaign(Base):
    """New scores of the submissions to a benchmark, as they would be after a change.

    `benchmark_id` is the version that is in front now; `target_id` the one that would be,
    another one for a new version alone. `split_ids` are those of the splits of the former that it
    is about, `causes` values of Cause. `plan` is what the new scores are made by (see
    `campaigns.plan`). `report` is the proposal (see `campaigns.report`), null before there is one.
    Whoever wants it opened is in `ended_by` before it is; `reason` is theirs, or why it failed. A
    benchmark has one campaign at a time that has not ended.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index(
            "uq_campaigns_active",
            "benchmark_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"))
    split_ids: Mapped[list[int]] = mapped_column(JSON)
    causes: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[CampaignState] = mapped_column(enum_column(CampaignState))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime]
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    proposed_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(254))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    benchmark: Mapped[Benchmark] = relationship(foreign_keys=[benchmark_id])
    target: Mapped[Benchmark] = relationship(foreign_keys=[target_id])

    @property
    def is_of_version(self) -> bool:
        """Whether it would bring another version to the front."""
        return self.target_id != self.benchmark_id


class PartState(enum.StrEnum):
    """Where a campaign's work on one submission is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class CampaignPart(Base):
    """A campaign's work on one submission; a submission is in one campaign at a time.

    `changed` holds the readings and ratings that would take the place of those stored, `result`
    the new scores (see `campaigns.content`); null until they are made.
    """

    __tablename__ = "campaign_parts"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    state: Mapped[PartState] = mapped_column(enum_column(PartState))
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)
    changed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    result: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    failure: Mapped[str] = mapped_column(Text, default="")

    campaign: Mapped[Campaign] = relationship()
    submission: Mapped[Submission] = relationship()


class CampaignCalibration(Base):
    """A calibration that a campaign fitted: it calibrates nothing else before that is opened."""

    __tablename__ = "campaign_calibrations"

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)


class CampaignRule(Base):
    """From which labels on a host lets a proposal of new labels be made, and open by itself.

    For all versions of a benchmark, by its short name. Without a row the defaults of
    `campaigns.rules` hold.
    """

    __tablename__ = "campaign_rules"

    benchmark: Mapped[str] = mapped_column(String(80), primary_key=True)
    min_labels: Mapped[int]
    min_models: Mapped[int]
    opens_itself: Mapped[bool]
    changed_at: Mapped[datetime]


class ReleaseRuler(Base):
    """What the scores of a release are made by: one version of the parser, one judge.

    Each is null as long as nothing in the release was scored by one.
    """

    __tablename__ = "release_rulers"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    parser_version: Mapped[str | None] = mapped_column(String(20))
    rater_id: Mapped[int | None] = mapped_column(ForeignKey("raters.id"))

    rater: Mapped[Rater | None] = relationship()


class ReleaseOrder(Base):
    """Whether the judge of a release was fit to decide ranks when it became the release's judge.

    A release that was ranked before judges were run on the order suite has no row: its judge
    decides as it did.
    """

    __tablename__ = "release_orders"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    may_rank: Mapped[bool]
