"""How judges order pairs of reports whose order is beyond doubt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of runs, calls, scores and results."""
    op.create_table(
        "order_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("suite", sa.String(20), nullable=False),
        sa.Column(
            "state",
            _choice("orderstate", "waiting", "rating", "finished", "failed"),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name=op.f("fk_order_runs_rater_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_runs")),
    )
    for column in ("rater_id", "state"):
        op.create_index(op.f(f"ix_order_runs_{column}"), "order_runs", [column])
    op.create_table(
        "order_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_run_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(80), nullable=False),
        sa.Column("dimension", sa.String(80), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("prompt_hash", sa.String(64), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column(
            "outcome",
            _choice("calloutcome", "ok", "bad_output", "refused", "rejected", "error"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        _of_run("order_calls"),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name=op.f("fk_order_calls_rater_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_calls")),
        sa.UniqueConstraint(
            *("order_run_id", "rater_id", "report", "dimension", "repeat", "attempt"),
            name=op.f("uq_order_calls_order_run_id_rater_id_report_dimension_repeat_attempt"),
        ),
    )
    op.create_table(
        "order_scores",
        sa.Column("order_run_id", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(80), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        _of_run("order_scores"),
        sa.PrimaryKeyConstraint("order_run_id", "report", name=op.f("pk_order_scores")),
    )
    op.create_table(
        "order_results",
        sa.Column("order_run_id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(80), nullable=False),
        sa.Column(
            "kind",
            _choice(
                "orderkind",
                *("wrong_level", "wrong_side", "wrong_finding", "wrong_grade", "missed_red_flag"),
                *("unsafe_plan", "other_patient", "same_words", "longer", "hedged"),
            ),
            nullable=False,
        ),
        sa.Column("first", sa.Double(), nullable=True),
        sa.Column("second", sa.Double(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        _of_run("order_results"),
        sa.PrimaryKeyConstraint("order_run_id", "pair", name=op.f("pk_order_results")),
    )


def downgrade() -> None:
    """Drop them: how judges ordered pairs is forgotten."""
    for table in ("order_results", "order_scores", "order_calls", "order_runs"):
        op.drop_table(table)


def _of_run(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["order_run_id"], ["order_runs.id"], name=op.f(f"fk_{table}_order_run_id")
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
