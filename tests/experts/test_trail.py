"""Finish can be taken back for an hour, and every change of a rating is written down."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from leaderboard.calibration.ratings import read_expert_ratings, read_state
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.experts.assign import assign_reports
from leaderboard.experts.exchange import import_ratings
from leaderboard.experts.rate import (
    UNDO_WITHIN,
    finish,
    get_own_report,
    read_own_assignments,
    save_draft,
    undo_finish,
)
from leaderboard.experts.trail import COLUMNS, export_changes, read_changes
from leaderboard.models.calibration import Refit
from leaderboard.models.expert import RatedReport
from leaderboard.models.rating import RaterKind
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user
from tests.package_files import DIMENSIONS


@pytest.fixture
def key(sessions: Sessions, rank_reports: Rank, add_experts: AddExperts) -> str:
    """The first report of the expert e1, rated 3 throughout and finished."""
    rank_reports(["model-a"], 2)
    add_experts("e1")
    with sessions.write() as session:
        assign_reports(session, get_test_split(session), per_model=2, overlap=0)
        user = get_user(session, "e1")
        found = read_own_assignments(session, user)[0].key
        save_draft(session, user, found, dict.fromkeys(DIMENSIONS, 3))
        finish(session, user, found)
    return found


def test_finish_is_taken_back_within_an_hour_and_the_values_are_drafts_again(
    sessions: Sessions, key: str
) -> None:
    with sessions.write() as session:
        user, split = get_user(session, "e1"), get_test_split(session)
        state = read_state(session, split.id)
        session.delete(session.scalars(select(Refit)).one())
        assert read_own_assignments(session, user)[0].can_undo
        assert undo_finish(session, user, key) == split.id
        assert session.get(Refit, split.id) is not None
        assert read_expert_ratings(session, split.id).empty
        report = get_own_report(session, user, key)
        assert not report.assignment.is_finished
        assert report.values == dict.fromkeys(DIMENSIONS, 3)
        with pytest.raises(Conflict, match="not finished"):
            undo_finish(session, user, key)
        save_draft(session, user, key, {"coverage": 5})
        finish(session, user, key)
        assert get_own_report(session, user, key).values["coverage"] == 5
        # As many ratings as before, but others.
        assert read_state(session, split.id) != state


def test_after_an_hour_a_finished_report_stays_finished(sessions: Sessions, key: str) -> None:
    with sessions.write() as session:
        user = get_user(session, "e1")
        earlier = session.scalars(select(RatedReport.rated_at)).one() - UNDO_WITHIN
        session.execute(update(RatedReport).values(rated_at=earlier - timedelta(seconds=1)))
        session.expire_all()
        assert not read_own_assignments(session, user)[0].can_undo
        with pytest.raises(Conflict, match="can no longer be undone"):
            undo_finish(session, user, key)


def test_every_change_of_a_rating_is_in_the_trail_and_in_its_file(
    sessions: Sessions, key: str
) -> None:
    with sessions.write() as session:
        user, split = get_user(session, "e1"), get_test_split(session)
        undo_finish(session, user, key)
        save_draft(session, user, key, {"coverage": 5})
        save_draft(session, user, key, {"coverage": 5})
        finish(session, user, key)
        line = "model-a,test-report-000,p,coverage,4"
        raw = f"model,item,rater,dimension,value\n{line}".encode()
        assert import_ratings(session, split, raw, RaterKind.EXPERT).n_added == 1
        assert import_ratings(session, split, raw, RaterKind.EXPERT).n_added == 0
        changes = [one for one in read_changes(session, split) if one.dimension == "coverage"]
        assert [(one.change.value, one.before, one.after) for one in reversed(changes)] == [
            ("given", None, 3),
            ("finished", 3, 3),
            ("undone", 3, None),
            ("changed", 3, 5),
            ("finished", 5, 5),
            ("imported", None, 4),
        ]
        assert {one.model for one in changes} == {"model-a"}
        rows = list(csv.reader(io.StringIO(export_changes(session, split))))
        assert tuple(rows[0]) == COLUMNS
        # Nine dimensions were given, finished, undone and finished again.
        assert len(rows) == 1 + 9 * 4 + 6
