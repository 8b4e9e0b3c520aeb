"""Every call to a language model that reads what the answer parser left unparsed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OUTCOMES = (
    "answered",
    "no_answer",
    "invalid",
    "bad_output",
    "refused",
    "rejected",
    "error",
)
TOLD_APART = "+reader"


def upgrade() -> None:
    """Make the table; nothing was read so before it."""
    op.create_table(
        "reader_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(100), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("prompt_hash", sa.String(64), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                *OUTCOMES,
                name="readeroutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("letters", sa.String(10), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_reader_calls_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_reader_calls_prediction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_calls")),
    )
    for column in ("submission_id", "prediction_id"):
        op.create_index(op.f(f"ix_reader_calls_{column}"), "reader_calls", [column])


def downgrade() -> None:
    """Drop it, and leave unparsed what only a language model has read.

    Scores keep what they were made from until their submission is scored again.
    """
    op.execute(
        "UPDATE parsed_predictions SET outcome = 'unparsed', letters = '', is_correct = false, "
        '"precision" = NULL, recall = CASE WHEN recall IS NULL THEN NULL ELSE 0.0 END, '
        f"parser_version = replace(parser_version, '{TOLD_APART}', '') "
        f"WHERE parser_version LIKE '%{TOLD_APART}'"
    )
    for column in ("submission_id", "prediction_id"):
        op.drop_index(op.f(f"ix_reader_calls_{column}"), table_name="reader_calls")
    op.drop_table("reader_calls")
