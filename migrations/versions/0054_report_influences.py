"""How far each report moves its model's calibrated score, by which differences are paired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; it is filled as submissions are scored."""
    op.create_table(
        "report_influences",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_report_influences_submission_id"),
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_report_influences")),
    )


def downgrade() -> None:
    """Drop it: differences are no longer paired."""
    op.drop_table("report_influences")
