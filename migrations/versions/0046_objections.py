"""Objections to items, readings and verdicts, and hosts' answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("objectionkind", "item", "reading", "verdict"), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_objections_item_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_objections_submission_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_objections_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    for column in ("item_id", "user_id"):
        op.create_index(op.f(f"ix_objections_{column}"), "objections", [column])
    op.create_table(
        "objection_answers",
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effect", _choice("effect", "none", "correction", "campaign"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name=op.f("fk_objection_answers_objection_id")
        ),
        sa.PrimaryKeyConstraint("objection_id", name=op.f("pk_objection_answers")),
    )


def downgrade() -> None:
    """Drop them: what people objected to is forgotten."""
    for table in ("objection_answers", "objections"):
        op.drop_table(table)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
