"""Whether the team of a base agrees that another team's model is shown as made from it.

What was shown before is agreed to; the team of the base can withdraw that.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; agree to what is there."""
    consents = op.create_table(
        "variant_consents",
        sa.Column("model_card_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "accepted",
                "refused",
                name="consent",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_card_id"],
            ["model_variants.model_card_id"],
            name=op.f("fk_variant_consents_model_card_id"),
        ),
        sa.PrimaryKeyConstraint("model_card_id", name=op.f("pk_variant_consents")),
    )
    variants = sa.table("model_variants", sa.column("model_card_id"), sa.column("base_id"))
    cards = sa.table("model_cards", sa.column("id"), sa.column("team_id"))
    bases = cards.alias()
    op.execute(
        consents.insert().from_select(
            ["model_card_id", "answer", "answered_at"],
            sa.select(
                variants.c.model_card_id,
                sa.literal("accepted"),
                sa.literal(datetime.now(UTC), sa.DateTime(timezone=True)),
            )
            .join(cards, cards.c.id == variants.c.model_card_id)
            .join(bases, bases.c.id == variants.c.base_id)
            .where(cards.c.team_id != bases.c.team_id),
        )
    )


def downgrade() -> None:
    """Drop it: every link is shown again."""
    op.drop_table("variant_consents")
