"""The host's page of signs, its command, and that nobody else sees them."""

import pytest

from config import Config
from leaderboard.app import create_app
from leaderboard.models.role import Role
from tests.site import Site
from tests.test_docs import REQUIRED
from tests.web.api.test_api import make_file
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database
PAGE = "/admin/evidence/tiny/1.0.0/test"


@pytest.fixture
def suspect(site: Site) -> Site:
    """A site where ada sent for two teams, with a host."""
    site.add_role("hugo", Role.HOST)
    site.add_person("bob", "team-b", "model-b")
    site.submit(site.token("ada"), make_file(4))
    site.submit(site.token("bob"), make_file(3), model="model-b")
    site.evaluate_all()
    return site


def test_a_host_sees_the_signs_with_figures_submissions_and_what_they_do_not_show(
    suspect: Site,
) -> None:
    hugo = sign_in(suspect, "hugo")
    assert PAGE in hugo.get("/admin/evidence").text
    page = hugo.get(PAGE).text
    for known in (
        "2 scored submissions compared",
        "They decide nothing",
        "Shared people",
        "ada@example.org and bob@example.org, of Team-A and Team-B, have addresses at example.org.",
        "<dt>Teams</dt><dd>2</dd>",
        'href="/admin/submissions/',
        "Colleagues at one hospital or university share a domain and a network too.",
    ):
        assert known in page


def test_the_host_is_led_there_from_the_overview_and_from_where_releases_open(
    suspect: Site,
) -> None:
    hugo = sign_in(suspect, "hugo")
    assert 'href="/admin/evidence"' in hugo.get("/admin").text
    assert f'<a href="{PAGE}">Look at the evidence first</a>' in hugo.get("/admin/benchmarks").text


def test_a_split_without_a_sign_says_what_that_means(site: Site) -> None:
    site.add_role("hugo", Role.HOST)
    assert (
        "That does not prove that nobody reads out answers" in sign_in(site, "hugo").get(PAGE).text
    )


def test_teams_never_see_signs(suspect: Site) -> None:
    ada = sign_in(suspect, "ada")
    assert ada.get(PAGE).status_code == ada.get("/admin/evidence").status_code == 403
    assert "Shared people" not in ada.get("/submissions").text


def test_open_splits_and_unknown_ones_have_no_evidence(suspect: Site) -> None:
    hugo = sign_in(suspect, "hugo")
    answer = hugo.get("/admin/evidence/tiny/1.0.0/dev")
    assert answer.status_code == 404
    assert "are public" in answer.text
    assert hugo.get("/admin/evidence/tiny/1.0.0/none").status_code == 404


def test_the_command_lists_the_same_signs(suspect: Site) -> None:
    url = suspect.sessions.engine.url.render_as_string(hide_password=False)
    settings = {**REQUIRED, "DATABASE_URL": url}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    done = run(args=["evidence", "list", "tiny"])
    assert done.exit_code == 0
    first, figures, submissions, words, last = done.output.splitlines()
    assert "Shared people: ada@example.org and bob@example.org" in first
    assert figures == "  teams 2; people 2"
    assert submissions.startswith("  submissions ")
    assert "share a person, an e-mail domain or a network" in words
    assert last == "1 sign in 2 scored submissions."
    refused = run(args=["evidence", "list", "tiny", "--split", "dev"])
    assert refused.exit_code == 1
    assert "are public" in refused.output
