"""What every database here promises."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from leaderboard.db import Sessions, now
from leaderboard.models.reference import ItemReference
from leaderboard.models.team import Team


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
        assert session.scalars(select(Team.created_at)).one() == moment
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
