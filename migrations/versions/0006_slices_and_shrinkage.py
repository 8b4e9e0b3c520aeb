"""Scores by level, region and number of images, the modality gap; shrunk scores; separable models.

Existing scores and rankings keep what they say: nothing in them is shrunk, and a new ranking
says who is separable.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

METRICS = ["overall", "accuracy", "precision", "recall", "report", "rating"]
SLICES = ["all", "closed", "track", "subcondition", "axis", "modality", "section", "dimension"]
NEW_METRICS = ["gap"]
NEW_SLICES = ["level", "region", "images", "modality_gap"]


def upgrade() -> None:
    """Widen the checks; add the two marks."""
    replace_checks(METRICS + NEW_METRICS, SLICES + NEW_SLICES)
    for table, column in (("scores", "is_shrunk"), ("ranking_entries", "is_separable")):
        with op.batch_alter_table(table) as batch:
            batch.add_column(
                sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)


def downgrade() -> None:
    """Drop the marks, and the scores that the narrower checks refuse."""
    for table, column in (("scores", "is_shrunk"), ("ranking_entries", "is_separable")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    scores = sa.table("scores", sa.column("metric"), sa.column("slice"))
    op.execute(sa.delete(scores).where(scores.c.slice.in_(NEW_SLICES)))
    replace_checks(METRICS, SLICES)


def replace_checks(metrics: list[str], slices: list[str]) -> None:
    """Let `scores` hold these metrics and slices alone."""
    with op.batch_alter_table("scores") as batch:
        for column, values in (("metric", metrics), ("slice", slices)):
            name = op.f(f"ck_scores_{column}")
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, sa.column(column).in_(values))
