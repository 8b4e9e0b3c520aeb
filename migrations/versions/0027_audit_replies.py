"""How the replies to robustness audits ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of earlier audits nothing is known."""
    op.create_table(
        "audit_replies",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("is_only_reasoning", sa.Boolean(), nullable=False),
        sa.Column("is_filtered", sa.Boolean(), nullable=False),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["robustness_audits.id"], name=op.f("fk_audit_replies_audit_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_audit_replies_item_id")),
        sa.PrimaryKeyConstraint("audit_id", "item_id", "rotation", name=op.f("pk_audit_replies")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("audit_replies")
