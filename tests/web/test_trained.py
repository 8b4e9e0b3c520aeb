"""Models that were trained on the questions: asked for on the card, marked wherever they stand."""

import csv
import io

import pytest
import requests
from sqlalchemy import select

from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.apart import set_apart
from leaderboard.models.role import Role
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import RANK
from leaderboard.rankings.apart import nudge_rankings
from tests.site import Site
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

MARK = "trained on the questions</span>"
CARD = {"name": "Model-A", "organisation": "Org"}


@pytest.fixture
def ranked(site: Site) -> Site:
    """A site with two ranked models, of ada's team and of bob's."""
    site.add_person("bob", "team-b", "model-b")
    site.submit(site.token("ada"), make_file(4))
    site.submit(site.token("bob"), make_file(3), model="model-b")
    site.evaluate_all()
    return site


def say(site: Site, answer: str | None, note: str | None = None) -> None:
    """Have ada state it on the card of model-a."""
    post(
        sign_in(site, "ada"),
        site,
        "/account/models/model-a",
        "/account/models/model-a",
        **CARD,
        trained_on_split=answer or "",
        training_note=note or "",
    )


@pytest.mark.one_database
def test_the_form_asks_for_it_and_shows_what_was_answered(site: Site) -> None:
    ada = sign_in(site, "ada")
    page = ada.get("/account/models/new").text
    assert "Was it trained or tuned on hidden questions of this site" in page
    assert '<option value="">Not stated</option>' in page
    say(site, "yes", "Translations of the test split.")
    page = ada.get("/account/models/model-a").text
    assert '<option selected value="yes">Yes</option>' in page
    assert "Translations of the test split." in page


@pytest.mark.one_database
def test_a_model_that_says_yes_is_marked_wherever_it_stands(ranked: Site) -> None:
    places = (
        "/",
        "/models/model-a",
        "/embed/ranking",
        "/breakdowns",
        "/compare?models=model-a,model-b",
    )
    assert all(MARK not in ranked.get(place).text for place in places)
    say(ranked, "yes", "All of it.")
    for place in places:
        assert ranked.get(place).text.count(MARK) == 1, place
    page = ranked.get("/models/model-a").text
    assert "<dt>About that training</dt><dd>All of it.</dd>" in page
    say(ranked, "no")
    assert all(MARK not in ranked.get(place).text for place in places)


def test_the_api_and_the_downloads_tell_it_and_filters_read_it(ranked: Site) -> None:
    say(ranked, "yes")
    rows = ranked.get("/api/v1/rankings/tiny/test").json()["entries"]
    assert {row["model"]["slug"]: row["model"]["trained_on_split"] for row in rows} == {
        "model-a": "yes",
        "model-b": None,
    }
    table = csv.DictReader(io.StringIO(ranked.get("/exports/ranking.csv").text.lstrip("\ufeff")))
    assert {row["model"]: row["trained_on_split"] for row in table} == {
        "model-a": "yes",
        "model-b": "",
    }
    found = ranked.get("/api/v1/rankings/tiny/test?trained_on_split=yes").json()["entries"]
    assert [row["model"]["slug"] for row in found] == ["model-a"]
    assert "training on the questions yes" in ranked.get("/?trained_on_split=yes").text


@pytest.mark.one_database
def test_the_api_takes_yes_and_no_and_refuses_anything_else(site: Site) -> None:
    token = site.token("ada")
    address = f"{site.url}/api/v1/models/model-a"
    for sent in ("yes", "no", None):
        answer = requests.patch(address, json={"trained_on_split": sent}, headers=token, timeout=60)
        assert answer.json()["trained_on_split"] == sent
    refused = requests.patch(address, json={"trained_on_split": "some"}, headers=token, timeout=60)
    assert refused.status_code == 400
    assert "Answer yes or no" in refused.text


def test_a_host_has_such_models_stand_apart_and_ranks_them_again(ranked: Site) -> None:
    ranked.add_role("hugo", Role.HOST)
    say(ranked, "yes")
    hugo, place = sign_in(ranked, "hugo"), "/admin/benchmarks/tiny/1.0.0/test/trained"
    page = post(hugo, ranked, f"{place}/apart", "/admin/benchmarks", reason="It learnt them.").text
    assert "they stand apart." in page
    rank(ranked)
    page = ranked.get("/").text
    assert "On this split they stand apart and have no rank." in page
    assert "it stands apart: its team says that it was trained on the questions" in page
    rows = ranked.get("/api/v1/rankings/tiny/test").json()["entries"]
    assert [
        (row["model"]["slug"], row["rank_low"], row["rank_high"], row["stands_apart"])
        for row in rows
    ] == [("model-b", 1, 1, False), ("model-a", None, None, True)]
    assert rows[1]["overall"] is not None
    assert "It learnt them." in hugo.get("/admin/audit").text
    again = post(hugo, ranked, f"{place}/apart", "/admin/benchmarks", reason="Twice.")
    assert again.status_code == 409
    post(hugo, ranked, f"{place}/together", "/admin/benchmarks", reason="They are all we have.")
    say(ranked, "no")
    rows = ranked.get("/api/v1/rankings/tiny/test").json()["entries"]
    assert rows[1]["stands_apart"], "a ranking stays as it was made, also that of a closed release"
    say(ranked, "yes")
    rank(ranked)
    rows = ranked.get("/api/v1/rankings/tiny/test").json()["entries"]
    assert all(row["rank_low"] and not row["stands_apart"] for row in rows)
    assert "stand apart and have no rank" not in ranked.get("/").text


def test_a_changed_statement_has_the_split_ranked_again(ranked: Site) -> None:
    with ranked.sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        card = session.scalars(select(ModelCard).where(ModelCard.slug == "model-a")).one()
        assert nudge_rankings(session, card) == []
        set_apart(session, split, "hugo", "A reason.")
        assert nudge_rankings(session, card) == [(RANK, split.id)]


def rank(site: Site) -> None:
    """Do a worker's work on the ranking."""
    with site.sessions.write() as session:
        rank_split(session, get_split(get_benchmark(session, "tiny"), "test").id)
