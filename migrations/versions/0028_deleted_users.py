"""Accounts that were deleted, and the pseudonyms that their rows have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; no account has been deleted yet."""
    op.create_table(
        "deleted_users",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(40), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_deleted_users_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_deleted_users")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_deleted_users_pseudonym")),
    )


def downgrade() -> None:
    """Drop it; the pseudonyms stay."""
    op.drop_table("deleted_users")
