"""Results on hidden answers become public by publications, and splits have feedback parts."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NOTE = (
    "Results that were accepted when they were scored: {n}. They stay public under that policy; "
    "from now on releases decide."
)


def upgrade() -> None:
    """Make the tables; what was public stays public, under the policy that made it so."""
    op.create_table(
        "publications",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "policy",
            sa.Enum(
                "ladder",
                "release",
                "demonstration",
                name="policy",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_publications_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_publications")),
    )
    op.create_table(
        "feedback_items",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_feedback_items_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_feedback_items")),
    )
    op.create_table(
        "feedback_scores",
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column(
            "track",
            sa.Enum(
                "text",
                "image",
                "report",
                name="track",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_feedback_scores_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "track", name=op.f("pk_feedback_scores")),
    )
    op.create_table(
        "chosen_results",
        sa.Column("model_card_id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_card_id"], ["model_cards.id"], name=op.f("fk_chosen_results_model_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["split_id"], ["splits.id"], name=op.f("fk_chosen_results_split_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_chosen_results_submission_id")
        ),
        sa.PrimaryKeyConstraint("model_card_id", "split_id", name=op.f("pk_chosen_results")),
    )
    _publish_accepted(op.get_bind())


def _publish_accepted(connection: sa.Connection) -> None:
    accepted = (
        "FROM acceptances a JOIN submissions u ON u.id = a.submission_id "
        "WHERE a.decision = 'accepted' AND u.status = 'scored'"
    )
    connection.execute(
        sa.text(
            "INSERT INTO publications (submission_id, published_at, policy) "
            f"SELECT a.submission_id, a.decided_at, 'ladder' {accepted}"
        )
    )
    splits = connection.execute(
        sa.text(
            "SELECT b.slug, b.version, s.name, COUNT(*) FROM publications p "
            "JOIN submissions u ON u.id = p.submission_id JOIN splits s ON s.id = u.split_id "
            "JOIN benchmarks b ON b.id = s.benchmark_id "
            "GROUP BY b.slug, b.version, s.name ORDER BY b.slug, b.version, s.name"
        )
    )
    for slug, version, name, n in splits.all():
        _add_audit(connection, slug, f"split {slug} {version} {name}", NOTE.format(n=n))


def _add_audit(connection: sa.Connection, benchmark: str, subject: str, note: str) -> None:
    entries = sa.table(
        "audit_entries",
        sa.column("id", sa.Integer()),
        sa.column("at", sa.DateTime(timezone=True)),
        *(sa.column(name, sa.String()) for name in ("actor", "action", "subject", "note")),
    )
    key = connection.execute(
        sa.insert(entries)
        .values(
            at=datetime.now(UTC),
            actor="this server",
            action="begin policy of releases",
            subject=subject[:200],
            note=note,
        )
        .returning(entries.c.id)
    ).scalar_one()
    benchmarks = sa.table("audit_benchmarks", sa.column("entry_id"), sa.column("benchmark"))
    connection.execute(sa.insert(benchmarks).values(entry_id=key, benchmark=benchmark))


def downgrade() -> None:
    """Drop them: the Ladder's acceptances decide again, and accept what is public."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE acceptances SET decision = 'accepted' "
            "WHERE submission_id IN (SELECT submission_id FROM publications)"
        )
    )
    connection.execute(
        sa.text(
            "INSERT INTO acceptances (submission_id, decided_at, decision, decided_by, reason) "
            "SELECT submission_id, published_at, 'accepted', 'ladder', 'It was public.' "
            "FROM publications WHERE submission_id NOT IN (SELECT submission_id FROM acceptances)"
        )
    )
    op.drop_table("chosen_results")
    op.drop_table("feedback_scores")
    op.drop_table("feedback_items")
    op.drop_table("publications")
