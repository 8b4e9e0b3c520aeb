"""Invitations that the invited person declined."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = ("invitation_ends", "role_invitation_ends")
OUTCOMES = ("accepted", "withdrawn")


def upgrade() -> None:
    """Know the new word."""
    _allow_outcomes(*OUTCOMES, "declined")


def downgrade() -> None:
    """Forget it: what was declined counts as withdrawn, so that it does not open again."""
    for table in TABLES:
        op.execute(f"UPDATE {table} SET outcome = 'withdrawn' WHERE outcome = 'declined'")
    _allow_outcomes(*OUTCOMES)


def _allow_outcomes(*outcomes: str) -> None:
    words = ", ".join(f"'{outcome}'" for outcome in outcomes)
    for table in TABLES:
        constraint = op.f(f"ck_{table}_invitationoutcome")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(constraint, type_="check")
            batch_op.create_check_constraint(constraint, f"outcome IN ({words})")
