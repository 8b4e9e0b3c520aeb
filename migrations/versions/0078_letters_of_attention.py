"""Letters that tell hosts what needs their attention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0072"
branch_labels = None
depends_on = None

KINDS = ("register", "reset", "confirm", "moved", "invite", "ways", "approvals", "objection")


def upgrade() -> None:
    """Know the new word, what was told to whom, and who does not want to be told."""
    _allow_kinds(*KINDS, "attention")
    op.create_table(
        "told_concerns",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("concern", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letters.id"],
            name=op.f("fk_told_concerns_letter_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_told_concerns_user_id")),
        sa.PrimaryKeyConstraint("user_id", "concern", name=op.f("pk_told_concerns")),
    )
    op.create_index(op.f("ix_told_concerns_letter_id"), "told_concerns", ["letter_id"])
    op.create_table(
        "attention_refusals",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_attention_refusals_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_attention_refusals")),
    )


def downgrade() -> None:
    """Forget them: letters that wait are not sent."""
    op.drop_table("attention_refusals")
    op.drop_table("told_concerns")
    op.execute("DELETE FROM letters WHERE kind = 'attention'")
    _allow_kinds(*KINDS)


def _allow_kinds(*kinds: str) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(op.f("ck_letters_letterkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letters_letterkind"), f"kind IN ({words})")
