"""The gate of a calibration follows from its bias by model, which is stored with its fit.

What the gate by pooled reports concluded is dropped; nothing was ranked by it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

LOWEST_ICC, HIGHEST_BIAS, POINTS = 0.5, 0.25, 20


def upgrade() -> None:
    """Drop the conclusion."""
    with op.batch_alter_table("calibrations") as batch:
        batch.drop_column("is_rankable")


def downgrade() -> None:
    """Draw the old conclusion again from the stored agreement."""
    with op.batch_alter_table("calibrations") as batch:
        batch.add_column(
            sa.Column("is_rankable", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("calibrations") as batch:
        batch.alter_column("is_rankable", server_default=None)
    fits = sa.table(
        "calibrations",
        sa.column("id", sa.Integer()),
        sa.column("slice", sa.String()),
        sa.column("calibrated_agreement", sa.JSON()),
        sa.column("is_rankable", sa.Boolean()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(fits)).all():
        if _passed(row.calibrated_agreement, POINTS if row.slice == "track" else 1):
            connection.execute(
                sa.update(fits).where(fits.c.id == row.id).values(is_rankable=sa.true())
            )


def _passed(after: dict[str, Any] | None, points: int) -> bool:
    if not after or not after["icc"] or not after["limits"]:
        return False
    (_, icc_low, _), (_, low, high) = after["icc"], after["limits"][0]
    if None in (icc_low, low, high):
        return False
    limit = HIGHEST_BIAS * points
    return bool(icc_low >= LOWEST_ICC and low >= -limit and high <= limit)
