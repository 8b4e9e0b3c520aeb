"""calibrations

Revision: 0003
Revises: 0002
Created: 2026-11-25 18:43:25.651873
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_rater_kinds("'judge', 'expert', 'constructed'")
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column(
            "slice",
            sa.Enum(
                "all",
                "closed",
                "track",
                "subcondition",
                "axis",
                "modality",
                "section",
                "dimension",
                name="slice",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "label_kind",
            sa.Enum(
                "judge",
                "expert",
                "constructed",
                name="raterkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labels_hash", sa.String(length=64), nullable=False),
        sa.Column("n_labels", sa.Integer(), nullable=False),
        sa.Column("n_models", sa.Integer(), nullable=False),
        sa.Column("calibrator", sa.JSON(), nullable=False),
        sa.Column("agreement", sa.JSON(), nullable=False),
        sa.Column("calibrated_agreement", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("label_agreement", sa.JSON(), nullable=False),
        sa.Column("style", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_rankable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name=op.f("fk_calibrations_rater_id")),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_calibrations_split_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    with op.batch_alter_table("calibrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibrations_split_id"), ["split_id"], unique=False)

    op.create_table(
        "refits",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nudged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_refits_split_id")),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_refits")),
    )
    op.create_table(
        "scored_reports",
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("n_reports", sa.Integer(), nullable=False),
        sa.Column("n_words", sa.Double(), nullable=False),
        sa.Column("density", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_scored_reports_rater_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_scored_reports_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_scored_reports")),
    )
    op.create_table(
        "calibrated_scores",
        sa.Column("score_id", sa.Integer(), nullable=False),
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.Column("n_labels", sa.Integer(), nullable=False),
        sa.Column("raw_value", sa.Double(), nullable=False),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.Column("freedom", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibrations.id"],
            name=op.f("fk_calibrated_scores_calibration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["score_id"],
            ["scores.id"],
            name=op.f("fk_calibrated_scores_score_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_calibrated_scores")),
    )


def downgrade() -> None:
    op.drop_table("calibrated_scores")
    op.drop_table("scored_reports")
    op.drop_table("refits")
    with op.batch_alter_table("calibrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibrations_split_id"))

    op.drop_table("calibrations")
    constructed = "SELECT id FROM raters WHERE kind = 'constructed'"
    op.execute(f"DELETE FROM ratings WHERE rater_id IN ({constructed})")
    op.execute("DELETE FROM raters WHERE kind = 'constructed'")
    set_rater_kinds("'judge', 'expert'")


def set_rater_kinds(kinds: str) -> None:
    with op.batch_alter_table("raters", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_raters_raterkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_raters_raterkind"), f"kind IN ({kinds})")
