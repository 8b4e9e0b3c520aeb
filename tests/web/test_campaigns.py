"""The host's pages of campaigns, over real HTTP."""

from __future__ import annotations

import re

import pytest
import requests
from sqlalchemy import select, update

from leaderboard.evaluation.rank import rank_split
from leaderboard.models.campaign import Campaign, CampaignState, ReleaseRuler
from leaderboard.models.ranking import Board, ScoredQuestions
from leaderboard.models.role import Role
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.releases import read_releases
from tests.campaigns.campaigns import run_campaign
from tests.site import Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
PAGE = "/admin/campaigns"


@pytest.fixture
def ranked(site: Site) -> Site:
    """A site with two ranked models and a host."""
    site.add_person("bert", "team-b", "model-b")
    site.submit(site.token("ada"), make_file(4))
    site.submit(site.token("bert"), make_file(1, "Nothing."), "model-b")
    site.evaluate_all()
    site.add_role("hanna", Role.HOST)
    return site


def misread(site: Site) -> str:
    """As if a reading of model-a had been another than it is: today's scoring changes it."""
    with site.sessions.write() as session:
        row = session.scalars(
            select(ParsedPrediction)
            .join(Prediction, Prediction.id == ParsedPrediction.prediction_id)
            .where(ParsedPrediction.is_correct)
        ).first()
        assert row is not None
        row.is_correct = False
        split = get_split(get_benchmark(session, "tiny"), "test")
        rank_split(session, split.id)
        return split.name


def find_campaign(site: Site) -> Campaign:
    with site.sessions.read() as session:
        return session.scalars(select(Campaign)).one()


def read_overall(site: Site) -> dict[str, float]:
    with site.sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = read_ranking(session, split, Board.TEXT)
        return {row.model.slug: row.scores[Board.TEXT].value for row in table.rows}


def test_a_host_has_everything_scored_again_looks_and_opens(ranked: Site) -> None:
    misread(ranked)
    before = read_overall(ranked)
    hanna = sign_in(ranked, "hanna")
    answer = post(hanna, ranked, f"{PAGE}/start/tiny/1.0.0", PAGE)
    assert "is under way" in answer.text
    key = find_campaign(ranked).id
    assert f'href="{PAGE}/{key}"' in hanna.get(ranked.url + PAGE).text
    assert "planning" in hanna.get(f"{ranked.url}{PAGE}/{key}").text

    campaign = run_campaign(ranked.sessions, key)
    assert campaign.state is CampaignState.PROPOSED
    assert "A proposal waits for you." in hanna.get(f"{ranked.url}/admin").text
    text = hanna.get(f"{ranked.url}{PAGE}/{key}").text
    assert "1 of 2 models would move" in text
    assert read_overall(ranked) == before

    seen = re.search(r'name="seen" value="([^"]+)"', text)
    assert seen is not None
    own = f"{PAGE}/{key}"
    late = post(hanna, ranked, f"{own}/open", own, reason="Yes.", seen="2020-01-01T00:00:00+00:00")
    assert late.status_code == 409
    assert "has changed since you looked" in late.text
    empty = post(hanna, ranked, f"{own}/open", own, reason="", seen=seen[1])
    assert empty.status_code == 400
    assert "The reason is missing" in empty.text
    done = post(hanna, ranked, f"{own}/open", own, reason="It was misread.", seen=seen[1])
    assert "A worker opens the proposal" in done.text
    assert run_campaign(ranked.sessions, key).state is CampaignState.OPENED
    assert read_overall(ranked)["model-a"] < before["model-a"]
    with ranked.sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        newest = read_releases(session, split.id)[0].release
    assert (newest.number, newest.note) == (2, "It was misread.")
    assert "It was misread." in hanna.get(f"{ranked.url}/releases").text


def test_a_dropped_campaign_is_gone_from_what_needs_attention(ranked: Site) -> None:
    hanna = sign_in(ranked, "hanna")
    post(hanna, ranked, f"{PAGE}/start/tiny/1.0.0", PAGE)
    key = find_campaign(ranked).id
    run_campaign(ranked.sessions, key)
    own = f"{PAGE}/{key}"
    assert "Every model would stand as it does." in hanna.get(ranked.url + own).text
    answer = post(hanna, ranked, f"{own}/drop", own, reason="For nothing.")
    assert "is dropped; no score has changed" in answer.text
    assert "A proposal waits for you." not in hanna.get(f"{ranked.url}/admin").text
    again = post(hanna, ranked, f"{own}/drop", PAGE, reason="Again.")
    assert again.status_code == 409


def test_the_rule_for_labels_is_checked_and_kept(ranked: Site) -> None:
    hanna = sign_in(ranked, "hanna")
    names = ("tiny-min_labels", "tiny-min_models", "tiny-opens_itself")

    def send(*values: str) -> requests.Response:
        return post(
            hanna, ranked, f"{PAGE}/rule/tiny", PAGE, **dict(zip(names, values, strict=False))
        )

    bad = send("many", "5")
    assert bad.status_code == 400
    assert "is not a whole number" in bad.text
    assert send("0", "5").status_code == 400
    good = send("40", "6", "1")
    assert "40 labels of 6 models" in good.text
    text = hanna.get(ranked.url + PAGE).text
    assert re.search(r'<input[^>]*name="tiny-min_labels"[^>]*value="40"', text)
    assert re.search(r'<input checked[^>]*name="tiny-opens_itself"', text)


def test_a_model_that_another_parser_read_has_no_rank_and_the_page_says_why(ranked: Site) -> None:
    with ranked.sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        session.execute(update(ReleaseRuler).values(parser_version="1"))
        first = session.scalars(select(Submission.id).order_by(Submission.created_at)).first()
        session.execute(
            update(ScoredQuestions)
            .where(ScoredQuestions.submission_id == first)
            .values(parser_version="1")
        )
        rank_split(session, split.id)
    text = requests.get(f"{ranked.url}/?board=text", timeout=HANG_SECONDS).text
    why = "it was scored by another parser or judge than the others: a proposal waits"
    assert why in text
