"""Releases: what keeps one open, what opens the next, and that the older ranking stays."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest

from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.run import evaluate
from leaderboard.experts.assign import read_standing_reports
from leaderboard.hosting.releases import open_next
from leaderboard.hosting.submissions import hide
from leaderboard.migrate import downgrade, upgrade
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board
from leaderboard.models.rating import RaterKind
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.provenance import ReportProvenance
from leaderboard.rankings.read import read_ranking, read_state
from leaderboard.rankings.releases import ReleaseSummary, read_releases
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    BoardScore,
)
from tests.calibration.test_calibrations import (
    N_REPORTS,
    ONE_DATABASE,
    judge_value,
    rate_as,
    refit,
)
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit
from tests.waiting import HANG_SECONDS

HOST = "host@example.org"


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge(judge_value)


@pytest.fixture
def keys(load: Load, submit_texts: Submit, judge: ScriptedJudge, prepare: Prepare) -> list[str]:
    """Scored submissions of two models with two questions and forty reports each."""
    load(2, 0, N_REPORTS)

    def score() -> list[str]:
        found = []
        for model in ("model-a", "model-b"):
            texts = {f"test-report-{n:03}": f"Report of {model}." for n in range(N_REPORTS)}
            texts |= {
                "test-text-000": "B",
                "test-text-001": "B or C" if model == "model-a" else "A",
            }
            found.append(submit_texts(texts, model, f"team-of-{model}", judges=[judge]))
        return found

    return list(prepare("two models with reports", score))


def read(sessions: Sessions, release: int | None = None) -> RankingTable:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        return read_ranking(session, split, Board.REPORT, release=release)


def read_all(sessions: Sessions) -> list[ReleaseSummary]:
    with sessions.read() as session:
        return read_releases(session, get_split(get_benchmark(session, "tiny"), "test").id)


LATER = frozenset({Board.RELIABILITY})
"""Boards that older rankings do not have."""


def shown(table: RankingTable) -> list[tuple[object, ...]]:
    """All that a page shows of a ranking's rows, but for boards that came later."""

    def plain(row: RankingRow) -> tuple[object, ...]:
        return (
            row.submission.id,
            sorted(one for one in row.scores.items() if one[0] not in LATER),
            sorted(one for one in row.ranks.items() if one[0] not in LATER),
            sorted(row.separable - LATER),
            row.coverage,
            sorted(row.outcomes.items()),
            row.n_attempts,
            row.report,
        )

    return [plain(row) for row in table.rows]


def may_decide(row: tuple[object, ...]) -> tuple[object, ...]:
    """What is `shown` of a row whose judge decides ranks, as in releases before the order suite."""
    *others, report = row
    assert isinstance(report, ReportProvenance)
    return (*others, replace(report, may_decide=True))


def report_score(table: RankingTable, key: str) -> BoardScore:
    return next(row.scores[Board.REPORT] for row in table.rows if row.submission.id == key)


@ONE_DATABASE
def test_another_submission_keeps_the_release_open(
    sessions: Sessions, keys: list[str], submit_texts: Submit, judge: ScriptedJudge
) -> None:
    first = read(sessions)
    evaluate(sessions, submit_texts({"test-text-000": "B"}, "model-c", "team-c"), [judge], 1)
    table = read(sessions)
    assert first.release
    assert table.release
    assert (first.release.number, table.release.number) == (1, 1)
    assert table.serial == first.serial + 1
    assert len(table.rows) == 3


def test_labels_of_another_kind_open_the_next_release_and_the_older_ranking_stays(
    sessions: Sessions, keys: list[str]
) -> None:
    before = shown(read(sessions))
    serial = read(sessions).serial
    rate_as(sessions, keys[0], range(30), kind=RaterKind.CONSTRUCTED, name="construction")
    refit(sessions)

    older, current = read(sessions, release=1), read(sessions)
    assert shown(older) == before
    assert not older.is_current
    assert current.is_current
    assert current.release is not None
    assert current.release.number == 2
    assert current.serial > serial == older.serial
    # The judge is too kind by .6 on 1..5, so calibrated scores are lower by about 12 of 100.
    raw, calibrated = report_score(older, keys[0]), report_score(current, keys[0])
    assert raw.value - calibrated.value == pytest.approx(12, abs=1.5)
    first, second = reversed(read_all(sessions))
    assert first.closed_at == second.release.opened_at
    assert second.closed_at is None
    assert [judge.label_kind for judge in first.release.judges] == [None]
    assert [judge.label_kind for judge in second.release.judges] == [RaterKind.CONSTRUCTED]
    assert [judge.n_labels for judge in second.release.judges] == [30]
    assert second.release.note == (
        "The judge scripted went from no labels to constructed labels. It is right."
    )


@ONE_DATABASE
def test_more_labels_of_the_same_kind_keep_the_release_open(
    sessions: Sessions, keys: list[str]
) -> None:
    for key in keys:
        rate_as(sessions, key, range(30))
    refit(sessions)
    fitted = read_all(sessions)[0].release.judges[0]
    rate_as(sessions, keys[1], range(30, 32))
    refit(sessions)
    newest = read_all(sessions)[0]
    assert newest.release.number == 2
    assert (fitted.n_labels, newest.release.judges[0].n_labels) == (60, 62)


@ONE_DATABASE
def test_a_host_opens_the_next_release_with_a_reason(
    sessions: Sessions, keys: list[str], submit_texts: Submit, judge: ScriptedJudge
) -> None:
    before = shown(read(sessions))
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        with pytest.raises(InvalidRequest):
            open_next(session, split, HOST, " ")
        done = open_next(session, split, HOST, "The autumn release.")
        with pytest.raises(Conflict):
            open_next(session, split, HOST, "At once again.")
    assert done.message == "Release 2 of tiny 1.0.0 test is open."
    # Until a worker has ranked, the page shows the ranking that there is.
    assert read(sessions).is_current
    assert shown(read(sessions)) == before
    with sessions.write() as session:
        rank_split(session, *done.rank)
        assert read_audit(session)[0].note == "2: The autumn release."
    evaluate(sessions, submit_texts({"test-text-000": "B"}, "model-c", "team-c"), [judge], 1)
    assert shown(read(sessions, release=1)) == before
    assert [one.n_models for one in read_all(sessions)] == [3, 2]


def test_of_two_hosts_who_open_the_next_release_at_once_one_does(
    sessions: Sessions, keys: list[str]
) -> None:
    def open_another() -> str:
        with sessions.write() as session:
            split = get_split(get_benchmark(session, "tiny"), "test")
            return open_next(session, split, HOST, "Second.").message

    with ThreadPoolExecutor(1) as other:
        with sessions.write() as session:
            split = get_split(get_benchmark(session, "tiny"), "test")
            open_next(session, split, HOST, "First.")
            second = other.submit(open_another)
            # Time for the other to begin, and to look at what is there before it has to wait.
            assert not wait([second], timeout=0.5).done
        with pytest.raises(Conflict):
            second.result(HANG_SECONDS)


@ONE_DATABASE
def test_splits_of_as_many_rankings_are_of_different_states(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    with sessions.read() as session:
        splits = get_benchmark(session, "tiny").splits
        assert len({read_state(session, split) for split in splits}) == len(splits) == 2


@ONE_DATABASE
def test_what_a_host_hides_is_gone_from_older_releases_too(
    sessions: Sessions, keys: list[str]
) -> None:
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        rank_split(session, *open_next(session, split, HOST, "Next.").rank)
        state = read_state(session, split)
        rank_split(session, *hide(session, keys[0], HOST, "It was a mistake.").rank)
        assert read_state(session, split) != state
    assert [row.submission.id for row in read(sessions, release=1).rows] == [keys[1]]
    assert [one.n_models for one in read_all(sessions)] == [1, 1]


@ONE_DATABASE
def test_experts_rate_the_reports_of_the_current_release_alone(
    sessions: Sessions, keys: list[str], submit_texts: Submit, judge: ScriptedJudge
) -> None:
    texts = {f"test-report-{n:03}": f"Second report {n}." for n in range(N_REPORTS)}
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        rank_split(session, *open_next(session, split, HOST, "Next.").rank)
        hide(session, keys[1], HOST, "It was a mistake.")
    evaluate(sessions, submit_texts(texts, "model-c", "team-c"), [judge], 1)
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        found = {report.submission_id for report in read_standing_reports(session, split)}
    assert keys[0] in found
    assert keys[1] not in found
    assert len(found) == 2


@ONE_DATABASE
def test_a_release_that_is_not_there_is_refused_with_those_that_are(
    sessions: Sessions, keys: list[str]
) -> None:
    with pytest.raises(NotFound) as problem:
        read(sessions, release=7)
    assert problem.value.remedy == "Its releases are 1."


@pytest.mark.own_database
def test_a_migration_gives_an_older_ranking_its_release_and_all_that_it_shows(
    sessions: Sessions, keys: list[str], database_url: str
) -> None:
    rate_as(sessions, keys[0], range(30))
    refit(sessions)
    before = [may_decide(row) for row in shown(read(sessions))]
    [release, _] = read_all(sessions)
    sessions.engine.dispose()
    downgrade(database_url, "0012")  # Boards that came later have no entries from then on.
    upgrade(database_url)
    after = read(sessions)
    assert shown(after) == before
    [only] = read_all(sessions)
    assert only.release.number == 1
    judge, expected = only.release.judges[0], release.release.judges[0]
    assert (judge.label_kind, judge.n_labels) == (expected.label_kind, expected.n_labels)
    with sessions.write() as session:
        split = session.get_one(Split, only.release.split_id)
        rank_split(session, split.id)
    assert len(read_all(sessions)) == 1
