"""From where a stranger asked for a letter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of letters that are there already nobody knows."""
    op.create_table(
        "letter_askers",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letters.id"],
            name=op.f("fk_letter_askers_letter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_askers")),
    )


def downgrade() -> None:
    """Drop it: all askers are counted as one."""
    op.drop_table("letter_askers")
