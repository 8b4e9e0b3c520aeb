"""Data-use agreements of benchmarks, and which teams accepted them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: no benchmark asks for an agreement."""
    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("benchmark", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("covers_pages", sa.Boolean(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("benchmark", "version", name=op.f("uq_agreements_benchmark_version")),
    )
    op.create_table(
        "agreement_ends",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_ends_agreement_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreement_ends")),
    )
    op.create_table(
        "accepted_agreements",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_accepted_agreements_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_accepted_agreements_team_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_accepted_agreements_user_id")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "team_id", name=op.f("pk_accepted_agreements")),
    )
    op.create_index(op.f("ix_accepted_agreements_user_id"), "accepted_agreements", ["user_id"])


def downgrade() -> None:
    """Forget who accepted what: download the lists first."""
    op.drop_index(op.f("ix_accepted_agreements_user_id"), "accepted_agreements")
    for name in ("accepted_agreements", "agreement_ends", "agreements"):
        op.drop_table(name)
