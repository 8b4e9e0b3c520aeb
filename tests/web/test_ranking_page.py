"""The ranking page over HTTP: sorting, filters, columns, published results, figures, size."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from leaderboard.hosting.people import verify_model
from leaderboard.models.team import ModelCard
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.rankings.published import N_IMAGE, N_REPORT, N_TEXT, read_published
from tests.package_files import make_items, make_manifest, write_package
from tests.site import OpenSite, Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import make_file

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


def test_published_results_are_marked_never_ranked_and_count_for_nothing(found: Site) -> None:
    plain, page = found.get("/").text, found.get("/?published=1").text
    reported = re.findall(r'<tr class="reported">\n(.*?)</tr>', page, flags=re.DOTALL)
    assert "reported by its authors" not in plain
    assert len(reported) == len(read_published().spinemed)
    for row in reported:
        assert "reported by its authors, never ranked" in row
        assert "/models/" not in row
        assert "<svg" not in row
    assert "which are not those of Tiny" in page
    assert read_models(page) == read_models(plain)
    count = re.compile(r"<dt>Models</dt><dd>(\d+)</dd>")
    assert count.findall(page) == count.findall(plain) == ["3"]
    for path in (
        "/exports/ranking.csv",
        "/ranking/figures/time.json",
        "/ranking/figures/size.json",
    ):
        assert found.get(f"{path}?published=1").text == found.get(path).text
    assert "GPT" not in found.get("/?published=1&licence=mit").text


@pytest.mark.one_database
def test_on_the_papers_own_benchmark_published_results_stand_among_the_measured(
    site: Site, tmp_path: Path
) -> None:
    folder = write_package(
        tmp_path / "whole",
        [*make_items(N_TEXT, N_IMAGE, N_REPORT), *make_items(1, 1, 1, "dev")],
        make_manifest(slug="spinebench", name="SpineBench"),
    )
    with site.sessions.write() as session:
        load_package(session, read_package(open_package(folder)))
    lines = [
        {"id": f"test-text-{n:03}", "prediction": "ANSWER: B" if n < 250 else "C"}
        for n in range(N_TEXT)
    ]
    raw = "".join(json.dumps(line) + "\n" for line in lines).encode()
    sent = requests.post(
        f"{site.url}/api/v1/submissions",
        headers=site.token("ada"),
        data={"benchmark": "spinebench", "split": "test", "model": "model-a"},
        files={"file": ("predictions.jsonl", raw)},
        timeout=HANG_SECONDS,
    )
    assert sent.status_code == 201
    site.evaluate_all()
    address = "/?benchmark=spinebench&board=text&published=1"
    names = re.findall(r'<th scope="row">(?:<a [^>]*>)?([\w .-]+)', site.get(address).text)
    # 250 of 294 is 85.03.
    assert names[:5] == ["SpineGPT", "GPT5", "GLM-4.5V", "Model-A", "Qwen2.5-VL-7B"]
    page = site.get(f"{address}&sort=model").text
    assert page.index("Model-A") < page.index("Reported by their authors") < page.index("GPT5")
    assert "other items" not in page


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
