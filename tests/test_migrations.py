"""The migrations make exactly the tables that the code knows, on both databases."""

from alembic import command
from sqlalchemy import create_engine, inspect

from leaderboard.migrate import downgrade, make_alembic, upgrade


def test_migrations_go_up_and_down_and_up_again(database_url: str) -> None:
    upgrade(database_url)
    downgrade(database_url, "base")
    engine = create_engine(database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(database_url)
    assert "submissions" in inspect(engine).get_table_names()
    engine.dispose()


def test_the_models_have_not_drifted_from_the_migrations(database_url: str) -> None:
    upgrade(database_url)
    command.check(make_alembic(database_url))
