"""Report scores with style controlled for, from stored ratings, against statsmodels."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from leaderboard.db import Sessions
from leaderboard.exports.rankings import make_ranking_table
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.selection import Selection
from leaderboard.rankings.style import control_styles, find_field, read_selected
from leaderboard.scoring.statistics.likeness import Trait
from tests.calibration.test_calibrations import (
    N_REPORTS,
    expert_value,
    judge_value,
    rate_as,
    refit,
    report_score,
)
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

MODELS = ("model-a", "model-b", "model-c")
LABELLED = {"model-a": range(12), "model-b": range(12, 24)}
pytestmark = pytest.mark.one_database


def style_of(model: str, number: int) -> tuple[int, int]:
    """Words and marks of a report; the third model writes twice as much."""
    n_marks = number % 4
    return (5 + number * 5 % 17 * 8) * (2 if model == "model-c" else 1) + n_marks, n_marks


def write_text(model: str, number: int) -> str:
    n_words, n_marks = style_of(model, number)
    return " ".join(["word"] * (n_words - n_marks)) + "\n- x" * n_marks


@pytest.fixture
def keys(load: Load, submit_texts: Submit, prepare: Prepare) -> list[str]:
    """Submissions of the models, two of which have labels of twelve reports each."""
    load(0, 0, N_REPORTS)

    def score() -> list[str]:
        judge = ScriptedJudge(judge_value)
        return [
            submit_texts(
                {f"test-report-{n:03}": write_text(model, n) for n in range(N_REPORTS)},
                model,
                judges=[judge],
            )
            for model in MODELS
        ]

    return list(prepare("three models whose reports differ in length", score))


def read(sessions: Sessions, key: str, *, controls_style: bool) -> RankingTable:
    with sessions.read() as session:
        split = session.get_one(Submission, key).split
        selection = Selection(board=Board.REPORT, controls_style=controls_style)
        table = read_selected(session, split, selection)
        made = make_ranking_table(table)
        added = [one.name for one in made.columns if "_controlled_" in one.name]
        names = ("score", "low", "high", "shift") if controls_style else ()
        assert added == [f"report_controlled_{name}" for name in names]
    return table


def find(table: RankingTable, model: str) -> RankingRow:
    return next(row for row in table.rows if row.model.slug == model)


def measure_left() -> sm.regression.linear_model.RegressionResultsWrapper:
    """Errors of the labelled reports, calibrated by the other model, on style with models apart."""
    pairs = {
        model: np.array([(20 * judge_value(f"-{n}"), 20 * expert_value(n)) for n in numbers])
        for model, numbers in LABELLED.items()
    }
    rows = []
    for model, other in (("model-a", "model-b"), ("model-b", "model-a")):
        line = np.polyfit(pairs[other][:, 0], pairs[other][:, 1], 1)
        for (score, label), number in zip(pairs[model], LABELLED[model], strict=True):
            error = np.clip(np.polyval(line, score), 20, 100) - label
            n_words, n_marks = style_of(model, number)
            is_first = model == "model-a"
            rows.append((error, np.log(n_words), 100 * n_marks / n_words, is_first, not is_first))
    table = np.array(rows, dtype=float)
    return sm.OLS(table[:, 0], table[:, 1:]).fit()


def test_an_estimate_is_moved_to_the_fields_style_and_what_has_own_labels_stays_as_it_is(
    sessions: Sessions, keys: list[str]
) -> None:
    for key, numbers in zip(keys, LABELLED.values(), strict=False):
        rate_as(sessions, key, numbers)
    refit(sessions)
    table = read(sessions, keys[0], controls_style=True)
    left = measure_left()
    styles = {
        model: np.array([style_of(model, number) for number in range(N_REPORTS)])
        for model in MODELS
    }
    traits = np.array(
        [
            (np.log(own[:, 0].mean()), (100 * own[:, 1] / own[:, 0]).mean())
            for own in styles.values()
        ]
    )
    away = traits[2] - traits.mean(axis=0)
    score, by = report_score(sessions, keys[2])
    assert by is not None
    assert by.standard_error is not None
    assert score.value is not None
    assert (by.badge, by.freedom) == ("transported", 1)
    moved = score.value - float(away @ left.params[:2])
    own = by.standard_error**2
    added = float(away @ left.cov_params()[:2, :2] @ away)
    freedom = (own + added) ** 2 / (own**2 / 1 + added**2 / left.df_resid)
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(own + added)
    expected = (moved, max(20, moved - reach), min(100, moved + reach), moved - score.value)
    assert find(table, "model-c").controlled == pytest.approx(expected, rel=1e-6)
    assert abs(moved - score.value) > 0.01
    anchored = find(table, "model-a")
    before = anchored.scores[Board.REPORT]
    assert anchored.controlled == (before.value, before.low, before.high, 0.0)
    plain = read(sessions, keys[0], controls_style=False)
    assert all(row.controlled is None for row in plain.rows)
    assert [row.ranks for row in plain.rows] == [row.ranks for row in table.rows]
    assert [row.scores for row in plain.rows] == [row.scores for row in table.rows]
    assert_strays_are_left_out(sessions, plain)


def assert_strays_are_left_out(sessions: Sessions, table: RankingTable) -> None:
    """A model that writes unlike those with labels has no figure, and moves no other's."""
    stray = find(table, "model-c")
    assert stray.report is not None
    stray = replace(stray, report=replace(stray.report, unlike=(Trait.LENGTH,)))
    others = [row for row in table.rows if row.model.slug != "model-c"]
    with sessions.read() as session:
        asked = control_styles(session, replace(table, rows=[*others, stray]))
    assert find(asked, "model-c").controlled is None
    assert find(asked, "model-a").controlled is not None
    reports = [row.report for row in (*others, stray) if row.report is not None]
    assert find_field(reports) == find_field(reports[:-1])
