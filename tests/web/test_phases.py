"""A split's phases on pages, in the API and for who submits; a host plans them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from leaderboard.db import read_clock
from leaderboard.evaluation.rank import rank_split
from leaderboard.models.phase import Phase
from leaderboard.models.role import Role
from spinebench.reading import read_answer
from spinebench.shapes.benchmarks import BenchmarkDetail
from tests.site import Site
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in
from workers.calendar import follow_calendar

PAGE = "/admin/phases/tiny/1.0.0/test"


def plan(site: Site, name: str, opens: str, closes: str, **more: str) -> str:
    hanna = sign_in(site, "hanna")
    form = {"name": name, "opens": opens, "closes": closes} | more
    return post(hanna, site, PAGE, PAGE, **form).text


def end_all(site: Site) -> None:
    with site.sessions.write() as session:
        for one in session.scalars(select(Phase)):
            one.closes_at = read_clock(session) - timedelta(milliseconds=1)


@pytest.mark.one_database
def test_pages_and_api_say_the_phase_and_then_its_final(site: Site) -> None:
    site.add_role("hanna", Role.HOST)
    assert "is not a date" in plan(site, "Season", "soon", "2101-01-01")
    plan(site, "Season", "2001-01-01", "2101-01-01", units="5", is_final="y")
    for address in ("/?benchmark=tiny", "/benchmarks/tiny", PAGE):
        page = sign_in(site, "hanna").get(f"{site.url}{address}").text
        assert "<strong>Season</strong> closes <time" in page, address
        assert "5 submissions a team; the ranking at its end is final" in page
    token = site.token("ada")
    assert site.submit(token, make_file(4)).status_code == 201
    site.evaluate_all()
    end_all(site)
    refused = site.submit(token, make_file(3))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "phase_closed")
    assert error["message"].startswith("Tiny test takes no submissions now: Season ended at")
    assert "its final ranking follows" in site.get("/?benchmark=tiny").text
    for _ in range(2):
        for nudge in follow_calendar(site.sessions):
            with site.sessions.write() as session:
                rank_split(session, int(nudge.key))
    (phase,) = (
        read_answer(BenchmarkDetail, site.get("/api/v1/benchmarks/tiny").json()).splits[1].phases
    )
    assert (phase.state, phase.release, phase.submissions) == ("final", 2, 5)
    assert "Final of Season</a>" in site.get("/?benchmark=tiny").text
    assert "<strong>Final of Season.</strong>" in site.get("/?benchmark=tiny&release=2").text
    assert "ended at" in plan(site, "Season", "2001-01-01", "2101-01-01")
