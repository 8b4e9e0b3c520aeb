"""When a worker last took up a submission of each person: people take turns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody has had a turn yet."""
    op.create_table(
        "turns",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "lane",
            sa.Enum(
                "quick",
                "files",
                "endpoints",
                name="lane",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_turns_user_id")),
        sa.PrimaryKeyConstraint("user_id", "lane", name=op.f("pk_turns")),
    )


def downgrade() -> None:
    """Drop it: submissions are taken up in the order of their arrival again."""
    op.drop_table("turns")
