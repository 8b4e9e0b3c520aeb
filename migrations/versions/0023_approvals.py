"""A host's yes to teams on hidden splits, and submissions that wait for it.

Members of teams that have submitted to a hidden split are approved on it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATUSES = "'queued', 'running', 'held', 'scored', 'failed', 'cancelled'"
KINDS = "'submitted', 'started', 'collected', 'requeued', 'held', 'scored', 'failed', 'cancelled'"


def upgrade() -> None:
    """Make the table, approve whoever is here, and know the new words."""
    _set_values("submissions", "status", "status", f"{STATUSES}, 'pending'")
    for table, column in (("submission_events", "kind"), ("notices", "event")):
        _set_values(table, column, "eventkind", f"{KINDS}, 'pending', 'approved'")
    op.create_table(
        "team_approvals",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_approvals_team_id")),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_team_approvals_split_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_approvals_user_id")),
        sa.PrimaryKeyConstraint("team_id", "split_id", "user_id", name=op.f("pk_team_approvals")),
    )
    op.create_index(op.f("ix_team_approvals_user_id"), "team_approvals", ["user_id"])
    op.execute(
        "INSERT INTO team_approvals (team_id, split_id, user_id, approved_at) "
        "SELECT memberships.team_id, splits.id, memberships.user_id, min(submissions.created_at) "
        "FROM submissions JOIN splits ON splits.id = submissions.split_id "
        "JOIN model_cards ON model_cards.id = submissions.model_card_id "
        "JOIN memberships ON memberships.team_id = model_cards.team_id "
        "WHERE splits.answers = 'hidden' "
        "GROUP BY memberships.team_id, splits.id, memberships.user_id"
    )


def downgrade() -> None:
    """Drop it: what waits for approval is in the queue."""
    op.drop_index(op.f("ix_team_approvals_user_id"), table_name="team_approvals")
    op.drop_table("team_approvals")
    op.execute("DELETE FROM notices WHERE event IN ('pending', 'approved')")
    op.execute("DELETE FROM submission_events WHERE kind IN ('pending', 'approved')")
    op.execute("UPDATE submissions SET status = 'queued' WHERE status = 'pending'")
    for table, column in (("submission_events", "kind"), ("notices", "event")):
        _set_values(table, column, "eventkind", KINDS)
    _set_values("submissions", "status", "status", STATUSES)


def _set_values(table: str, column: str, name: str, values: str) -> None:
    constraint = op.f(f"ck_{table}_{name}")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(constraint, type_="check")
        batch_op.create_check_constraint(constraint, f"{column} IN ({values})")
