"""How labelled reports came to be labelled, and what a host may say of it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from config import Config
from leaderboard.app import create_app
from leaderboard.calibration.labels import read_labels_of
from leaderboard.calibration.pairs import find_chosen
from leaderboard.db import Sessions
from leaderboard.errors import InvalidRequest
from leaderboard.experts.assign import assign_reports
from leaderboard.experts.draws import DrawCounts, count_draws, declare_draws
from leaderboard.experts.exchange import import_ratings
from leaderboard.experts.rate import finish, list_dimensions, read_own_assignments, save_draft
from leaderboard.items.reports import read_rubric
from leaderboard.models.audit import AuditEntry
from leaderboard.models.expert import DrawSource, LabelDraw, RatingAssignment
from leaderboard.models.rating import Rater, RaterKind
from tests.calibration.test_calibrations import rate_as
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user

ONE_DATABASE = pytest.mark.one_database
E, C = RaterKind.EXPERT, RaterKind.CONSTRUCTED


def write_file(model: str, numbers: range, rater: str = "Dr. X") -> bytes:
    """A rating of one dimension of reports of a model."""
    lines = [f"{model},test-report-{number:03},{rater},coverage,4" for number in numbers]
    return "\n".join(["model,item,rater,dimension,value", *lines]).encode()


def test_a_report_is_chosen_if_nobody_rated_it_for_whom_it_was_drawn_at_random() -> None:
    rated = {(1, 7), (1, 8), (2, 8), (3, 9), (4, 7)}
    not_random = {(1, 8), (2, 8), (3, 9), (3, 7)}
    # 1 was drawn for rater 7; of 4 nobody has said anything; 3 was drawn for nobody who rated it.
    assert find_chosen(rated, not_random) == {2, 3}


def test_labels_drawn_imported_and_from_before_are_counted_apart(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    keys = rank_reports(["model-a", "model-b"])
    add_experts("e1")
    with sessions.write() as session:
        split, user = get_test_split(session), get_user(session, "e1")
        assert count_draws(session, split) == {}
        assign_reports(session, split, per_model=4, overlap=0)
        dimensions = list_dimensions(read_rubric(session, split.id))
        for one in read_own_assignments(session, user)[:3]:
            save_draft(session, user, one.key, dict.fromkeys(dimensions, 3))
            finish(session, user, one.key)
        import_ratings(session, split, write_file("model-a", range(6, 11)), E)
        import_ratings(session, split, write_file("model-b", range(2), "R. Y"), E, is_random=True)
    rate_as(sessions, keys[0], range(4), name="expert-z")
    with sessions.read() as session:
        split = get_test_split(session)
        assert count_draws(session, split) == {E: DrawCounts(3, 0, 7, 4, chosen=5)}
        labels = read_labels_of(session, split.id, read_rubric(session, split.id), E)
        assert labels is not None
        # What the server drew of them for somebody who rated it is no choice.
        assert 0 < len(labels.chosen) <= 5


@ONE_DATABASE
def test_a_file_of_ratings_that_the_server_asked_for_leaves_its_draw_as_it_is(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a"])
    add_experts("e1")
    with sessions.write() as session:
        split = get_test_split(session)
        assign_reports(session, split, per_model=12, overlap=0)
        rater = session.scalars(
            select(Rater.name).join(RatingAssignment, RatingAssignment.rater_id == Rater.id)
        ).first()
        import_ratings(session, split, write_file("model-a", range(5), str(rater)), E)
        assert count_draws(session, split) == {E: DrawCounts(drawn=5)}


@ONE_DATABASE
def test_what_is_withdrawn_is_drawn_no_more(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a"])
    add_experts("e1")
    with sessions.write() as session:
        split = get_test_split(session)
        assign_reports(session, split, per_model=5, overlap=0)
        assert len(session.scalars(select(LabelDraw)).all()) == 5
    rank_reports(["model-a"], 11)
    with sessions.write() as session:
        assign_reports(session, get_test_split(session), per_model=5, overlap=0)
        assert len(session.scalars(select(LabelDraw)).all()) == 5
        drawn = {(row.prediction_id, row.rater_id) for row in session.scalars(select(LabelDraw))}
        assigned = session.scalars(select(RatingAssignment))
        assert drawn == {(row.prediction_id, row.rater_id) for row in assigned}


def test_a_host_declares_what_is_undeclared_and_corrects_what_was_said_of_files(
    sessions: Sessions, rank_reports: Rank
) -> None:
    keys = rank_reports(["model-a", "model-b"])
    for key in keys:
        rate_as(sessions, key, range(4))
    with sessions.write() as session:
        split = get_test_split(session)
        assert count_draws(session, split) == {E: DrawCounts(undeclared=8)}
        imported, assigned = DrawSource.IMPORTED, DrawSource.ASSIGNED
        assert declare_draws(session, split, imported, is_random=False, model="model-a") == 4
        assert count_draws(session, split) == {E: DrawCounts(imported=4, undeclared=4, chosen=4)}
        assert declare_draws(session, split, assigned, is_random=True) == 4
        assert declare_draws(session, split, imported, is_random=True) == 4
        assert declare_draws(session, split, imported, is_random=True) == 0
        assert count_draws(session, split) == {E: DrawCounts(assigned=4, imported=4)}
        with pytest.raises(InvalidRequest, match="No report of a model 'model-x' is rated"):
            declare_draws(session, split, imported, is_random=True, model="model-x")


@ONE_DATABASE
def test_what_the_server_did_not_draw_cannot_be_declared_as_drawn(
    sessions: Sessions, rank_reports: Rank
) -> None:
    (key,) = rank_reports(["model-a"])
    rate_as(sessions, key, range(4), kind=C, name="constructed-1")
    with sessions.write() as session:
        split = get_test_split(session)
        with pytest.raises(InvalidRequest, match="drawn at random"):
            declare_draws(session, split, DrawSource.DRAWN, is_random=False)
        with pytest.raises(InvalidRequest, match="never assigned by this server"):
            declare_draws(session, split, DrawSource.DRAWN, is_random=True)
        assert count_draws(session, split) == {C: DrawCounts(undeclared=4)}


@ONE_DATABASE
def test_by_command_files_are_of_chosen_reports_unless_said_otherwise_and_are_corrected(
    sessions: Sessions,
    rank_reports: Rank,
    database_url: str,
    empty_redis_url: str,
    tmp_path: Path,
) -> None:
    rank_reports(["model-a"])
    settings = {"DATABASE_URL": database_url, "REDIS_URL": empty_redis_url}
    app = create_app(Config.from_env({**settings, "SECRET_KEY": "s" * 40}))

    def flask(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["expert", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    place = tmp_path / "ratings.csv"
    for rater, words in (("Dr. X", []), ("Dr. Y", ["--random"])):
        place.write_bytes(write_file("model-a", range(3), rater))
        flask("import", "tiny", str(place), *words)
    with sessions.read() as session:
        assert count_draws(session, get_test_split(session)) == {
            E: DrawCounts(imported=6, chosen=3)
        }
    said = flask("declare-draw", "tiny", "--source", "imported", "--random")
    assert said == "3 ratings of reports declared as imported, random.\n"
    with sessions.read() as session:
        assert count_draws(session, get_test_split(session)) == {E: DrawCounts(imported=6)}
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [one.note for one in entries] == [
            "3 expert from ratings.csv",
            "3 expert from ratings.csv, reports drawn at random",
            "imported, random: 3 ratings of reports",
        ]
