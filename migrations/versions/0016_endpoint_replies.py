"""How the replies of endpoints ended: cut, only reasoning, filtered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; runs from before it have no rows."""
    op.create_table(
        "endpoint_replies",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("finish_reason", sa.String(200), nullable=True),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("is_only_reasoning", sa.Boolean(), nullable=False),
        sa.Column("is_filtered", sa.Boolean(), nullable=False),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_endpoint_replies_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_endpoint_replies_item_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "item_id", name=op.f("pk_endpoint_replies")),
    )


def downgrade() -> None:
    """Drop it: nobody knows any more how replies ended."""
    op.drop_table("endpoint_replies")
