"""The pages on which one takes one's data away and deletes one's account."""

from pathlib import Path

import pytest
from sqlalchemy import update

from leaderboard.models.team import User
from tests.factories import PASSWORD
from tests.site import Site
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

PLACE = "/account/delete"


@pytest.mark.one_database
def test_an_account_is_deleted_with_its_password_and_its_results_stay_public(site: Site) -> None:
    token = site.token("ada")
    key = site.submit(token, make_file(4)).json()["id"]
    site.evaluate_all()
    assert "Model-A" in site.get("/").text
    ada, elsewhere = sign_in(site, "ada"), sign_in(site, "ada")
    page = ada.get(PLACE).text
    assert "Published results stay public" in page
    assert "Team-A" in page
    assert "Its public results stay." in page
    refused = post(ada, site, PLACE, PLACE, password="wrong wrong wrong")
    assert refused.status_code == 400
    assert "not your current password" in refused.text
    done = post(ada, site, PLACE, PLACE, password=PASSWORD)
    assert "Your account is deleted" in done.text
    for browser in (ada, elsewhere):
        assert browser.get("/account", allow_redirects=False).status_code == 302
    assert site.get("/api/v1/me", token).status_code == 401
    assert elsewhere.get(f"/submissions/{key}", allow_redirects=False).status_code == 302
    shown = site.get("/").text + site.get("/models/model-a").text
    assert "Model-A" in shown
    assert "Team-A" not in shown
    assert "ada@" not in shown


@pytest.mark.one_database
def test_after_a_deletion_no_byte_of_the_sqlite_file_tells_who_it_was(site: Site) -> None:
    place = Path(site.sessions.engine.url.database or "")
    site.submit(site.token("ada"), make_file(4))
    ada = sign_in(site, "ada")
    with site.sessions.write() as session:
        session.execute(
            update(User).where(User.email == "ada@example.org").values(name="Ada King Lovelace")
        )

    def read() -> bytes:
        return b"".join(one.read_bytes() for one in place.parent.glob(f"{place.name}*"))

    assert b"Ada King Lovelace" in read()
    assert b"ada@example.org" in read()
    assert "Your account is deleted" in post(ada, site, PLACE, PLACE, password=PASSWORD).text
    assert b"Ada King Lovelace" not in read()
    assert b"ada@example.org" not in read()


@pytest.mark.one_database
def test_ones_data_is_a_file_for_oneself_alone(site: Site) -> None:
    site.submit(site.token("ada"), make_file(4))
    answer = sign_in(site, "ada").get("/account/data.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["account"]["email"] == "ada@example.org"
    assert len(answer.json()["submissions"]) == 1
    assert site.get("/account/data.json").url.endswith("sign-in?back=/account/data.json")
