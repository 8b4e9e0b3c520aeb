"""Item response theory: runs over the questions of a split, and their figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of runs, fits, figures and of what is left out."""
    op.create_table(
        "irt_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _choice("irtstate", "waiting", "fitting", "finished", "failed"),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_rounds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_irt_runs_split_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_irt_runs")),
    )
    for column in ("split_id", "state"):
        op.create_index(op.f(f"ix_irt_runs_{column}"), "irt_runs", [column])
    op.create_table(
        "irt_fits",
        sa.Column("irt_run_id", sa.Integer(), nullable=False),
        sa.Column("library", sa.String(40), nullable=False),
        sa.Column("library_version", sa.String(40), nullable=False),
        sa.Column("n_models", sa.Integer(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("sheet_hash", sa.String(64), nullable=False),
        sa.Column("is_converged", sa.Boolean(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["irt_run_id"], ["irt_runs.id"], name=op.f("fk_irt_fits_irt_run_id")
        ),
        sa.PrimaryKeyConstraint("irt_run_id", name=op.f("pk_irt_fits")),
    )
    op.create_table(
        "irt_figures",
        *_of_item("irt_figures"),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("difficulty_error", sa.Double(), nullable=False),
        sa.Column("discrimination", sa.Double(), nullable=False),
        sa.Column("discrimination_error", sa.Double(), nullable=False),
    )
    op.create_table(
        "irt_left_out",
        *_of_item("irt_left_out"),
        sa.Column(
            "reason",
            _choice("leftout", "few_models", "all_right", "none_right", "no_estimate"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    """Drop them: the figures can be computed again."""
    for table in ("irt_left_out", "irt_figures", "irt_fits", "irt_runs"):
        op.drop_table(table)


def _of_item(table: str) -> tuple[sa.Column[int] | sa.Constraint, ...]:
    """The key of a row for each fit and item."""
    return (
        sa.Column("irt_run_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["irt_run_id"], ["irt_fits.irt_run_id"], name=op.f(f"fk_{table}_irt_run_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f(f"fk_{table}_item_id")),
        sa.PrimaryKeyConstraint("irt_run_id", "item_id", name=op.f(f"pk_{table}")),
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
