"""Another version of the parser or of the checklist judge: what is proposed, what never mixes."""

from collections.abc import Mapping

import pytest
from sqlalchemy import func, select, update

from leaderboard.calibration.split_facts import read_split_facts
from leaderboard.campaigns.planning import replaces
from leaderboard.campaigns.refit import begin_upgrade
from leaderboard.db import Sessions
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.score import score_submission
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.calibration import Calibration, ScoredReports
from leaderboard.models.campaign import Campaign, CampaignState, ReleaseRuler
from leaderboard.models.ranking import Board, ScoredQuestions
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.releases import read_releases
from leaderboard.rankings.rows import RankingRow
from leaderboard.scoring.answers import PARSER_VERSION
from tests.calibration.test_calibrations import rate_as
from tests.campaigns.campaigns import find_report, open_all, recalibrate, run_campaign
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

# Parts and versions are tested on both databases.
pytestmark = pytest.mark.one_database
NOW = ChecklistJudge.identity
BEFORE = JudgeIdentity(NOW.name, "0")
TEXTS = {f"test-report-{n:03}": "A report." for n in range(3)}


def make_judge(identity: JudgeIdentity, value: float) -> ScriptedJudge:
    judge = ScriptedJudge(lambda item: value)
    judge.identity = identity
    return judge


TODAY = make_judge(NOW, 3.0)


@pytest.fixture
def old(load: Load, submit_texts: Submit) -> str:
    """A submission of three reports, each rated 4 of 5 by the version before."""
    load(0, 0, 3)
    return submit_texts(TEXTS, "model-a", judges=[make_judge(BEFORE, 4.0)])


def read_rows(
    sessions: Sessions, release: int | None = None, board: Board = Board.REPORT
) -> Mapping[str, RankingRow]:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = read_ranking(session, split, board, release=release)
        return {row.submission.id: row for row in table.rows}


def read_notes(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        return [one.release.note for one in reversed(read_releases(session, split.id))]


def begin(sessions: Sessions) -> list[int]:
    with sessions.write() as session:
        return [nudge.key for nudge in begin_upgrade(session, PARSER_VERSION, NOW)]


def upgrade(sessions: Sessions, judge: ScriptedJudge) -> Campaign:
    """What the upgrade of a site begins, up to its proposal."""
    (campaign_id,) = begin(sessions)
    return run_campaign(sessions, campaign_id, judge)


def test_a_new_version_of_the_judge_is_proposed_and_moves_nothing_before_it_is_opened(
    sessions: Sessions, old: str
) -> None:
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(80)
    judge = make_judge(NOW, 3.0)
    campaign = upgrade(sessions, judge)
    assert campaign.state is CampaignState.PROPOSED
    assert len(judge.calls) == 3
    (split,) = find_report(sessions, campaign.id).splits
    (model,) = split.models
    change = model.boards[Board.REPORT]
    assert change.before.value == pytest.approx(80)
    assert change.after.value == pytest.approx(60)
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(80)
    assert read_notes(sessions) == ["The first ranking."]

    assert open_all(sessions, campaign.id, "It reads levels.").state is CampaignState.OPENED
    assert len(judge.calls) == 3
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(60)
    assert read_rows(sessions, release=1)[old].scores[Board.REPORT].value == pytest.approx(80)
    assert read_notes(sessions)[1:] == [
        f"The judge checklist went from version 0 to version {NOW.version}. It reads levels."
    ]


def test_the_ratings_of_the_version_before_are_kept(sessions: Sessions, old: str) -> None:
    open_all(sessions, upgrade(sessions, make_judge(NOW, 3.0)).id)
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


def test_an_upgrade_is_proposed_once(sessions: Sessions, old: str) -> None:
    campaign = upgrade(sessions, make_judge(NOW, 3.0))
    assert begin(sessions) == []
    open_all(sessions, campaign.id)
    assert begin(sessions) == []


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
    assert begin(sessions) == []
    # What it scores itself does not compare, and does not stand above what is there.
    back = submit_texts(TEXTS, "model-b", "team-b", judges=[make_judge(NOW, 3.0)])
    rows = read_rows(sessions)
    assert rows[new].scores[Board.REPORT].value == pytest.approx(80)
    assert Board.OVERALL in rows[new].ranks
    assert Board.OVERALL not in rows[back].ranks


def test_a_judge_that_fails_leaves_the_scores_and_the_host_reads_of_it(
    sessions: Sessions, old: str
) -> None:
    def die(item: str) -> float:
        raise RuntimeError("broken")

    judge = ScriptedJudge(die)
    judge.identity = NOW
    campaign = upgrade(sessions, judge)
    assert campaign.state is CampaignState.FAILED
    assert campaign.reason.startswith(f"Could not be scored anew: {old}.")
    assert read_rows(sessions)[old].scores[Board.REPORT].value == pytest.approx(80)
    # The next start of the site tries again.
    assert upgrade(sessions, make_judge(NOW, 3.0)).state is CampaignState.PROPOSED


def test_two_versions_of_a_judge_are_never_ranked_against_each_other(
    sessions: Sessions, old: str, submit_texts: Submit
) -> None:
    new = submit_texts(TEXTS, "model-b", "team-b", judges=[make_judge(NOW, 2.0)])
    rows = read_rows(sessions)
    assert Board.OVERALL in rows[old].ranks
    assert Board.OVERALL not in rows[new].ranks
    assert len(read_notes(sessions)) == 1
    open_all(sessions, upgrade(sessions, make_judge(NOW, 2.0)).id)
    rows = read_rows(sessions)
    assert {key for key, row in rows.items() if Board.OVERALL in row.ranks} == {old, new}
    assert len(read_notes(sessions)) == 2
    with sessions.read() as session:
        raters = session.scalars(select(ScoredReports.rater_id).distinct()).all()
    assert len(raters) == 1


def test_labels_calibrate_the_new_version_by_its_own_ratings(sessions: Sessions, old: str) -> None:
    rate_as(sessions, old, range(3))
    with sessions.read() as session:
        split_id = session.get_one(Submission, old).split_id
    recalibrate(sessions, split_id, make_judge(BEFORE, 4.0))
    open_all(sessions, upgrade(sessions, make_judge(NOW, 3.0)).id)
    with sessions.read() as session:
        fitted = session.scalars(
            select(Rater.version).join(Calibration, Calibration.rater_id == Rater.id).distinct()
        )
        assert set(fitted) == {BEFORE.version, NOW.version}


@pytest.fixture
def read_by_an_older_parser(sessions: Sessions, load: Load, submit_texts: Submit) -> list[str]:
    """Two models; an older parser left the first one's sentence unparsed, now a letter is read."""
    load(2, 0, 0)
    keys = [
        submit_texts(
            {"test-text-000": "The answer is B.", "test-text-001": "B"}, "model-a", judges=[TODAY]
        ),
        submit_texts(
            {"test-text-000": "A", "test-text-001": "B"}, "model-b", "team-b", judges=[TODAY]
        ),
    ]
    with sessions.write() as session:
        session.execute(update(ParsedPrediction).values(parser_version="1"))
        session.execute(update(ScoredQuestions).values(parser_version="1"))
        session.execute(update(ReleaseRuler).values(parser_version="1"))
        sentence = select(Prediction.id).where(Prediction.text == "The answer is B.")
        session.execute(
            update(ParsedPrediction)
            .where(ParsedPrediction.prediction_id.in_(sentence))
            .values(outcome="unparsed", letters="", is_correct=False)
        )
        split_id = session.get_one(Submission, keys[0]).split_id
        score_submission(session, keys[0], 0, read_split_facts(session, split_id))
        rank_split(session, split_id)
    return keys


def test_another_version_of_the_parser_reads_again_what_is_stored(
    sessions: Sessions, read_by_an_older_parser: list[str]
) -> None:
    first, _ = read_by_an_older_parser
    campaign = upgrade(sessions, make_judge(NOW, 3.0))
    assert campaign.state is CampaignState.PROPOSED
    (split,) = find_report(sessions, campaign.id).splits
    changed = {model.submission_id: model.items for model in split.models}
    open_all(sessions, campaign.id)
    with sessions.read() as session:
        versions = session.scalars(select(ParsedPrediction.parser_version).distinct()).all()
        of_scores = session.scalars(select(ScoredQuestions.parser_version).distinct()).all()
        letters = session.scalars(
            select(ParsedPrediction.letters)
            .join(Prediction, Prediction.id == ParsedPrediction.prediction_id)
            .where(Prediction.text == "The answer is B.")
        ).one()
    assert (versions, of_scores, letters) == ([PARSER_VERSION], [PARSER_VERSION], "B")
    assert read_rows(sessions)[first].outcomes == {"answered": 2}
    assert changed[first] == ["test-text-000"]
    assert read_notes(sessions)[-1].startswith(
        f"The answer parser went from version 1 to version {PARSER_VERSION}."
    )


def test_what_today_s_parser_reads_is_not_ranked_among_what_an_older_one_read(
    sessions: Sessions, read_by_an_older_parser: list[str], submit_texts: Submit
) -> None:
    new = submit_texts(
        {"test-text-000": "B", "test-text-001": "B"}, "model-c", "team-c", judges=[TODAY]
    )
    rows = read_rows(sessions, board=Board.TEXT)
    assert Board.TEXT not in rows[new].ranks
    assert all(Board.TEXT in rows[key].ranks for key in read_by_an_older_parser)
    open_all(sessions, upgrade(sessions, make_judge(NOW, 3.0)).id)
    rows = read_rows(sessions, board=Board.TEXT)
    assert all(Board.TEXT in row.ranks for row in rows.values())


def test_an_upgrade_that_changes_nothing_needs_no_host_and_no_release(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(2, 0, 0)
    submit_texts({"test-text-000": "A", "test-text-001": "B"}, "model-b", "team-b", judges=[TODAY])
    with sessions.write() as session:
        session.execute(update(ParsedPrediction).values(parser_version="1"))
        session.execute(update(ScoredQuestions).values(parser_version="1"))
        session.execute(update(ReleaseRuler).values(parser_version="1"))
    assert upgrade(sessions, make_judge(NOW, 3.0)).state is CampaignState.OPENED
    assert read_notes(sessions) == ["The first ranking."]
    assert begin(sessions) == []
