"""The last test notice to each target, and how it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "notice_tests",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "failed",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("result", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notice_targets.id"], name=op.f("fk_notice_tests_target_id")
        ),
        sa.PrimaryKeyConstraint("target_id", name=op.f("pk_notice_tests")),
    )


def downgrade() -> None:
    """Drop it: nobody knows any more how tests went."""
    op.drop_table("notice_tests")
