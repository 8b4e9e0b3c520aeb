"""Models that were made from others of the site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "model_variants",
        sa.Column("model_card_id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_card_id"], ["model_cards.id"], name=op.f("fk_model_variants_model_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["base_id"], ["model_cards.id"], name=op.f("fk_model_variants_base_id")
        ),
        sa.PrimaryKeyConstraint("model_card_id", name=op.f("pk_model_variants")),
    )
    with op.batch_alter_table("model_variants") as batch_op:
        batch_op.create_index(batch_op.f("ix_model_variants_base_id"), ["base_id"])


def downgrade() -> None:
    """Drop it: which model was made from which is forgotten."""
    op.drop_table("model_variants")
