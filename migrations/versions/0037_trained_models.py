"""Cards say whether a model was trained on hidden questions; on some splits it stands apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No card states anything yet, and all models are ranked together until a host says so."""
    op.add_column("model_cards", sa.Column("trained_on_split", sa.String(3), nullable=True))
    op.add_column("model_cards", sa.Column("training_note", sa.String(300), nullable=True))
    op.create_table(
        "apart_splits",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_apart_splits_split_id")),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_apart_splits")),
    )


def downgrade() -> None:
    """Drop what cards state and what hosts said."""
    op.drop_table("apart_splits")
    with op.batch_alter_table("model_cards") as table:
        table.drop_column("training_note")
        table.drop_column("trained_on_split")
