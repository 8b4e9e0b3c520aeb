"""The board of reliability: no answer is not a wrong one, and a guess gains nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from leaderboard.db import Sessions
from leaderboard.evaluation.rank import rank_split
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board, Metric, Score, boards_of
from leaderboard.models.submission import Submission
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow
from tests.loaded import Load, Submit

REFUSAL = "I cannot answer this."
N_TEXT, N_IMAGE = 30, 20
"""Every question has four options, and B is right."""


def answer(says: Callable[[int], str]) -> dict[str, str]:
    return {
        f"test-{track}-{n:03}": says(n)
        for track, size in (("text", N_TEXT), ("image", N_IMAGE))
        for n in range(size)
    }


def read_rows(sessions: Sessions) -> dict[str, RankingRow]:
    with sessions.read() as session:
        split = session.scalars(select(Submission)).first()
        assert split is not None
        table = read_ranking(session, split.split, Board.RELIABILITY)
        return {row.model.slug: row for row in table.rows}


@pytest.fixture
def ranked(load: Load, submit_texts: Submit) -> None:
    """Four models: one knows half and refuses the rest, one guesses the rest, one never answers."""
    load(N_TEXT, N_IMAGE, 0)
    texts = {
        "refuses": answer(lambda n: "B" if n % 2 else REFUSAL),
        "guesses": answer(lambda n: "B" if n % 2 else "ACDB"[n // 2 % 4]),
        "wrong": answer(lambda n: "B" if n % 2 else "C"),
        "silent": answer(lambda n: REFUSAL),
    }
    for name, said in texts.items():
        submit_texts(said, model=name, judges=[ChecklistJudge()])


def test_the_scores_are_those_of_the_formula_and_other_boards_stay_as_they_are(
    sessions: Sessions, ranked: None
) -> None:
    rows = read_rows(sessions)
    found = {name: row.scores[Board.RELIABILITY] for name, row in rows.items()}
    guessed = [n for n in range(N_TEXT) if n % 2 == 0 and n // 2 % 4 == 3]
    guessed += [n for n in range(N_IMAGE) if n % 2 == 0 and n // 2 % 4 == 3]
    n_wrong = 25 - len(guessed)
    assert found["refuses"].value == pytest.approx(75)
    assert found["silent"].value == pytest.approx(50)
    assert found["wrong"].value == pytest.approx(50 + 50 * (25 - 25 / 3) / 50)
    expected = 50 + 50 * (25 + len(guessed) - n_wrong / 3) / 50
    assert found["guesses"].value == pytest.approx(expected)
    for one in found.values():
        assert one.low is not None
        assert one.high is not None
        assert 0 <= one.low < one.value < one.high <= 100
    closed = {name: row.scores[Board.CLOSED].value for name, row in rows.items()}
    assert closed["refuses"] == closed["wrong"] == 50
    assert closed["silent"] == 0
    assert next(iter(rows)) == "refuses"
    assert list(rows)[-1] == "silent"
    ranks = {name: row.ranks[Board.RELIABILITY] for name, row in rows.items()}
    assert (ranks["refuses"].low, ranks["wrong"].low, ranks["silent"].high) == (1, 2, 4)


def test_models_are_compared_by_rewards_where_wrong_answers_cost(
    sessions: Sessions, ranked: None
) -> None:
    with sessions.read() as session:
        split = session.scalars(select(Submission)).all()[0].split
        found = compare_models(session, split, ["refuses", "wrong"])
    pairs = {one.board: one.pairs[0] for one in found.boards}
    assert pairs[Board.RELIABILITY].difference.value == pytest.approx(50 / 6)
    assert (pairs[Board.RELIABILITY].winner, pairs[Board.RELIABILITY].mid_p) == (0, None)
    assert pairs[Board.CLOSED].difference.value == 0
    assert pairs[Board.CLOSED].winner is None


def test_what_was_scored_before_there_was_the_board_gets_its_score_with_the_next_ranking(
    sessions: Sessions, ranked: None
) -> None:
    before = {name: row.scores[Board.RELIABILITY] for name, row in read_rows(sessions).items()}
    with sessions.write() as session:
        session.execute(delete(Score).where(Score.metric == Metric.RELIABILITY))
        rank_split(session, session.scalars(select(Submission.split_id)).all()[0])
    after = {name: row.scores[Board.RELIABILITY] for name, row in read_rows(sessions).items()}
    assert after == before


@pytest.mark.one_database
def test_of_several_runs_the_mean_of_what_their_answers_earn_counts(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(N_TEXT, N_IMAGE, 0)
    first = submit_texts(answer(lambda n: "B" if n % 2 else REFUSAL), judges=[ChecklistJudge()])
    submit_texts(answer(lambda n: "B" if n % 2 else "C"), judges=[ChecklistJudge()], run_of=first)
    (row,) = read_rows(sessions).values()
    assert row.n_runs == 2
    assert row.scores[Board.RELIABILITY].value == pytest.approx(75 - 25 / 6)
    assert row.scores[Board.CLOSED].value == pytest.approx(50)


@pytest.mark.one_database
def test_a_split_without_pictures_has_the_board_too(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(N_TEXT, 0, 0)
    every = answer(lambda n: "B" if n % 2 else "C")
    own = {key: text for key, text in every.items() if "-text-" in key}
    submit_texts(own, judges=[ChecklistJudge()])
    (row,) = read_rows(sessions).values()
    assert row.scores[Board.RELIABILITY].value == pytest.approx(50 + 50 * (15 - 15 / 3) / 30)
    assert row.ranks[Board.RELIABILITY].low == 1
    assert boards_of([Track.TEXT]) == (Board.OVERALL, Board.RELIABILITY)
    assert boards_of([Track.REPORT]) == (Board.OVERALL,)
