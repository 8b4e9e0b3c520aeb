"""endpoints

Revision: 0007
Revises: 0006
Created: 2026-11-25 18:55:58.759307
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


STEPS = "'waiting', 'parse', 'rate', 'score', 'done'"
KINDS = "'submitted', 'started', 'requeued', 'held', 'scored', 'failed', 'cancelled'"


def upgrade() -> None:
    set_values("submissions", "step", STEPS + ", 'collect'")
    set_values("submission_events", "kind", KINDS + ", 'collected'")
    op.create_table(
        "endpoints",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_endpoints_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
        sa.UniqueConstraint("team_id", "name", name=op.f("uq_endpoints_team_id_name")),
    )
    op.create_table(
        "endpoint_keys",
        sa.Column("endpoint_id", sa.String(length=12), nullable=False),
        sa.Column("ciphertext", sa.Text(), nullable=False),
        sa.Column("sealed_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name=op.f("fk_endpoint_keys_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_endpoint_keys")),
    )
    op.create_table(
        "endpoint_splits",
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_endpoint_splits_split_id")
        ),
        sa.PrimaryKeyConstraint("split_id", name=op.f("pk_endpoint_splits")),
    )
    op.create_table(
        "endpoint_tests",
        sa.Column("endpoint_id", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name=op.f("fk_endpoint_tests_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_endpoint_tests")),
    )
    op.create_table(
        "endpoint_runs",
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("endpoint_id", sa.String(length=12), nullable=True),
        sa.Column("endpoint_name", sa.String(length=80), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("wipes_key", sa.Boolean(), nullable=False),
        sa.Column("saw_hidden", sa.Boolean(), nullable=False),
        sa.Column("n_requests", sa.Integer(), nullable=False),
        sa.Column("n_tokens", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("per_second", sa.Double(), nullable=False),
        sa.Column("seconds_left", sa.Double(), nullable=True),
        sa.Column("model_reported", sa.String(length=200), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.Text(), nullable=False),
        sa.Column("key_wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name=op.f("fk_endpoint_runs_endpoint_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_endpoint_runs_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_endpoint_runs")),
    )
    with op.batch_alter_table("endpoint_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_endpoint_runs_endpoint_id"), ["endpoint_id"], unique=False
        )

    op.create_table(
        "failed_items",
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_failed_items_item_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_failed_items_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "item_id", name=op.f("pk_failed_items")),
    )
    op.create_table(
        "sent_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_sent_items_item_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_sent_items_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_items")),
    )
    with op.batch_alter_table("sent_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sent_items_submission_id"), ["submission_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("sent_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_items_submission_id"))

    op.drop_table("sent_items")
    op.drop_table("failed_items")
    with op.batch_alter_table("endpoint_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_endpoint_runs_endpoint_id"))

    op.drop_table("endpoint_runs")
    op.drop_table("endpoint_tests")
    op.drop_table("endpoint_splits")
    op.drop_table("endpoint_keys")
    op.drop_table("endpoints")
    set_values("submission_events", "kind", KINDS)
    set_values("submissions", "step", STEPS)


def set_values(table: str, column: str, values: str) -> None:
    constraint = op.f(f"ck_{table}_{'eventkind' if column == 'kind' else column}")
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(constraint, type_="check")
        batch_op.create_check_constraint(constraint, f"{column} IN ({values})")
