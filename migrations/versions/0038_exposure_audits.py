"""Exposure audits of endpoint submissions, and the event that tells a team of an audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

KINDS = (
    "'submitted', 'started', 'collected', 'requeued', 'held', 'scored', 'failed', 'cancelled', "
    "'pending', 'approved'"
)


def _make_enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _make_key(table: str) -> list[sa.schema.SchemaItem]:
    """The columns that name one asking, with their constraints."""
    return [
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["exposure_audits.id"], name=op.f(f"fk_{table}_audit_id")
        ),
        sa.PrimaryKeyConstraint("audit_id", "place", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    """Make the three tables, and know the new word."""
    for table, column in (("submission_events", "kind"), ("notices", "event")):
        _set_kinds(table, column, f"{KINDS}, 'audited'")
    op.create_table(
        "exposure_audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _make_enum("auditstate", "waiting", "asking", "finished", "failed"),
            nullable=False,
        ),
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
            ["submission_id"], ["submissions.id"], name=op.f("fk_exposure_audits_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_audits")),
    )
    for column in ("submission_id", "state"):
        op.create_index(op.f(f"ix_exposure_audits_{column}"), "exposure_audits", [column])
    op.create_table(
        "exposure_questions",
        *_make_key("exposure_questions"),
        sa.Column("way", _make_enum("way", "options", "question", "canary"), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_exposure_questions_item_id")
        ),
    )
    op.create_table(
        "exposure_answers",
        *_make_key("exposure_answers"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("failure", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them: exposure audits are forgotten, and that teams were told."""
    for table in ("exposure_answers", "exposure_questions", "exposure_audits"):
        op.drop_table(table)
    op.execute("DELETE FROM notices WHERE event = 'audited'")
    op.execute("DELETE FROM submission_events WHERE kind = 'audited'")
    for table, column in (("submission_events", "kind"), ("notices", "event")):
        _set_kinds(table, column, KINDS)


def _set_kinds(table: str, column: str, values: str) -> None:
    constraint = op.f(f"ck_{table}_eventkind")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(constraint, type_="check")
        batch_op.create_check_constraint(constraint, f"{column} IN ({values})")
