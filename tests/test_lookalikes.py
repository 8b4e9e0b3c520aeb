"""Names that look like others by letters of other scripts, and honest ones that do not."""

# ruff: noqa: RUF001

import pytest

from leaderboard.accounts.teams import change_model_card, describe_model_card
from leaderboard.accounts.teams import make_team as add_team
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.lookalikes import find_disguised, make_skeleton
from leaderboard.names import read_name
from tests.factories import make_card, make_team, make_user

SAME = [
    ("Spine Lab", "Ѕріnе Lаb"),
    ("Spine Lab", "SPINE LAB"),
    ("SpineAI", "SpineAl"),
    ("SpineAI", "SpineА1"),
    ("Model O", "Model 0"),
    ("ACME", "АСМЕ"),
    ("Charité", "Chаrité"),
    ("GPT", "𝐆𝐏𝐓"),
    ("GPT", "ＧＰＴ"),
    ("Ελένη", "Eλένη"),
]
"""Pairs that look the same in some font, or are the same in another case."""
DIFFERENT = [
    ("Müller", "Muller"),
    ("β-VAE", "B-VAE"),
    ("μP", "uP"),
    ("Spine Lab 1", "Spine Lab 2"),
    ("王小明", "王小朋"),
    ("Мария", "Марина"),
]
HONEST = [
    *("β-VAE", "μP", "αNet", "ΔNet", "Σ-Former", "π0", "λ-calculus", "Spine-Ω", "γδ T"),
    *("Мария Склодовская-Кюри", "Ελένη Γλύκατζη-Αρβελέρ", "ОРЕХ", "Tシャツ", "王Lab", "Müller"),
    *("Ångström", "Việt-VLM 7B", "K9 Мир", "김Lab", "SpineЖ"),
]
DISGUISED = ["Аda", "Spine Lаb", "Gооgle", "ΑI", "gοogle", "Ꭺda", "𝐀da"]
"""Cyrillic, Greek, Cherokee and mathematical letters in words of Latin ones."""


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_look_the_same_have_one_skeleton(one: str, other: str) -> None:
    assert make_skeleton(one) == make_skeleton(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_that_can_be_told_apart_have_two(one: str, other: str) -> None:
    assert make_skeleton(one) != make_skeleton(other)


@pytest.mark.parametrize("name", HONEST)
def test_honest_names_of_every_script_and_with_greek_letters_stay_possible(name: str) -> None:
    assert find_disguised(name) is None
    read_name(name, "The name", 120)


@pytest.mark.parametrize("name", DISGUISED)
def test_a_letter_that_passes_for_a_latin_one_in_a_latin_word_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match=r"letter of another script .*U\+[0-9A-F]+"):
        read_name(name, "The name", 120)


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["Spine Lab", "spine  lab", "Spine 1ab", "ЅРІNЕ LАВ", "Ѕріnе Lаb"])
def test_a_team_is_not_called_as_another_or_so_that_it_looks_the_same(
    sessions: Sessions, name: str
) -> None:
    with sessions.write() as session:
        add_team(session, make_user(session, "ada"), slug="spine-lab", name="Spine Lab")
        eve = make_user(session, "eve")
        with pytest.raises((Conflict, InvalidRequest)):
            add_team(session, eve, slug="spine-lab-2", name=name)
        assert add_team(session, eve, slug="spine-lab-2", name="Spine Lab Wien").name


@pytest.mark.one_database
def test_a_model_may_have_the_name_of_another_teams_but_not_one_that_looks_like_it(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        ours = make_team(session, "team-a", make_user(session, "ada"))
        theirs = make_team(session, "team-b", make_user(session, "eve"))
        make_card(session, ours, "ours", name="АСЕ")
        make_card(session, ours, "ours-again", name="ACE")
        same = make_card(session, theirs, "same", name="ACE 2")
        with pytest.raises(Conflict, match="looks the same as that of another team's model"):
            make_card(session, theirs, "alike", name="ACE")
        make_card(session, ours, "greek", name="β-VAE")
        make_card(session, theirs, "greek-too", name="β-VAE")
        values = describe_model_card(same)
        with pytest.raises(Conflict, match="looks the same"):
            change_model_card(session, same, {**values, "name": "Ace"})
        change_model_card(session, same, {**values, "name": "ACE 3"})
