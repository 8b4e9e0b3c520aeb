"""A model that stands by several files, wherever its figures are shown, and before it is sent."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from leaderboard.evaluation.rank import rank_split
from leaderboard.models.submission import Submission
from tests.site import N_TEXT, Site
from tests.web.api.test_api import check, make_file
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database


def make_text(n_right: int) -> bytes:
    """A file of text questions only."""
    lines = [
        {"id": f"test-text-{n:03}", "prediction": "ANSWER: B" if n < n_right else "C"}
        for n in range(N_TEXT)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def send(site: Site, raw: bytes) -> str:
    sent = site.submit(site.token("ada"), raw)
    assert sent.status_code == 201, sent.text
    key: str = sent.json()["id"]
    site.evaluate_all()
    return key


@pytest.fixture
def keys(site: Site) -> tuple[str, str]:
    """Two files of one model: of everything, and of its text questions only."""
    return send(site, make_file(5)), send(site, make_text(3))


def test_pages_downloads_and_the_api_say_which_file_each_figure_is_from(
    site: Site, keys: tuple[str, str]
) -> None:
    whole, text = keys
    ranking = site.get("/").text
    assert f"text from {text}, image and report from {whole}" in ranking
    assert "no predictions" not in ranking
    page = site.get("/models/model-a").text
    assert "Made of 2 files" in page
    assert page.count(whole) >= 3
    assert "50.0" in page
    assert "<td>image, report</td>" in page, "what the first file is in the ranking for"

    told = check(site, "get", "/rankings/{slug}/{split}", site.get("/api/v1/rankings/tiny/test"))
    (entry,) = told["entries"]
    assert entry["parts"] == {"text": text, "image": whole, "report": whole}
    assert (entry["submission"], entry["rank_low"], entry["text"]["value"]) == (text, 1, 50)

    (row,) = read_csv(site, "/exports/ranking.csv")
    assert row["parts"] == f"text: {text}; image: {whole}; report: {whole}"
    scores = read_csv(site, "/exports/models/model-a/scores.csv")
    files = {(one["slice"], one["name"]): one["submission"] for one in scores}
    assert files["track", "text"] == text
    assert files["track", "report"] == whole
    assert files["closed", "closed"] == files["all", "overall"] == f"{text} + {whole}"
    cells = read_csv(site, "/exports/breakdowns.csv")
    assert {one["submission"] for one in cells} == {f"{text} + {whole}"}


def test_where_one_file_is_all_nothing_is_said_of_files(site: Site) -> None:
    send(site, make_file(5))
    assert " from " not in site.get("/").text.split("<tbody>")[1].split("</tbody>")[0]
    assert "Made of" not in site.get("/models/model-a").text
    assert read_csv(site, "/exports/ranking.csv")[0]["parts"] == ""
    assert site.get("/api/v1/rankings/tiny/test").json()["entries"][0]["parts"] == {}


def test_before_it_is_sent_a_partial_file_says_what_it_will_do(site: Site) -> None:
    told = site.submit(site.token("ada"), make_text(3), address="validations").json()
    assert told["effect"] == (
        "This file has text questions only: there will be no overall score without image questions "
        "and reports."
    )
    whole = send(site, make_file(5))
    today = f"{datetime.now(UTC):%-d %B %Y}"
    said = (
        f"This file has text questions only: Model-A keeps its image and report results of {today} "
        f"(submission {whole}), and its overall score is made of both files."
    )
    response = site.submit(site.token("ada"), make_text(3), address="validations")
    assert check(site, "post", "/validations", response)["effect"] == said
    browser = sign_in(site, "ada")
    page = browser.get("/submit").text
    answered = browser.post(
        "/submit",
        data={
            "csrf_token": csrf_of(page),
            "benchmark": "tiny",
            "split": "test",
            "model": "model-a",
            "dry_run": "1",
        },
        files={"file": ("text.jsonl", make_text(3))},
    )
    assert said in answered.text
    sent = site.submit(site.token("ada"), make_text(3)).json()
    assert sent["effect"] == said
    assert said in browser.get(f"/submissions/{sent['id']}").text
    site.evaluate_all()
    assert said not in browser.get(f"/submissions/{sent['id']}").text


def test_a_team_has_its_model_stand_by_an_earlier_file_on_its_page(
    site: Site, keys: tuple[str, str]
) -> None:
    whole, text = keys
    browser = sign_in(site, "ada")
    assert "Have the model stand by this result" not in browser.get(f"/submissions/{text}").text
    path = f"/submissions/{whole}"
    assert "On some of its tracks Model-A stands by another result" in browser.get(path).text
    page = post(browser, site, f"{path}/choose", path)
    assert "as soon as the split is ranked again" in page.text
    with site.sessions.write() as session:
        found = session.scalars(select(Submission).where(Submission.id == whole)).one()
        rank_split(session, found.split_id)
    assert "Have the model stand by this result" not in browser.get(path).text
    (entry,) = site.get("/api/v1/rankings/tiny/test").json()["entries"]
    assert (entry["submission"], entry["parts"]) == (whole, {})


def read_csv(site: Site, path: str) -> list[dict[str, str]]:
    lines = [line for line in site.get(path).text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))
