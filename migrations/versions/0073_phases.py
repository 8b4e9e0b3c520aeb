"""Phases of splits, the submissions that they received, and the rankings at their ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: splits take submissions at any time."""
    op.create_table(
        "phases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_phases_split_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phases")),
        sa.UniqueConstraint("split_id", "name", name=op.f("uq_phases_split_id_name")),
    )
    op.create_table(
        "phase_submissions",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("phase_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["phase_id"], ["phases.id"], name=op.f("fk_phase_submissions_phase_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_phase_submissions_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_phase_submissions")),
    )
    op.create_index(op.f("ix_phase_submissions_phase_id"), "phase_submissions", ["phase_id"])
    op.create_table(
        "phase_finals",
        sa.Column("phase_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["phases.id"], name=op.f("fk_phase_finals_phase_id")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_phase_finals_release_id")
        ),
        sa.PrimaryKeyConstraint("phase_id", name=op.f("pk_phase_finals")),
        sa.UniqueConstraint("release_id", name=op.f("uq_phase_finals_release_id")),
    )


def downgrade() -> None:
    """Forget the phases; the releases that they left stay."""
    op.drop_table("phase_finals")
    op.drop_index(op.f("ix_phase_submissions_phase_id"), "phase_submissions")
    op.drop_table("phase_submissions")
    op.drop_table("phases")
