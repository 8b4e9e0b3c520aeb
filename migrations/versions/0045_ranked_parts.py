"""By which submissions a model stands that stands by several, and the scores that they make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TRACKS = ("text", "image", "report")
METRICS = ("overall", "accuracy", "precision", "recall", "report", "rating", "gap")
SLICES = (
    *("all", "closed", "track", "subcondition", "axis", "modality", "level", "region", "images"),
    *("modality_gap", "section", "dimension"),
)


def _make_enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Make the tables, empty: until now every model stood by one submission."""
    op.create_table(
        "ranked_parts",
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("track", _make_enum("track", TRACKS), nullable=False),
        sa.Column("part_id", sa.String(12), nullable=False),
        _reference("ranked_parts", "ranking_id", "rankings.id"),
        _reference("ranked_parts", "submission_id", "submissions.id"),
        _reference("ranked_parts", "part_id", "submissions.id"),
        sa.PrimaryKeyConstraint(
            "ranking_id", "submission_id", "track", name=op.f("pk_ranked_parts")
        ),
    )
    _add_scores()
    op.create_table(
        "combined_values",
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _reference("combined_values", "ranking_id", "rankings.id"),
        _reference("combined_values", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint("ranking_id", "submission_id", name=op.f("pk_combined_values")),
    )


def _add_scores() -> None:
    op.create_table(
        "combined_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("metric", _make_enum("metric", METRICS), nullable=False),
        sa.Column("slice", _make_enum("slice", SLICES), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("value", "low", "high")),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_correct", sa.Integer(), nullable=True),
        sa.Column("n_unscored", sa.Integer(), nullable=False),
        sa.Column("is_shrunk", sa.Boolean(), nullable=False),
        _reference("combined_scores", "ranking_id", "rankings.id"),
        _reference("combined_scores", "submission_id", "submissions.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_combined_scores")),
        sa.UniqueConstraint(
            *("ranking_id", "submission_id", "metric", "slice", "name"),
            name=op.f("uq_combined_scores_ranking_id_submission_id_metric_slice_name"),
        ),
    )


def downgrade() -> None:
    """Drop them: those models have no place until they are ranked again, by one submission."""
    for table in ("combined_values", "combined_scores", "ranked_parts"):
        op.drop_table(table)
