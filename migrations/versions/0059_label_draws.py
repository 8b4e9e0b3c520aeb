"""How labelled reports were chosen: drawn by the server, assigned by a host, or from a file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0057"
branch_labels = None
depends_on = None

SOURCES = ("drawn", "assigned", "imported")


def upgrade() -> None:
    """Make the table, empty: reports rated before it are undeclared until a host declares them."""
    op.create_table(
        "label_draws",
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                *SOURCES, name="drawsource", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("is_random", sa.Boolean(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_label_draws_prediction_id")
        ),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name=op.f("fk_label_draws_rater_id")),
        sa.PrimaryKeyConstraint("prediction_id", "rater_id", name=op.f("pk_label_draws")),
    )
    op.create_index(op.f("ix_label_draws_rater_id"), "label_draws", ["rater_id"])


def downgrade() -> None:
    """Drop it: labels that somebody chose anchor scores again from the next refit on."""
    op.drop_table("label_draws")
