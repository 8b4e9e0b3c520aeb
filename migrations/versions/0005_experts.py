"""experts

Revision: 0005
Revises: 0004
Created: 2026-11-25 18:43:08.537125
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_raters",
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_expert_raters_rater_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_expert_raters_user_id")),
        sa.PrimaryKeyConstraint("rater_id", name=op.f("pk_expert_raters")),
        sa.UniqueConstraint("user_id", name=op.f("uq_expert_raters_user_id")),
    )
    op.create_table(
        "rating_plans",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("per_model", sa.Integer(), nullable=False),
        sa.Column("overlap", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_rating_plans_split_id")),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_rating_plans")),
    )
    op.create_table(
        "rated_reports",
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_rated_reports_prediction_id")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_rated_reports_rater_id")
        ),
        sa.PrimaryKeyConstraint("rater_id", "prediction_id", name=op.f("pk_rated_reports")),
    )
    with op.batch_alter_table("rated_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rated_reports_prediction_id"), ["prediction_id"], unique=False
        )

    op.create_table(
        "rating_assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_rating_assignments_prediction_id")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_rating_assignments_rater_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_assignments")),
        sa.UniqueConstraint("key", name=op.f("uq_rating_assignments_key")),
        sa.UniqueConstraint(
            "rater_id", "position", name=op.f("uq_rating_assignments_rater_id_position")
        ),
        sa.UniqueConstraint(
            "rater_id", "prediction_id", name=op.f("uq_rating_assignments_rater_id_prediction_id")
        ),
    )
    with op.batch_alter_table("rating_assignments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rating_assignments_prediction_id"), ["prediction_id"], unique=False
        )

    op.create_table(
        "rating_drafts",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["rating_assignments.id"],
            name=op.f("fk_rating_drafts_assignment_id"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", "dimension", name=op.f("pk_rating_drafts")),
    )


def downgrade() -> None:
    op.drop_table("rating_drafts")
    with op.batch_alter_table("rating_assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_assignments_prediction_id"))

    op.drop_table("rating_assignments")
    with op.batch_alter_table("rated_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rated_reports_prediction_id"))

    op.drop_table("rated_reports")
    op.drop_table("rating_plans")
    op.drop_table("expert_raters")
