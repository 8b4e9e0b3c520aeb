"""Proofs on the site: its team's, its hosts', and the keys that sign them."""

import pytest

from leaderboard.bundles.archive import read_archive
from leaderboard.bundles.signing import find_public_key, make_key
from leaderboard.bundles.verifying import verify_file
from leaderboard.models.role import Role
from tests.site import OpenSite, Site
from tests.web.api.test_api import make_file
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database


def send(site: Site) -> str:
    sent = site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    key: str = sent.json()["id"]
    return key


def test_a_team_downloads_its_proof_by_page_and_api_and_they_are_the_same(site: Site) -> None:
    key = send(site)
    with sign_in(site, "ada") as ada:
        page = ada.get(f"/submissions/{key}").text
        assert "Download the proof" in page
        by_page = ada.get(f"/submissions/{key}/bundle")
    by_api = site.get(f"/api/v1/submissions/{key}/bundle", site.token("ada"))
    assert by_page.content == by_api.content
    assert by_page.headers["Content-Disposition"] == f"attachment; filename={key}-proof.zip"
    assert by_page.headers["Cache-Control"] == "private, no-store"
    found = verify_file(by_api.content, predictions=make_file(4))
    verdicts = {one["name"]: one["verdict"] for one in found["figures"]}
    assert verdicts["SHA-256 of the file"] == "same"
    assert "differs" not in verdicts.values()


def test_before_it_is_scored_there_is_none_and_the_page_offers_none(site: Site) -> None:
    key = site.submit(site.token("ada"), make_file(4)).json()["id"]
    answer = site.get(f"/api/v1/submissions/{key}/bundle", site.token("ada"))
    assert answer.status_code == 409
    assert "there is no score to prove" in answer.json()["error"]["message"]
    with sign_in(site, "ada") as ada:
        assert "Download the proof" not in ada.get(f"/submissions/{key}").text


def test_a_host_downloads_the_whole_proof_of_anybodys_submission(site: Site) -> None:
    key = send(site)
    site.add_role("hanna", Role.HOST)
    with sign_in(site, "hanna") as hanna:
        assert "Download the proof" in hanna.get(f"/admin/submissions/{key}").text
        raw = hanna.get(f"/admin/submissions/{key}/bundle").content
    assert read_archive(raw).manifest["is_whole"] is True
    found = verify_file(raw, predictions=make_file(4))
    assert {one["verdict"] for one in found["figures"]} == {"same"}


def test_a_site_with_a_key_signs_and_publishes_the_public_half_of_every_key(
    open_site: OpenSite,
) -> None:
    new, old = make_key(), make_key()
    with open_site(BUNDLE_KEYS=f"{new} {old}") as site:
        keys = site.get("/api/v1/keys").json()["keys"]
        assert [one["key"] for one in keys] == [find_public_key(new), find_public_key(old)]
        assert new not in site.get("/api/v1/keys").text
        key = send(site)
        raw = site.get(f"/api/v1/submissions/{key}/bundle", site.token("ada")).content
    assert read_archive(raw).key == find_public_key(new)


def test_a_site_without_a_key_signs_nothing_and_says_so(site: Site) -> None:
    assert site.get("/api/v1/keys").json() == {"keys": []}
    raw = site.get(f"/api/v1/submissions/{send(site)}/bundle", site.token("ada")).content
    assert verify_file(raw)["signature"].startswith("Not signed")


def test_no_more_proofs_are_made_for_a_person_than_the_host_allows(open_site: OpenSite) -> None:
    with open_site(BUNDLE_LIMIT="2 per minute") as site:
        key, token = send(site), site.token("ada")
        answers = [site.get(f"/api/v1/submissions/{key}/bundle", token) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
