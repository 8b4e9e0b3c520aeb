"""A second factor: authenticators, recovery codes, and the sessions that have passed it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = "'register', 'reset', 'confirm', 'moved', 'invite'"
MEANS = ("authenticator", "recovery", "passkey", "provider")


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Make the tables: nobody has a second factor yet."""
    op.create_table(
        "authenticators",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_authenticators_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_authenticators")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
    op.create_table(
        "passed_factors",
        sa.Column("web_session_id", sa.Integer(), nullable=False),
        sa.Column(
            "means",
            sa.Enum(
                *MEANS, name="factormeans", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        _moment("passed_at"),
        sa.ForeignKeyConstraint(
            ["web_session_id"],
            ["web_sessions.id"],
            name=op.f("fk_passed_factors_web_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("web_session_id", name=op.f("pk_passed_factors")),
    )
    op.create_table(
        "half_sign_ins",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _moment("ends_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_half_sign_ins_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_sign_ins")),
    )
    op.create_index(op.f("ix_half_sign_ins_user_id"), "half_sign_ins", ["user_id"])
    _set_kinds(f"{KINDS}, 'ways'")


def downgrade() -> None:
    """Drop them: a password alone is enough again."""
    op.execute("DELETE FROM letters WHERE kind = 'ways'")
    _set_kinds(KINDS)
    op.drop_index(op.f("ix_half_sign_ins_user_id"), table_name="half_sign_ins")
    op.drop_table("half_sign_ins")
    op.drop_table("passed_factors")
    op.drop_index(op.f("ix_recovery_codes_user_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_table("authenticators")


def _set_kinds(values: str) -> None:
    constraint = op.f("ck_letters_letterkind")
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(constraint, type_="check")
        batch_op.create_check_constraint(constraint, f"kind IN ({values})")
