"""How pictures were made from scans: window, orientation, spacing and slice of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: packages that are loaded already say nothing of it."""
    op.create_table(
        "item_image_sources",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id", "position"],
            ["item_images.item_id", "item_images.position"],
            name=op.f("fk_item_image_sources_item_id"),
        ),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_item_image_sources")),
    )


def downgrade() -> None:
    """Drop it: pictures stay, and what made them is lost."""
    op.drop_table("item_image_sources")
