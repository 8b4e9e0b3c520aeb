"""Roles on benchmarks, with administrators above; what acts and announcements are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SITE = ""


def upgrade() -> None:
    """Make today's hosts administrators, and today's experts experts of every benchmark."""
    op.create_table(
        "granted_roles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", _roles("admin", "host", "expert"), nullable=False),
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.CheckConstraint(
            "(role = 'admin') = (benchmark = '')",
            name=op.f("ck_granted_roles_admin_is_of_the_site"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_granted_roles_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", "benchmark", name=op.f("pk_granted_roles")),
    )
    op.create_index(op.f("ix_granted_roles_benchmark"), "granted_roles", ["benchmark"])
    op.execute(
        "INSERT INTO granted_roles (user_id, role, benchmark) "
        f"SELECT user_id, 'admin', '{SITE}' FROM user_roles WHERE role = 'host'"
    )
    op.execute(
        "INSERT INTO granted_roles (user_id, role, benchmark) "
        "SELECT DISTINCT user_roles.user_id, 'expert', benchmarks.slug "
        "FROM user_roles CROSS JOIN benchmarks WHERE user_roles.role = 'expert'"
    )
    op.drop_table("user_roles")
    op.create_table(
        "audit_benchmarks",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_benchmarks_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_benchmarks")),
    )
    op.create_index(op.f("ix_audit_benchmarks_benchmark"), "audit_benchmarks", ["benchmark"])
    op.create_table(
        "announcement_benchmarks",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_benchmarks_announcement_id"),
        ),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_announcement_benchmarks")),
    )


def downgrade() -> None:
    """Make administrators hosts again, and experts of any benchmark experts.

    A host of one benchmark loses the role: as a host of all they would see what is not theirs.
    For the same reason announcements about a benchmark end.
    """
    op.execute(
        "UPDATE announcements SET until_at = created_at "
        "WHERE id IN (SELECT announcement_id FROM announcement_benchmarks)"
    )
    op.drop_table("announcement_benchmarks")
    op.drop_index(op.f("ix_audit_benchmarks_benchmark"), table_name="audit_benchmarks")
    op.drop_table("audit_benchmarks")
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", _roles("host", "expert"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_roles")),
    )
    op.execute(
        "INSERT INTO user_roles (user_id, role) "
        "SELECT user_id, 'host' FROM granted_roles WHERE role = 'admin'"
    )
    op.execute(
        "INSERT INTO user_roles (user_id, role) "
        "SELECT DISTINCT user_id, 'expert' FROM granted_roles WHERE role = 'expert'"
    )
    op.drop_index(op.f("ix_granted_roles_benchmark"), table_name="granted_roles")
    op.drop_table("granted_roles")


def _roles(*names: str) -> sa.Enum:
    return sa.Enum(*names, name="role", native_enum=False, create_constraint=True, length=20)
