"""Whom a unit of quota is charged to: what is in the ledger, to its sender and today's members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and charge what was used."""
    op.create_table(
        "quota_charges",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_quota_charges_submission_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_quota_charges_user_id")),
        sa.PrimaryKeyConstraint("submission_id", "user_id", name=op.f("pk_quota_charges")),
    )
    op.create_index(op.f("ix_quota_charges_user_id"), "quota_charges", ["user_id"])
    op.execute(
        "INSERT INTO quota_charges (submission_id, user_id) "
        "SELECT quota_entries.submission_id, memberships.user_id FROM quota_entries "
        "JOIN memberships ON memberships.team_id = quota_entries.team_id WHERE units > 0 "
        "UNION SELECT quota_entries.submission_id, submissions.user_id FROM quota_entries "
        "JOIN submissions ON submissions.id = quota_entries.submission_id WHERE units > 0"
    )


def downgrade() -> None:
    """Drop it: quota is the team's alone again."""
    op.drop_index(op.f("ix_quota_charges_user_id"), table_name="quota_charges")
    op.drop_table("quota_charges")
