"""Columns: one declaration each, from which table, export and API follow."""

import pytest

from leaderboard.rankings.columns import COLUMNS, DEFAULT, MODEL, RANK, Column, Look
from leaderboard.scoring.boards import DEFAULT_BOARDS
from spinebench.shapes.rankings import BoardScores, RankingEntryRecord

BESIDE = {
    *("model", "report_provenance", "separable_from_leader", "saw_hidden_items"),
    *("stands_apart", "parts", "harm", "runs", "report_controlled", "tracks"),
}
"""What the API has of a model beside the figures of the columns and the boards."""


def test_the_api_has_a_field_for_each_board_in_their_order() -> None:
    names = [board.value for board in DEFAULT_BOARDS]
    assert list(BoardScores.__struct_fields__) == names
    assert [name for name in RankingEntryRecord.__struct_fields__ if name in names] == names


def test_the_api_has_a_field_for_each_figure_of_a_column_and_no_other() -> None:
    figures = [one.api for column in COLUMNS.values() for one in column.figures if one.api]
    boards = [board.value for board in DEFAULT_BOARDS]
    assert {*figures, *boards, *BESIDE} == set(RankingEntryRecord.__struct_fields__)
    assert len(figures) == len(set(figures))


def test_no_two_figures_share_a_name() -> None:
    names = [one.name for column in COLUMNS.values() for one in column.figures]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("column", DEFAULT.choosable, ids=lambda column: column.key)
def test_every_column_to_choose_says_how_a_page_writes_it(column: Column) -> None:
    assert column.look is not Look.OWN
    assert (column.look is Look.SCORE) == (column.board is not None)
    assert (column.look is Look.HARM) == (column.harm_of is not None)
    assert (column.look is Look.FACT) == (column.fact is not None)
    assert (column.look is Look.OUTCOMES) == bool(column.outcomes)


def test_rank_and_model_are_always_there_and_so_not_to_choose() -> None:
    assert [column for column in COLUMNS.values() if column not in DEFAULT.choosable] == [
        RANK,
        MODEL,
    ]
