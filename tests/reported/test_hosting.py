"""What a host adds, links and withdraws, on both databases."""

import pytest
from sqlalchemy import func, select

from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.hosting.reported import link_model, withdraw_source
from leaderboard.models.ranking import Board
from leaderboard.models.reported import ReportedFigure, ReportedModel, ReportedSource
from leaderboard.rankings.columns import COLUMNS
from leaderboard.rankings.filter import ModelFilter
from leaderboard.rankings.read import count_items
from leaderboard.rankings.selection import Selection
from leaderboard.reported.read import choose_rows, get_source, read_reported, read_sources
from leaderboard.reported.source import SaidOfSource
from tests.databases import Prepare
from tests.factories import load_items, make_card, make_team, make_user
from tests.package_files import make_items
from tests.reported.published import SPINEMED, add_published


@pytest.fixture
def added(sessions: Sessions, prepare: Prepare) -> Sessions:
    """The tiny benchmark with a team's model card, and the paper's main table beside it."""

    def make() -> None:
        with sessions.write() as session:
            load_items(session, make_items(3, 3, 2))
            make_card(session, make_team(session, "team", make_user(session, "a")), "spinegpt")
            add_published(session)

    prepare("reported", make)
    return sessions


def test_the_same_a_second_time_changes_nothing(added: Sessions) -> None:
    with added.write() as session:
        split = add_published(session)
        assert len(read_sources(session, [split.id])) == 1
        add_published(session, name="spinemed-ablation")
        assert [len(one.models) for one in read_sources(session, [split.id])] == [6, 10]


def test_rows_are_sorted_and_filtered_among_themselves_and_unknown_ones_stand_last(
    added: Sessions,
) -> None:
    with added.read() as session:
        split = session.scalars(select(ReportedSource)).one().split
        rows = read_reported(session, split, count_items(session, split))

    def show(**asked: object) -> list[str]:
        return [row.model.name for row in choose_rows(rows, Selection(**asked))]  # type: ignore[arg-type]

    assert show()[:3] == ["Gemini-2.5-Pro", "SpineGPT", "GPT5-mini"]
    assert show()[-2:] == ["GPT-4o", "Claude4"]
    assert show(board=Board.TEXT)[:4] == ["SpineGPT", "GPT5", "GLM-4.5V", "Qwen2.5-VL-7B"]
    upwards = show(sort=COLUMNS["report"], descends=False)
    assert upwards[:2] == ["Qwen2.5-VL-7B", "Qwen2.5-VL-72B"]
    assert upwards[-2:] == ["GPT-4o", "Claude4"]
    assert show(sort=COLUMNS["parameters"])[:2] == ["Qwen2.5-VL-72B", "Medgemma-27B"]
    assert show(sort=COLUMNS["model"])[0] == "Claude4"
    assert show(accepted=ModelFilter(words="gpt5")) == ["GPT5-mini", "GPT5"]
    assert show(accepted=ModelFilter(is_verified=True)) == []
    assert show(accepted=ModelFilter(stated={"licence": "mit"})) == []
    assert len(show(accepted=ModelFilter(open_weights=True))) == 5
    assert show(only_measured=True) == []


def test_numbers_of_items_are_the_splits_own_only_where_the_items_are(added: Sessions) -> None:
    same = SaidOfSource(title="Same items", address="https://example.org/same", differs=["judge"])
    other = SaidOfSource(title="Other", address="https://example.org/other", differs=["items"])
    with added.write() as session:
        add_published(session, same)
        split = add_published(session, other)
        rows = read_reported(session, split, count_items(session, split))
    again = {r.source.title: r.again for r in rows if r.model.name == "SpineGPT"}
    # Three text and three image questions, two reports: not the paper's items.
    assert again["Same items"][Board.CLOSED] == pytest.approx((89.46 + 84.46) / 2)
    assert again["Same items"][Board.OVERALL] == pytest.approx((6 * 86.96 + 2 * 87.24) / 8)
    assert again["Other"] == {}
    assert again[SPINEMED.title][Board.OVERALL] == pytest.approx(87.44, abs=0.005)


def test_a_model_is_linked_with_a_card_and_a_source_withdrawn_with_a_trail(
    added: Sessions,
) -> None:
    with added.write() as session:
        source = session.scalars(select(ReportedSource)).one()
        link_model(session, source, 1, "spinegpt", None)
        with pytest.raises(NotFound, match="no model 'nobody'"):
            link_model(session, source, 1, "nobody", None)
        with pytest.raises(NotFound, match="has no model 99"):
            link_model(session, source, 99, "spinegpt", None)
        link_model(session, source, 1, "spinegpt", None)
        rows = read_reported(session, source.split, {})
        assert [row.model.name for row in rows if row.card] == ["SpineGPT"]
        link_model(session, source, 2, "spinegpt", None)
        link_model(session, source, 2, "", None)
        with pytest.raises(InvalidRequest, match="reason is missing"):
            withdraw_source(session, source, " ", None)
        withdraw_source(session, get_source(session, source.id), "Retracted.", None)
        for table in (ReportedSource, ReportedModel, ReportedFigure):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        trail = read_audit(session)
        assert [one.action for one in trail if "reported" in one.action][:2] == [
            "withdraw reported",
            "unlink reported",
        ]
        assert "SpineMed, main results" in trail[0].note
        assert trail[0].note.endswith("Retracted.")
        add_published(session)
