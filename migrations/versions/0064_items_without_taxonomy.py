"""Items without a subcondition or an axis, and answers of up to 26 letters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0060"
branch_labels = None
depends_on = None

PLACES = ("subcondition", "axis")
LETTERS = ("parsed_predictions", "reader_calls")


def upgrade() -> None:
    """Let what was required be missing, and what was short be longer."""
    with op.batch_alter_table("items") as batch:
        for column in PLACES:
            batch.alter_column(column, existing_type=sa.String(80), nullable=True)
    for table in LETTERS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "letters",
                existing_type=sa.String(10),
                type_=sa.String(26),
                existing_nullable=False,
            )


def downgrade() -> None:
    """Fails where a benchmark has items without a place, or an answer has more than ten letters."""
    for table in LETTERS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "letters",
                existing_type=sa.String(26),
                type_=sa.String(10),
                existing_nullable=False,
            )
    with op.batch_alter_table("items") as batch:
        for column in PLACES:
            batch.alter_column(column, existing_type=sa.String(80), nullable=False)
