"""Letters that tell people that their objections are answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0058"
branch_labels = None
depends_on = None

KINDS = ("register", "reset", "confirm", "moved", "invite", "ways", "approvals")


def upgrade() -> None:
    """Know the new word, and what each such letter is about; earlier answers are not told of."""
    _allow_kinds(*KINDS, "objection")
    op.create_table(
        "objection_letters",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letters.id"],
            name=op.f("fk_objection_letters_letter_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objections.id"], name=op.f("fk_objection_letters_objection_id")
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_objection_letters")),
        sa.UniqueConstraint("objection_id", name=op.f("uq_objection_letters_objection_id")),
    )


def downgrade() -> None:
    """Forget them: letters that wait are not sent."""
    op.drop_table("objection_letters")
    op.execute("DELETE FROM letters WHERE kind = 'objection'")
    _allow_kinds(*KINDS)


def _allow_kinds(*kinds: str) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(op.f("ck_letters_letterkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letters_letterkind"), f"kind IN ({words})")
