"""The random check of keys by clinicians: draws, their items, and verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "key_draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("track", sa.String(20), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_key_draws_split_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_draws")),
        sa.UniqueConstraint("split_id", "track", name=op.f("uq_key_draws_split_id_track")),
    )
    op.create_table(
        "drawn_keys",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["key_draws.id"], name=op.f("fk_drawn_keys_draw_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_drawn_keys_item_id")),
        sa.PrimaryKeyConstraint("draw_id", "place", name=op.f("pk_drawn_keys")),
        sa.UniqueConstraint("draw_id", "item_id", name=op.f("uq_drawn_keys_draw_id_item_id")),
    )
    op.create_table(
        "key_verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "right",
                "wrong",
                "unsure",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("checked_by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_key_verdicts_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_verdicts")),
    )
    op.create_index(op.f("ix_key_verdicts_item_id"), "key_verdicts", ["item_id"])


def downgrade() -> None:
    """Drop them: what was checked is forgotten."""
    for table in ("key_verdicts", "drawn_keys", "key_draws"):
        op.drop_table(table)
