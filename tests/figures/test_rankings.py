"""Which models were the best when they came, and the figures of that."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leaderboard.errors import NotFound
from leaderboard.figures.models import ShownModel, make_figure
from leaderboard.figures.rankings import count_unsized, find_best_so_far, make_ranking_figure
from leaderboard.models.benchmark import Benchmark, Split, Track
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.columns import COLUMNS, count_unscored, is_in_lead_group, sort_rows
from leaderboard.rankings.provenance import UNCALIBRATED, ReportProvenance
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    BoardScore,
)
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.calibration import Badge


def make_row(name: str, day: int, value: float, board: Board = Board.TEXT) -> RankingRow:
    """A ranked model with one score, submitted on a day of January."""
    return RankingRow(
        model=ModelCard(slug=name, name=name, organisation="Org", open_weights=True),
        submission=Submission(id=name, created_at=datetime(2026, 1, day, tzinfo=UTC), tracks=[]),
        scores={board: BoardScore(value, value - 5, value + 5, 6)},
        ranks={board: RankRange(1, 3)},
        separable=frozenset(),
        coverage=0.5,
        outcomes={},
        n_attempts=1,
        report=None,
    )


def make_table(*rows: RankingRow, board: Board = Board.TEXT) -> RankingTable:
    split = Split(name="test", benchmark=Benchmark(slug="tiny", name="Tiny", version="1"))
    return RankingTable(
        split,
        board,
        release=None,
        is_current=True,
        serial=1,
        ranked_at=None,
        n_items={Track.TEXT: 6, Track.IMAGE: 3, Track.REPORT: 2},
        n_deciding={Track.TEXT: 6, Track.IMAGE: 3, Track.REPORT: 2},
        rows=list(rows),
    )


def test_the_best_so_far_rises_by_day_and_never_by_a_tie_or_a_model_without_a_rank() -> None:
    unranked = replace(make_row("partial", 2, 99), ranks={})
    rows = [
        make_row("late", 9, 70),
        make_row("first", 1, 50),
        unranked,
        make_row("same", 3, 50),
        make_row("lower", 4, 40),
        make_row("second", 5, 60),
    ]
    found = find_best_so_far(make_table(*rows))
    assert [row.model.name for row in found] == ["first", "second", "late"]


def test_a_report_score_that_makes_no_winner_is_never_the_best_so_far() -> None:
    badges = {"raw": UNCALIBRATED, "carried": Badge.TRANSPORTED, "own": Badge.PROBE_ANCHORED}
    rows = [
        replace(
            make_row(name, 1 + place, 90 - place, Board.REPORT),
            report=ReportProvenance("judge", badge, 0, None, None, 9.0, None),
        )
        for place, (name, badge) in enumerate(badges.items())
    ]
    found = find_best_so_far(make_table(*rows, board=Board.REPORT))
    assert [row.model.name for row in found] == ["own"]


def test_an_interval_that_ends_at_nought_is_drawn_to_nought() -> None:
    row = make_row("none-right", 1, 4.0)
    row.scores[Board.TEXT] = BoardScore(4.0, 0.0, 9.0, 6)
    drawn = json.loads(make_ranking_figure("time", make_table(row)))["data"][0]["error_y"]
    assert (drawn["array"], drawn["arrayminus"]) == ([5.0], [4.0])


def test_a_model_is_drawn_over_the_day_that_the_table_names_however_late_it_came() -> None:
    late = make_row("late", 3, 50)
    late.submission.created_at = datetime(2026, 1, 3, 23, 59, tzinfo=UTC)
    drawn = json.loads(make_ranking_figure("time", make_table(make_row("first", 1, 40), late)))
    points, steps = drawn["data"]
    days = ["2026-01-01T00:00:00", "2026-01-03T00:00:00"]
    assert [text[:19] for text in points["x"]] == days
    assert [text[:19] for text in steps["x"]] == [*days, days[-1]]


def test_items_without_a_score_are_counted_over_the_whole_split() -> None:
    row = make_row("text-alone", 1, 50)
    assert count_unscored(make_table(row), row) == 11 - 6
    assert count_unsized(make_table(row)) == 1


def test_the_lead_group_has_those_whom_the_leader_does_not_beat() -> None:
    beaten = replace(make_row("beaten", 1, 10), separable=frozenset({Board.TEXT}))
    assert is_in_lead_group(Board.TEXT, make_row("level", 1, 50))
    assert not is_in_lead_group(Board.TEXT, beaten)
    assert not is_in_lead_group(Board.IMAGE, make_row("no-images", 1, 50))


def test_rows_without_a_value_come_last_both_ways_and_equal_ones_keep_their_order() -> None:
    rows = [make_row("a", 1, 50), replace(make_row("b", 2, 0), scores={}), make_row("c", 3, 50)]
    rows.append(make_row("d", 4, 70))
    table = make_table(*rows)
    for descends, names in ((True, "dacb"), (False, "acdb")):
        found = sort_rows(table, COLUMNS["text"], descends=descends)
        assert "".join(row.model.name for row in found) == names


def test_a_model_without_an_overall_score_has_no_standing_to_draw() -> None:
    rows = [make_row("a", 1, 90, Board.OVERALL), make_row("text-alone", 2, 80)]
    table = make_table(*rows, board=Board.OVERALL)
    drawn = json.loads(make_figure("standing", ShownModel(table, rows[0], {})))
    assert [trace["text"] for trace in drawn["data"]] == [[], ["a"]]
    with pytest.raises(NotFound):
        make_figure("standing", ShownModel(table, rows[1], {}))
