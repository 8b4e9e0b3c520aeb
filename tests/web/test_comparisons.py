"""Models compared, on the page and in the API, against examples computed by hand."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from scipy import stats

from tests.factories import load_items
from tests.package_files import make_items, make_manifest
from tests.site import OpenSite, Site
from tests.web.api.test_api import check
from tests.web.browsing import open_page
from tests.web.test_exports import ENDINGS, as_text, read_rows

N_TEXT, N_REPORT = 30, 12
RIGHT = {
    "model-a": set(range(24)),
    "model-b": {*range(8), 28, 29},
    "model-d": set(range(24)),
    "model-e": set(range(24)),
}
PRAISED = {"model-d": set(range(12)), "model-e": {0, 1}}
"""Models d and e differ in their reports alone, by what an uncalibrated judge rates."""


def make_file(model: str) -> bytes:
    lines = [
        {"id": f"test-text-{n:03}", "prediction": f"ANSWER: {'B' if n in RIGHT[model] else 'C'}"}
        for n in range(N_TEXT)
    ]
    if model in PRAISED:
        lines += [
            {
                "id": f"test-report-{n:03}",
                "prediction": "Excellent alignment." if n in PRAISED[model] else "Nothing to say.",
            }
            for n in range(N_REPORT)
        ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture(scope="module")
def compared(open_site: OpenSite) -> Iterator[Site]:
    """A site with four models on 30 text questions, two of them on 12 reports; none changes it."""
    with open_site() as site:
        items = make_items(N_TEXT, 0, N_REPORT)
        with site.sessions.write() as session:
            load_items(session, items, make_manifest(version="2.0.0"))
        for model in RIGHT:
            name, team = f"person-{model}", f"team-of-{model}"
            if model == "model-a":
                name = "ada"
            else:
                site.add_person(name, team, model)
            assert site.submit(site.token(name), make_file(model), model).status_code == 201
        site.evaluate_all()
        yield site


def words_of(text: str) -> str:
    """The page's text with single spaces."""
    body = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&nbsp;", " ")


def lead_of(site: Site, query: str) -> str:
    answer = site.get(f"/compare?models={query}")
    assert answer.status_code == 200
    found = re.search(r'<p class="lead">(.*?)</p>', answer.text)
    assert found
    return found[1]


def test_the_first_sentence_says_who_is_better_by_how_much_and_how_sure(compared: Site) -> None:
    tested = stats.ttest_1samp([100.0] * 16 + [-100.0] * 2 + [0.0] * 12, 0)
    low, high = tested.confidence_interval()
    sure = f"95\u00a0% interval +{low:.1f} to +{high:.1f}, p &lt; 0.001"
    assert tested.pvalue < 0.001
    expected = f"Model-A is better than Model-B on all questions, by 46.7 points ({sure})."
    assert lead_of(compared, "model-a,model-b") == expected
    assert lead_of(compared, "model-b,model-a") == expected


def test_models_that_nothing_tells_apart_have_no_winner(compared: Site) -> None:
    models = "Model-A and Model-D"
    same = f"{models} cannot be told apart on all questions: they have the same score."
    assert lead_of(compared, "model-a,model-d") == same


def test_the_smallest_difference_is_that_of_the_items_paired_variance_for_a_pair_and_a_table(
    compared: Site,
) -> None:
    tested = stats.ttest_1samp([100.0] * 16 + [-100.0] * 2 + [0.0] * 12, 0)
    error = 140 / 3 / tested.statistic

    def smallest(level: float) -> float:
        return float((stats.t.ppf(1 - level / 2, 29) + stats.t.ppf(0.8, 29)) * error)

    answer = compared.get("/api/v1/comparisons/tiny/test?models=model-a,model-b").json()
    (pair,) = next(one for one in answer["boards"] if one["board"] == "text")["pairs"]
    assert pair["smallest_difference"] == pytest.approx(smallest(0.05))
    page = words_of(compared.get("/compare?models=model-a,model-b").text)
    assert f"{smallest(0.05):.1f}" in page
    other = compared.get("/api/v1/comparisons/tiny/test?models=model-a,model-d").json()
    (same,) = other["boards"][0]["pairs"]
    assert same["smallest_difference"] is None
    # Four models are six pairs; three pairs have this variance and three have none.
    found = compared.get("/api/v1/benchmarks/tiny").json()["smallest_differences"]
    text = next(one for one in found if (one["split"], one["board"]) == ("test", "text"))
    assert (text["n"], text["n_models"]) == (30, 4)
    assert text["pair"] == pytest.approx(smallest(0.05))
    assert text["table"] == pytest.approx(smallest(0.05 / 6))
    page = words_of(compared.get("/benchmarks/tiny").text)
    assert f"{smallest(0.05 / 6):.1f}" in page


def test_several_models_have_one_sentence_and_a_matrix_of_every_pair(compared: Site) -> None:
    assert lead_of(compared, "model-a,model-b,model-d") == (
        "No model is better on all questions than all the others: 2 of 3 pairs are told apart, "
        "and none is better than Model-A or Model-D."
    )
    text = compared.get("/compare?models=model-a,model-b,model-d").text
    matrix = re.search(r'<table class="matrix">.*?</table>', text, flags=re.DOTALL)
    assert matrix
    assert matrix[0].count("+46.7") == matrix[0].count("−46.7") == 2
    assert matrix[0].count("significantly better") == 3  # the caption, a over b, d over b


def test_where_nothing_can_be_compared_a_sentence_stands_for_a_table_of_dashes(
    compared: Site,
) -> None:
    words = words_of(compared.get("/compare?models=model-a,model-d").text)
    nothing = "There is nothing to compare Model-A with"
    sentence = f"{nothing}: there is no slice on which both it and the other model have a value"
    assert f"Reports by slice. {sentence}" in words
    assert f"Questions by slice. {sentence}" not in words


def test_the_tables_hold_counts_mid_p_and_slices(compared: Site) -> None:
    words = words_of(compared.get("/compare?models=model-a,model-b").text)
    mid_p = 2 * stats.binom.cdf(2, 18, 0.5) - stats.binom.pmf(2, 18, 0.5)
    assert mid_p < 0.001
    text_row = words[words.index("Text, n = 30") :]
    assert text_row.startswith("Text, n = 30 Model-A +46.7 ")
    assert " 80.0 33.3 &lt; 0.001 16 : 2 &lt; 0.001 " in text_row
    # Even items are of this condition: 12 of 15 right, and 0, 2, 4, 6 and 28 are b's.
    for name in ("Disc_Herniation", "Lumbar_Stenosis"):
        row = words[words.index(f"{name} n = 15 ") :].removeprefix(f"{name} n = 15 ")
        assert re.match(r"\S[\w -]+ \+46\.7 .{10,30} 80\.0 12/15 33\.3 5/15 ", row)


def test_a_report_score_without_experts_labels_makes_no_winner(compared: Site) -> None:
    lead = lead_of(compared, "model-d,model-e")
    assert lead.startswith("Model-D is ")
    assert "ahead of Model-E overall" in lead
    assert "and cannot decide" in lead
    api = compared.get("/api/v1/comparisons/tiny/test?models=model-d,model-e").json()
    for board in api["boards"]:
        assert [pair["winner"] for pair in board["pairs"]] == [None]
    reports = [one for one in api["slices"] if one["metric"] == "report"]
    assert reports
    assert all(model["winner"] is None for one in reports for model in one["models"])


def test_the_api_answers_the_same_numbers_as_its_document_says(compared: Site) -> None:
    path = "/comparisons/{slug}/{split}"
    answer = compared.get("/api/v1/comparisons/tiny/test?models=model-b,model-a")
    body = check(compared, "get", path, answer)
    (pair,) = next(one for one in body["boards"] if one["board"] == "text")["pairs"]
    tested = stats.ttest_1samp([-100.0] * 16 + [100.0] * 2 + [0.0] * 12, 0)
    interval = tested.confidence_interval()
    assert pair["difference"] == pytest.approx(
        {
            "value": -1400 / 30,
            "low": interval.low,
            "high": interval.high,
            "p_value": tested.pvalue,
        }
    )
    assert (pair["winner"], pair["first_only"], pair["second_only"]) == ("model-a", 2, 16)
    region = next(one for one in body["slices"] if one["name"] == "lumbar")
    assert [model["k"] for model in region["models"]] == [10, 24]
    assert region["models"][1]["winner"] == "model-a"
    for query in ("models=model-a", "models=", "models=model-a,model-a", ""):
        assert check(compared, "get", path, compared.get(f"/api/v1/comparisons/tiny/test?{query}"))
        assert compared.get(f"/api/v1/comparisons/tiny/test?{query}").status_code == 400
    unknown = compared.get("/api/v1/comparisons/tiny/test?models=model-a,nobody")
    assert unknown.status_code == 404
    assert "nobody" in check(compared, "get", path, unknown)["error"]["message"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("model-a", 400, "One model cannot be compared."),
        ("model-a,model-a", 400, "one of which is named twice"),
        ("a,b,c,d,e,f,g", 400, "7 models cannot be compared."),
        ("model-a,nobody", 404, "has no public result on Tiny test."),
        ("<b>,model-a", 404, "has no public result on Tiny test."),
    ],
)
def test_what_cannot_be_compared_says_why_and_lets_one_choose_again(
    compared: Site, query: str, status: int, says: str
) -> None:
    answer = compared.get(f"/compare?models={query}")
    assert answer.status_code == status
    assert says in answer.text
    assert "<b>" not in answer.text
    ticked = re.findall(r'value="([^"]+)" checked', answer.text)
    assert ticked == [slug for slug in ["model-a"] if slug in query]


def test_without_scripts_a_visitor_ticks_models_and_gets_an_address_to_share(
    browser: Browser, compared: Site
) -> None:
    page = open_page(browser, compared.url, java_script_enabled=False)
    page.goto("/")
    page.get_by_text("part of the items and no overall rank").click()
    page.get_by_label("Compare Model-A").check()
    page.get_by_label("Compare Model-B").check()
    page.get_by_role("button", name="Compare the chosen").click()
    assert "/compare?models=" in page.url
    assert {"model-a", "model-b"} == set(page.url.split("models=")[1].split("&")[0].split(","))
    page.get_by_label("Compare with").select_option("model-d")
    page.get_by_role("button", name="Add").click()
    assert page.get_by_role("heading", level=1).inner_text() == "3 models compared"
    page.goto("/models/model-b")
    page.get_by_label("Compare with").select_option("model-a")
    page.get_by_role("button", name="Compare").click()
    assert "models=model-b,model-a" in page.url
    assert "Model-A is better than Model-B" in page.locator(".lead").inner_text()
    page.context.close()


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_tables_to_take_away_have_the_numbers_of_the_api(compared: Site, ending: str) -> None:
    query = "models=model-a,model-b,model-d"
    known = compared.get(f"/api/v1/comparisons/tiny/test?{query}").json()
    slugs = ["model-a", "model-b", "model-d"]
    pairs = read_rows(compared.get(f"/exports/comparisons/pairs.{ending}?{query}"), ending)
    expected = [
        (
            board["board"],
            pair["first"],
            pair["second"],
            as_text(pair["difference"]["value"]),
            as_text(pair["adjusted_p"]),
            as_text(pair["winner"]),
            as_text(pair["first_only"]),
            as_text(pair["mid_p"]),
        )
        for board in known["boards"]
        for pair in board["pairs"]
    ]
    columns = ["board", "first", "second", "difference", "adjusted_p", "better", "n_first_only"]
    columns.append("mcnemar_mid_p")
    assert [tuple(row[name] for name in columns) for row in pairs] == expected
    slices = read_rows(compared.get(f"/exports/comparisons/slices.{ending}?{query}"), ending)
    assert len(slices) == 3 * len(known["slices"])
    row = next(r for r in slices if (r["slice"], r["model"]) == ("axis", "model-b"))
    one = next(s for s in known["slices"] if s["slice"] == "axis")
    place = slugs.index("model-b")
    assert float(row["value"]) == one["models"][place]["value"]


def test_a_comparison_to_take_away_that_is_none_is_refused(compared: Site) -> None:
    for path, status in (
        ("comparisons/pairs.csv?models=model-a", 400),
        ("comparisons/pairs.csv?models=model-a,nobody", 404),
        ("comparisons/others.csv?models=model-a,model-b", 404),
        ("releases.pdf", 404),
    ):
        assert compared.get(f"/exports/{path}").status_code == status
