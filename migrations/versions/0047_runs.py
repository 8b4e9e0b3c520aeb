"""Several runs of one model: which submissions repeat which, and by which runs a model stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0050"
branch_labels = None
depends_on = None

TRACKS = ("text", "image", "report")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Make the tables, empty: until now every submission was a run by itself."""
    op.create_table(
        "submission_runs",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("first_id", sa.String(12), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        _reference("submission_runs", "submission_id", "submissions.id"),
        _reference("submission_runs", "first_id", "submissions.id"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_runs")),
    )
    op.create_index(op.f("ix_submission_runs_first_id"), "submission_runs", ["first_id"])
    track = sa.Enum(*TRACKS, name="track", native_enum=False, create_constraint=True, length=20)
    op.create_table(
        "ranked_runs",
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("track", track, nullable=False),
        sa.Column("run_id", sa.String(12), nullable=False),
        _reference("ranked_runs", "ranking_id", "rankings.id"),
        _reference("ranked_runs", "submission_id", "submissions.id"),
        _reference("ranked_runs", "run_id", "submissions.id"),
        sa.PrimaryKeyConstraint(
            *("ranking_id", "submission_id", "track", "run_id"), name=op.f("pk_ranked_runs")
        ),
    )
    op.create_table(
        "published_runs",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        _reference("published_runs", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_published_runs")),
    )


def downgrade() -> None:
    """Drop them: each run is a submission by itself again."""
    for table in ("published_runs", "ranked_runs", "submission_runs"):
        op.drop_table(table)
