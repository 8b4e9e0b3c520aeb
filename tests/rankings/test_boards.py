"""Boards: made from a benchmark's tracks, and everything that lists them follows."""

import pytest

from leaderboard.rankings.columns import COLUMNS
from leaderboard.scoring.boards import (
    DEFAULT_BOARDS,
    DEFAULT_TRACKS,
    RESERVED,
    Board,
    Track,
    boards_of,
    find_board,
    list_boards,
    tracks_of,
)

NAMED = tracks_of(
    {
        "tracks": [
            {"key": "diagnosis", "name": "Diagnosis"},
            {"key": "localization", "name": "Lesion localization"},
            {"key": "report", "name": "Findings"},
        ]
    }
)


@pytest.mark.parametrize("boards", [DEFAULT_BOARDS, list_boards(NAMED)])
def test_no_two_boards_share_a_name_or_a_score(boards: tuple[Board, ...]) -> None:
    assert len({board.label for board in boards}) == len(boards)
    assert [find_board(board.place) for board in boards] == list(boards)


def test_boards_stand_in_the_order_of_the_tracks() -> None:
    assert DEFAULT_BOARDS == ("overall", "text", "image", "closed", "report", "reliability")
    assert sorted(DEFAULT_BOARDS, key=lambda board: board.order) == list(DEFAULT_BOARDS)
    assert [board.label for board in list_boards(NAMED)] == [
        *("Overall", "Diagnosis", "Lesion localization", "MCQ total", "Findings", "Reliability")
    ]


@pytest.mark.parametrize("tracks", [DEFAULT_TRACKS, NAMED])
def test_boards_of_one_track_together_count_every_item_once(tracks: tuple[Track, ...]) -> None:
    of_one = [board for board in list_boards(tracks) if board.is_of_one_track]
    assert [board.take(tracks) for board in of_one] == [[track] for track in tracks]
    assert Board.OVERALL.take(tracks) == list(tracks)
    assert Board.CLOSED.take(tracks) == Board.RELIABILITY.take(tracks) == list(tracks[:2])


def test_judges_alone_decide_the_board_of_reports() -> None:
    assert [board for board in list_boards(NAMED) if board.is_judged] == [Board.REPORT]


@pytest.mark.parametrize(
    ("tracks", "boards"),
    [
        ([], ["overall"]),
        (["text"], ["overall", "reliability"]),
        (["report"], ["overall"]),
        (["text", "image"], ["overall", "text", "image", "reliability"]),
        (["image", "report"], ["overall", "image", "report"]),
        (["diagnosis", "level"], ["overall", "diagnosis", "level", "reliability"]),
        (
            ["diagnosis", "level", "report"],
            ["overall", "diagnosis", "level", "closed", "report", "reliability"],
        ),
    ],
)
def test_a_board_is_there_where_it_says_something_of_its_own(
    tracks: list[str], boards: list[str]
) -> None:
    assert list(boards_of([Track(one) for one in tracks])) == boards


def test_a_manifest_without_names_of_its_own_has_the_usual_tracks() -> None:
    assert tracks_of({}) == DEFAULT_TRACKS
    named = {"tracks": [{"key": "image", "name": "X-rays"}]}
    assert tracks_of(named) == DEFAULT_TRACKS, "as before tracks could be named"


def test_no_track_can_have_the_key_of_another_column() -> None:
    assert set(COLUMNS) - set(DEFAULT_TRACKS) <= RESERVED
