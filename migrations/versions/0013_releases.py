"""Releases: a ranking keeps the scores that it was made from, and older ones stay.

Each ranking becomes that of its split's first release, with the scores as they are now. Going
back keeps the newest ranking of each split.
"""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PLACES = {
    "overall": ("overall", "all", "overall"),
    "text": ("accuracy", "track", "text"),
    "image": ("accuracy", "track", "image"),
    "closed": ("accuracy", "closed", "closed"),
    "report": ("report", "track", "report"),
}
"""Metric, slice and name of the score that each board orders by."""
REPORT = "s.metric = 'report' AND s.slice = 'track' AND s.name = 'report'"


def upgrade() -> None:
    """Make the four tables, give every ranking its release, and fill in what it shows."""
    make_tables()
    op.execute(
        "INSERT INTO releases (id, split_id, number, opened_at, note)"
        " SELECT id, split_id, 1, ranked_at, 'The first ranking.' FROM rankings"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('releases', 'id'), max(id)) FROM releases"
            " HAVING max(id) IS NOT NULL"
        )
    with op.batch_alter_table("rankings") as batch:
        batch.add_column(sa.Column("release_id", sa.Integer(), nullable=True))
    op.execute("UPDATE rankings SET release_id = id")
    with op.batch_alter_table("rankings") as batch:
        batch.alter_column("release_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("uq_rankings_split_id"), type_="unique")
        batch.drop_constraint(op.f("fk_rankings_split_id"), type_="foreignkey")
        batch.drop_column("split_id")
        batch.create_unique_constraint(op.f("uq_rankings_release_id"), ["release_id"])
        batch.create_foreign_key(op.f("fk_rankings_release_id"), "releases", ["release_id"], ["id"])
    keep_scores()
    keep_submissions()
    keep_reports()
    keep_judges()


def downgrade() -> None:
    """Forget closed releases and what rankings kept."""
    op.execute(
        "DELETE FROM ranking_entries WHERE ranking_id NOT IN (SELECT k.id FROM rankings k"
        " WHERE k.serial = (SELECT max(o.serial) FROM rankings o"
        " JOIN releases r ON r.id = o.release_id WHERE r.split_id ="
        " (SELECT x.split_id FROM releases x WHERE x.id = k.release_id)))"
    )
    op.drop_table("ranked_reports")
    op.drop_table("ranked_submissions")
    op.execute(
        "DELETE FROM rankings WHERE serial <> (SELECT max(o.serial) FROM rankings o"
        " JOIN releases r ON r.id = o.release_id WHERE r.split_id ="
        " (SELECT x.split_id FROM releases x WHERE x.id = rankings.release_id))"
    )
    with op.batch_alter_table("ranking_entries") as batch:
        for name in ("value", "low", "high", "n"):
            batch.drop_column(name)
    with op.batch_alter_table("rankings") as batch:
        batch.add_column(sa.Column("split_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE rankings SET split_id ="
        " (SELECT r.split_id FROM releases r WHERE r.id = rankings.release_id)"
    )
    with op.batch_alter_table("rankings") as batch:
        batch.alter_column("split_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f("uq_rankings_release_id"), type_="unique")
        batch.drop_constraint(op.f("fk_rankings_release_id"), type_="foreignkey")
        batch.drop_column("release_id")
        batch.create_unique_constraint(op.f("uq_rankings_split_id"), ["split_id"])
        batch.create_foreign_key(op.f("fk_rankings_split_id"), "splits", ["split_id"], ["id"])
    op.drop_table("release_judges")
    op.drop_table("releases")


def make_tables() -> None:
    """The tables of releases, and of what a ranking keeps."""
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("split_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name=op.f("fk_releases_split_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("split_id", "number", name=op.f("uq_releases_split_id_number")),
    )
    op.create_table(
        "release_judges",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("label_kind", make_kind(), nullable=True),
        sa.Column("n_labels", sa.Integer(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_judges_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["rater_id"], ["raters.id"], name=op.f("fk_release_judges_rater_id")
        ),
        sa.PrimaryKeyConstraint("release_id", "rater_id", name=op.f("pk_release_judges")),
    )
    op.create_table(
        "ranked_submissions",
        *make_key("ranked_submissions"),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("n_attempts", sa.Integer(), nullable=False),
    )
    op.create_table(
        "ranked_reports",
        *make_key("ranked_reports"),
        sa.Column("judge", sa.String(120), nullable=False),
        sa.Column("badge", sa.String(20), nullable=False),
        sa.Column("n_labels", sa.Integer(), nullable=False),
        sa.Column("label_kind", make_kind(), nullable=True),
        sa.Column("raw_value", sa.Double(), nullable=True),
        sa.Column("n_words", sa.Double(), nullable=False),
        sa.Column("density", sa.Double(), nullable=True),
    )


def make_kind() -> sa.Enum:
    """The kinds of raters."""
    return sa.Enum(
        "judge",
        "expert",
        "constructed",
        name="raterkind",
        native_enum=False,
        create_constraint=True,
        length=20,
    )


def make_key(table: str) -> list[sa.schema.SchemaItem]:
    """The columns that name a submission in a ranking, with their constraints."""
    return [
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(
            ["ranking_id"], ["rankings.id"], name=op.f(f"fk_{table}_ranking_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f(f"fk_{table}_submission_id")
        ),
        sa.PrimaryKeyConstraint("ranking_id", "submission_id", name=op.f(f"pk_{table}")),
    ]


def keep_scores() -> None:
    """Write each board's score into its entry."""
    with op.batch_alter_table("ranking_entries") as batch:
        for name in ("value", "low", "high"):
            batch.add_column(sa.Column(name, sa.Double(), nullable=True))
        batch.add_column(sa.Column("n", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("ranking_entries") as batch:
        batch.alter_column("n", existing_type=sa.Integer(), server_default=None)
    for board, (metric, slice_, name) in PLACES.items():
        found = (
            "FROM scores s WHERE s.submission_id = ranking_entries.submission_id"
            f" AND s.metric = '{metric}' AND s.slice = '{slice_}' AND s.name = '{name}'"
            " AND s.value IS NOT NULL"
        )
        columns = ", ".join(f"{one} = (SELECT s.{one} {found})" for one in ("value", "low", "high"))
        op.execute(
            f"UPDATE ranking_entries SET {columns}, n = coalesce((SELECT s.n {found}), 0)"
            f" WHERE board = '{board}'"
        )


def keep_submissions() -> None:
    """Write down who stands in each ranking, what was read of it, and its team's attempts."""
    bind = op.get_bind()
    outcomes: dict[str, dict[str, int]] = defaultdict(dict)
    for key, outcome, n in bind.execute(
        sa.text("SELECT submission_id, outcome, sum(n) FROM outcome_counts GROUP BY 1, 2")
    ):
        outcomes[key][outcome] = int(n)
    standing = bind.execute(
        sa.text(
            "SELECT DISTINCT e.ranking_id, e.submission_id, (SELECT count(*) FROM submissions o"
            " JOIN model_cards c ON c.id = o.model_card_id WHERE c.team_id = m.team_id"
            " AND o.split_id = s.split_id AND o.status = 'scored') FROM ranking_entries e"
            " JOIN submissions s ON s.id = e.submission_id"
            " JOIN model_cards m ON m.id = s.model_card_id"
        )
    ).all()
    table = sa.table(
        "ranked_submissions",
        sa.column("ranking_id", sa.Integer()),
        sa.column("submission_id", sa.String()),
        sa.column("outcomes", sa.JSON()),
        sa.column("n_attempts", sa.Integer()),
    )
    rows = [
        {
            "ranking_id": ranking_id,
            "submission_id": key,
            "outcomes": outcomes.get(key, {}),
            "n_attempts": n_attempts,
        }
        for ranking_id, key, n_attempts in standing
    ]
    if rows:
        bind.execute(sa.insert(table), rows)


def keep_reports() -> None:
    """Write down where each report score comes from."""
    op.execute(
        "INSERT INTO ranked_reports (ranking_id, submission_id, judge, badge, n_labels,"
        " label_kind, raw_value, n_words, density)"
        " SELECT k.ranking_id, k.submission_id, r.name, coalesce(cs.badge, 'uncalibrated'),"
        " coalesce(cs.n_labels, 0), c.label_kind, cs.raw_value, p.n_words, p.density"
        " FROM ranked_submissions k JOIN scored_reports p ON p.submission_id = k.submission_id"
        " JOIN raters r ON r.id = p.rater_id"
        f" LEFT JOIN scores s ON s.submission_id = k.submission_id AND {REPORT}"
        " LEFT JOIN calibrated_scores cs ON cs.score_id = s.id"
        " LEFT JOIN calibrations c ON c.id = cs.calibration_id"
    )


def keep_judges() -> None:
    """Write down the judges of each release with their newest calibration of the report score."""
    op.execute(
        "INSERT INTO release_judges (release_id, rater_id, label_kind, n_labels, fitted_at)"
        " SELECT j.release_id, j.rater_id, c.label_kind, coalesce(c.n_labels, 0), c.fitted_at"
        " FROM (SELECT DISTINCT r.id AS release_id, r.split_id, p.rater_id FROM releases r"
        " JOIN rankings g ON g.release_id = r.id JOIN ranked_submissions k ON k.ranking_id = g.id"
        " JOIN scored_reports p ON p.submission_id = k.submission_id) j"
        " LEFT JOIN calibrations c ON c.id = (SELECT max(x.id) FROM calibrations x"
        " WHERE x.split_id = j.split_id AND x.rater_id = j.rater_id"
        " AND x.slice = 'track' AND x.name = 'report')"
    )
