"""Invitations that are stored; who made teams, model cards, endpoints and notice targets.

Until now the owner of a team was who made it; the rest is known of teams with a single member.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MADE = (
    ("team_makers", "team_id", sa.Integer(), "teams", None),
    ("card_makers", "model_card_id", sa.Integer(), "model_cards", None),
    ("endpoint_makers", "endpoint_id", sa.String(12), "endpoints", "CASCADE"),
    ("target_makers", "target_id", sa.Integer(), "notice_targets", "CASCADE"),
)


def upgrade() -> None:
    """Make the tables and fill in who made what, as far as it is known."""
    _make_invitations()
    for table, key, type_, made, ondelete in MADE:
        op.create_table(
            table,
            sa.Column(key, type_, nullable=False),
            sa.Column("user_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                [key], [f"{made}.id"], name=op.f(f"fk_{table}_{key}"), ondelete=ondelete
            ),
            sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id")),
            sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])
    op.execute(
        "INSERT INTO team_makers (team_id, user_id) SELECT team_id, min(user_id) "
        "FROM memberships WHERE role = 'owner' GROUP BY team_id"
    )
    for table, key, _, made, _ in MADE[1:]:
        op.execute(
            f"INSERT INTO {table} ({key}, user_id) SELECT {made}.id, min(memberships.user_id) "
            f"FROM {made} JOIN memberships ON memberships.team_id = {made}.team_id "
            f"GROUP BY {made}.id HAVING count(*) = 1"
        )


def downgrade() -> None:
    """Drop them: open invitations are void."""
    for table, *_ in MADE:
        op.drop_index(op.f(f"ix_{table}_user_id"), table_name=table)
        op.drop_table(table)
    op.drop_table("invitation_ends")
    op.drop_index(op.f("ix_team_invitations_team_id"), table_name="team_invitations")
    op.drop_table("team_invitations")


def _make_invitations() -> None:
    op.create_table(
        "team_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("inviter_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_invitations_team_id")
        ),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["users.id"], name=op.f("fk_team_invitations_inviter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitations")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_team_invitations_secret_hash")),
    )
    op.create_index(op.f("ix_team_invitations_team_id"), "team_invitations", ["team_id"])
    op.create_table(
        "invitation_ends",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "withdrawn",
                name="invitationoutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["team_invitations.id"],
            name=op.f("fk_invitation_ends_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invitation_ends_user_id")),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitation_ends")),
    )
