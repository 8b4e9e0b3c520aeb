"""Confidence and refusals on the pages, in the API and in what is taken away."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from tests.factories import load_items
from tests.package_files import make_items, make_manifest
from tests.site import OpenSite, Site
from tests.web.test_comparisons import words_of
from tests.web.test_pages import sign_in

N_TEXT, N_IMAGE = 30, 20
REFUSAL = "I cannot answer this."


def make_file(*, wrong: str, has_confidence: bool = True) -> bytes:
    """Of 50 questions 40 right with confidence .9, 10 as `wrong` with .4."""
    keys = [f"test-text-{n:03}" for n in range(N_TEXT)]
    keys += [f"test-image-{n:03}" for n in range(N_IMAGE)]
    lines = [
        {"id": key, "prediction": wrong if n % 5 == 0 else "B"}
        | ({"confidence": 0.4 if n % 5 == 0 else 0.9} if has_confidence else {})
        for n, key in enumerate(keys)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture(scope="module")
def confident(open_site: OpenSite) -> Iterator[Site]:
    """Two models with confidences, one of which refuses where the other is wrong, and one without.

    Nothing changes it.
    """
    with open_site() as opened:
        items = [*make_items(N_TEXT, N_IMAGE, 0), *make_items(1, 0, 0, "dev")]
        with opened.sessions.write() as session:
            load_items(session, items, make_manifest(version="2.0.0"))
        for name, model, file in (
            ("ada", "model-a", make_file(wrong="C")),
            ("cara", "careful", make_file(wrong=REFUSAL)),
            ("dora", "plain", make_file(wrong="C", has_confidence=False)),
        ):
            if model != "model-a":
                opened.add_person(name, f"team-{name}", model)
            assert opened.submit(opened.token(name), file, model).status_code == 201
        opened.evaluate_all()
        yield opened


def test_the_api_has_the_figures_of_a_worked_example(confident: Site) -> None:
    """50 answers: Brier (40 x .01 + 10 x .16) / 50; all right at 80 %; excess .8 - .8."""
    answer = confident.get("/api/v1/confidence/tiny/test/model-a").json()
    figures = answer["figures"]
    assert (figures["n"], figures["n_items"]) == (50, 50)
    assert figures["brier"]["value"] == pytest.approx(0.04)
    assert figures["accuracy_at_80"]["value"] == pytest.approx(1)
    assert figures["excess"]["value"] == pytest.approx(0)
    # Bins of .9 (all right) and .4 (none): 0.8 x 0.1 + 0.2 x 0.4.
    assert figures["ece"] == pytest.approx(0.16)
    assert figures["ece_null"] < figures["ece_null_high"]
    assert figures["slope"] is None
    assert [(one["n"], one["accuracy"]["value"]) for one in answer["bins"]] == [(10, 0), (40, 1)]
    assert answer["curve"][-1]["accuracy"]["value"] == pytest.approx(0.8)


def test_what_is_refused_is_never_taken_and_stands_apart_from_what_is_wrong(
    confident: Site,
) -> None:
    answer = confident.get("/api/v1/confidence/tiny/test/careful").json()
    assert (answer["figures"]["n"], answer["figures"]["n_items"]) == (40, 50)
    assert answer["curve"][-1]["coverage"] == 0.8
    ranking = confident.get("/api/v1/rankings/tiny/test?board=reliability").json()
    found = {one["model"]["slug"]: one for one in ranking["entries"]}
    assert next(iter(found)) == "careful"
    assert found["careful"]["reliability"]["value"] == pytest.approx(90)
    assert found["model-a"]["reliability"]["value"] == pytest.approx(90 - 10 / 3)
    assert found["careful"]["closed"]["value"] == found["model-a"]["closed"]["value"] == 80
    assert (found["careful"]["n_refused"], found["model-a"]["n_refused"]) == (10, 0)
    page = words_of(confident.get("/?board=reliability").text)
    assert "a wrong one of k options costs" in page
    assert "It is no part of any other score." in page


def test_pages_show_the_figures_with_their_tables_and_nothing_without_confidences(
    confident: Site,
) -> None:
    page = confident.get("/models/model-a?benchmark=tiny").text
    words = words_of(page)
    assert "What its confidence is worth" in words
    assert "Its mean confidence and its accuracy cannot be told apart." in words
    for name in ("coverage", "reliability"):
        assert f"/models/model-a/figures/{name}.json" in page
        figure = confident.get(f"/models/model-a/figures/{name}.json").json()
        assert figure["data"][-1]["error_y"]["array"]
        assert confident.get(f"/models/plain/figures/{name}.json").status_code == 404
    rows = list(
        csv.DictReader(io.StringIO(confident.get("/exports/models/model-a/confidence.csv").text))
    )
    assert {row["part"] for row in rows} == {"figure", "null", "curve", "bin"}
    brier = next(row for row in rows if row["name"] == "brier")
    assert float(brier["value"]) == pytest.approx(0.04)
    assert "What its confidence is worth" not in confident.get("/models/plain").text
    assert confident.get("/api/v1/confidence/tiny/test/plain").status_code == 404
    compared = confident.get("/compare?models=model-a,careful,plain").text
    assert "What confidences are worth" in compared
    told = confident.get("/api/v1/comparisons/tiny/test?models=model-a,plain").json()
    assert list(told["confidence"]) == ["model-a"]


def test_a_team_sees_the_figures_of_its_submission_and_what_it_gains_by_them(
    confident: Site,
) -> None:
    client = sign_in(confident, "ada")
    entries = confident.get("/api/v1/rankings/tiny/test").json()["entries"]
    (key,) = [one["submission"] for one in entries if one["model"]["slug"] == "model-a"]
    page = client.get(f"{confident.url}/submissions/{key}").text
    assert "What its confidence is worth" in page
    assert "Accuracy by coverage" in page
    items = words_of(client.get(f"{confident.url}/submissions/{key}/items").text)
    assert "Its own confidence: 0.40." in items
    own = confident.get(f"/api/v1/submissions/{key}/items", confident.token("ada")).json()
    assert {one["confidence"] for one in own["readings"]} == {0.4, 0.9}
    assert "how far its certainty can be trusted" in client.get(f"{confident.url}/submit").text
