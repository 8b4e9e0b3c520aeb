"""What a language model read is told apart on the pages and in the API, in counts alone."""

import json

import pytest

from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from tests.judges.judge_server import serve_judge
from tests.readers.scripted import QUOTE, TEXT, read_second_option, reader_at
from tests.site import N_TEXT, Site
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database
SENTENCE = "Of 6 answered, 2 were read by a language model (reader)"


def send(site: Site) -> str:
    texts = [f"{TEXT} Case {n}." if n < 2 else "ANSWER: B" for n in range(N_TEXT)]
    lines = [
        json.dumps({"id": f"test-text-{n:03}", "prediction": text}) for n, text in enumerate(texts)
    ]
    sent = site.submit(site.token("ada"), "\n".join(lines).encode())
    assert sent.status_code == 201
    key: str = sent.json()["id"]
    return key


def test_pages_and_api_say_how_many_answers_a_language_model_read_and_quote_none(
    site: Site,
) -> None:
    key = send(site)
    with serve_judge(read_second_option) as server:
        evaluate(site.sessions, key, [ChecklistJudge()], 1, reader=reader_at(server))
    results = site.get(f"/api/v1/submissions/{key}/results", site.token("ada"))
    assert results.json()["counts"] == {"answered": N_TEXT}
    assert results.json()["read_by_models"] == {"reader": 2}
    pages = [
        sign_in(site, "ada").get(f"{site.url}/submissions/{key}").text,
        site.get("/models/model-a").text,
    ]
    for page in pages:
        assert SENTENCE in " ".join(page.split())
    assert all(QUOTE not in page for page in [*pages, results.text])


def test_pages_and_api_say_nothing_of_a_reader_where_none_read(site: Site) -> None:
    key = send(site)
    evaluate(site.sessions, key, [ChecklistJudge()], 1)
    results = site.get(f"/api/v1/submissions/{key}/results", site.token("ada")).json()
    assert results["counts"] == {"answered": N_TEXT - 2, "unparsed": 2}
    assert results["read_by_models"] == {}
    for page in (
        sign_in(site, "ada").get(f"{site.url}/submissions/{key}").text,
        site.get("/models/model-a").text,
    ):
        assert "read by a language model" not in page
