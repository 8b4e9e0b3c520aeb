"""Tracks that a host names, and their boards: keys as they are, where only known ones could be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0073"
branch_labels = None
depends_on = None

TRACKS = ("text", "image", "report")
BOARDS = ("overall", "text", "image", "closed", "report", "reliability")
COLUMNS = (
    *(
        (table, "track", TRACKS)
        for table in (
            "items",
            "outcome_counts",
            "feedback_scores",
            "ranked_parts",
            "ranked_runs",
        )
    ),
    *(
        (table, "board", BOARDS)
        for table in ("ranking_entries", "ranked_harms", "erratum_moves", "reported_figures")
    ),
)
SHORT, LONG = sa.String(20), sa.String(80)


def upgrade() -> None:
    """Drop the checks and make room for longer keys; what is there keeps."""
    for table, column, _ in COLUMNS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
            batch_op.alter_column(column, existing_type=SHORT, type_=LONG)
    with op.batch_alter_table("key_draws") as batch_op:
        batch_op.alter_column("track", existing_type=SHORT, type_=LONG)


def downgrade() -> None:
    """Check again; refuse where there are other tracks, whose results would be lost."""
    for table, column, known in COLUMNS:
        rows = sa.table(table, sa.column(column))
        query = sa.select(sa.func.count()).where(rows.c[column].not_in(known)).select_from(rows)
        if op.get_bind().scalar(query):
            raise RuntimeError(f"{table}: there are other values of {column} than {known}")
    for table, column, known in COLUMNS:
        listed = ", ".join(f"'{word}'" for word in known)
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column, existing_type=LONG, type_=SHORT)
            batch_op.create_check_constraint(
                op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})"
            )
    with op.batch_alter_table("key_draws") as batch_op:
        batch_op.alter_column("track", existing_type=LONG, type_=SHORT)
