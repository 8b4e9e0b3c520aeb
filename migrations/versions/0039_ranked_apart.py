"""Which submissions stand apart in a ranking, kept with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, with what stands apart as rankings were read until now."""
    op.create_table(
        "ranked_apart",
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["ranking_id"], ["rankings.id"], name=op.f("fk_ranked_apart_ranking_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_ranked_apart_submission_id")
        ),
        sa.PrimaryKeyConstraint("ranking_id", "submission_id", name=op.f("pk_ranked_apart")),
    )
    op.execute(
        "INSERT INTO ranked_apart (ranking_id, submission_id) "
        "SELECT ranked.ranking_id, ranked.submission_id FROM ranked_submissions ranked "
        "JOIN rankings ON rankings.id = ranked.ranking_id "
        "JOIN releases ON releases.id = rankings.release_id "
        "JOIN apart_splits ON apart_splits.split_id = releases.split_id "
        "JOIN submissions ON submissions.id = ranked.submission_id "
        "JOIN model_cards ON model_cards.id = submissions.model_card_id "
        "WHERE model_cards.trained_on_split = 'yes' AND NOT EXISTS ("
        "SELECT 1 FROM ranking_entries entry WHERE entry.ranking_id = ranked.ranking_id "
        "AND entry.submission_id = ranked.submission_id AND entry.rank_low IS NOT NULL)"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("ranked_apart")
