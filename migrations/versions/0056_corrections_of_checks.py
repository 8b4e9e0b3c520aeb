"""Corrections of reports' checks for a benchmark's next version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "check_corrections",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("check_key", sa.String(80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_check_corrections_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "check_key", name=op.f("pk_check_corrections")),
    )


def downgrade() -> None:
    """Drop it: drafts are lost, versions that were made from them stay."""
    op.drop_table("check_corrections")
