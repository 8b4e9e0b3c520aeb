"""Teams that wait for a host: the host's page, and what the team sees."""

import re
from collections.abc import Iterator

import pytest

from leaderboard.models.role import Role
from tests.site import OpenSite, Site
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

PLACE = "/admin/approvals"


@pytest.fixture
def asking(open_site: OpenSite) -> Iterator[Site]:
    """A site whose host wants to approve teams, with a host."""
    with open_site(APPROVE_TEAMS="1") as site:
        site.add_role("hugo", Role.HOST)
        yield site


def find_act(page: str, act: str) -> str:
    found = re.search(rf"{PLACE}/tiny/[\w.]+/test/team-a/{act}", page)
    assert found is not None
    return found[0]


def test_a_new_team_waits_and_the_host_sees_who_it_is(asking: Site) -> None:
    token = asking.token("ada")
    sent = asking.submit(token, make_file(4)).json()
    assert sent["status"] == "pending"
    assert "waits until the host has approved your team" in sent["failure"]["message"]
    asking.evaluate_all()
    assert asking.get(f"/api/v1/submissions/{sent['id']}", token).json()["status"] == "pending"
    ada = sign_in(asking, "ada")
    own = ada.get(f"/submissions/{sent['id']}").text
    assert "waits until the host has approved" in own
    assert "scoring goes on" not in own, "nothing is scored yet"
    hugo = sign_in(asking, "hugo")
    assert "1 submission waits for approval" in hugo.get("/admin").text
    page = hugo.get(PLACE).text
    for known in ("ada@example.org", "by the host", "Team-A", "0, 0 scored", sent["id"]):
        assert known in page
    done = post(hugo, asking, find_act(page, "approve"), PLACE, member="ada@example.org")
    assert "Team-A is approved on tiny" in done.text
    assert "No team is waiting." in done.text
    asking.evaluate_all()
    assert asking.get(f"/api/v1/submissions/{sent['id']}", token).json()["status"] == "scored"
    assert asking.submit(token, make_file(3)).json()["status"] == "queued"
    assert "approve</td>" in hugo.get("/admin/audit").text


def test_a_refused_team_reads_why_and_may_send_the_same_file_again(asking: Site) -> None:
    token, hugo = asking.token("ada"), sign_in(asking, "hugo")
    key = asking.submit(token, make_file(4)).json()["id"]
    act = find_act(hugo.get(PLACE).text, "refuse")
    assert post(hugo, asking, act, PLACE).status_code == 400
    post(hugo, asking, act, PLACE, reason="Tell us your hospital first.")
    found = asking.get(f"/api/v1/submissions/{key}", token).json()
    assert (found["status"], found["failure"]["message"]) == (
        "failed",
        "The host has not approved your team for this split: Tell us your hospital first.",
    )
    quotas = asking.get("/api/v1/me", token).json()["quotas"]
    assert [one["n_used"] for one in quotas] == [0]
    assert asking.submit(token, make_file(4)).json()["status"] == "pending"


def test_a_withdrawn_approval_has_the_team_wait_again(asking: Site) -> None:
    token, hugo = asking.token("ada"), sign_in(asking, "hugo")
    asking.submit(token, make_file(4))
    page = hugo.get(PLACE).text
    assert '<input type="hidden" name="member" value="ada@example.org">' in page
    post(hugo, asking, find_act(page, "approve"), PLACE, member="ada@example.org")
    key = asking.submit(token, make_file(3)).json()["id"]
    act = find_act(hugo.get(PLACE).text, "withdraw")
    post(hugo, asking, act, PLACE, reason="They shared the questions.")
    assert asking.get(f"/api/v1/submissions/{key}", token).json()["status"] == "pending"


def test_nobody_but_a_host_opens_the_page_or_decides(asking: Site) -> None:
    asking.submit(asking.token("ada"), make_file(4))
    act = find_act(sign_in(asking, "hugo").get(PLACE).text, "approve")
    ada = sign_in(asking, "ada")
    assert ada.get(PLACE).status_code == 403
    assert post(ada, asking, act, "/account").status_code == 403


def test_who_joins_while_the_host_looks_is_not_approved(asking: Site) -> None:
    token, hugo = asking.token("ada"), sign_in(asking, "hugo")
    key = asking.submit(token, make_file(4)).json()["id"]
    act = find_act(hugo.get(PLACE).text, "approve")
    asking.add_person("bob", "team-a")
    refused = post(hugo, asking, act, PLACE, member="ada@example.org")
    assert refused.status_code == 409
    assert "You have not seen bob@example.org" in refused.text
    assert asking.get(f"/api/v1/submissions/{key}", token).json()["status"] == "pending"


@pytest.mark.parametrize("act", ["approve", "refuse", "withdraw"])
def test_a_host_learns_nothing_of_a_team_that_has_not_come_to_the_split(
    asking: Site, act: str
) -> None:
    asking.add_person("carol", "team-elsewhere")
    hugo, place = sign_in(asking, "hugo"), f"{PLACE}/tiny/1.0.0/test"
    found, missing = (
        post(hugo, asking, f"{place}/{team}/{act}", "/account", reason="Who are they?")
        for team in ("team-elsewhere", "team-nowhere")
    )
    assert found.status_code == missing.status_code == 404
    assert found.text.replace("team-elsewhere", "team-nowhere") == missing.text
