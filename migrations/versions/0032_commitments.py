"""Commitments of hidden answers and of item values, what opens them, and reveals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; `flask benchmark commit` fills them for versions that stand already."""
    op.create_table(
        "answer_commitments",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_answer_commitments_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_answer_commitments")),
    )
    op.create_table(
        "answer_salts",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["answer_commitments.item_id"], name=op.f("fk_answer_salts_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_answer_salts")),
    )
    _make_values()
    _make_reveals()


def _make_values() -> None:
    op.create_table(
        "value_commitments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_value_commitments_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_commitments")),
        sa.UniqueConstraint("root", name=op.f("uq_value_commitments_root")),
    )
    op.create_index(
        op.f("ix_value_commitments_submission_id"), "value_commitments", ["submission_id"]
    )
    op.create_table(
        "committed_values",
        sa.Column("value_commitment_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("decides", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["value_commitment_id"],
            ["value_commitments.id"],
            name=op.f("fk_committed_values_value_commitment_id"),
        ),
        sa.PrimaryKeyConstraint("value_commitment_id", name=op.f("pk_committed_values")),
    )
    op.create_table(
        "ranked_commitments",
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("value_commitment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ranking_id"], ["rankings.id"], name=op.f("fk_ranked_commitments_ranking_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_ranked_commitments_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["value_commitment_id"],
            ["value_commitments.id"],
            name=op.f("fk_ranked_commitments_value_commitment_id"),
        ),
        sa.PrimaryKeyConstraint("ranking_id", "submission_id", name=op.f("pk_ranked_commitments")),
    )


def _make_reveals() -> None:
    op.create_table(
        "reveals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("benchmark_id", sa.Integer(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["benchmark_id"], ["benchmarks.id"], name=op.f("fk_reveals_benchmark_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveals")),
    )
    op.create_index(op.f("ix_reveals_benchmark_id"), "reveals", ["benchmark_id"])
    op.create_table(
        "revealed_items",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("reveal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_revealed_items_item_id")),
        sa.ForeignKeyConstraint(
            ["reveal_id"], ["reveals.id"], name=op.f("fk_revealed_items_reveal_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_revealed_items")),
    )
    op.create_index(op.f("ix_revealed_items_reveal_id"), "revealed_items", ["reveal_id"])


def downgrade() -> None:
    """Drop them: what was committed to cannot be opened any more."""
    for table in (
        "revealed_items",
        "reveals",
        "ranked_commitments",
        "committed_values",
        "value_commitments",
        "answer_salts",
        "answer_commitments",
    ):
        op.drop_table(table)
