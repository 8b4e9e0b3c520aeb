"""What an address asks of the ranking: models, their order, columns; and back into an address."""

from datetime import UTC, date, datetime

import pytest

from leaderboard.errors import InvalidRequest
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.columns import COLUMNS, DEFAULT, RANK
from leaderboard.rankings.filter import ModelFilter, read_facts
from leaderboard.rankings.selection import Selection, read_selection, write_selection

CARD = ModelCard(
    slug="spine-7b",
    name="Spine 7B",
    organisation="Müller Lab",
    open_weights=True,
    parameters_billion=7.0,
    licence="Apache-2.0",
    is_verified=True,
)
UNKNOWN = ModelCard(
    slug="cloud", name="Cloud", organisation="C", open_weights=False, parameters_billion=None
)
LATE = Submission(tracks=["text", "image"], created_at=datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
EARLY = Submission(tracks=["text"], created_at=datetime(2026, 1, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "passes", "unknown_passes"),
    [
        ({}, True, True),
        ({"weights": "open"}, True, False),
        ({"weights": "closed"}, False, True),
        ({"size": "7"}, True, False),
        ({"size": "6.9"}, False, False),
        ({"size_from": "7"}, True, False),
        ({"size_from": "7.1"}, False, False),
        ({"size_from": "1", "size": "8"}, True, False),
        ({"licence": "apache-2.0"}, True, False),
        ({"licence": "MIT"}, False, False),
        ({"track": "text"}, True, True),
        ({"track": "image"}, True, False),
        ({"track": "report"}, False, False),
        ({"verified": "1"}, True, False),
        ({"verified": "0"}, True, True),
        ({"organisation": "müller lab"}, True, False),
        ({"organisation": "Lab"}, False, False),
        ({"since": "2026-03-31"}, True, False),
        ({"since": "2026-04-01"}, False, False),
        ({"until": "2026-03-31"}, True, True),
        ({"until": "2026-01-31"}, False, True),
        ({"until": "2026-01-30"}, False, False),
        ({"q": "MÜLLER spine"}, True, False),
        ({"q": "spine cloud"}, False, False),
        ({"weights": "", "size": " ", "since": "", "q": " "}, True, True),
    ],
)
def test_a_filter_shows_the_models_it_names_and_none_of_which_it_knows_nothing(
    query: dict[str, str], passes: bool, unknown_passes: bool
) -> None:
    accepted = read_selection(query).accepted
    assert accepted.accepts(read_facts(CARD, LATE)) is passes
    assert accepted.accepts(read_facts(UNKNOWN, EARLY)) is unknown_passes


@pytest.mark.parametrize(
    "query",
    [
        {"weights": "half-open"},
        {"size": "large"},
        {"size": "-1"},
        {"size": "nan"},
        {"size_from": "inf"},
        {"size_from": "9", "size": "7"},
        {"track": "closed"},
        {"verified": "yes"},
        {"since": "31.1.2026"},
        {"since": "2026-02-01", "until": "2026-01-31"},
        {"board": "spine"},
        {"sort": "shoe_size"},
        {"direction": "up"},
        {"measured": "true"},
        {"columns": "text,shoe_size"},
        {"columns": "rank"},
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_a_remedy(query: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_selection(query, [query.get("columns", "")])
    assert caught.value.remedy


def test_an_address_holds_all_that_is_asked_and_leaves_defaults_out() -> None:
    accepted = ModelFilter(
        open_weights=False,
        min_parameters=0.135,
        max_parameters=70,
        stated={"licence": "CC BY 4.0"},
        track=Track.REPORT,
        is_verified=True,
        organisation="Lab & Co, Ltd",
        since=date(2026, 1, 31),
        until=date(2026, 2, 1),
        words="spine 7b",
    )
    columns = (COLUMNS["text"], COLUMNS["licence"])
    asked = Selection(Board.TEXT, accepted, COLUMNS["licence"], True, columns, True, release=3)
    query = write_selection(asked)
    assert query == {
        "board": "text",
        "release": "3",
        "weights": "closed",
        "size_from": "0.135",
        "size": "70",
        "licence": "CC BY 4.0",
        "track": "report",
        "verified": "1",
        "organisation": "Lab & Co, Ltd",
        "since": "2026-01-31",
        "until": "2026-02-01",
        "q": "spine 7b",
        "sort": "licence",
        "direction": "descending",
        "columns": "text,licence",
        "measured": "1",
    }
    assert read_selection(query, [query["columns"]]) == asked
    usual = ",".join(column.key for column in DEFAULT.usual)
    for default in (
        {"board": "overall", "sort": "rank", "direction": "ascending", "verified": "0"},
        {"weights": "", "q": "", "columns": usual, "measured": "0"},
    ):
        found = read_selection(default, [default.get("columns", "")])
        assert found == Selection()
        assert write_selection(found) == {}
    nothing = read_selection({}, ["none"])
    assert nothing.columns == ()
    assert write_selection(nothing) == {"columns": "none"}
    boxes = read_selection({}, ["none", "licence", "text"])
    assert boxes.columns == (COLUMNS["text"], COLUMNS["licence"])


def test_a_head_sorts_by_its_column_in_its_usual_way_and_then_the_other_way_round() -> None:
    by_score = Selection().sort_by(COLUMNS["text"])
    assert (by_score.is_descending, write_selection(by_score)) == (True, {"sort": "text"})
    turned = by_score.sort_by(COLUMNS["text"])
    assert write_selection(turned) == {"sort": "text", "direction": "ascending"}
    assert turned.sort_by(COLUMNS["text"]) == by_score
    assert write_selection(turned.sort_by(COLUMNS["model"])) == {"sort": "model"}
    by_rank = turned.sort_by(RANK)
    assert by_rank.is_by_rank
    assert not by_rank.sort_by(RANK).is_by_rank
