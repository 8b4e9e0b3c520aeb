"""Harm grades of options, agreement of their graders, and severe errors of submissions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0053"
branch_labels = None
depends_on = None

BOARDS = ("overall", "text", "image", "closed", "report")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def _interval() -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=True) for name in ("value", "low", "high")]


def upgrade() -> None:
    """Make the tables, empty: no package had harm grades until now."""
    op.create_table(
        "item_harms",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        _reference("item_harms", "item_id", "items.id"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_harms")),
    )
    op.create_table(
        "grade_agreements",
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("n_grades", sa.Integer(), nullable=False),
        *_interval(),
        _reference("grade_agreements", "benchmark_id", "benchmarks.id"),
        sa.PrimaryKeyConstraint("benchmark_id", name=op.f("pk_grade_agreements")),
    )
    op.create_table(
        "harm_values",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("judge", sa.String(200), nullable=False),
        _reference("harm_values", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_harm_values")),
    )
    op.create_table(
        "ranked_harms",
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column(
            "board",
            sa.Enum(*BOARDS, name="board", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        *_interval(),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_severe", sa.Integer(), nullable=False),
        _reference("ranked_harms", "ranking_id", "rankings.id"),
        _reference("ranked_harms", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint(
            "ranking_id", "submission_id", "board", name=op.f("pk_ranked_harms")
        ),
    )


def downgrade() -> None:
    """Drop them: the harm of options and all that was counted by it is forgotten."""
    for table in ("ranked_harms", "harm_values", "grade_agreements", "item_harms"):
        op.drop_table(table)
