"""Letters that tell hosts which teams wait for them."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = ("register", "reset", "confirm", "moved", "invite", "ways")


def upgrade() -> None:
    """Know the new word; what waits already is told of with the next team that begins to wait."""
    _allow_kinds(*KINDS, "approvals")


def downgrade() -> None:
    """Forget it: letters that wait are not sent."""
    op.execute("DELETE FROM letters WHERE kind = 'approvals'")
    _allow_kinds(*KINDS)


def _allow_kinds(*kinds: str) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(op.f("ck_letters_letterkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letters_letterkind"), f"kind IN ({words})")
