"""Corrections of keys for a benchmark's next version, and the versions made from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "corrections",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_corrections_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_corrections")),
    )
    op.create_table(
        "corrected_versions",
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("former_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["benchmark_id"], ["benchmarks.id"], name=op.f("fk_corrected_versions_benchmark_id")
        ),
        sa.ForeignKeyConstraint(
            ["former_id"], ["benchmarks.id"], name=op.f("fk_corrected_versions_former_id")
        ),
        sa.PrimaryKeyConstraint("benchmark_id", name=op.f("pk_corrected_versions")),
    )
    op.create_index(op.f("ix_corrected_versions_former_id"), "corrected_versions", ["former_id"])


def downgrade() -> None:
    """Drop them: drafts are forgotten, and which versions were made from them."""
    for table in ("corrected_versions", "corrections"):
        op.drop_table(table)
