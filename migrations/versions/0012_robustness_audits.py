"""Robustness audits of endpoint submissions, what they ask and what was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _make_key(table: str) -> list[sa.schema.SchemaItem]:
    """The columns that name one asking, with their constraints."""
    return [
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["robustness_audits.id"], name=op.f(f"fk_{table}_audit_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f(f"fk_{table}_item_id")),
        sa.PrimaryKeyConstraint("audit_id", "item_id", "rotation", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    """Make the three tables."""
    state = sa.Enum(
        "waiting",
        "asking",
        "finished",
        "failed",
        name="auditstate",
        native_enum=False,
        create_constraint=True,
        length=20,
    )
    op.create_table(
        "robustness_audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.Column("n_requests", sa.Integer(), nullable=False),
        sa.Column("n_tokens", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_robustness_audits_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robustness_audits")),
    )
    with op.batch_alter_table("robustness_audits") as batch_op:
        batch_op.create_index(batch_op.f("ix_robustness_audits_submission_id"), ["submission_id"])
        batch_op.create_index(batch_op.f("ix_robustness_audits_state"), ["state"])
    op.create_table("audit_questions", *_make_key("audit_questions"))
    op.create_table(
        "audit_answers",
        *_make_key("audit_answers"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("letter", sa.String(1), nullable=True),
        sa.Column("is_correct", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.String(40), nullable=False),
        sa.Column("parser_version", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them: audits are forgotten."""
    op.drop_table("audit_answers")
    op.drop_table("audit_questions")
    op.drop_table("robustness_audits")
