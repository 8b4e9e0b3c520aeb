"""All models by a slice: the page, the API, the files, and a model's page beside the medians."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from tests.factories import load_items
from tests.package_files import make_case, make_manifest, make_mcq
from tests.site import OpenSite, Site
from tests.web.api.test_api import check
from tests.web.test_comparisons import words_of
from tests.web.test_exports import ENDINGS, read_rows

ROOT = Path(__file__).resolve().parents[2]
PLACE = "benchmark=tiny&split=test"
PATH = "/breakdowns/{slug}/{split}"
SIZES = {"many": 16, "few": 4, "fewer": 4}
RIGHT = {
    "model-a": {"many": 16, "few": 1, "fewer": 4},
    "model-c": {"many": 8, "few": 2, "fewer": 0},
}
"""How many questions of each condition two models had right; model-b wrote the reports alone."""
REFUSED, REFUSAL = ("model-a", "few"), "I cannot answer this question."
"""Of the three that model-a has not right it refuses two."""
CONDITIONS = [name for name, n in SIZES.items() for _ in range(n)]


def write_items() -> list[dict[str, object]]:
    mcqs = [make_mcq(n, subcondition=name, levels=[]) for n, name in enumerate(CONDITIONS)]
    reports = [make_case(n, subcondition="many") for n in range(2)]
    return [*mcqs, *reports]


def make_file(model: str) -> bytes:
    if model == "model-b":
        lines = [(f"test-report-{n:03}", "There is excellent alignment.") for n in range(2)]
    else:
        left, lines = dict(RIGHT[model]), []
        for n, name in enumerate(CONDITIONS):
            wrong = REFUSAL if (model, name) == REFUSED and left[name] > -2 else "ANSWER: C"
            lines.append((f"test-text-{n:03}", "ANSWER: B" if left[name] > 0 else wrong))
            left[name] -= 1
    return "\n".join(json.dumps({"id": key, "prediction": text}) for key, text in lines).encode()


@pytest.fixture(scope="module")
def broken_down(open_site: OpenSite) -> Iterator[Site]:
    """A site with three models on three conditions; no test changes it."""
    with open_site() as site:
        taxonomy = make_manifest()["taxonomy"] | {
            "subconditions": [{"key": key, "name": key.title()} for key in SIZES]
        }
        manifest = make_manifest(version="2.0.0", taxonomy=taxonomy)
        with site.sessions.write() as session:
            load_items(session, write_items(), manifest)
        site.add_person("bob", "team-b", "model-b")
        site.add_person("cleo", "team-c", "model-c")
        for name, model in (("ada", "model-a"), ("bob", "model-b"), ("cleo", "model-c")):
            assert site.submit(site.token(name), make_file(model), model).status_code == 201
        site.evaluate_all()
        yield site


def read_cells(page: str, model: str) -> list[str]:
    """The cells of a model's row as they stand in the page, its tags with them."""
    row = re.search(rf'<th scope="row"><a href="/models/{model}\?.*?</tr>', page, flags=re.DOTALL)
    assert row
    return re.findall(r"<td.*?</td>", row[0], flags=re.DOTALL)


def test_the_page_shades_values_and_marks_those_of_few_items_with_their_counts(
    broken_down: Site,
) -> None:
    page = broken_down.get(f"/breakdowns?{PLACE}").text
    many, few, fewer = read_cells(page, "model-a")
    assert many.startswith('<td class="shade-9" ')
    assert words_of(many).strip() == "100.0"
    assert " shrunk" in few
    assert page.count(" refused</small>") == 1
    assert re.fullmatch(r"\d\d\.\d 1/4 2 refused", words_of(few).strip())
    assert re.fullmatch(r"\d\d\.\d 4/4", words_of(fewer).strip())
    assert float(words_of(fewer).split()[0]) < 100
    assert read_cells(page, "model-c")[0].startswith('<td class="shade-5" ')
    words = words_of(page)
    assert "Many n = 16 Few n = 4 Fewer n = 4" in words
    # 16 of 16 and 8 of 16; model-b answered none and is not in it.
    assert "Median of the field models with every item 75.0 2 models" in words
    assert "Without a value here: Model-B (no predictions for text questions" in words


def test_intervals_are_printed_where_the_reader_asks(broken_down: Site) -> None:
    low, high = proportion_confint(8, 16, method="wilson")
    page = broken_down.get(f"/breakdowns?{PLACE}&show=intervals").text
    cell = words_of(read_cells(page, "model-c")[0]).strip()
    assert cell == f"50.0 8/16 {100 * low:.1f}–{100 * high:.1f}"


def test_ratings_of_reports_stand_by_section_and_say_how_they_are_calibrated(
    broken_down: Site,
) -> None:
    page = broken_down.get(f"/breakdowns?{PLACE}&slice=section").text
    assert [words_of(cell).strip() for cell in read_cells(page, "model-b")] == ["5.00"] * 5
    assert "uncalibrated" in page
    assert "Model-A</a> (no predictions for reports)" in page


def test_a_page_is_answered_by_its_tag_and_an_unknown_slice_is_refused(broken_down: Site) -> None:
    first = broken_down.get(f"/breakdowns?{PLACE}")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert broken_down.get(f"/breakdowns?{PLACE}", tag).status_code == 304
    for path in ("/breakdowns", "/api/v1/breakdowns/tiny/test", "/exports/breakdowns.csv"):
        assert broken_down.get(f"{path}?slice=mood").status_code == 400


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_files_and_the_api_hold_the_numbers_of_the_page(broken_down: Site, ending: str) -> None:
    answer = broken_down.get("/api/v1/breakdowns/tiny/test")
    record = check(broken_down, "get", PATH, answer)
    assert [(one["name"], one["n"]) for one in record["columns"]] == list(SIZES.items())
    assert record["columns"][0]["median"] == {"value": 75.0, "n_models": 2}
    scores = {
        (one["model"]["slug"], score["name"]): score
        for one in record["models"]
        for score in one["scores"]
    }
    assert scores["model-a", "few"]["is_shrunk"]
    assert scores["model-a", "few"]["k"] == 1
    assert {key: score["n_refused"] for key, score in scores.items() if score["n_refused"]} == {
        REFUSED: 2
    }
    assert scores["model-c", "many"]["n_refused"] == 0
    assert not scores["model-c", "many"]["is_shrunk"]
    assert scores["model-c", "many"]["value"] == 50.0
    rows = read_rows(broken_down.get(f"/exports/breakdowns.{ending}?{PLACE}"), ending)
    assert len(rows) == 9
    for row in rows:
        score = scores.get((row["model"], row["name"]))
        assert row["value"] == ("" if score is None else str(score["value"]))
        assert row["is_shrunk"] == ("" if score is None else str(score["is_shrunk"]).lower())
        assert row["n_refused"] == ("" if score is None else str(score["n_refused"]))
        assert row["n_split_items"] == str(SIZES[row["name"]])
    assert {row["field_median"] for row in rows if row["name"] == "many"} == {"75.0"}


def test_a_models_page_sets_the_medians_beside_and_says_what_is_shrunk(broken_down: Site) -> None:
    words = words_of(broken_down.get(f"/models/model-c?{PLACE}").text)
    assert "Many 8/16 50.0 28.0–72.0 75.0 of 2" in words
    assert re.search(r"Few 2/4 shrunk \d\d\.\d ", words)
    assert " refused" not in words[words.index("By subcondition") : words.index("By axis")]
    own = words_of(broken_down.get(f"/models/model-a?{PLACE}").text)
    assert re.search(r"Few 1/4 shrunk 2 refused \d\d\.\d ", own)
    assert "Text against image" not in words  # It has no image questions.
    figure = broken_down.get(f"/models/model-c/figures/subconditions.json?{PLACE}").json()
    dots, medians = figure["data"]
    assert dots["text"] == ["Many", "Few 2/4", "Fewer 0/4"]
    assert medians["x"][0] == 75.0
    rows = read_rows(broken_down.get(f"/exports/models/model-c/scores.csv?{PLACE}"), "csv")
    marked = {row["name"] for row in rows if row["is_shrunk"] == "true"}
    assert marked == {"few", "fewer"}


def test_a_model_that_wrote_reports_alone_has_no_empty_figures(broken_down: Site) -> None:
    page = broken_down.get(f"/models/model-b?{PLACE}").text
    drawn = re.findall(r"/figures/(\w+)\.json", page)
    assert sorted(set(drawn)) == ["sections", "tracks"]
    assert broken_down.get(f"/models/model-b/figures/axes.json?{PLACE}").status_code == 404


def read_colours() -> list[dict[str, str]]:
    """The style sheet's colours by name, in light and in dark."""
    css = (ROOT / "leaderboard/static/breakdowns.css").read_text("utf-8")
    schemes = re.findall(r":root \{(.*?)\}", css, flags=re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#\w{6});", scheme)) for scheme in schemes]


def luminance(colour: str) -> float:
    """Of sRGB, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shades_grow_steadily_in_lightness_and_text_on_each_can_be_read() -> None:
    css = (ROOT / "leaderboard/static/breakdowns.css").read_text("utf-8")
    uses = dict(re.findall(r"\.(shade-\d) \{[^}]*color: var\(--([\w-]+)\)", css))
    light, dark = read_colours()
    for colours, is_rising in ((light, False), (dark, True)):
        shades = [luminance(colours[f"shade-{step}"]) for step in range(10)]
        assert shades == sorted(shades, reverse=not is_rising)
        for name, text in uses.items():
            ends = sorted((luminance(colours[name]), luminance(colours[text])))
            assert (ends[1] + 0.05) / (ends[0] + 0.05) >= 4.5, name
    assert len(uses) == 10
