"""Which versions of benchmarks are open to everybody, since when, and what they changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BOARDS = ("overall", "text", "image", "closed", "report")


def upgrade() -> None:
    """Make the tables; every version that is there is open since it was published."""
    op.create_table(
        "openings",
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["benchmark_id"], ["benchmarks.id"], name=op.f("fk_openings_benchmark_id")
        ),
        sa.PrimaryKeyConstraint("benchmark_id", name=op.f("pk_openings")),
    )
    op.execute(
        "INSERT INTO openings (benchmark_id, opened_at) SELECT id, published_at FROM benchmarks"
    )
    op.create_table(
        "errata",
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("former_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["benchmark_id"], ["benchmarks.id"], name=op.f("fk_errata_benchmark_id")
        ),
        sa.ForeignKeyConstraint(["former_id"], ["benchmarks.id"], name=op.f("fk_errata_former_id")),
        sa.PrimaryKeyConstraint("benchmark_id", name=op.f("pk_errata")),
    )
    op.create_table(
        "erratum_moves",
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column(
            "board",
            sa.Enum(*BOARDS, name="board", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("former_low", sa.Integer(), nullable=True),
        sa.Column("former_high", sa.Integer(), nullable=True),
        sa.Column("rank_low", sa.Integer(), nullable=True),
        sa.Column("rank_high", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["benchmark_id"],
            ["errata.benchmark_id"],
            name=op.f("fk_erratum_moves_benchmark_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_erratum_moves_submission_id")
        ),
        sa.PrimaryKeyConstraint(
            "benchmark_id", "board", "submission_id", name=op.f("pk_erratum_moves")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("erratum_moves")
    op.drop_table("errata")
    op.drop_table("openings")
