"""What others report of models: sources, models, figures, and links to model cards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0063"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    """Make the tables, empty: a host adds the paper's tables by `flask reported import`."""
    _make_sources()
    _make_models()
    _make_figures()
    op.create_table(
        "reported_links",
        sa.Column("reported_model_id", sa.Integer(), nullable=False),
        sa.Column("model_card_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_card_id"], ["model_cards.id"], name=op.f("fk_reported_links_model_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["reported_model_id"],
            ["reported_models.id"],
            name=op.f("fk_reported_links_reported_model_id"),
        ),
        sa.PrimaryKeyConstraint("reported_model_id", name=op.f("pk_reported_links")),
    )
    op.create_index(op.f("ix_reported_links_model_card_id"), "reported_links", ["model_card_id"])


def downgrade() -> None:
    """Drop what was reported; the files that it came from are with the host."""
    for name in ("reported_links", "reported_figures", "reported_models", "reported_sources"):
        op.drop_table(name)


def _make_sources() -> None:
    op.create_table(
        "reported_sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("sourcekind", "paper", "every_eval_ever", "other"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("measured_on", sa.String(length=200), nullable=False),
        sa.Column("differs", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["users.id"], name=op.f("fk_reported_sources_added_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_reported_sources_split_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_sources")),
        sa.UniqueConstraint(
            "split_id", "content_hash", name=op.f("uq_reported_sources_split_id_content_hash")
        ),
    )


def _make_models() -> None:
    op.create_table(
        "reported_models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=True),
        sa.Column("parameters_billion", sa.Double(), nullable=True),
        sa.Column("open_weights", sa.Boolean(), nullable=True),
        sa.Column("url", sa.String(length=300), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["reported_sources.id"], name=op.f("fk_reported_models_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_models")),
        sa.UniqueConstraint("source_id", "place", name=op.f("uq_reported_models_source_id_place")),
    )


def _make_figures() -> None:
    op.create_table(
        "reported_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "board",
            _enum("board", "overall", "text", "image", "closed", "report", "reliability"),
            nullable=True,
        ),
        sa.Column("metric", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("level", sa.Double(), nullable=True),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"], ["reported_models.id"], name=op.f("fk_reported_figures_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_figures")),
        sa.UniqueConstraint("model_id", "place", name=op.f("uq_reported_figures_model_id_place")),
    )
