"""What came beside a prediction: confidence, tokens, cost, latency, run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: nothing of the kind was read before."""
    op.create_table(
        "prediction_extras",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("latency_s", sa.Double(), nullable=True),
        sa.Column("run", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_prediction_extras_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_prediction_extras_item_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "item_id", name=op.f("pk_prediction_extras")),
    )


def downgrade() -> None:
    """Drop it: the predictions stay."""
    op.drop_table("prediction_extras")
