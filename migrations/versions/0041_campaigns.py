"""Campaigns and their parts; what the scores of each release and submission are made by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0039"
branch_labels = None
depends_on = None

ACTIVE = sa.text("state NOT IN ('opened', 'dropped', 'failed')")


STATES = (
    *("planning", "preparing", "fitting", "scoring", "proposing", "proposed"),
    *("opening", "opened", "dropped", "failed"),
)


def _make_enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Make the tables; what was scored and released keeps what it was made by."""
    _add_campaigns()
    _add_parts()
    _add_rulers()


def _add_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("split_ids", sa.JSON(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("state", _make_enum("campaignstate", *STATES), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.String(32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(254), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        _reference("campaigns", "benchmark_id", "benchmarks.id"),
        _reference("campaigns", "target_id", "benchmarks.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(
        "uq_campaigns_active",
        "campaigns",
        ["benchmark_id"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_table(
        "campaign_rules",
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.Column("min_labels", sa.Integer(), nullable=False),
        sa.Column("min_models", sa.Integer(), nullable=False),
        sa.Column("opens_itself", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("benchmark", name=op.f("pk_campaign_rules")),
    )


def _add_parts() -> None:
    op.create_table(
        "campaign_parts",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _make_enum("partstate", "waiting", "working", "done", "failed"),
            nullable=False,
        ),
        sa.Column("run_id", sa.String(32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.Column("changed", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        _reference("campaign_parts", "submission_id", "submissions.id"),
        _reference("campaign_parts", "campaign_id", "campaigns.id"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_campaign_parts")),
    )
    op.create_index(op.f("ix_campaign_parts_campaign_id"), "campaign_parts", ["campaign_id"])
    op.create_table(
        "campaign_calibrations",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        _reference("campaign_calibrations", "calibration_id", "calibrations.id"),
        _reference("campaign_calibrations", "campaign_id", "campaigns.id"),
        sa.PrimaryKeyConstraint("calibration_id", name=op.f("pk_campaign_calibrations")),
    )
    op.create_index(
        op.f("ix_campaign_calibrations_campaign_id"), "campaign_calibrations", ["campaign_id"]
    )


def _add_rulers() -> None:
    op.create_table(
        "scored_questions",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("parser_version", sa.String(20), nullable=False),
        _reference("scored_questions", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_scored_questions")),
    )
    op.create_table(
        "release_rulers",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("parser_version", sa.String(20), nullable=True),
        sa.Column("rater_id", sa.Integer(), nullable=True),
        _reference("release_rulers", "release_id", "releases.id"),
        _reference("release_rulers", "rater_id", "raters.id"),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_rulers")),
    )
    op.execute(
        "INSERT INTO scored_questions (submission_id, parser_version) "
        "SELECT predictions.submission_id, MAX(REPLACE(parsed.parser_version, '+reader', '')) "
        "FROM parsed_predictions parsed "
        "JOIN predictions ON predictions.id = parsed.prediction_id "
        "JOIN submissions ON submissions.id = predictions.submission_id "
        "WHERE submissions.status = 'scored' GROUP BY predictions.submission_id"
    )
    # Of several judges or versions in one release, until now possible, the newest is its ruler.
    op.execute(
        "INSERT INTO release_rulers (release_id, parser_version, rater_id) "
        "SELECT releases.id, "
        "(SELECT MAX(read_by.parser_version) FROM rankings "
        "JOIN ranked_submissions ranked ON ranked.ranking_id = rankings.id "
        "JOIN scored_questions read_by ON read_by.submission_id = ranked.submission_id "
        "WHERE rankings.release_id = releases.id), "
        "(SELECT MAX(judges.rater_id) FROM release_judges judges "
        "WHERE judges.release_id = releases.id) FROM releases"
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        *("release_rulers", "scored_questions", "campaign_calibrations", "campaign_parts"),
        *("campaign_rules", "campaigns"),
    ):
        op.drop_table(table)
