"""Dates at which a split's hidden answers become public."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: nothing is revealed that nobody gave a date."""
    op.create_table(
        "reveal_dates",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("reveals_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("also_live", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_reveal_dates_split_id")),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_reveal_dates")),
    )
    op.create_table(
        "reveal_holds",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["split_id"], ["reveal_dates.split_id"], name=op.f("fk_reveal_holds_split_id")
        ),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_reveal_holds")),
    )


def downgrade() -> None:
    """Forget the dates: hosts reveal by hand."""
    op.drop_table("reveal_holds")
    op.drop_table("reveal_dates")
