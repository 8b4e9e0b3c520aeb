"""Severe errors beside the scores: a high score cannot average them away, on no page."""

import csv
import io
import json
import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser
from statsmodels.stats.proportion import proportion_confint

from tests.evaluation.test_harm import CHECKS, LEVEL, REPORTS, RIGHT
from tests.factories import load_items
from tests.package_files import make_case, make_items, make_manifest, make_mcq
from tests.site import OpenSite, Site
from tests.web.browsing import open_page
from tests.web.test_comparisons import words_of
from tests.web.test_pages import sign_in

N_TEXT, N_IMAGE = 14, 6
SPLITS = [
    {"name": "test", "items": "items/test.jsonl", "answers": "public"},
    {"name": "dev", "items": "items/dev.jsonl", "answers": "public"},
]
LETTERS = {"model-a": "B" * 18 + "AA", "careful": "B" * 12 + "C" * 8}
"""model-a has 18 of 20 right and two severe errors; the careful one 12, and none."""
TEXTS = {"model-a": REPORTS, "careful": [RIGHT] * 12}
"""model-a has a severe error in 5 of 12 reports."""


def make_file(model: str) -> bytes:
    keys = [f"test-text-{n:03}" for n in range(N_TEXT)]
    keys += [f"test-image-{n:03}" for n in range(N_IMAGE)]
    lines = [
        {"id": key, "prediction": f"ANSWER: {letter}"}
        for key, letter in zip(keys, LETTERS[model], strict=True)
    ]
    lines += [
        {"id": f"test-report-{n:03}", "prediction": text} for n, text in enumerate(TEXTS[model])
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def load_graded(site: Site) -> None:
    """Questions and reports whose mistakes are graded, and a second team."""
    harm = {"options": {"A": LEVEL, "D": {"grade": "moderate"}}}
    items = [
        *(make_mcq(n, harm=harm) for n in range(N_TEXT)),
        *(make_mcq(n, image=True, harm=harm) for n in range(N_IMAGE)),
        *(make_case(n, checklist=CHECKS) for n in range(12)),
        *make_items(1, 0, 1, "dev"),
    ]
    manifest = make_manifest(version="2.0.0", splits=SPLITS, harm={"by": "constructed"})
    with site.sessions.write() as session:
        load_items(session, items, manifest)
    site.add_person("cara", "team-cara", "careful")


@pytest.fixture(scope="module")
def graded(open_site: OpenSite) -> Iterator[Site]:
    """A site with two models on graded questions and reports; none changes it."""
    with open_site() as site:
        load_graded(site)
        for name, model in (("ada", "model-a"), ("cara", "careful")):
            assert site.submit(site.token(name), make_file(model), model).status_code == 201
        site.evaluate_all()
        yield site


def order(site: Site, query: str) -> list[str]:
    entries = site.get(f"/api/v1/rankings/tiny/test?{query}").json()["entries"]
    return [entry["model"]["slug"] for entry in entries]


def test_a_model_with_a_high_score_and_a_severe_error_per_ten_stands_lower_by_harm(
    graded: Site,
) -> None:
    assert order(graded, "board=closed") == ["model-a", "careful"]
    assert order(graded, "board=closed&sort=harm_closed") == ["careful", "model-a"]
    assert order(graded, "sort=harm_report&direction=descending") == ["model-a", "careful"]
    page = graded.get("/?board=closed&sort=harm_closed")
    assert "sorted by severe errors, MCQ" in page.text
    assert page.text.index("/models/careful") < page.text.index("/models/model-a")


def test_the_api_has_the_rate_with_wilsons_interval(graded: Site) -> None:
    entries = graded.get("/api/v1/rankings/tiny/test").json()["entries"]
    harm = {entry["model"]["slug"]: entry["harm"] for entry in entries}
    low, high = proportion_confint(2, 20, method="wilson")
    assert harm["model-a"]["closed"] == {
        "value": 10,
        "low": pytest.approx(100 * low),
        "high": pytest.approx(100 * high),
        "n": 20,
        "n_severe": 2,
    }
    low, high = proportion_confint(5, 12, method="wilson")
    assert harm["model-a"]["report"]["low"] == pytest.approx(100 * low)
    assert harm["careful"]["report"]["value"] == 0
    assert harm["careful"]["report"]["high"] == pytest.approx(
        100 * proportion_confint(0, 12, method="wilson")[1]
    )


def test_the_ranking_says_who_graded_and_that_verdicts_are_a_judges(graded: Site) -> None:
    words = words_of(graded.get("/").text)
    assert "Severe errors, MCQ" in words
    assert "10.0 2.8–30.1" in words
    assert "The harm grades are constructed: no clinician gave them." in words
    assert "uncalibrated verdicts of judges, confirmed by no expert" in words


def test_the_table_to_download_has_the_columns_of_the_ranking(graded: Site) -> None:
    rows = list(csv.DictReader(io.StringIO(graded.get("/exports/ranking.csv").text)))
    found = {row["model"]: row for row in rows}
    assert found["model-a"]["harm_closed_per_100"] == "10.0"
    assert found["model-a"]["harm_report_n_severe"] == "5"
    assert found["careful"]["harm_report_n_cases"] == "12"


def test_the_models_page_has_the_events_with_their_intervals(graded: Site) -> None:
    words = words_of(graded.get("/models/model-a?benchmark=tiny").text)
    assert "Severe errors per 100 cases" in words
    assert "uncalibrated verdict of the judge checklist" in words
    answer = graded.get("/api/v1/harm/tiny/test/model-a").json()
    assert answer["graded_by"]["is_constructed"]
    lines = {(line["part"], line["name"]): line for line in answer["lines"]}
    level = lines["event", "wrong_level"]["severe"]
    assert (level["n_hit"], level["n"]) == (4, 32), "two questions and two reports"
    low, high = proportion_confint(4, 32, method="wilson")
    assert (level["low"], level["high"]) == (pytest.approx(100 * low), pytest.approx(100 * high))
    side = lines["event", "wrong_side"]["severe"]
    assert (side["n_hit"], side["n"]) == (2, 12), "only a report has a side"
    assert lines["red_flag", "cauda_equina"]["severe"]["n_hit"] == 2
    assert ("event", "contraindicated_treatment") not in lines
    assert lines["board", "report"]["n_errors"] == 6
    assert lines["board", "report"]["moderate_or_worse"]["n_hit"] == 5
    conditions = [line for key, line in lines.items() if key[0] == "subcondition"]
    assert sum(line["severe"]["n_hit"] for line in conditions) == 7
    rows = list(csv.DictReader(io.StringIO(graded.get("/exports/models/model-a/harm.csv").text)))
    assert {(row["part"], row["name"]): row["n_severe"] for row in rows} == {
        key: str(line["severe"]["n_hit"]) for key, line in lines.items()
    }


def test_a_pair_is_compared_on_the_same_cases(graded: Site) -> None:
    found = graded.get("/api/v1/comparisons/tiny/test?models=model-a,careful").json()["harm"]
    assert [(one["board"], one["n"]) for one in found] == [("closed", 20), ("report", 12)]
    assert found[1] | {"mid_p": 0, "adjusted_p": 0} == {
        "board": "report",
        "first": "model-a",
        "second": "careful",
        "n": 12,
        "difference": pytest.approx(500 / 12),
        "first_only": 5,
        "second_only": 0,
        "both": 0,
        "mid_p": 0,
        "adjusted_p": 0,
    }
    assert found[1]["mid_p"] == pytest.approx(2 * 0.5**5 - 0.5**5)
    page = graded.get("/compare?models=model-a,careful&benchmark=tiny")
    assert "Cases with a severe error" in page.text
    rows = graded.get("/exports/comparisons/harm.csv?models=model-a,careful").text.splitlines()
    assert len(rows) == 3


def test_of_several_runs_the_mean_is_shown_and_no_count_that_there_is_not(
    open_site: OpenSite,
) -> None:
    with open_site() as site:
        load_graded(site)
        send = partial(site.submit, site.token("ada"))
        first = send(make_file("model-a"), "model-a").json()["id"]
        assert send(make_file("careful"), "model-a", run_of=first).status_code == 201
        assert site.submit(site.token("cara"), make_file("careful"), "careful").status_code == 201
        site.evaluate_all()
        entries = site.get("/api/v1/rankings/tiny/test").json()["entries"]
        harm = {entry["model"]["slug"]: entry["harm"]["report"] for entry in entries}
        assert harm["model-a"]["value"] == pytest.approx(500 / 24)
        assert (harm["model-a"]["n"], harm["model-a"]["n_severe"]) == (12, 5)
        words = words_of(site.get("/models/model-a?benchmark=tiny").text)
        assert "A rate is the mean over runs" in words
        lines = site.get("/api/v1/harm/tiny/test/model-a").json()["lines"]
        assert {line["n_errors"] for line in lines} == {None}
        pair = "models=model-a,careful"
        (_, reports) = site.get(f"/api/v1/comparisons/tiny/test?{pair}").json()["harm"]
        assert reports["difference"] == pytest.approx(500 / 24)
        counts = [reports[name] for name in ("first_only", "second_only", "both", "mid_p")]
        assert counts == [None] * 4
        page = words_of(site.get(f"/compare?{pair}&benchmark=tiny").text)
        assert "a paired t test, which allows for what differs between runs" in page
        table = site.get(f"/exports/comparisons/harm.csv?{pair}").text
        (_, row) = csv.DictReader(io.StringIO(table))
        assert (row["mcnemar_mid_p"], row["n_both"]) == ("", "")
        assert float(row["adjusted_p"]) == pytest.approx(reports["adjusted_p"])


def test_readings_mark_what_is_a_critical_error(graded: Site) -> None:
    words = words_of(graded.get("/models/model-a/items?benchmark=tiny&split=test").text)
    assert "critical error: wrong level" in words
    assert "critical error: wrong side" in words
    assert "critical error: missed red flag, cauda equina syndrome" in words
    careful = words_of(graded.get("/models/careful/items?benchmark=tiny&split=test").text)
    assert "critical error" not in careful


def test_the_api_of_readings_names_each_mistake_that_does_harm(graded: Site) -> None:
    def read(model: str, track: str) -> list[dict[str, Any]]:
        address = f"/api/v1/readings/tiny/test/{model}?track={track}&limit=200"
        readings: list[dict[str, Any]] = graded.get(address).json()["readings"]
        return readings

    wrong = [one["verdict"] for one in read("model-a", "image") if one["verdict"]["errors"]]
    severe = {"grade": "severe", "severe": True, "kind": "commission"}
    # The letter A at two images: a wrong level by the item's own grades.
    assert [one["errors"] for one in wrong] == 2 * [
        [severe | {"event": "wrong_level", "red_flag": None}]
    ]
    reports = read("model-a", "report")
    errors = [
        {check["name"]: check["error"] for d in j["dimensions"] for check in d["checks"]}
        for one in reports
        for j in one["judges"]
    ]
    found = [error for of in errors for error in of.values() if error and error["severe"]]
    assert {error["event"] for error in found} >= {"wrong_level", "wrong_side", "missed_red_flag"}
    assert {error["red_flag"] for error in found} == {None, "cauda_equina"}
    # 5 of 12 reports have a severe error, as the ranking says.
    assert sum(any(e and e["severe"] for e in of.values()) for of in errors) == 5
    for one in read("careful", "report"):
        checks = [c for j in one["judges"] for d in j["dimensions"] for c in d["checks"]]
        assert not any(check["error"] and check["error"]["severe"] for check in checks)


def test_the_submissions_own_page_has_its_severe_errors(graded: Site) -> None:
    entries = graded.get("/api/v1/rankings/tiny/test").json()["entries"]
    key = next(one["submission"] for one in entries if one["model"]["slug"] == "model-a")
    page = sign_in(graded, "ada").get(f"/submissions/{key}")
    assert "Severe errors per 100 cases" in page.text


def test_a_benchmark_without_grades_shows_nothing_of_harm(scored_site: Site) -> None:
    for address in ("/?benchmark=tiny", "/models/model-a?benchmark=tiny"):
        assert "evere error" not in scored_site.get(address).text
    assert scored_site.get("/api/v1/harm/tiny/test/model-a").status_code == 404
    for entry in scored_site.get("/api/v1/rankings/tiny/test").json()["entries"]:
        assert entry["harm"] == {}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "address",
    ["/", "/models/model-a?benchmark=tiny", "/compare?models=model-a,careful&benchmark=tiny"],
)
def test_the_pages_fit_into_the_window(
    browser: Browser, graded: Site, address: str, width: int
) -> None:
    page = open_page(browser, graded.url, viewport={"width": width, "height": 900})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if folder := os.environ.get("PICTURES"):
        name = f"{address.strip('/').partition('?')[0].replace('/', '-') or 'ranking'}-{width}"
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    page.context.close()
