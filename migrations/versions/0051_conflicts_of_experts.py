"""What experts have seen of a split's references, and every change of a rating."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0046"
branch_labels = None
depends_on = None

CHANGES = ("given", "changed", "finished", "undone", "imported")


def upgrade() -> None:
    """Make both tables; who has begun or finished a report has seen references of its split."""
    op.create_table(
        "seen_references",
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_seen_references_rater_id")
        ),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_seen_references_split_id")
        ),
        sa.PrimaryKeyConstraint("rater_id", "split_id", name=op.f("pk_seen_references")),
    )
    op.create_index(op.f("ix_seen_references_split_id"), "seen_references", ["split_id"])
    op.create_table(
        "rating_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(80), nullable=False),
        sa.Column(
            "change",
            sa.Enum(*CHANGES, name="change", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("before", sa.Double(), nullable=True),
        sa.Column("after", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_rating_changes_rater_id")
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_rating_changes_prediction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_changes")),
    )
    op.create_index(op.f("ix_rating_changes_prediction_id"), "rating_changes", ["prediction_id"])
    op.execute(
        """
        INSERT INTO seen_references (rater_id, split_id, seen_at)
        SELECT rater_id, split_id, MIN(seen_at) FROM (
            SELECT rating_assignments.rater_id, items.split_id, rating_drafts.changed_at AS seen_at
            FROM rating_drafts
            JOIN rating_assignments ON rating_assignments.id = rating_drafts.assignment_id
            JOIN predictions ON predictions.id = rating_assignments.prediction_id
            JOIN items ON items.id = predictions.item_id
            UNION ALL
            SELECT rated_reports.rater_id, items.split_id, rated_reports.rated_at AS seen_at
            FROM rated_reports
            JOIN expert_raters ON expert_raters.rater_id = rated_reports.rater_id
            JOIN predictions ON predictions.id = rated_reports.prediction_id
            JOIN items ON items.id = predictions.item_id
        ) AS seen GROUP BY rater_id, split_id
        """
    )


def downgrade() -> None:
    """Drop them: what was changed is forgotten, the ratings stay as they are."""
    for table in ("rating_changes", "seen_references"):
        op.drop_table(table)
