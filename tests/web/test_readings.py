"""Single readings on pages and as downloads, and what a hidden split keeps to itself."""

import csv
import html
import io
import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, expect

from leaderboard.models.role import Role
from leaderboard.readings.filter import Field, Which
from leaderboard.web.api.readings import ReadingQuery
from leaderboard.web.raw_text import HEAD, TAIL, lay_out, make_visible
from spinebench.commands.items import FILTERS
from tests.factories import load_items
from tests.package_files import make_manifest
from tests.readings.test_read import ITEMS, TEXTS
from tests.site import Site, Visitor
from tests.web.api.test_api import check
from tests.web.browsing import open_page
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database
OTHERS = TEXTS | {"test-text-000": "ANSWER: C", "test-text-001": "ANSWER: B"}


def send(site: Site, texts: Mapping[str, str], name: str, slug: str, **fields: str) -> str:
    """Score texts of a person's model on a benchmark; the submission's id."""
    raw = "".join(json.dumps({"id": key, "prediction": text}) + "\n" for key, text in texts.items())
    sent = site.submit(site.token(name), raw.encode(), f"model-{name[0]}", benchmark=slug, **fields)
    assert sent.status_code == 201, sent.text
    site.evaluate_all()
    key: str = sent.json()["id"]
    return key


def load(
    site: Site, slug: str, *, answers: str, show_items: bool | None = None, **facts: object
) -> None:
    split: dict[str, object] = {"name": "test", "items": "items/test.jsonl", "answers": answers}
    splits = [split if show_items is None else split | {"show_items": show_items}]
    with site.sessions.write() as session:
        load_items(session, ITEMS, make_manifest(slug=slug, name=slug, splits=splits, **facts))
    site.add_role(f"host-of-{slug}", Role.HOST, slug)


@pytest.fixture
def opened(site: Site) -> tuple[Site, str, str]:
    """A benchmark whose answers are public, with a result each of ada's and bo's model."""
    load(site, "opened", answers="public")
    site.add_person("bo", "team-b", "model-b")
    return site, send(site, TEXTS, "ada", "opened"), send(site, OTHERS, "bo", "opened")


@pytest.fixture
def guarded(site: Site) -> Site:
    """A benchmark whose answers nobody knows."""
    load(site, "guarded", answers="hidden", demonstration=False)
    return site


def plain(page: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_everybody_sees_each_item_of_a_public_result_on_public_answers(
    opened: tuple[Site, str, str],
) -> None:
    site, _, _ = opened
    assert "/models/model-a/items?" in site.get("/models/model-a?benchmark=opened").text
    page = site.get("/models/model-a/items?benchmark=opened").text
    words = plain(page)
    assert "Read as B : right . The key is B." in words
    assert "Rule answer-line : A line in the form of the prompt" in words
    assert "Read as C : wrong . The key is B." in words
    assert "Refused, no letter : counts as wrong . The key is B." in words
    assert "precision 67 %, recall 100 %" in words
    assert "contradicted −0.8 There is a fracture of L1." in words
    assert "<mark>ANSWER: B</mark>" in page
    assert 'alt="A phantom"' in page
    assert "6 predictions." in words
    wrong = plain(site.get("/models/model-a/items?benchmark=opened&filter=wrong&level=L4/L5").text)
    assert "4 of 6 predictions." in wrong
    assert "test-text-000" not in wrong
    assert site.get("/models/model-a/items?benchmark=opened&filter=odd").status_code == 400
    assert site.get("/models/model-a/items?benchmark=opened&page=2").status_code == 404
    assert site.get("/models/model-a/items?benchmark=opened&page=x").status_code == 400


def test_a_page_of_items_changes_with_its_filter_and_is_answered_again_by_its_etag(
    opened: tuple[Site, str, str],
) -> None:
    site, _, _ = opened
    address = "/models/model-a/items?benchmark=opened&filter="
    first, second = site.get(address + "right"), site.get(address + "unread")
    assert first.headers["ETag"] != second.headers["ETag"]
    again = site.get(address + "right", {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_items_are_taken_away_in_every_format(opened: tuple[Site, str, str]) -> None:
    site, key, _ = opened
    address = "/exports/models/model-a/items.{}?benchmark=opened&filter=wrong"
    rows = list(csv.DictReader(io.StringIO(site.get(address.format("csv")).text, newline="")))
    assert [row["item"] for row in rows] == [
        "test-text-001",
        "test-image-002",
        "test-text-003",
        "test-text-004",
    ]
    chosen = rows[0]
    assert (chosen["submission"], chosen["model"], chosen["split"]) == (key, "model-a", "test")
    assert (chosen["text"], chosen["letters"]) == (TEXTS["test-text-001"], "C")
    assert (chosen["rule"], chosen["read_from"]) == ("choice-words", "choose C")
    assert (chosen["right"], chosen["key"], chosen["levels"]) == ("false", "B", "L4/L5")
    assert json.loads(chosen["options"])["B"] == "L4/L5"
    told = site.get(address.format("json").replace("&filter=wrong", "")).json()
    assert len(told["rows"]) == len(TEXTS)
    report = next(row for row in told["rows"] if row["kind"] == "report")
    (judge,) = json.loads(report["judges"])
    assert (judge["judge"], report["right"], report["letters"]) == ("checklist", None, None)
    found = site.get(address.format("parquet").replace("&filter=wrong", ""))
    assert found.headers["Content-Disposition"].endswith(f"-{key}.parquet")
    assert pq.read_table(io.BytesIO(found.content)).to_pylist() == told["rows"]
    assert site.get(address.format("xlsx")).status_code == 404


def test_a_team_and_a_host_find_the_items_of_a_submission_from_its_page(guarded: Site) -> None:
    key = send(guarded, TEXTS, "ada", "guarded")
    ada, host = sign_in(guarded, "ada"), sign_in(guarded, "host-of-guarded")
    assert f'href="/submissions/{key}/items"' in ada.get(f"/submissions/{key}").text
    own = plain(ada.get(f"/submissions/{key}/items").text)
    assert "Read as B . Rule answer-line" in own
    assert "There is a fracture of L1." in own
    assert f'href="/admin/submissions/{key}/items"' in host.get(f"/admin/submissions/{key}").text
    seen = plain(host.get(f"/admin/submissions/{key}/items").text)
    assert "Read as C : wrong . The key is B." in seen
    assert "contradicted −0.8 There is a fracture of L1." in seen
    assert "secret reference test-report-000" in seen
    wrong = host.get(f"/admin/submissions/{key}/items.csv?filter=wrong").text
    assert wrong.count("false") == 4


def test_nobody_else_sees_single_items_of_a_hidden_split(guarded: Site) -> None:
    key = send(guarded, TEXTS, "ada", "guarded")
    guarded.add_person("bo", "team-b", "model-b")
    guarded.add_role("other", Role.HOST)
    bo, other = sign_in(guarded, "bo"), sign_in(guarded, "other")
    for path in ("items", "items.csv", "items.json"):
        assert bo.get(f"/submissions/{key}/{path}").status_code == 404
        assert bo.get(f"/admin/submissions/{key}/{path}").status_code == 403
        assert other.get(f"/admin/submissions/{key}/{path}").status_code == 404
        assert other.get(f"/submissions/{key}/{path}").status_code == 404
    for path in (
        "/models/model-a/items?benchmark=guarded",
        "/exports/models/model-a/items.csv?benchmark=guarded",
        "/compare/items?benchmark=guarded&models=model-a,model-b",
    ):
        assert guarded.get(path).status_code == 404


ROUTES = (
    "items",
    "items?filter=unread",
    "items?filter=wrong",
    "items?filter=right",
    "items?filter=missed",
    "items?filter=nonsense",
    "items?level=L4/L5",
    "items?level=L1",
    "items?track=text&axis=level",
    "items?subcondition=lumbar_stenosis",
    "items?page=2",
    "items.csv",
    "items.json",
    "items.parquet",
    "items.csv?filter=wrong",
    "api:/api/v1/submissions/KEY/items",
    "api:/api/v1/submissions/KEY/items?filter=unread",
    "api:/api/v1/submissions/KEY/items?filter=wrong",
    "api:/api/v1/submissions/KEY/items?level=L4/L5",
    "api:/api/v1/submissions/KEY/items.csv",
)
MOVING = {"date", "server", "content-length", "x-request-id"}


@pytest.mark.parametrize("is_demonstration", [False, True], ids=["protected", "demonstration"])
def test_what_a_team_gets_of_a_hidden_split_never_depends_on_being_right(
    site: Site, is_demonstration: bool
) -> None:
    # Two files by the same person: in one every answer is right and the report praised, in the
    # other none. They differ in one letter and one word of the same length.
    load(site, "guarded", answers="hidden", demonstration=is_demonstration)
    right = dict.fromkeys(TEXTS, "ANSWER: B") | {
        "test-text-003": "ANSWER: A, B",
        "test-report-000": "There is canal stenosis at L4/L5. There is no fracture.",
    }
    wrong = dict.fromkeys(TEXTS, "ANSWER: C") | {
        "test-text-003": "ANSWER: C, D",
        "test-report-000": "There is canal stenosis at L1/L2. There is one fracture.",
    }
    ada, token = sign_in(site, "ada"), site.token("ada")
    keys = [send(site, texts, "ada", "guarded") for texts in (right, wrong)]

    def normal(text: str, key: str) -> str:
        """The answer without what says which submission it is and what its texts say."""
        text = text.replace(key, "KEY")
        for own in (right, wrong):
            for one in sorted(set(own.values()), key=len, reverse=True):
                text = text.replace(one, "TEXT").replace(json.dumps(one)[1:-1], "TEXT")
        text = re.sub(r"Read as [A-D](, [A-D])*<", "Read as LETTERS<", text)
        text = re.sub(r'"letters": ?"[A-D]+"', '"letters":"LETTERS"', text)
        return re.sub(r"(?<=answered,)(?:[A-D]+)(?=,)", "LETTERS", text)

    for route in ROUTES:
        first, second = (
            site.get(f"{route.removeprefix('api:')}".replace("KEY", key), token)
            if route.startswith("api:")
            else ada.get(f"/submissions/{key}/{route}")
            for key in keys
        )
        assert first.status_code == second.status_code, route
        heads = [
            {
                name: normal(value, key)
                for name, value in one.headers.items()
                if name.lower() not in MOVING
            }
            for one, key in zip((first, second), keys, strict=True)
        ]
        assert heads[0] == heads[1], route
        if route == "items.parquet":
            rows = [pq.read_table(io.BytesIO(one.content)) for one in (first, second)]
            assert rows[0].column_names == rows[1].column_names
            told = [
                normal(json.dumps(table.to_pylist()), key)
                for table, key in zip(rows, keys, strict=True)
            ]
        else:
            told = [normal(one.text, key) for one, key in zip((first, second), keys, strict=True)]
        assert told[0] == told[1], route
    assert ada.get(f"/submissions/{keys[0]}/items?filter=wrong").status_code == 400
    assert "secret" not in ada.get(f"/submissions/{keys[0]}/items").text
    assert "right" not in ada.get(f"/submissions/{keys[0]}/items.csv").text.splitlines()[0]


def test_items_that_the_package_does_not_show_are_on_no_public_address(site: Site) -> None:
    load(site, "kept", answers="public", show_items=False)
    site.add_person("bo", "team-b", "model-b")
    key = send(site, TEXTS, "ada", "kept")
    send(site, OTHERS, "bo", "kept")
    at = "benchmark=kept"
    for address, link in (
        (f"/models/model-a?{at}", "/models/model-a/items"),
        (f"/compare?models=model-a,model-b&{at}", "/compare/items"),
        ("/benchmarks/kept", "/benchmarks/kept/splits/test/items"),
    ):
        page = site.get(address)
        assert page.status_code == 200
        assert link not in page.text
        assert "Question 0" not in page.text
    for address in (
        f"/models/model-a/items?{at}",
        f"/compare/items?models=model-a,model-b&{at}",
        f"/exports/models/model-a/items.csv?{at}",
        "/benchmarks/kept/splits/test/items",
        "/api/v1/readings/kept/test/model-a",
        "/api/v1/comparisons/kept/test/items?models=model-a,model-b",
    ):
        answer = site.get(address)
        assert answer.status_code == 404, address
        assert "because its package says so" in html.unescape(answer.text)
    own = site.get(f"/api/v1/submissions/{key}/items", site.token("ada")).json()
    assert own["shows_key"] is True
    assert own["n"] == len(TEXTS)
    assert "Read as B : right" in plain(sign_in(site, "ada").get(f"/submissions/{key}/items").text)
    assert site.get("/benchmarks/kept/splits/test/package").status_code == 200


def test_each_file_by_which_a_model_stands_has_its_items_from_the_models_page(
    opened: tuple[Site, str, str],
) -> None:
    site, first, _ = opened
    second = send(site, {"test-image-002": "ANSWER: B"}, "ada", "opened")
    page = site.get("/models/model-a?benchmark=opened").text
    links = [html.unescape(one) for one in re.findall(r'href="(/models/model-a/items[^"]*)"', page)]
    named = [re.search(r"submission=(\w+)", one) for one in links]
    assert [one and one[1] for one in named] == [first, second, first]
    text, image, report = (plain(site.get(one).text) for one in links)
    assert "1 of 1 items." not in text
    assert "Read as B : right" in text
    assert "Read as B : right" in image
    assert "There is a fracture of L1." in report
    answer = site.get(f"/api/v1/readings/opened/test/model-a?submission={first}").json()
    assert (answer["submission"], answer["n"]) == (first, len(TEXTS))
    assert site.get("/api/v1/readings/opened/test/model-a").json()["submission"] == second
    table = site.get(f"/exports/models/model-a/items.csv?benchmark=opened&submission={first}")
    assert {row["submission"] for row in csv.DictReader(io.StringIO(table.text))} == {first}
    other = opened[2]
    for address in ("/models/model-a/items", "/exports/models/model-a/items.csv"):
        assert site.get(f"{address}?benchmark=opened&submission={other}").status_code == 404


def test_two_models_are_shown_side_by_side_from_their_comparison(
    opened: tuple[Site, str, str],
) -> None:
    site, _, _ = opened
    compared = site.get("/compare?benchmark=opened&models=model-a,model-b").text
    assert "/compare/items?models=model-a" in compared
    page = plain(
        site.get("/compare/items?benchmark=opened&models=model-a,model-b&filter=differ").text
    )
    assert "2 of 6 items." in page
    assert page.index("Read as B : right") < page.index("Read as C : wrong")
    assert site.get("/compare/items?benchmark=opened&models=model-a").status_code == 400
    assert site.get("/compare/items?benchmark=opened&models=model-a,nobody").status_code == 404


def test_two_models_are_paired_on_each_track_by_the_file_that_each_stands_by(
    opened: tuple[Site, str, str],
) -> None:
    site, first, other = opened
    second = send(site, {"test-image-002": "ANSWER: B"}, "ada", "opened")
    api = "/api/v1/comparisons/opened/test/items?models=model-a,model-b"
    pairs = check(site, "get", "/comparisons/{slug}/{split}/items", site.get(api))
    assert [one["first"]["item"]["id"] for one in pairs["pairs"]] == list(TEXTS)
    assert pairs["n_all"] == len(TEXTS)
    texts = {one["first"]["item"]["id"]: one["first"]["text"] for one in pairs["pairs"]}
    assert texts == TEXTS | {"test-image-002": "ANSWER: B"}
    assert {one["second"]["text"] for one in pairs["pairs"]} <= set(OTHERS.values())
    differ = site.get(f"{api}&filter=differ").json()
    names = [one["first"]["item"]["id"] for one in differ["pairs"]]
    assert names == ["test-text-000", "test-text-001", "test-image-002"]
    assert pairs["first_submissions"] == {"text": first, "image": second, "report": first}
    assert set(pairs["second_submissions"].values()) == {other}
    at = "/compare/items?benchmark=opened&models=model-a,model-b"
    page = plain(site.get(at).text)
    assert "6 items." in page
    assert f"{first} (text questions, reports), {second} (image questions)" in page
    turned = plain(site.get("/compare/items?benchmark=opened&models=model-b,model-a").text)
    assert "6 items." in turned


def test_of_several_runs_the_items_of_the_one_that_the_row_is_known_by_are_paired(
    opened: tuple[Site, str, str],
) -> None:
    site, first, _ = opened
    texts = TEXTS | {"test-text-000": "ANSWER: D"}
    send(site, texts, "ada", "opened", run_of=first)
    api = "/api/v1/comparisons/opened/test/items?models=model-a,model-b"
    pairs = site.get(api).json()
    assert set(pairs["first_submissions"].values()) == {first}
    assert {one["first"]["text"] for one in pairs["pairs"]} == set(TEXTS.values())
    page = plain(site.get("/compare/items?benchmark=opened&models=model-a,model-b").text)
    assert f"several runs, of which the items of one are shown: {first}" in page


def test_two_models_without_a_track_in_common_have_no_items_side_by_side(
    opened: tuple[Site, str, str],
) -> None:
    site, _, _ = opened
    site.add_person("cy", "team-c", "model-c")
    site.add_person("di", "team-d", "model-d")
    send(site, {"test-image-002": "ANSWER: B"}, "cy", "opened")
    send(site, {key: text for key, text in TEXTS.items() if "-text-" in key}, "di", "opened")
    page = site.get("/compare/items?benchmark=opened&models=model-c,model-d")
    assert page.status_code == 200
    assert "There are none of these." in plain(page.text)


def test_the_api_gives_single_items_with_what_was_read_and_by_which_rule(
    opened: tuple[Site, str, str],
) -> None:
    site, key, _ = opened
    own = site.get(f"/api/v1/submissions/{key}/items", site.token("ada"))
    told = check(site, "get", "/submissions/{key}/items", own)
    assert (told["n"], told["n_all"], told["n_pages"], told["shows_key"]) == (6, 6, 1, True)
    first = told["readings"][0]
    assert (first["item"]["id"], first["item"]["levels"]) == ("test-text-000", ["L4"])
    assert first["text"] == TEXTS["test-text-000"]
    assert (first["answer"]["letters"], first["answer"]["rule"]) == ("B", "answer-line")
    assert first["answer"]["words"] == "ANSWER: B"
    assert (first["verdict"]["is_right"], first["verdict"]["key"]) == (True, ["B"])
    (picture,) = told["readings"][2]["item"]["images"]
    assert site.get(urlsplit(picture["url"]).path).headers["Content-Type"] == "image/png"
    (judge,) = told["readings"][5]["judges"]
    (diagnosis,) = (one for one in judge["dimensions"] if one["dimension"] == "diagnosis")
    assert diagnosis["checks"][2]["quote"] == "There is a fracture of L1."
    path = "/api/v1/readings/opened/test/model-a"
    public = check(site, "get", "/readings/{slug}/{split}/{model}", site.get(path))
    assert public == told, "what everybody sees is what the team sees"
    part = site.get(f"{path}?filter=wrong&limit=3&page=2").json()
    assert [one["item"]["id"] for one in part["readings"]] == ["test-text-004"]
    assert (part["n"], part["n_pages"]) == (4, 2)
    for bad in ("filter=odd", "limit=0", "page=x", "level=L99"):
        assert site.get(f"{path}?{bad}").status_code == 400
    both = site.get("/api/v1/comparisons/opened/test/items?models=model-a,model-b&filter=first")
    pairs = check(site, "get", "/comparisons/{slug}/{split}/items", both)
    (pair,) = pairs["pairs"]
    assert (pair["first"]["answer"]["letters"], pair["second"]["answer"]["letters"]) == ("B", "C")
    for bad in ("models=model-a", "models=model-a,model-a", "models=model-a,model-b&filter=wrong"):
        assert site.get(f"/api/v1/comparisons/opened/test/items?{bad}").status_code == 400
    file = site.get(f"/api/v1/submissions/{key}/items.csv?filter=right", site.token("ada"))
    page = sign_in(site, "ada").get(f"/submissions/{key}/items.csv?filter=right")
    assert file.content == page.content


def test_the_document_says_every_choice_of_items_that_there_is() -> None:
    fields = set(ReadingQuery.__struct_fields__)
    assert fields == {*(field.value for field in Field), "page", "limit"}
    assert set(FILTERS) == {field.value for field in Field}
    named = re.findall(r"[\w-]+", FILTERS["filter"])
    assert {one.value for one in Which} <= set(named)


def test_hostile_texts_are_shown_as_what_they_are() -> None:
    assert make_visible("a\u202eb\x00\u200bc\n\td") == "a⟨U+202E⟩b⟨U+0000⟩⟨U+200B⟩c\n\td"
    (part,) = lay_out("So it goes.\r\nANSWER:  b", "ANSWER: B")
    assert [(one.text, one.is_read) for one in part.pieces] == [
        ("So it goes.\n", False),
        ("ANSWER:  b", True),
    ]
    assert lay_out("") == ()
    long = "x" * 10_000 + "ANSWER: B"
    head, middle, tail = lay_out(long, "ANSWER: B")
    assert (head.n_characters, middle.n_characters, tail.n_characters) == (
        HEAD,
        len(long) - HEAD - TAIL,
        TAIL,
    )
    assert [one.is_folded for one in (head, middle, tail)] == [False, True, False]
    assert tail.pieces[-1].text == "ANSWER: B"
    whole = "".join(piece.text for part in (head, middle, tail) for piece in part.pieces)
    assert whole == long


def test_markup_and_huge_texts_of_models_do_nothing_on_a_page(
    guarded: Site, browser: Browser
) -> None:
    load(guarded, "opened", answers="public")
    texts = TEXTS | {
        "test-text-000": "<script>document.title='taken'</script>\u202e\nANSWER: B",
        "test-text-001": ("word " * 3_000) + "<img src=x onerror=\"document.title='taken'\">",
        "test-text-003": "W" * 15_000,
    }
    send(guarded, texts, "ada", "opened")
    for width in (390, 1280):
        page = open_page(browser, guarded.url, viewport={"width": width, "height": 900})
        page.goto("/models/model-a/items?benchmark=opened")
        expect(page.get_by_text("⟨U+202E⟩")).to_be_visible()
        assert "taken" not in page.title()
        assert page.locator("script").count() == page.locator("script[src]").count()
        folded = page.get_by_text("more characters in between")
        expect(folded).to_have_count(2)
        folded.first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("img:not([alt])").count() == 0
        page.context.close()


def test_a_visitor_is_asked_to_sign_in_before_they_see_anything_of_a_submission(
    guarded: Site,
) -> None:
    key = send(guarded, TEXTS, "ada", "guarded")
    with Visitor(guarded.url) as visitor:
        for path in (f"/submissions/{key}/items", f"/admin/submissions/{key}/items"):
            assert "/sign-in" in visitor.get(path).url
