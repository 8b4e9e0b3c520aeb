"""judge calls

Revision: 0004
Revises: 0003
Created: 2026-11-25 18:40:22.772497
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STEPS = ("waiting", "parse", "rate", "score", "done")
STATUSES = ("queued", "running", "scored", "failed", "cancelled")
KINDS = ("submitted", "started", "requeued", "scored", "failed", "cancelled")


def _check(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _replace_checks(table: str, checks: dict[str, tuple[str, tuple[str, ...]]]) -> None:
    """Have the columns of `table` take these values; all of its checks must be named.

    SQLite's table is copied, and checks are not part of what the copy takes over.
    """
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table(table, recreate="always" if is_sqlite else "never") as batch_op:
        for name, (column, values) in checks.items():
            full = op.f(f"ck_{table}_{name}")
            if not is_sqlite:
                batch_op.drop_constraint(full, type_="check")
            batch_op.create_check_constraint(full, sa.text(_check(column, values)))


def _allow(statuses: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    _replace_checks("submissions", {"status": ("status", statuses), "step": ("step", STEPS)})
    _replace_checks("submission_events", {"eventkind": ("kind", kinds)})


def upgrade() -> None:
    _allow((*STATUSES, "held"), (*KINDS, "held"))
    op.create_table(
        "judge_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=12), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "checking",
                "ok",
                "void",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("canaries", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name=op.f("fk_judge_runs_rater_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_judge_runs_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_runs")),
    )
    with op.batch_alter_table("judge_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judge_runs_rater_id"), ["rater_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judge_runs_started_at"), ["started_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_judge_runs_submission_id"), ["submission_id"], unique=False
        )

    op.create_table(
        "canary_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_run_id", sa.Integer(), nullable=False),
        sa.Column("canary", sa.String(length=80), nullable=False),
        sa.Column("dimension", sa.String(length=80), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("prompt_hash", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "ok",
                "bad_output",
                "refused",
                "rejected",
                "error",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judge_run_id"], ["judge_runs.id"], name=op.f("fk_canary_calls_judge_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary_calls")),
        sa.UniqueConstraint(
            "judge_run_id",
            "canary",
            "dimension",
            "repeat",
            "attempt",
            name=op.f("uq_canary_calls_judge_run_id_canary_dimension_repeat_attempt"),
        ),
    )
    op.create_table(
        "judge_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(length=80), nullable=False),
        sa.Column("repeat", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("prompt_hash", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "ok",
                "bad_output",
                "refused",
                "rejected",
                "error",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_judge_calls_prediction_id")
        ),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name=op.f("fk_judge_calls_rater_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_calls")),
        sa.UniqueConstraint(
            "prediction_id",
            "rater_id",
            "dimension",
            "repeat",
            "attempt",
            name=op.f("uq_judge_calls_prediction_id_rater_id_dimension_repeat_attempt"),
        ),
    )
    with op.batch_alter_table("judge_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judge_calls_rater_id"), ["rater_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("judge_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judge_calls_rater_id"))

    op.drop_table("judge_calls")
    op.drop_table("canary_calls")
    with op.batch_alter_table("judge_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judge_runs_submission_id"))
        batch_op.drop_index(batch_op.f("ix_judge_runs_started_at"))
        batch_op.drop_index(batch_op.f("ix_judge_runs_rater_id"))

    op.drop_table("judge_runs")
    op.execute("UPDATE submissions SET status = 'queued' WHERE status = 'held'")
    op.execute("UPDATE submission_events SET kind = 'requeued' WHERE kind = 'held'")
    _allow(STATUSES, KINDS)
