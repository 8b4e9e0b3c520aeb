"""What other sites show of this one, over HTTP."""

import io
import re
from xml.etree import ElementTree as Xml

import pytest
from PIL import Image

from tests.site import Site

PLACE = "benchmark=tiny&split=test"
ATOM = "{http://www.w3.org/2005/Atom}"


def entry_of(site: Site) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = site.get("/api/v1/rankings/tiny/test").json()["entries"][0]
    return found


def test_a_badge_shows_rank_and_score_of_the_board_and_may_stand_on_other_sites(
    scored_site: Site,
) -> None:
    for board in ("overall", "report"):
        answer = scored_site.get(f"/models/model-a/badge.svg?{PLACE}&board={board}")
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        text = "".join(Xml.fromstring(answer.text).itertext())
        value = f"{entry_of(scored_site)[board]['value']:.1f}"
        # An uncalibrated report score decides no rank.
        words = {"overall": f"rank 1 of 1, overall {value}", "report": f"report {value}, unranked"}
        assert words[board] in text
        tag = {"If-None-Match": answer.headers["ETag"]}
        again = scored_site.get(f"/models/model-a/badge.svg?{PLACE}&board={board}", tag)
        assert again.status_code == 304


def test_the_table_to_embed_may_be_framed_and_no_other_page_may(scored_site: Site) -> None:
    answer = scored_site.get(f"/embed/ranking?{PLACE}&n=1")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not {"Set-Cookie", "X-Frame-Options"} & set(answer.headers)
    assert f"{entry_of(scored_site)['overall']['value']:.1f}" in answer.text
    assert "<script" not in answer.text
    assert len(answer.content) < 4_000
    for path in ("/", f"/models/model-a?{PLACE}", "/account", "/feed.atom", "/embed/nothing"):
        policy = scored_site.get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_the_feed_tells_of_results_and_benchmarks_with_addresses_that_answer(
    scored_site: Site,
) -> None:
    answer = scored_site.get("/feed.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = Xml.fromstring(answer.content)
    titles = [one.text for one in feed.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert titles == ["Model-A on Tiny 1.0.0, test split", "Tiny 1.0.0 is published"]
    for link in feed.iterfind(f"{ATOM}entry/{ATOM}link"):
        path = re.sub(r"^http://[^/]+", "", link.attrib["href"])
        assert scored_site.get(path).status_code == 200


def test_each_page_names_a_picture_with_its_whole_address(scored_site: Site) -> None:
    for page in ("/", f"/models/model-a?{PLACE}", "/docs"):
        html = scored_site.get(page).text
        found = re.search(r'<meta property="og:image" content="http://[^/]+([^"]+)">', html)
        assert found is not None
        picture = scored_site.get(found[1].replace("&amp;", "&"))
        assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert Image.open(io.BytesIO(picture.content)).size == (1200, 630)


def test_a_models_page_cites_its_ranking_and_a_benchmarks_page_its_content(
    scored_site: Site,
) -> None:
    ranked_at = scored_site.get("/api/v1/rankings/tiny/test").json()["ranked_at"]
    entry = scored_site.get(f"/models/model-a/citation.bib?{PLACE}").text
    assert f"ranked {ranked_at[:10]}" in entry
    assert "version=1.0.0" in entry
    page = scored_site.get(f"/models/model-a?{PLACE}").text
    assert "@misc{spinebench-model-a-" in page
    hash_ = scored_site.get("/api/v1/benchmarks/tiny").json()["content_hash"]
    assert hash_ in scored_site.get("/benchmarks/tiny/citation.bib").text
    assert "@misc{tiny-1-0-0," in scored_site.get("/benchmarks/tiny").text


@pytest.mark.parametrize(
    "path",
    ["/models/nobody/badge.svg", "/models/nobody/picture.png", "/embed/ranking?board=nothing"],
)
def test_nothing_is_shown_of_what_is_not_there(scored_site: Site, path: str) -> None:
    assert scored_site.get(path).status_code in (400, 404)
