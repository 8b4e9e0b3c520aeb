"""Commitments on the benchmark's page and in the API, and what they keep to themselves."""

import base64
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from leaderboard.db import now
from leaderboard.models.commitment import AnswerCommitment
from leaderboard.models.sealed import AnswerSalt, CommittedValues
from tests.site import OpenSite, Site
from tests.web.api.test_api import check, make_file
from tests.web.rights.table import API, PAGES
from tests.web.rights.world import make_world

pytestmark = pytest.mark.one_database
PATH = "/benchmarks/{slug}/commitments"
FOR_HOSTS = "/admin/submissions/{scored}/bundle"
"""A submission's archive for hosts holds the seed (docs/proofs.md); the table keeps others out."""


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


def test_no_address_tells_anybody_what_opens_a_commitment(
    open_site: OpenSite, tmp_path: Path
) -> None:
    with open_site(QUOTA_SUBMISSIONS="0") as site, make_world(site, tmp_path / "kept") as world:
        with site.sessions.read() as session:
            secrets = [*session.scalars(select(AnswerSalt.salt))]
            secrets += session.scalars(select(CommittedValues.seed))
        assert len(secrets) > 22
        spelled = [
            spelling
            for secret in secrets
            for spelling in (
                secret,
                secret.hex().encode(),
                base64.b64encode(secret).rstrip(b"="),
                base64.urlsafe_b64encode(secret).rstrip(b"="),
            )
        ]
        n_read = 0
        for group in (*PAGES, *API):
            for method, address in group.read():
                for who in [one for one, status in group.expected.items() if status == 200]:
                    if method == "GET" and address != FOR_HOSTS:
                        content = read_whole(world.ask(who, "GET", address, {}).content)
                        assert not any(one in content for one in spelled), f"{who}: {address}"
                        n_read += 1
        assert n_read > 300


def read_whole(content: bytes) -> bytes:
    """The bytes of an answer; of a zip file those of its parts too."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content + b"".join(archive.read(name) for name in archive.namelist())
