"""What every database here promises."""

import os
import signal
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from leaderboard.db import (
    CommitMark,
    Limits,
    Sessions,
    clock,
    is_out_of_service,
    lock_row,
    make_engine,
    now,
    read_clock,
)
from leaderboard.models.reference import ItemReference
from leaderboard.models.team import Team
from tests.factories import make_card, make_team, make_user


def test_an_error_of_the_database_holds_no_values_of_its_statement(sessions: Sessions) -> None:
    row = ItemReference(
        item_id=7,
        answer=["B"],
        explanation="secret explanation",
        reference_report="",
        checklist=[],
        provenance_kind="written",
        provenance_reference="",
    )
    with pytest.raises(IntegrityError) as caught, sessions.write() as session:
        session.add(row)
    assert "secret" not in str(caught.value)


def test_times_come_back_in_utc_and_a_time_without_zone_is_refused(sessions: Sessions) -> None:
    moment = now()
    with sessions.write() as session:
        session.add(Team(slug="team", name="Team", created_at=moment))
    with sessions.read() as session:
        kept, latest = session.execute(
            select(Team.created_at, select(func.max(Team.created_at)).scalar_subquery())
        ).one()
        assert kept.isoformat() == latest.isoformat() == moment.isoformat()
        if session.get_bind().dialect.name == "postgresql":
            zone = session.scalar(text("SHOW timezone"))
            assert zone == "America/St_Johns", "else this shows nothing"
    with pytest.raises((StatementError, ValueError)), sessions.write() as session:
        session.add(Team(slug="other", name="Other", created_at=datetime(2026, 1, 1)))


def test_what_is_raised_in_a_writing_session_leaves_nothing_behind(sessions: Sessions) -> None:
    def add_and_stop() -> None:
        with sessions.write() as session:
            session.add(Team(slug="team", name="Team", created_at=now()))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        add_and_stop()
    with sessions.read() as session:
        assert session.scalars(select(Team)).all() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_refers_to_a_locked_row_does_not_wait_for_the_lock(sessions: Sessions) -> None:
    with sessions.write() as session:
        user = make_user(session, "a")
        make_team(session, "team", user)
    with sessions.write() as holder, sessions.write() as other:
        team_id = holder.scalars(select(Team.id)).one()
        lock_row(holder, Team.id, team_id)
        other.execute(text("SET LOCAL lock_timeout = 1"))
        make_card(other, other.get_one(Team, team_id), "card")
        with pytest.raises(OperationalError, match="lock timeout"), other.begin_nested():
            lock_row(other, Team.id, team_id)


def test_the_database_tells_the_time_ahead_and_behind(sessions: Sessions) -> None:
    begun = now().replace(microsecond=0)
    with sessions.read() as session:
        asked = (clock(), clock(timedelta(days=-1)), clock(timedelta(seconds=1.5)))
        moment, before, ahead = session.execute(select(*asked)).one()
        assert begun <= moment <= read_clock(session) <= now()
    assert ahead - moment == timedelta(seconds=1.5)
    assert moment - before == timedelta(days=1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_hangs_is_given_up_and_asked_anew(database_url: str) -> None:
    engine = make_engine(database_url, Limits(connect=1, statement=1))
    mark = CommitMark(engine, 1)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "1s"
        with pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(3600)"))
    pid = text("SELECT pg_backend_pid()")
    with engine.connect() as connection:
        hung = connection.scalar(pid)
        assert mark.read() is not None
    assert isinstance(hung, int)
    os.kill(hung, signal.SIGSTOP)
    try:
        with engine.connect() as connection:
            assert connection.scalar(pid) != hung, "the one in the pool was tried out"
            hanging = connection.scalar(pid)
            assert isinstance(hanging, int)
            os.kill(hanging, signal.SIGSTOP)
            try:
                with pytest.raises(OperationalError, match="does not answer"):
                    connection.execute(pid)
            finally:
                os.kill(hanging, signal.SIGCONT)
    finally:
        os.kill(hung, signal.SIGCONT)
    engine.dispose()


def test_a_database_without_room_is_told_from_a_statement_that_is_wrong(
    sessions: Sessions,
) -> None:
    engine = sessions.engine
    full = "RAISE EXCEPTION 'no room' USING ERRCODE = '53100'"
    statements = {
        "postgresql": [f"DO $$ BEGIN {full}; END $$"],
        "sqlite": ["PRAGMA max_page_count = 1", "CREATE TABLE larger AS SELECT zeroblob(9999999)"],
    }[engine.dialect.name]

    def use_up_room() -> None:
        with sessions.write() as session:
            for statement in statements:
                session.execute(text(statement))

    with pytest.raises(OperationalError) as caught:
        use_up_room()
    assert is_out_of_service(caught.value, engine.dialect)
    with pytest.raises(DBAPIError) as wrong, sessions.read() as session:
        session.execute(text("SELECT no_such_column FROM teams"))
    assert not is_out_of_service(wrong.value, engine.dialect)
    engine.dispose()
