"""What the choice of raters adds to the error of a calibrated score, by rater."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; it is filled as submissions are scored by calibrations that know of it."""
    op.create_table(
        "rater_errors",
        sa.Column("score_id", sa.Integer(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("freedom", sa.Integer(), nullable=False),
        sa.Column("cases_freedom", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_id"],
            ["calibrated_scores.score_id"],
            name=op.f("fk_rater_errors_score_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_rater_errors")),
    )


def downgrade() -> None:
    """Drop it: intervals stay as they are, and differences count what raters add as unpaired."""
    op.drop_table("rater_errors")
