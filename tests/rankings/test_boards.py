"""Boards: one declaration each, from which everything that lists them follows."""

from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import TRACK_BOARDS, Board


def test_no_two_boards_share_a_name_or_a_score() -> None:
    assert len({board.label for board in Board}) == len(Board)
    assert len({board.place for board in Board}) == len(Board)


def test_every_track_has_its_board() -> None:
    assert [board.tracks for board in TRACK_BOARDS] == [(track,) for track in Track]


def test_the_overall_board_is_about_every_track() -> None:
    assert Board.OVERALL.tracks == tuple(Track)


def test_judges_alone_decide_the_board_of_reports() -> None:
    assert [board for board in Board if board.is_judged] == [Board.REPORT]
