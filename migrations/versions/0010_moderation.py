"""What hosts decide: hidden submissions, bans, verified models, announcements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Table, its key, the key's type, what it points to, the time, the text.
DECISIONS = (
    ("hidden_submissions", "submission_id", sa.String(12), "submissions", "hidden_at", "reason"),
    ("banned_users", "user_id", sa.Integer(), "users", "banned_at", "reason"),
    ("banned_teams", "team_id", sa.Integer(), "teams", "banned_at", "reason"),
    ("verified_models", "model_card_id", sa.Integer(), "model_cards", "verified_at", "note"),
)


def upgrade() -> None:
    """Make the tables."""
    for table, key, type_, target, at, text in DECISIONS:
        op.create_table(
            table,
            sa.Column(key, type_, nullable=False),
            sa.Column(at, sa.DateTime(timezone=True), nullable=False),
            sa.Column(text, sa.Text(), nullable=False),
            sa.ForeignKeyConstraint([key], [f"{target}.id"], name=op.f(f"fk_{table}_{key}")),
            sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )


def downgrade() -> None:
    """Drop them: nothing is hidden and nobody banned any more."""
    op.drop_table("announcements")
    for table, *_ in reversed(DECISIONS):
        op.drop_table(table)
