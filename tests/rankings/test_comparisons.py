"""Models compared through the disclosure policy."""

import pytest
from scipy import stats
from sqlalchemy import delete, select

from leaderboard.db import Sessions
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.evaluation.run import evaluate
from leaderboard.models.benchmark import Split
from leaderboard.models.publication import Publication
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.rankings.comparisons.compare import Comparison, compare_models
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

pytestmark = pytest.mark.one_database


def texts(track: str, n: int, right: set[int]) -> dict[str, str]:
    return {
        f"test-{track}-{number:03}": f"ANSWER: {'B' if number in right else 'C'}"
        for number in range(n)
    }


def compare(sessions: Sessions, *slugs: str) -> Comparison:
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        return compare_models(session, split, slugs)


@pytest.fixture
def two(sessions: Sessions, load: Load, submit_texts: Submit, prepare: Prepare) -> Sessions:
    """Model a has 24 of 30 text items right, b 10 of which 2 are a's wrong ones."""
    load(30, 0, 0)

    def score() -> None:
        for model, right in (("a", set(range(24))), ("b", {*range(8), 28, 29})):
            sheet = texts("text", 30, right)
            submit_texts(sheet, f"model-{model}", f"team-{model}", judges=[ScriptedJudge({})])

    prepare("two models of text", score)
    return sessions


def test_two_models_are_told_apart_by_the_items_on_which_they_differ(two: Sessions) -> None:
    found = compare(two, "model-a", "model-b")
    (board,) = [one for one in found.boards if one.board == Board.TEXT]
    assert board.n == 30
    (pair,) = board.pairs
    gaps = [100.0] * 16 + [-100.0] * 2 + [0.0] * 12
    expected = stats.ttest_1samp(gaps, 0)
    interval = expected.confidence_interval()
    assert pair.difference == pytest.approx(
        (1400 / 30, interval.low, interval.high, expected.pvalue)
    )
    assert (pair.n_first_only, pair.n_second_only) == (16, 2)
    expected_mid = 2 * stats.binom.cdf(2, 18, 0.5) - stats.binom.pmf(2, 18, 0.5)
    assert pair.mid_p == pytest.approx(expected_mid)
    assert pair.winner == 0
    assert compare(two, "model-b", "model-a").boards[0].pairs[0].winner == 1


def test_slices_say_where_one_wins(two: Sessions) -> None:
    found = {
        (one.metric, one.slice, one.name): one for one in compare(two, "model-a", "model-b").slices
    }
    even = found[Metric.ACCURACY, Slice.SUBCONDITION, "disc_herniation"]
    assert even.n == 15
    assert even.values == pytest.approx((80.0, 100 * 5 / 15))
    first, second = even.differences
    assert first is None
    assert second is not None
    assert second.value == pytest.approx(80 - 100 * 5 / 15)


def test_a_slice_of_few_items_makes_no_winner_however_large_the_difference(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(24, 0, 0)
    for model, right in (("a", set(range(24))), ("b", set())):
        key = submit_texts(texts("text", 24, right), f"model-{model}", f"team-{model}")
        evaluate(sessions, key, [ScriptedJudge({})], 5)
    found = {one.name: one for one in compare(sessions, "model-a", "model-b").slices}
    assert (found["level"].n, found["level"].winners) == (24, (None, 0))
    few = found["disc_herniation"]
    assert few.differences[1] is not None
    assert (few.n, few.differences[1].value, few.winners) == (12, 100.0, (None, None))


def withdraw_publication(sessions: Sessions, key: str) -> None:
    """Let a scored submission be one that no release has made public."""
    with sessions.write() as session:
        session.execute(delete(Publication).where(Publication.submission_id == key))


def test_what_is_not_public_cannot_be_compared(two: Sessions, submit_texts: Submit) -> None:
    key = submit_texts(texts("text", 30, set(range(5))), "hidden-model", "team-a")
    evaluate(two, key, [ScriptedJudge({})], 5)
    withdraw_publication(two, key)
    with pytest.raises(NotFound):
        compare(two, "model-a", "hidden-model")
    for slugs in (("model-a",), ("model-a", "model-a"), tuple("abcdefg")):
        with pytest.raises(InvalidRequest):
            compare(two, *slugs)


def test_report_scores_that_are_not_calibrated_make_no_winner(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 20)
    for model in "ab":
        reports = {f"test-report-{number:03}": f"Report of {model}." for number in range(20)}
        key = submit_texts(reports, f"model-{model}", f"team-{model}")
        ratings = {f"test-report-{n:03}": 3.0 + (n % 3 if model == "a" else 0) for n in range(20)}
        evaluate(sessions, key, [ScriptedJudge(ratings)], 5)
    found = compare(sessions, "model-a", "model-b")
    (board,) = [one for one in found.boards if one.board == Board.REPORT]
    (pair,) = board.pairs
    expected = stats.ttest_1samp([20.0 * (n % 3) for n in range(20)], 0)
    interval = expected.confidence_interval()
    assert pair.difference[:3] == pytest.approx((19.0, interval.low, interval.high))
    assert (pair.winner, pair.mid_p) == (None, None)
