"""Invitations to roles, and the mail that brings them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KINDS = ("register", "reset", "confirm", "moved")


def upgrade() -> None:
    """Make the tables; nobody was invited before."""
    op.create_table(
        "role_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", _choice("role", "admin", "host", "expert"), nullable=False),
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.Column("inviter_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'admin') = (benchmark = '')",
            name=op.f("ck_role_invitations_admin_is_of_the_site"),
        ),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["users.id"], name=op.f("fk_role_invitations_inviter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_invitations")),
        sa.UniqueConstraint("key", name=op.f("uq_role_invitations_key")),
    )
    for column in ("email", "benchmark"):
        op.create_index(op.f(f"ix_role_invitations_{column}"), "role_invitations", [column])
    op.create_table(
        "role_invitation_ends",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("outcome", _choice("invitationoutcome", "accepted", "withdrawn"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["role_invitations.id"],
            name=op.f("fk_role_invitation_ends_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_role_invitation_ends_user_id")
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_role_invitation_ends")),
    )
    _allow_kinds(*KINDS, "invite")


def downgrade() -> None:
    """Drop them: who was invited is forgotten, and mail that waits is not sent."""
    op.execute("DELETE FROM letters WHERE kind = 'invite'")
    _allow_kinds(*KINDS)
    op.drop_table("role_invitation_ends")
    for column in ("email", "benchmark"):
        op.drop_index(op.f(f"ix_role_invitations_{column}"), table_name="role_invitations")
    op.drop_table("role_invitations")


def _allow_kinds(*kinds: str) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(op.f("ck_letters_letterkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letters_letterkind"), f"kind IN ({words})")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
