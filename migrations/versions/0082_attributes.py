"""What hosts declare of items beside their taxonomy, and scores by it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0062"
branch_labels = None
depends_on = None

SLICES = (
    *("all", "closed", "track", "subcondition", "axis", "modality", "level", "region", "images"),
    *("modality_gap", "section", "dimension"),
)
ADDED = "attribute"
OF_SLICES = ("scores", "combined_scores", "calibrations")


def upgrade() -> None:
    """Items there are have no attributes."""
    op.add_column("items", sa.Column("attributes", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("items") as batch_op:
        batch_op.alter_column("attributes", server_default=None)
    _allow((*SLICES, ADDED))


def downgrade() -> None:
    """Drop them with their scores."""
    for table in OF_SLICES:
        rows = sa.table(table, sa.column("slice"))
        op.execute(rows.delete().where(rows.c.slice == ADDED))
    _allow(SLICES)
    with op.batch_alter_table("items") as batch_op:
        batch_op.drop_column("attributes")


def _allow(slices: Sequence[str]) -> None:
    listed = ", ".join(f"'{word}'" for word in slices)
    for table in OF_SLICES:
        name = op.f(f"ck_{table}_slice")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, f"slice IN ({listed})")
