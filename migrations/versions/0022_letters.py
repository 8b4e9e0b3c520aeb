"""Mail to people about their accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    """Make the table; nobody was written to before."""
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", _choice("letterkind", "register", "reset", "confirm", "moved"), nullable=False
        ),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state", _choice("noticestate", "waiting", "sending", "sent", "failed"), nullable=False
        ),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_letters_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_state_next_at", "letters", ["state", "next_at"])
    op.create_index("ix_letters_address_at", "letters", ["address", "at"])


def downgrade() -> None:
    """Drop it: what waits is not sent."""
    op.drop_index("ix_letters_address_at", table_name="letters")
    op.drop_index("ix_letters_state_next_at", table_name="letters")
    op.drop_table("letters")
