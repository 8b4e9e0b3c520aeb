"""Totals of the papers' published tables, recomputed from their parts by the stated rule."""

import csv

import pytest

from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board
from leaderboard.reported.totals import Printed, find_mismatches, recompute
from tests.reported.published import FOLDER, read_content

PAPER = {Track.TEXT: 294, Track.IMAGE: 193, Track.REPORT: 87}


def make_printed(name: str, model: str) -> dict[Board, Printed]:
    """The printed figures of a model of a table."""
    line = next(one for one in read_content(name).models if one.name == model)
    return {f.board: Printed(f.value, f.decimals, f.n) for f in line.figures if f.board is not None}


@pytest.mark.parametrize(
    ("model", "total", "agrees"),
    [
        # (487 x 88.50 + 87 x 93.32) / 574, and so on; the notes of the table say the same.
        ("Gemini-2.5-Pro", 89.23, True),
        ("SpineGPT", 87.44, True),
        ("GPT5-mini", 87.00, True),
        ("GPT5", 85.54, True),
        ("GLM-4.5V", 83.26, True),
        ("Qwen2.5-VL-72B", 79.88, True),
        ("Medgemma-27B", 80.49, False),
        ("Qwen2.5-VL-7B", 71.85, False),
    ],
)
def test_the_overall_score_follows_from_the_printed_parts(
    model: str, total: float, agrees: bool
) -> None:
    figures = make_printed("spinemed", model)
    again = recompute(figures, PAPER)
    assert again[Board.OVERALL] == pytest.approx(total, abs=0.005)
    assert (Board.OVERALL not in find_mismatches(figures, again)) is agrees


def test_a_closed_accuracy_that_its_tracks_do_not_give_is_marked_and_not_carried_on() -> None:
    # The fixed example: text 263/294 and image 163/193 are 426/487 = 87.47, printed as 87.89.
    figures = make_printed("spinemed", "SpineGPT")
    again = recompute(figures, PAPER)
    assert again[Board.CLOSED] == pytest.approx(100 * 426 / 487, abs=0.01)
    assert set(find_mismatches(figures, again)) == {Board.CLOSED}
    assert again[Board.OVERALL] == pytest.approx((487 * again[Board.CLOSED] + 87 * 87.24) / 574)
    assert figures[Board.CLOSED].value == 87.89


def test_nothing_is_made_up_where_a_part_or_a_number_of_items_is_unknown() -> None:
    assert recompute(make_printed("spinemed", "GPT-4o"), PAPER) == {}
    spinegpt = make_printed("spinemed", "SpineGPT")
    assert recompute(spinegpt, {}) == {}
    assert set(recompute(spinegpt, {Track.TEXT: 294, Track.IMAGE: 193})) == {Board.CLOSED}


def test_a_coarse_figure_agrees_within_its_own_rounding() -> None:
    figures = {
        Board.TEXT: Printed(90, 0, 10),
        Board.IMAGE: Printed(80, 0, 10),
        Board.CLOSED: Printed(84.1, 1, None),
    }
    # 85, each part of which may be half a point lower.
    assert find_mismatches(figures, recompute(figures, {})) == {Board.CLOSED: 85}
    figures[Board.CLOSED] = Printed(84.5, 1, None)
    assert find_mismatches(figures, recompute(figures, {})) == {}


@pytest.mark.parametrize(
    ("name", "n_models", "n_figures"),
    [("spinemed", 10, 34), ("spinemed-ablation", 6, 12), ("spinal-pathology", 13, 61)],
)
def test_the_tables_are_read_whole_and_as_printed(name: str, n_models: int, n_figures: int) -> None:
    models = read_content(name).models
    assert len(models) == n_models
    assert sum(len(model.figures) for model in models) == n_figures
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        cells = {cell for row in csv.reader(file) for cell in row}
    for figure in (figure for model in models for figure in model.figures):
        assert f"{figure.value:.{figure.decimals}f}" in cells
