"""Whether the judge of a release may decide its ranks, by its order of pairs of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; releases that there are have no row, and stay as they are."""
    op.create_table(
        "release_orders",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("may_rank", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_orders_release_id")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_orders")),
    )


def downgrade() -> None:
    """Drop it: every judge decides ranks again."""
    op.drop_table("release_orders")
