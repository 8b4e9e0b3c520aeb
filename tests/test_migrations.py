"""The migrations make exactly the tables that the code knows, on both databases."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from leaderboard.db import Sessions, now
from leaderboard.errors import DuplicateSubmission
from leaderboard.items.values import pack_values, unpack_values
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import downgrade, find_head, make_alembic, upgrade
from leaderboard.models.ranking import Board, ItemValues, RankingEntry
from leaderboard.models.sealed import CommittedValues
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import ModelVariant, User, VariantConsent
from tests.factories import make_card, make_team, make_user
from tests.loaded import Load, Submit


def test_migrations_go_up_and_down_and_up_again(bare_database_url: str) -> None:
    upgrade(bare_database_url)
    downgrade(bare_database_url, "base")
    engine = create_engine(bare_database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(bare_database_url)
    assert "submissions" in inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.own_database
def test_the_models_have_not_drifted_from_the_migrations(database_url: str) -> None:
    command.check(make_alembic(database_url))


def test_the_newest_revision_is_known_without_alembic() -> None:
    found = ScriptDirectory.from_config(make_alembic("sqlite://")).get_current_head()
    assert find_head() == found


def test_an_upgrade_keeps_every_row_of_the_first_release(bare_database_url: str) -> None:
    upgrade(bare_database_url, "0001")
    engine = create_engine(bare_database_url)
    before = add_a_row_to_every_table(engine)
    upgrade(bare_database_url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for name, row in before.items():
            kept = connection.execute(select(tables.tables[name])).mappings().one()
            gone = MOVED.keys() | REPLACED
            expected = {key: row[key] for key in row if (name, key) not in gone}
            assert {key: kept[key] for key in expected} == expected, name
        for (table, column), (other, key) in MOVED.items():
            found = connection.execute(select(tables.tables[other])).mappings().one()
            assert found[column] == before[table][column]
            assert found["id"] == connection.scalar(select(tables.tables[table].c[key]))
    engine.dispose()


MOVED = {("rankings", "split_id"): ("releases", "release_id")}
"""Columns of the first release that stand in another table now, and what refers to it."""
REPLACED = {("users", "session_epoch")}
"""Columns of the first release that other tables made needless: sessions are rows now."""


WORDS = {
    "kind": {"raters": "judge", "items": "mcq", "submission_events": "started"},
    "status": "scored",
    "step": "done",
    "track": "text",
    "answers": "hidden",
    "role": "owner",
    "metric": "accuracy",
    "slice": "track",
    "board": "text",
}


def add_a_row_to_every_table(engine: Engine) -> dict[str, dict[str, Any]]:
    """One row in each table of the schema as it is, what refers to another row after it."""
    tables, rows = MetaData(), {}
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                row = make_row(table)
                connection.execute(insert(table), row)
                rows[table.name] = dict(connection.execute(select(table)).mappings().one())
    return rows


def make_row(table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        known = WORDS.get(column.name)
        if known is not None:
            row[column.name] = known[table.name] if isinstance(known, dict) else known
        elif isinstance(column.type, JSON):
            row[column.name] = []
        elif isinstance(column.type, DateTime):
            row[column.name] = datetime.now(UTC)
        elif isinstance(column.type, LargeBinary):
            row[column.name] = b"1"
        elif isinstance(column.type, Boolean):
            row[column.name] = True
        else:
            row[column.name] = "1" if isinstance(column.type, String) else 1
    return row


@pytest.mark.own_database
def test_a_submission_may_be_held_and_may_not_be_what_nobody_knows(
    sessions: Sessions, load: Load, submit_texts: Submit, database_url: str
) -> None:
    load(2, 0, 0)
    key = submit_texts({"test-text-000": "B"})
    downgrade(database_url, "0003")
    upgrade(database_url)
    with sessions.write() as session:
        submission = session.get_one(Submission, key)
        assert [event.kind for event in submission.events] == [EventKind.SUBMITTED]
        submission.status = Status.HELD
    with pytest.raises(IntegrityError), sessions.write() as session:
        session.execute(text("UPDATE submissions SET status = 'lost'"))
    with pytest.raises(DuplicateSubmission):
        submit_texts({"test-text-000": "B"})


@pytest.mark.own_database
def test_accounts_from_before_addresses_were_confirmed_get_a_grace(
    sessions: Sessions, database_url: str
) -> None:
    with sessions.write() as session:
        make_user(session, "ada")
    downgrade(database_url, "0017")
    begun = now()
    upgrade(database_url)
    with sessions.write() as session:
        make_user(session, "new", is_confirmed=False)
        ada, new = session.scalars(select(User).order_by(User.id))
        assert not ada.is_confirmed
        assert ada.grace_began_at is not None
        assert begun <= ada.grace_began_at <= now()
        assert (new.is_confirmed, new.grace_began_at) == (False, None)


def test_hosts_become_administrators_and_experts_experts_of_every_benchmark(
    bare_database_url: str,
) -> None:
    upgrade(bare_database_url, "0023")
    engine = create_engine(bare_database_url)
    users = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES "
    benchmarks = (
        "INSERT INTO benchmarks "
        "(id, slug, version, name, licence, content_hash, manifest, published_at) VALUES "
    )
    at = "'2026-11-30 00:00:00'"
    with engine.begin() as connection:
        for number in (1, 2, 3):
            connection.execute(text(f"{users} ({number}, 'u{number}', 'u', 'h', {at})"))
        for number, slug, version in ((1, "a", "1"), (2, "a", "2"), (3, "b", "1")):
            row = f"({number}, '{slug}', '{version}', 'n', 'l', '{number}', '{{}}', {at})"
            connection.execute(text(f"{benchmarks} {row}"))
        for number, role in ((1, "host"), (2, "expert"), (3, "expert"), (3, "host")):
            connection.execute(text(f"INSERT INTO user_roles VALUES ({number}, '{role}')"))
    upgrade(bare_database_url)
    roles = text("SELECT user_id, role, benchmark FROM granted_roles ORDER BY 1, 2, 3")
    with engine.begin() as connection:
        assert list(map(tuple, connection.execute(roles))) == [
            (1, "admin", ""),
            (2, "expert", "a"),
            (2, "expert", "b"),
            (3, "admin", ""),
            (3, "expert", "a"),
            (3, "expert", "b"),
        ]
        connection.execute(text("INSERT INTO granted_roles VALUES (2, 'host', 'a')"))
    downgrade(bare_database_url, "0023")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT user_id, role FROM user_roles ORDER BY 1, 2"))
        assert list(map(tuple, kept)) == [
            (1, "host"),
            (2, "expert"),
            (3, "expert"),
            (3, "host"),
        ]
    engine.dispose()


@pytest.mark.own_database
def test_values_of_questions_without_an_answer_get_their_sign(
    sessions: Sessions, load: Load, submit_texts: Submit, database_url: str
) -> None:
    load(3, 0, 0)
    texts = {"test-text-000": "B", "test-text-001": "C", "test-text-002": "I cannot answer this."}
    submit_texts(texts, judges=[ChecklistJudge()])
    with sessions.write() as session:
        row = session.scalars(select(ItemValues)).one()
        marked = row.content
        assert [bool(sign) for sign in np.signbit(unpack_values(marked))] == [False, False, True]
        row.content = pack_values(np.abs(unpack_values(marked)))
        sealed = session.scalars(select(CommittedValues)).all()
        for one in sealed:
            one.content = row.content
        assert row.content != marked
    downgrade(database_url, "0059")
    upgrade(database_url)
    with sessions.read() as session:
        assert session.scalars(select(ItemValues.content)).one() == marked
        committed = session.scalars(select(CommittedValues.content)).all()
        assert committed == [marked] * len(sealed)
        boards = set(session.scalars(select(RankingEntry.board)))
        assert Board.RELIABILITY not in boards


@pytest.mark.own_database
def test_an_upgrade_keeps_bases_of_other_teams_as_agreed(
    sessions: Sessions, load: Load, database_url: str
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        own = make_team(session, "team", make_user(session, "b"))
        other = make_team(session, "other", make_user(session, "c"))
        base = make_card(session, own, "base")
        for team, slug in ((own, "own"), (other, "others")):
            card = make_card(session, team, slug)
            card.variant = ModelVariant(base=base, label="v")
    downgrade(database_url, "0025")
    upgrade(database_url)
    with sessions.read() as session:
        consents = session.scalars(select(VariantConsent)).all()
        cards = [session.get_one(ModelVariant, one.model_card_id).model_card for one in consents]
        assert [(card.slug, card.variant and card.variant.is_agreed) for card in cards] == [
            ("others", True)
        ]
