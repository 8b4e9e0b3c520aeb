"""Which model was made from which: who may be named, and that no model comes from itself."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.teams import change_model_card, make_model_card, make_team
from leaderboard.accounts.variants import find_public_variant, read_possible_bases
from leaderboard.db import Sessions
from leaderboard.errors import InvalidRequest
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.submissions import hide
from leaderboard.models.team import ModelCard, Team
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import make_user
from tests.loaded import Load, Submit


def make_card(session: Session, team: Team, slug: str, **facts: str) -> ModelCard:
    return make_model_card(
        session, team, {"slug": slug, "name": slug.upper(), "organisation": "Org", **facts}
    )


def name_base(session: Session, card: ModelCard, base: str, variant: str = "spine only") -> None:
    facts = {"name": card.name, "organisation": "Org", "base": base, "variant": variant}
    change_model_card(session, card, facts)
    session.flush()


@pytest.fixture
def chain(sessions: Sessions) -> Sessions:
    """Cards aaa, bbb made from aaa, ccc made from bbb, of one team."""
    with sessions.write() as session:
        user = make_user(session, "a")
        team = make_team(session, user, slug="team", name="Team")
        make_card(session, team, "aaa")
        make_card(session, team, "bbb", base="aaa", variant="spine only")
        make_card(session, team, "ccc", base="BBB ", variant=" full curriculum ")
    return sessions


def get(session: Session, slug: str) -> ModelCard:
    return session.scalars(select(ModelCard).where(ModelCard.slug == slug)).one()


def test_a_card_names_its_base_and_how_it_differs_and_can_take_it_back(chain: Sessions) -> None:
    with chain.write() as session:
        card = get(session, "ccc")
        assert card.variant is not None
        assert (card.variant.base.slug, card.variant.label) == ("bbb", "full curriculum")
        name_base(session, card, "aaa", "general only")
        assert card.variant.base.slug == "aaa"
    with chain.write() as session:
        name_base(session, get(session, "ccc"), "", "")
    with chain.read() as session:
        assert get(session, "ccc").variant is None


def test_no_model_is_made_from_itself_over_any_number_of_others(chain: Sessions) -> None:
    with chain.write() as session:
        card = get(session, "aaa")
        for base in ("ccc", "bbb", "aaa"):
            with pytest.raises(InvalidRequest, match="cannot be the base"):
                name_base(session, card, base)
        assert card.variant is None


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"base": "aaa"}, "does not say how the variant differs"),
        ({"base": "aaa", "variant": "x" * 61}, "How the variant differs"),
        ({"variant": "spine only"}, "needs a base model"),
        ({"base": "nobody", "variant": "v"}, "no model 'nobody'"),
        ({"base": "aaa", "variant": "v", "base_model": "Qwen"}, "named twice"),
    ],
)
def test_a_base_that_cannot_do_is_refused_in_words(
    chain: Sessions, facts: dict[str, str], said: str
) -> None:
    with chain.write() as session:
        team = session.scalars(select(Team)).one()
        with pytest.raises(InvalidRequest, match=said):
            make_card(session, team, "ddd", **facts)
        session.rollback()


@pytest.mark.one_database
def test_another_teams_model_can_be_named_only_while_all_may_see_a_result_of_it(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(2, 0, 0)
    key = submit_texts({"test-text-000": "B"}, "shown", "other-team")
    with sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team")).one()
        with pytest.raises(InvalidRequest, match="no model 'shown'"):
            make_card(session, team, "ddd", base="shown", variant="v")
        session.rollback()
    evaluate(sessions, key, [ScriptedJudge({})], 5)
    with sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team")).one()
        assert [card.slug for card in read_possible_bases(session, [team])] == ["shown"]
        card = make_card(session, team, "ddd", base="shown", variant="v")
        assert find_public_variant(session, card) is card.variant
        hide(session, key, "host@example.org", "A test.")
        assert card.variant is not None
        assert find_public_variant(session, card) is None


@pytest.mark.parametrize("field", ["name", "organisation", "licence", "base_model", "variant"])
def test_what_stands_in_tables_is_one_line_that_can_be_shown(chain: Sessions, field: str) -> None:
    base = "" if field == "base_model" else "aaa"
    facts = {"name": "D", "organisation": "Org", "base": base, "variant": "v" if base else ""}
    for bad in ("\x1b[2J", "a\0b", "\u202egro", "a\u2066b"):
        with pytest.raises(InvalidRequest), chain.write() as session:
            make_card(session, get(session, "aaa").team, "ddd", **{**facts, field: f"x{bad}y"})
    with chain.write() as session:
        team = get(session, "aaa").team
        card = make_card(session, team, "ddd", **{**facts, field: " two\n\x0b lines  می\u200cشود"})
        shown = card.variant.label if field == "variant" and card.variant else None
        assert (shown or getattr(card, field)) == "two lines می\u200cشود"


def test_a_card_cannot_take_the_address_of_the_form_for_new_ones(chain: Sessions) -> None:
    with chain.write() as session, pytest.raises(InvalidRequest):
        make_card(session, get(session, "aaa").team, " New")
