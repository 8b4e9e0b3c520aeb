"""Whether items may go to judges and endpoints of third parties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: both may be asked, as before."""
    op.create_table(
        "third_party_choices",
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.Column("judges", sa.Boolean(), nullable=False),
        sa.Column("endpoints", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("benchmark", name=op.f("pk_third_party_choices")),
    )


def downgrade() -> None:
    """Forget the choices: items may go to third parties again."""
    op.drop_table("third_party_choices")
