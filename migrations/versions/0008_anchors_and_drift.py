"""anchors and drift

Revision: 0008
Revises: 0007
Created: 2026-11-25 19:47:11.347296
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchor_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_run_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(length=80), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("prompt_hash", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "ok",
                "bad_output",
                "refused",
                "rejected",
                "error",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judge_run_id"], ["judge_runs.id"], name=op.f("fk_anchor_calls_judge_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_anchor_calls_prediction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_calls")),
        sa.UniqueConstraint(
            "judge_run_id",
            "prediction_id",
            "dimension",
            "repeat",
            "attempt",
            name=op.f("uq_anchor_calls_judge_run_id_prediction_id_dimension_repeat_attempt"),
        ),
    )
    op.create_table(
        "anchor_reports",
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_anchor_reports_prediction_id")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_anchor_reports_rater_id")
        ),
        sa.PrimaryKeyConstraint("rater_id", "prediction_id", name=op.f("pk_anchor_reports")),
    )
    op.create_table(
        "drift_checks",
        sa.Column("judge_run_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("change", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("is_stable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judge_run_id"], ["judge_runs.id"], name=op.f("fk_drift_checks_judge_run_id")
        ),
        sa.PrimaryKeyConstraint("judge_run_id", name=op.f("pk_drift_checks")),
    )


def downgrade() -> None:
    op.drop_table("drift_checks")
    op.drop_table("anchor_reports")
    op.drop_table("anchor_calls")
