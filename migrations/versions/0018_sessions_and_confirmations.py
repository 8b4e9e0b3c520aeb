"""Sessions on the server, and which e-mail addresses are known to be their users'."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

USERS = sa.table("users", sa.column("id", sa.Integer()), sa.column("email", sa.String()))
MEANS = ("mail", "host", "provider", "set_up")


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Make the tables; every account is unconfirmed, with a grace that begins now.

    Sessions that cookies kept end: their users sign in again.
    """
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("seen_at"),
        _moment("ends_at"),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_web_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_sessions_token_hash")),
    )
    op.create_index(op.f("ix_web_sessions_user_id"), "web_sessions", ["user_id"])
    op.create_table(
        "confirmations",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        _moment("confirmed_at"),
        sa.Column(
            "means",
            sa.Enum(*MEANS, name="means", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_confirmations_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_confirmations")),
    )
    graces = op.create_table(
        "confirmation_graces",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        _moment("began_at"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_confirmation_graces_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_confirmation_graces")),
    )
    began_at = sa.literal(datetime.now(UTC), sa.DateTime(timezone=True))
    op.execute(
        graces.insert().from_select(
            ["user_id", "email", "began_at"], sa.select(USERS.c.id, USERS.c.email, began_at)
        )
    )
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("session_epoch")


def downgrade() -> None:
    """Drop them: everybody is signed out, and every address counts."""
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(
            sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column("session_epoch", server_default=None)
    op.drop_table("confirmation_graces")
    op.drop_table("confirmations")
    op.drop_index(op.f("ix_web_sessions_user_id"), table_name="web_sessions")
    op.drop_table("web_sessions")
