"""The host's page of reported results, and what others see of them beside what was measured."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import func, select

from leaderboard.models.reported import ReportedSource
from leaderboard.models.role import Role
from leaderboard.reported.source import SaidOfSource
from tests.reported.published import FOLDER, add_published
from tests.site import OpenSite, Site, Visitor
from tests.web.api.test_api import make_file
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database
PAGE = "/admin/reported/tiny/1.0.0/test"
PAPER = {
    "title": "SpineMed, main results",
    "address": "doi:10.48550/arXiv.2510.03160",
    "counts": "text=294, image=193, report=87",
    "differs": "items",
}
TABLE = (FOLDER / "spinemed.csv").read_bytes()


@pytest.fixture(scope="module")
def hosted(open_site: OpenSite) -> Iterator[Site]:
    """Two scored models, and hugo, a host."""
    with open_site() as site:
        site.add_role("hugo", Role.HOST)
        site.add_person("bob", "team-b", "model-b")
        site.submit(site.token("ada"), make_file(4))
        site.submit(site.token("bob"), make_file(3), "model-b")
        site.evaluate_all()
        yield site


def send(visitor: Visitor, address: str, data: dict[str, str], raw: bytes | None) -> str:
    """The page that answers to a form with a file."""
    values = data | {"csrf_token": csrf_of(visitor.get(PAGE).text)}
    files = None if raw is None else {"file": ("table.csv", raw)}
    return visitor.post(address, data=values, files=files).text


def count_sources(site: Site) -> int:
    with site.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(ReportedSource)) or 0


def read_hidden(page: str) -> dict[str, str]:
    """What the form of a preview sends on."""
    fields = re.findall(r'<input type="hidden" name="([\w]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in fields}


def test_a_host_sees_what_a_file_would_add_before_it_is_stored_and_withdraws_it_again(
    hosted: Site,
) -> None:
    hugo = sign_in(hosted, "hugo")
    preview = send(hugo, f"{PAGE}/preview", PAPER, TABLE)
    assert "10 models, beside the ranking of" in preview
    assert '87.48 recomputed</small><span class="differs">differs</span>' in preview
    assert count_sources(hosted) == 0
    added = send(hugo, f"{PAGE}/add", read_hidden(preview), None)
    assert "10 models reported by SpineMed, main results" in added
    assert count_sources(hosted) == 1
    assert "https://doi.org/10.48550/arXiv.2510.03160" in hosted.get("/reported").text
    key = re.search(r"/admin/reported/(\d+)/withdraw", added)
    assert key is not None
    post(hugo, hosted, f"/admin/reported/{key[1]}/withdraw", PAGE, reason="Retracted.")
    assert count_sources(hosted) == 0
    assert "Nothing is reported" in hosted.get("/reported").text
    trail = hugo.get("/admin/audit").text
    assert "withdraw reported" in trail
    assert "Retracted." in trail


def test_all_that_is_wrong_with_a_file_and_its_source_is_said_at_once(hosted: Site) -> None:
    hugo = sign_in(hosted, "hugo")
    page = unescape(send(hugo, f"{PAGE}/preview", {"address": "here"}, b"model,text\nA,x\nB,101\n"))
    for said in (
        "text is 'x', not a number.",
        "text is 101, outside 0 to 100.",
        "The title is empty.",
        "'here' is neither a web address nor a DOI.",
    ):
        assert said in page
    assert 'value="here"' in page
    assert count_sources(hosted) == 0


def test_both_figures_of_a_linked_model_are_shown_and_neither_is_called_better(
    hosted: Site,
) -> None:
    same = SaidOfSource(title="Same items", address="https://example.org", differs=["prompt"])
    with hosted.sessions.write() as session:
        add_published(session, same)
        key = session.scalars(select(ReportedSource.id)).one()
    hugo = sign_in(hosted, "hugo")
    post(hugo, hosted, f"/admin/reported/{key}/1/link", PAGE, model="model-a")
    page = unescape(hosted.get("/models/model-a").text)
    section = page[page.index('id="reported"') : page.index('id="history"')]
    # Four of six text questions are 66.7; the paper's 89.46 is 22.8 more.
    assert '<td class="num">+22.8</td>' in section
    assert "with other prompts." in section
    assert "No test is made between a reported and a measured figure" in section
    compared = unescape(hosted.get("/compare?models=model-a,model-b").text)
    beside = compared[compared.index('id="reported"') :]
    assert "<details open>" in beside[:200]
    assert "No row is called better than another." in beside
    assert "SpineGPT" not in compared[: compared.index('id="reported"')]
    ranking = unescape(hosted.get("/").text)
    assert 'href="/models/model-a?benchmark=tiny&split=test#reported">Model-A</a>' in ranking
    assert "SpineGPT" not in hosted.get("/models/model-b").text
