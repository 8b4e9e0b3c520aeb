"""The ranking page over HTTP: sorting, filters, columns, what others report, figures, size."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from leaderboard.hosting.people import verify_model
from leaderboard.hosting.reported import withdraw_source
from leaderboard.models.reported import ReportedSource
from leaderboard.models.team import ModelCard
from tests.reported.published import add_published
from tests.site import OpenSite, Site
from tests.web.api.test_api import make_file
from tests.web.browsing import open_page

N_MODELS = 200
MAX_PAGE_BYTES = 150_000
CARDS: dict[str, dict[str, object]] = {
    "model-a": {"parameters_billion": 7.0, "open_weights": True, "licence": "MIT"},
    "model-b": {"parameters_billion": 70.0, "open_weights": True, "licence": "Llama 3"},
    "model-c": {"parameters_billion": None, "open_weights": False, "licence": None},
}
RIGHT = {"model-a": 4, "model-b": 2, "model-c": 6}


@pytest.fixture(scope="module")
def found(open_site: OpenSite) -> Iterator[Site]:
    """Three ranked models: a with 4, b with 2 and c with 6 of 6 text questions right."""
    with open_site() as site:
        for name, other in (("bob", "b"), ("cleo", "c")):
            site.add_person(name, f"team-{other}", f"model-{other}")
        for name, model in (("ada", "model-a"), ("bob", "model-b"), ("cleo", "model-c")):
            site.submit(site.token(name), make_file(RIGHT[model]), model)
        site.evaluate_all()
        with site.sessions.write() as session:
            for card in session.scalars(select(ModelCard)):
                for field, value in CARDS[card.slug].items():
                    setattr(card, field, value)
        yield site


def read_models(page: str) -> list[str]:
    """The measured models of the table, in its order."""
    return re.findall(r'<th scope="row"><a href="/models/(model-\w)', page)


def read_head(page: str, name: str) -> tuple[str, str | None]:
    """The address that a column's head leads to, and the order it says it is in."""
    form = rf'<th scope="col"([^>]*)><a class="sort" href="([^"]*)">{name}<'
    match = re.search(form, page)
    assert match is not None, name
    order = re.search(r'aria-sort="(\w+)"', match[1])
    return match[2].replace("&amp;", "&"), order[1] if order else None


@pytest.mark.parametrize(
    ("query", "models"),
    [
        ("", ["model-c", "model-a", "model-b"]),
        ("sort=text", ["model-c", "model-a", "model-b"]),
        ("sort=text&direction=ascending", ["model-b", "model-a", "model-c"]),
        ("sort=model&direction=descending", ["model-c", "model-b", "model-a"]),
        ("sort=parameters", ["model-b", "model-a", "model-c"]),
        ("sort=parameters&direction=ascending", ["model-a", "model-b", "model-c"]),
        ("sort=licence", ["model-b", "model-a", "model-c"]),
        ("weights=open&sort=model", ["model-a", "model-b"]),
        ("size_from=7&size=69", ["model-a"]),
        ("licence=mit", ["model-a"]),
        ("q=model-b", ["model-b"]),
        ("until=2020-01-01", []),
        ("verified=1", []),
    ],
)
def test_page_table_to_take_away_and_api_show_the_same_models_in_the_same_order(
    found: Site, query: str, models: list[str]
) -> None:
    page = found.get(f"/?{query}").text
    assert read_models(page) == models
    rows = csv.DictReader(io.StringIO(found.get(f"/exports/ranking.csv?{query}").text))
    assert [row["model"] for row in rows] == models
    (address,) = re.findall(r'<a href="([^"]*)">This ranking as JSON', page)
    entries = found.get(unescape(address)).json()["entries"]
    assert [entry["model"]["slug"] for entry in entries] == models


def test_a_head_leads_to_its_order_and_then_to_the_other_way_round(found: Site) -> None:
    page = found.get("/?weights=open").text
    assert read_head(page, "Rank")[1] == "ascending"
    assert read_head(page, "Text") == ("/?weights=open&sort=text", None)
    page = found.get("/?weights=open&sort=text").text
    assert read_head(page, "Text") == (
        "/?weights=open&sort=text&direction=ascending",
        "descending",
    )
    assert read_head(page, "Rank") == ("/?weights=open", None)
    assert page.count("aria-sort") == 1


def test_ties_are_drawn_by_rank_alone_and_the_caption_says_so(found: Site) -> None:
    by_rank, by_name = found.get("/").text, found.get("/?sort=model").text
    assert re.search(r'<tr class="[^"]*\btied\b', by_rank)
    assert not re.search(r'<tr class="[^"]*\b(tied|begins)\b', by_name)
    assert "Ties are not marked in this order" in by_name
    assert "Ties are not marked in this order" not in by_rank


def test_the_lead_group_is_marked_by_words_and_is_that_of_the_api(found: Site) -> None:
    entries = found.get("/api/v1/rankings/tiny/test?board=text").json()["entries"]
    separable = {one["model"]["slug"]: one["separable_from_leader"] for one in entries}
    rows = re.findall(
        r"<tr class=\"[^\"]*\">\n<td class=\"rank\">.*?</th>",
        found.get("/?board=text").text,
        flags=re.DOTALL,
    )
    marked = {read_models(row)[0]: "lead group" in row for row in rows}
    assert marked == {slug: not one for slug, one in separable.items()}


def test_a_report_score_that_makes_no_winner_is_grey_in_every_column(found: Site) -> None:
    for query in ("/", "/?board=report"):
        page = found.get(query).text
        n_grey = page.count('<span class="grey">100.0</span>')
        assert page.count('badge-loose"') == n_grey > 0, query


def test_what_is_not_anchored_stands_apart_on_the_report_board(found: Site) -> None:
    page = found.get("/?board=report").text
    ranked, _, apart = page.partition('<th scope="rowgroup" colspan="4">Not anchored<small>')
    assert apart, "a section of its own, with a sentence why"
    assert "<small>lead group</small>" not in page
    assert 'class="grey"' not in ranked.partition("<tbody>")[2]
    entries = found.get("/api/v1/rankings/tiny/test?board=report").json()["entries"]
    scored = [one for one in entries if one["report"]]
    assert scored
    assert {(one["rank_low"], one["no_rank"]) for one in scored} == {(None, "not anchored")}
    table = found.get("/exports/ranking.csv?benchmark=tiny&board=report").text
    assert table.count(",not anchored,") == len(scored)
    assert "Not anchored<small>" not in found.get("/?board=text").text


def test_style_is_controlled_for_on_the_report_board_and_only_when_asked(found: Site) -> None:
    path = "/?board=report"
    plain, controlled = found.get(path).text, found.get(f"{path}&style=controlled").text
    assert "Style controlled:" not in plain
    assert "Style controlled:" in controlled
    assert re.search(r"Report, style controlled<span[^>]*>no ranks", controlled)
    assert read_models(plain) == read_models(controlled)
    api = "/api/v1/rankings/tiny/test?board=report"
    entries = found.get(api).json()["entries"]
    assert not any("report_controlled" in one for one in entries)
    asked = found.get(f"{api}&style=controlled").json()["entries"]
    assert [one.pop("report_controlled") for one in asked] == [None] * 3
    assert asked == entries
    table = "/exports/ranking.csv?benchmark=tiny&board=report"
    assert "report_controlled_score" not in found.get(table).text
    assert "report_controlled_score" in found.get(f"{table}&style=controlled").text
    refused = found.get("/api/v1/rankings/tiny/test?style=controlled")
    assert refused.status_code == 400
    assert "board=report" in refused.text


def test_what_a_form_sends_becomes_an_address_without_empty_fields(found: Site) -> None:
    sent = "q=&weights=open&size=&sort=rank&direction=&columns=none&columns=licence&columns=text"
    answer = found.get(f"/?benchmark=tiny&split=&{sent}")
    assert answer.url == f"{found.url}/?benchmark=tiny&weights=open&columns=text,licence"
    assert answer.history[0].status_code == 302
    assert found.get("/?weights=open").history == []


def test_the_reader_chooses_the_columns(found: Site) -> None:
    chosen = found.get("/?columns=licence,parameters,unscored,text").text
    heads = re.findall(r'<a class="sort" href="[^"]*">([\w ]+)', chosen)
    assert heads == ["Rank", "Model", "Overall", "Text", "Parameters", "Licence", "Unscored"]
    assert re.search(r'<td class="w1">Llama 3</td>', chosen)
    assert re.search(r'<td class="num w1">70B</td>', chosen)
    bare = re.findall(r'<a class="sort" href="[^"]*">([\w ]+)', found.get("/?columns=none").text)
    assert bare == ["Rank", "Model", "Overall"]


@pytest.mark.parametrize("path", ["/", "/exports/ranking.csv", "/api/v1/rankings/tiny/test"])
def test_a_filter_that_cannot_be_used_is_refused_with_what_can(found: Site, path: str) -> None:
    answer = found.get(f"{path}?track=closed")
    assert answer.status_code == 400
    assert "text, image, report" in answer.text


@pytest.fixture
def add_table(found: Site) -> Iterator[Callable[[], None]]:
    """Add the paper's main table beside the ranking, until the test ends."""

    def add() -> None:
        with found.sessions.write() as session:
            add_published(session)

    yield add
    with found.sessions.write() as session:
        for source in session.scalars(select(ReportedSource)):
            withdraw_source(session, source, "The test is over.", None)


def test_reported_results_are_marked_never_ranked_and_count_for_nothing(
    found: Site, add_table: Callable[[], None]
) -> None:
    """In every order they stand below what was measured, sorted among themselves."""
    plain, empty = found.get("/").text, found.get("/api/v1/rankings/tiny/test").json()
    assert empty["reported"] == []
    add_table()
    page = found.get("/").text
    reported = re.findall(r'<tr class="reported">\n(.*?)</tr>', page, flags=re.DOTALL)
    assert len(reported) == 10
    for row in reported:
        assert "reported by others, never ranked" in row
        assert "/models/" not in row
        assert "<svg" not in row
    assert "Measured on SpineBench of SpineMed, with other items" in page
    # Medgemma's printed total stands beside what its parts give.
    assert re.search(r"76\.66<small>its parts give 80\.49</small>", page)
    assert read_models(page) == read_models(plain)
    count = re.compile(r"<dt>Models</dt><dd>(\d+)</dd>")
    assert count.findall(page) == count.findall(plain) == ["3"]
    for query in ("sort=text", "sort=model&direction=ascending", "board=report&sort=report"):
        html = found.get(f"/?{query}").text
        places = [html.rindex(f">{name}</a>") for name in ("Model-A", "Model-B", "Model-C")]
        assert max(places) < html.index("reported by others, not measured here")
    assert "reported by others" not in found.get("/?measured=1").text
    assert "GPT" not in found.get("/?licence=mit").text


def test_reported_results_are_marked_in_the_api_and_in_the_tables_to_take_away(
    found: Site, add_table: Callable[[], None]
) -> None:
    address = "/api/v1/rankings/tiny/test?board=text"
    before = found.get(address).json()
    figures = found.get("/ranking/figures/time.json").text
    add_table()
    after = found.get(address).json()
    assert after["entries"] == before["entries"]
    assert [one["name"] for one in after["reported"]][:2] == ["SpineGPT", "GPT5"]
    assert {one["standing"] for one in after["reported"]} == {"reported"}
    closed = next(f for f in after["reported"][0]["figures"] if f["board"] == "closed")
    assert (closed["value"], closed["agrees"], closed["n"]) == (87.89, False, 487)
    assert closed["recomputed"] == pytest.approx(87.4785, abs=0.0001)
    assert found.get(f"{address}&measured=1").json()["reported"] == []
    (source,) = found.get("/api/v1/reported/tiny/test").json()["sources"]
    assert source["address"] == "https://doi.org/10.48550/arXiv.2510.03160"
    assert source["differs"] == ["items", "judge"]
    assert sorted(m["name"] for m in source["models"]) == sorted(
        one["name"] for one in after["reported"]
    )
    rows = list(csv.DictReader(io.StringIO(found.get("/exports/ranking.csv").text)))
    assert [row["standing"] for row in rows] == ["measured"] * 3 + ["reported"] * 10
    assert {row["rank_low"] for row in rows[3:]} == {""}
    assert rows[4]["model_name"] == "SpineGPT"
    assert rows[4]["text_score"] == "89.46"
    whole = list(csv.DictReader(io.StringIO(found.get("/exports/reported.csv").text)))
    assert len(whole) == 34
    assert {row["standing"] for row in whole} == {"reported"}
    assert found.get("/ranking/figures/time.json").text == figures


def test_figures_follow_the_board_and_the_filter(found: Site) -> None:
    traces = found.get("/ranking/figures/size.json?board=text").json()["data"]
    drawn = {
        name: (size, round(value, 1))
        for trace in traces
        for name, size, value in zip(trace["text"], trace["x"], trace["y"], strict=True)
    }
    assert drawn == {"Model-A": (7, 66.7), "Model-B": (70, 33.3)}
    assert "1 model does not state its size" in found.get("/?board=text").text
    assert "Every model states its size" in found.get("/?board=text&weights=open").text
    over_time = found.get("/ranking/figures/time.json?board=text&weights=open").json()["data"]
    assert [trace["name"] for trace in over_time] == ["open weights", "best so far"]
    assert over_time[1]["y"] == [over_time[0]["y"][0]] * 2
    assert found.get("/ranking/figures/shoes.json").status_code == 404


@pytest.mark.one_database
def test_a_filtered_page_is_fresh_after_a_ranking_and_after_a_verification(site: Site) -> None:
    address = "/?verified=1&sort=text"
    site.submit(site.token("ada"), make_file(1))
    site.evaluate_all()
    first = site.get(address)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert "No model matches this filter" in first.text
    assert site.get(address, tag).status_code == 304
    with site.sessions.write() as session:
        verify_model(session, "model-a", "host@example.org", "seen")
    second = site.get(address, tag)
    assert (second.status_code, read_models(second.text)) == (200, ["model-a"])
    tag = {"If-None-Match": second.headers["ETag"]}
    site.submit(site.token("ada"), make_file(6))
    site.evaluate_all()
    third = site.get(address, tag)
    assert third.status_code == 200
    assert third.headers["ETag"] not in (first.headers["ETag"], second.headers["ETag"])
    assert [">16.7<" in one.text for one in (second, third)] == [True, False]


def test_the_first_rows_and_cases_to_try_are_seen_without_scrolling(
    found: Site, browser: Browser
) -> None:
    """At 1440 by 900: the first row at 520 or above, one line a model, nothing cut off."""
    page = open_page(browser, found.url, viewport={"width": 1440, "height": 900})
    page.goto("/?board=text")
    rows = page.locator("table.ranking").first.locator("tbody tr:not(.more)")
    boxes = [one.bounding_box() for one in rows.all()]
    assert [box is not None and box["height"] <= 48 for box in boxes] == [True] * 3
    assert boxes[0] is not None
    assert boxes[0]["y"] <= 520
    cases = page.locator(".cases article")
    assert [one.locator("h3").inner_text() for one in cases.all()] == [
        "Text question",
        "Image question",
        "Report",
    ]
    assert "Question" in cases.first.inner_text()
    for region in page.locator("main .scroll:visible").all():
        assert region.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    page.context.close()
