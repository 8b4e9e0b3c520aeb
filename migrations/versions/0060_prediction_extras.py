"""What came beside a prediction, and a board on which no answer is not a wrong one."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

BOARDS = ("overall", "text", "image", "closed", "report")
METRICS = ("overall", "accuracy", "precision", "recall", "report", "rating", "gap")
ADDED = "reliability"
OF_BOARDS = ("ranking_entries", "ranked_harms", "erratum_moves")
OF_METRICS = ("scores", "combined_scores")
SIGN = 0x80
"""The sign bit in the last byte of a little-endian float32."""


def upgrade() -> None:
    """Make the table, empty: nothing of the kind was read before.

    Item values get a sign where no letter was read: -0 counts as 0 and tells that from a wrong one.
    """
    op.create_table(
        "prediction_extras",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        sa.Column("latency_s", sa.Double(), nullable=True),
        sa.Column("run", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_prediction_extras_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_prediction_extras_item_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "item_id", name=op.f("pk_prediction_extras")),
    )
    _allow(boards=(*BOARDS, ADDED), metrics=(*METRICS, ADDED))
    _mark_unanswered()


def downgrade() -> None:
    """Drop it: the predictions stay, and so do signs of values, which change no figure."""
    for table, column in (
        *((table, "board") for table in OF_BOARDS),
        *((table, "metric") for table in OF_METRICS),
    ):
        rows = sa.table(table, sa.column(column))
        op.execute(rows.delete().where(rows.c[column] == ADDED))
    _allow(boards=BOARDS, metrics=METRICS)
    op.drop_table("prediction_extras")


def _allow(*, boards: Sequence[str], metrics: Sequence[str]) -> None:
    for tables, column, words in ((OF_BOARDS, "board", boards), (OF_METRICS, "metric", metrics)):
        listed = ", ".join(f"'{word}'" for word in words)
        for table in tables:
            name = op.f(f"ck_{table}_{column}")
            with op.batch_alter_table(table) as batch_op:
                batch_op.drop_constraint(name, type_="check")
                batch_op.create_check_constraint(name, f"{column} IN ({listed})")


def _mark_unanswered() -> None:
    """Of every submission, as it is read now, and of the values that releases committed to."""
    connection = op.get_bind()
    unread = connection.execute(
        sa.text(
            "SELECT p.submission_id, "
            "(SELECT count(*) FROM items o "
            "WHERE o.split_id = i.split_id AND o.position < i.position) "
            "FROM parsed_predictions r JOIN predictions p ON p.id = r.prediction_id "
            "JOIN submissions s ON s.id = p.submission_id "
            "JOIN items i ON i.id = p.item_id AND i.split_id = s.split_id "
            "WHERE r.letters = ''"
        )
    ).all()
    places: dict[str, list[int]] = {}
    for submission_id, place in unread:
        places.setdefault(submission_id, []).append(place)
    for submission_id, own in places.items():
        for table, key, where in (
            ("item_values", "submission_id", "submission_id = :submission"),
            (
                "committed_values",
                "value_commitment_id",
                "value_commitment_id IN "
                "(SELECT id FROM value_commitments WHERE submission_id = :submission)",
            ),
        ):
            _mark(table, key, where, submission_id, own)


def _mark(table: str, key: str, where: str, submission_id: str, places: Sequence[int]) -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT {key}, content FROM {table} WHERE {where}"), {"submission": submission_id}
    ).all()
    for row in rows:
        content = bytearray(row[1])
        for place in places:
            value = content[4 * place : 4 * place + 4]
            if len(value) == 4 and not any(value):
                content[4 * place + 3] = SIGN
        connection.execute(
            sa.text(f"UPDATE {table} SET content = :content WHERE {key} = :key"),
            {"content": bytes(content), "key": row[0]},
        )
