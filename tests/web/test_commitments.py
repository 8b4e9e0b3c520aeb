"""Commitments on the benchmark's page and in the API.

That nothing which opens one is told to anybody is seen where everybody asks for everything
(tests/web/rights/test_table.py).
"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from leaderboard.db import now
from leaderboard.models.commitment import AnswerCommitment
from tests.site import Site
from tests.web.api.test_api import check, make_file

pytestmark = pytest.mark.one_database
PATH = "/benchmarks/{slug}/commitments"


def read_commitments(site: Site) -> dict[str, object]:
    answer = check(site, "get", PATH, site.get("/api/v1/benchmarks/tiny/commitments"))
    assert isinstance(answer, dict)
    return answer


def test_the_page_of_a_benchmark_shows_the_root_and_when_it_was_made(site: Site) -> None:
    root = read_commitments(site)["root"]
    page = site.get("/benchmarks/tiny").text
    assert f"{root}</code>" in page
    assert "11 commitments, made" in page
    assert "after the version was published" not in page
    with site.sessions.write() as session:
        later = now() + timedelta(days=2)
        session.execute(update(AnswerCommitment).values(made_at=later))
    assert "after the version was published" in site.get("/benchmarks/tiny").text


def test_the_api_lists_the_commitments_of_answers_and_of_rankings(site: Site) -> None:
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    answer = check(site, "get", PATH, site.get("/api/v1/benchmarks/tiny/commitments"))
    assert [one["split"] for one in answer["answers"]] == ["test"] * 11
    assert {one["track"] for one in answer["answers"]} == {"text", "image", "report"}
    (ranking,) = answer["rankings"]
    (model,) = ranking["models"]
    assert (ranking["split"], ranking["release"], model["model"]) == ("test", 1, "model-a")
    assert len(model["root"]) == len(ranking["root"]) == 64
    assert round(model["scores"]["text"]) == 67
