"""Badges, citations, pictures and the feed, read by other programs than those that wrote them."""

import io
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import yaml
from PIL import Image

from leaderboard.sharing.badge import make_badge
from leaderboard.sharing.citation import cite, escape
from leaderboard.sharing.feed import Entry, make_id, write_feed
from leaderboard.sharing.picture import Bar, draw_picture
from leaderboard.site import Site

ROOT = Path(__file__).resolve().parent.parent.parent
AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("name", ["<script>&\"'", "a\x00b\x08c", "x" * 300, "Große Modelle"])
def test_a_badge_is_an_svg_with_its_texts_whatever_the_name(name: str) -> None:
    badge = Xml.fromstring(make_badge(name, "rank 1–3, 61.2"))
    texts = [text.text for text in badge.iter(f"{SVG}text")]
    assert texts[1] == "rank 1–3, 61.2"
    assert texts[0] is not None
    assert texts[0][:5] == name.replace("\x00", "").replace("\x08", "")[:5]
    assert len(texts[0]) <= 40
    assert {element.tag for element in badge.iter()} == {
        SVG + tag for tag in ("svg", "title", "rect", "path", "g", "text")
    }


def test_the_texts_of_a_badge_stand_inside_their_halves() -> None:
    badge = Xml.fromstring(make_badge("SpineBench-Mini", "rank 2 of 9, overall 61.2"))
    left, right = badge.iter(f"{SVG}text")
    ends = [float(t.attrib["x"]) + float(t.attrib["textLength"]) / 2 for t in (left, right)]
    begins = [float(t.attrib["x"]) - float(t.attrib["textLength"]) / 2 for t in (left, right)]
    assert 0 < begins[0] < ends[0] < begins[1] < ends[1] < float(badge.attrib["width"])


def test_a_citation_keeps_special_characters_from_latex() -> None:
    entry = cite(
        "spinebench-a b",
        title="50% & {more}_#1",
        author="SpineBench",
        at=AT,
        url="https://leaderboard.example/models/a?split=test",
        note="rank 1",
        version="1.0.0",
    )
    assert entry.startswith("@misc{spinebench-a-b,\n")
    assert r"title   = {{50\% \& \textbraceleft{}more\textbraceright{}\_\#1}}," in entry
    assert "year    = {2026}," in entry
    assert "url     = {https://leaderboard.example/models/a?split=test}," in entry
    # BibTeX knows no escaped brace: it counts them all.
    depths = list(accumulate({"{": 1, "}": -1}.get(character, 0) for character in entry))
    assert depths[-1] == 0
    assert all(depth > 0 for depth in depths[entry.index("{") : entry.rindex("}")])


def test_a_backslash_is_escaped_once() -> None:
    assert escape("a\\b\n^~") == r"a\textbackslash{}b \^{}\~{}"


def test_the_feed_has_what_atom_asks_for_newest_first() -> None:
    older = AT.replace(month=1)
    entries = [
        Entry("submission a", "A & B", "<b>", "/models/a", older),
        Entry("submission b", "C", "s", "/models/b", AT),
    ]
    feed = Xml.fromstring(write_feed(entries, Site("https://leaderboard.example"), older))
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "SpineBench"
    assert feed.findtext(f"{ATOM}updated") == "2026-03-01T10:30:00Z"
    shown = feed.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in shown] == ["C", "A & B"]
    assert shown[1].findtext(f"{ATOM}summary") == "<b>"
    assert shown[0].find(f"{ATOM}link").attrib["href"] == "https://leaderboard.example/models/b"  # type: ignore[union-attr]
    for element in (feed, *shown):
        for name in ("id", "title", "updated", "link"):
            assert element.find(ATOM + name) is not None


def test_ids_in_the_feed_stay_when_the_site_moves() -> None:
    entries = [Entry("submission a", "A", "s", "/models/a", AT)]
    ids = {
        Xml.fromstring(write_feed(entries, Site(url), AT)).findtext(f"{ATOM}entry/{ATOM}id")
        for url in ("https://one.example", "https://two.example")
    }
    assert ids == {make_id("submission a")}
    assert make_id("submission a") != make_id("submission b")


def test_a_feed_of_nothing_is_a_feed() -> None:
    feed = Xml.fromstring(write_feed([], Site("https://leaderboard.example"), AT))
    assert feed.findtext(f"{ATOM}updated") == "2026-03-01T10:30:00Z"


def test_a_picture_is_of_the_size_that_sites_ask_for_and_shows_each_value() -> None:
    def draw(value: float) -> bytes:
        bars = [Bar("Model " + "x" * 90, value, value - 5, value + 5, f"{value:.1f}")]
        return draw_picture("A long title " * 20, "line", bars)

    picture = Image.open(io.BytesIO(draw(50)))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert draw(50) == draw(50)
    assert draw(50) != draw(60)


def test_the_citation_of_the_software_has_what_its_format_requires() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert found["cff-version"] == "1.2.0"
    assert all(found[name] for name in ("message", "title", "authors"))
    assert found["license"] == "Apache-2.0"
    for reference in found["references"]:
        assert {"type", "title", "authors"} <= reference.keys()
