"""The host's page of a submission shows its exposure audit, and nobody else sees it."""

import re

import pytest

from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.exposure.ask import ask_exposure
from leaderboard.exposure.request import TOLD, request_exposure
from leaderboard.exposure.results import MEANING
from leaderboard.models.role import Role
from leaderboard.robustness.ask import ask_audit
from leaderboard.robustness.request import request_audit
from tests.asked import make_access
from tests.endpoints.server import serve
from tests.exposure.models import make_benchmark, make_model, submit_scored
from tests.factories import load_items
from tests.site import ENDPOINT_KEY, Site
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database


@pytest.fixture
def audited(site: Site) -> str:
    """A submission of ada's that was audited in both ways, of a model that has seen the items."""
    items, manifest = make_benchmark(version="2.0.0")
    site.add_role("hugo", Role.HOST)
    with site.sessions.write() as session:
        load_items(session, items, manifest)
    vault, policy = KeyVault([ENDPOINT_KEY]), AddressPolicy()
    with serve(then=make_model(items, has_seen=True)) as server:
        access = make_access(server)
        key = submit_scored(site.sessions, server)
        with site.sessions.write() as session:
            exposure = request_exposure(
                session, key, n_items=8, seed=1, vault=vault, policy=policy
            ).id
            order = request_audit(
                session,
                key,
                n_items=8,
                seed=1,
                every_rotation=False,
                vault=vault,
                policy=AddressPolicy(),
            ).id
        ask_exposure(site.sessions, exposure, access)
        ask_audit(site.sessions, order, access)
    return key


def test_a_host_sees_the_shares_with_control_chance_and_what_they_do_not_show(
    site: Site, audited: str
) -> None:
    page = sign_in(site, "hugo").get(f"/admin/submissions/{audited}").text
    section = page.partition('id="exposure"')[2].partition("<h2")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section))
    for known in (
        "35 of 35 questions asked",
        "Right with the options alone 8 100.0 67.6 to 100.0 25.0 8 25.0 7.1 to 59.1 +75.0 "
        "+28.0 to +92.9",
        "Question continued 8 100.0 67.6 to 100.0 8 0.0 0.0 to 32.4 +100.0 +54.1 to +100.0",
        "Canary completed: 3 of 3",
        "Order of options: 100.0&nbsp;% (67.6 to 100.0) right as submitted, "
        "12.5&nbsp;% (2.2 to 47.1) with shifted options, the same option every time in "
        "12.5&nbsp;% (2.2 to 47.1) of 8 questions",
        MEANING,
    ):
        assert known in text, text


def test_its_team_and_visitors_see_at_most_that_there_was_an_audit(
    site: Site, audited: str
) -> None:
    ada = sign_in(site, "ada")
    own = ada.get(f"/submissions/{audited}").text
    assert TOLD.replace("'", "&#39;") in own
    assert ada.get(f"/admin/submissions/{audited}").status_code in (403, 404)
    pages = [
        own,
        site.get("/models/model-a").text,
        site.get("/api/v1/robustness/tiny/test").text,
        ada.get(f"/api/v1/submissions/{audited}", headers=site.token("ada")).text,
    ]
    for page in pages:
        assert not re.search("exposure|canary completed|continued", page, re.IGNORECASE)
