"""What was decided about scored results on hidden answers; units of the quota.

Results that were public stay so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; accept what is scored."""
    op.create_table(
        "acceptances",
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", _enum("decision", "accepted", "unchanged"), nullable=False),
        sa.Column("difference", sa.Double(), nullable=True),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.Column("decided_by", _enum("decider", "ladder", "host"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_acceptances_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_acceptances")),
    )
    op.execute(
        "INSERT INTO acceptances (submission_id, decided_at, decision, decided_by, reason) "
        "SELECT submissions.id, heartbeat_at, 'accepted', 'host', 'Public before the Ladder.' "
        "FROM submissions JOIN splits ON splits.id = submissions.split_id "
        "WHERE status = 'scored' AND answers = 'hidden'"
    )
    op.create_table(
        "quota_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_quota_entries_split_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_quota_entries_submission_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_quota_entries_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_entries")),
        sa.UniqueConstraint(
            "submission_id", "units", name=op.f("uq_quota_entries_submission_id_units")
        ),
    )
    op.create_index(op.f("ix_quota_entries_team_id"), "quota_entries", ["team_id"])


def downgrade() -> None:
    """Drop both tables; every scored result is public again."""
    op.drop_table("quota_entries")
    op.drop_table("acceptances")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
