"""A new version of the checklist judge: who is rated again, and that versions never mix."""

from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from leaderboard.calibration.refits import request_refit
from leaderboard.db import Sessions
from leaderboard.evaluation.outdated import replaces, request_again
from leaderboard.evaluation.recalibrate import recalibrate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.calibration import Calibration, Refit, ScoredReports
from leaderboard.models.ranking import Board
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import RankingRow, read_ranking
from leaderboard.rankings.releases import read_releases
from tests.calibration.test_calibrations import rate_as, refit
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

NOW = ChecklistJudge.identity
BEFORE = JudgeIdentity(NOW.name, "0")
TEXTS = {f"test-report-{n:03}": "A report." for n in range(3)}


def make_judge(identity: JudgeIdentity, value: float) -> ScriptedJudge:
    judge = ScriptedJudge(lambda item: value)
    judge.identity = identity
    return judge


@pytest.fixture
def old(load: Load, submit_texts: Submit) -> str:
    """A submission of three reports, each rated 4 of 5 by the version before."""
    load(0, 0, 3)
    return submit_texts(TEXTS, "model-a", judges=[make_judge(BEFORE, 4.0)])


def read_rows(sessions: Sessions, release: int | None = None) -> Mapping[str, RankingRow]:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = read_ranking(session, split, Board.REPORT, release=release)
        return {row.submission.id: row for row in table.rows}


def read_notes(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        return [one.release.note for one in reversed(read_releases(session, split.id))]


def ask_again(sessions: Sessions) -> list[int]:
    with sessions.write() as session:
        return request_again(session, NOW)


def test_a_new_version_rates_and_scores_what_the_one_before_scored(
    sessions: Sessions, old: str
) -> None:
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(80)
    judge = make_judge(NOW, 3.0)
    for split_id in ask_again(sessions):
        recalibrate(sessions, split_id, again=judge)
    assert len(judge.calls) == 3
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(60)
    assert read_rows(sessions, release=1)[old].scores[Board.REPORT].value == pytest.approx(80)
    assert read_notes(sessions) == [
        "The first ranking.",
        f"The judge checklist went from version 0 to version {NOW.version}.",
    ]


def test_the_ratings_of_the_version_before_are_kept(sessions: Sessions, old: str) -> None:
    for split_id in ask_again(sessions):
        recalibrate(sessions, split_id, again=make_judge(NOW, 3.0))
    with sessions.read() as session:
        rows = session.execute(
            select(Rater.version, func.min(Rating.value), func.max(Rating.value))
            .join(Rating, Rating.rater_id == Rater.id)
            .where(Rater.kind == RaterKind.JUDGE)
            .group_by(Rater.version)
        )
        assert {row[0]: (row[1], row[2]) for row in rows} == {
            BEFORE.version: (4.0, 4.0),
            NOW.version: (3.0, 3.0),
        }


def test_nothing_is_rated_again_in_the_same_version(sessions: Sessions, old: str) -> None:
    for split_id in ask_again(sessions):
        recalibrate(sessions, split_id, again=make_judge(NOW, 3.0))
    assert ask_again(sessions) == []
    with sessions.read() as session:
        assert session.scalars(select(Refit)).all() == []


@pytest.mark.parametrize(
    ("version", "other", "expected"),
    [
        ("3", "2", True),
        ("10", "9", True),
        ("2", "3", False),
        ("9", "10", False),
        ("2", "2", False),
        ("a1f", "b2e", True),
        ("b2e", "a1f", True),
        ("a1f", "a1f", False),
    ],
)
def test_a_later_number_replaces_an_earlier_and_without_numbers_any_other(
    version: str, other: str, expected: bool
) -> None:
    assert replaces(version, other) is expected


def test_an_earlier_version_that_comes_back_replaces_nothing_of_a_later_one(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 3)
    later = JudgeIdentity(NOW.name, str(int(NOW.version) + 8))
    new = submit_texts(TEXTS, "model-a", judges=[make_judge(later, 4.0)])
    assert ask_again(sessions) == []
    with sessions.write() as session:
        request_refit(session, session.get_one(Submission, new).split_id)
        split_id = session.get_one(Submission, new).split_id
    judge = make_judge(NOW, 3.0)
    recalibrate(sessions, split_id, again=judge)
    assert judge.calls == []
    # What it scores itself does not compare, and does not stand above what is there.
    back = submit_texts(TEXTS, "model-b", "team-b", judges=[judge])
    rows = read_rows(sessions)
    assert rows[new].scores[Board.REPORT].value == pytest.approx(80)
    assert Board.REPORT in rows[new].ranks
    assert Board.REPORT not in rows[back].ranks


def test_a_run_that_dies_leaves_the_scores_and_the_request(sessions: Sessions, old: str) -> None:
    def die(item: str) -> float:
        raise RuntimeError("killed")

    (split_id,) = ask_again(sessions)
    judge = ScriptedJudge(die)
    judge.identity = NOW
    with pytest.raises(RuntimeError, match="killed"):
        recalibrate(sessions, split_id, again=judge)
    with sessions.read() as session:
        assert session.scalars(select(Refit.split_id)).all() == [split_id]
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(80)


def test_two_versions_are_never_ranked_against_each_other(
    sessions: Sessions, old: str, submit_texts: Submit
) -> None:
    new = submit_texts(TEXTS, "model-b", "team-b", judges=[make_judge(NOW, 3.0)])
    rows = read_rows(sessions)
    assert Board.REPORT in rows[new].ranks
    assert Board.REPORT not in rows[old].ranks
    assert read_notes(sessions)[1:] == [
        f"The judge checklist went from version 0 to version {NOW.version}."
    ]
    for split_id in ask_again(sessions):
        recalibrate(sessions, split_id, again=make_judge(NOW, 2.0))
    rows = read_rows(sessions)
    assert {key for key, row in rows.items() if Board.REPORT in row.ranks} == {old, new}
    assert len(read_notes(sessions)) == 2
    with sessions.read() as session:
        raters = session.scalars(select(ScoredReports.rater_id).distinct()).all()
    assert len(raters) == 1


def test_labels_calibrate_the_new_version_by_its_own_ratings(sessions: Sessions, old: str) -> None:
    rate_as(sessions, old, range(3))
    refit(sessions)
    for split_id in ask_again(sessions):
        recalibrate(sessions, split_id, again=make_judge(NOW, 3.0))
    with sessions.read() as session:
        fitted = session.scalars(
            select(Rater.version).join(Calibration, Calibration.rater_id == Rater.id).distinct()
        )
        assert set(fitted) == {BEFORE.version, NOW.version}
