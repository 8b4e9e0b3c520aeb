"""Several runs of one model: sending them, and wherever what they make is shown."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from leaderboard.models.team import ModelCard
from tests.factories import make_card
from tests.site import N_TEXT, OpenSite, Site, Visitor
from tests.web.api.test_api import check, make_file
from tests.web.test_pages import csrf_of, sign_in

pytestmark = pytest.mark.one_database


def make_text(n_right: int, first: int = 0) -> bytes:
    """A file of text questions only, of which `n_right` from the `first` on are right."""
    lines = [
        {
            "id": f"test-text-{n:03}",
            "prediction": "ANSWER: B" if first <= n < first + n_right else "C",
        }
        for n in range(N_TEXT)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def send(site: Site, raw: bytes, **fields: str) -> str:
    sent = site.submit(site.token("ada"), raw, **fields)
    assert sent.status_code == 201, sent.text
    key: str = sent.json()["id"]
    site.evaluate_all()
    return key


def refuse(site: Site, raw: bytes, status: int, code: str, **fields: str) -> tuple[str, str]:
    """What is said of a file that is refused, by the submission and by its dry run alike."""
    said = []
    for address in ("submissions", "validations"):
        response = site.submit(site.token("ada"), raw, address=address, **fields)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
        error = check(site, "post", f"/{address}", response)["error"]
        said.append((error["message"], error["remedy"]))
    assert said[0] == said[1]
    return said[0]


def test_a_run_names_the_submission_that_it_repeats(site: Site) -> None:
    first = send(site, make_file(5))
    second = send(site, make_file(4), run_of=first, run_label="seed 2")
    told = site.get(f"/api/v1/submissions/{second}", site.token("ada"))
    record = check(site, "get", "/submissions/{key}", told)
    assert (record["run_of"], record["run_label"], record["runs"]) == (
        first,
        "seed 2",
        [first, second],
    )
    record = site.get(f"/api/v1/submissions/{first}", site.token("ada")).json()
    assert (record["run_of"], record["run_label"], record["runs"]) == (None, "", [first, second])
    browser = sign_in(site, "ada")
    page = browser.get(f"/submissions/{second}").text
    assert "Another run (seed 2) of" in page
    assert "one of 2 runs" in page


def test_what_is_no_run_of_it_is_refused_with_the_way_out(site: Site) -> None:
    first = send(site, make_file(5))
    second = send(site, make_file(4), run_of=first)
    message, remedy = refuse(site, make_file(3), 400, "invalid_request", run_of=second)
    assert message == f"Submission {second} is itself another run of {first}."
    assert first in remedy
    message, _ = refuse(site, make_text(3), 400, "invalid_request", run_of=first)
    assert "has the tracks text, image, report; this one has text" in message
    with site.sessions.write() as session:
        card = session.scalars(select(ModelCard).where(ModelCard.slug == "model-a")).one()
        make_card(session, card.team, "model-z")
    message, _ = refuse(site, make_file(3), 400, "invalid_request", run_of=first, model="model-z")
    assert message == f"Submission {first} is of the model model-a, not of model-z."
    for copied in (first, second):
        raw = make_file(5 if copied == first else 4)
        message, remedy = refuse(site, raw, 409, "duplicate_submission", run_of=first)
        assert copied in message
        assert "another seed" in remedy
    # Other bytes, the same words.
    spaced = make_file(5).replace(b'", "prediction"', b'" ,  "prediction"')
    message, _ = refuse(site, spaced, 409, "duplicate_submission", run_of=first)
    assert "word for word" in message
    message, _ = refuse(
        site, make_file(3), 400, "invalid_request", run_of=first, run_label="x" * 41
    )
    assert message == "The label has 41 characters."


def test_whether_another_teams_submission_exists_is_not_told(site: Site) -> None:
    site.add_person("eve", "others", "model-e")
    theirs = site.submit(site.token("eve"), make_file(5), "model-e").json()["id"]
    unknown = refuse(site, make_file(5), 404, "not_found", run_of="nosuchone2")
    assert refuse(site, make_file(5), 404, "not_found", run_of=theirs) == unknown


def test_a_set_has_as_many_runs_as_the_host_allows(open_site: OpenSite) -> None:
    with open_site(MAX_RUNS="2") as site:
        first = send(site, make_file(5))
        send(site, make_file(4), run_of=first)
        message, remedy = refuse(site, make_file(3), 409, "conflict", run_of=first)
        assert message == f"Submission {first} has 2 runs already, and 2 is the most."
        assert "on its own" in remedy


def test_what_failed_or_was_cancelled_cannot_be_repeated(site: Site) -> None:
    sent = site.submit(site.token("ada"), make_file(5)).json()["id"]
    with Visitor(site.url) as visitor:
        visitor.post(f"/api/v1/submissions/{sent}/cancel", headers=site.token("ada"))
    message, _ = refuse(site, make_file(4), 409, "conflict", run_of=sent)
    assert message == f"Submission {sent} is cancelled: there is no result to repeat."


def test_the_form_offers_earlier_submissions_and_a_dry_run_says_what_a_run_does(
    site: Site,
) -> None:
    assert "Another run of" not in sign_in(site, "ada").get("/submit").text
    first = send(site, make_file(5))
    said = (
        f"This is run 2 of submission {first}: once scored, the mean of its runs stands for "
        f"Model-A on these tracks, with what differs between runs in every interval."
    )
    told = site.submit(site.token("ada"), make_file(4), address="validations", run_of=first)
    assert told.json()["effect"] == said
    browser = sign_in(site, "ada")
    page = browser.get("/submit").text
    assert f'<option value="{first}">Model-A, test, ' in page
    fields = {
        "csrf_token": csrf_of(page),
        "benchmark": "tiny",
        "split": "test",
        "model": "model-a",
        "run_of": first,
        "run_label": "seed 2",
    }
    file = {"file": ("run.jsonl", make_file(4))}
    assert said in browser.post("/submit", data=fields | {"dry_run": "1"}, files=file).text
    copied = browser.post("/submit", data=fields, files={"file": ("run.jsonl", make_file(5))})
    assert copied.status_code == 409
    assert "word for word" in copied.text
    assert 'value="seed 2"' in copied.text
    sent = browser.post("/submit", data=fields, files=file)
    assert "Another run (seed 2) of" in sent.text


@pytest.fixture
def keys(site: Site) -> list[str]:
    """Three runs of one model."""
    first = send(site, make_file(5))
    return [first, *(send(site, make_file(n), run_of=first, run_label=f"seed {n}") for n in (4, 3))]


def test_pages_downloads_and_the_api_say_that_the_mean_of_runs_stands(
    site: Site, keys: list[str]
) -> None:
    assert "mean of 3 runs" in site.get("/").text
    page = site.get("/models/model-a").text
    assert "The mean of 3 runs" in page
    assert "Between runs" in page
    assert "seed 4" in page
    assert "There is one run" not in page
    assert "None/" not in page
    told = check(site, "get", "/rankings/{slug}/{split}", site.get("/api/v1/rankings/tiny/test"))
    (entry,) = told["entries"]
    assert entry["runs"] == dict.fromkeys(("text", "image", "report"), keys)
    csv = site.get("/exports/ranking.csv").text
    assert f"text: {', '.join(keys)}; image" in csv
    assert ", ".join(keys) in site.get("/exports/models/model-a/scores.csv").text
    assert site.get("/breakdowns").status_code == 200


def test_one_run_says_that_what_differs_between_runs_is_unknown(site: Site) -> None:
    send(site, make_file(5))
    page = site.get("/models/model-a").text
    assert "There is one run: how far runs of this model differ is unknown" in page
    assert "mean of" not in site.get("/").text
