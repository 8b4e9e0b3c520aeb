"""What pages, API, downloads and commands say of how judges order pairs of reports."""

import csv
import io

import pytest
from click.testing import Result
from sqlalchemy import select

from config import Config
from leaderboard.app import create_app
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.order import OrderRun, OrderState
from leaderboard.models.rating import Rater
from leaderboard.models.role import Role
from tests.orders import finish_order
from tests.site import Site
from tests.web.test_judges import send_reports
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
PAGE = "/admin/campaigns"


@pytest.fixture
def rated(site: Site) -> Site:
    """A site where the checklist judge has rated reports."""
    site.add_person("bob", "team-bob", "model-bob")
    send_reports(site, "bob")
    return site


def finish(site: Site, n_wrong: int) -> None:
    with site.sessions.write() as session:
        rater_id = session.scalars(select(Rater.id).where(Rater.name == "checklist")).one()
        finish_order(session, rater_id, n_wrong)


def test_a_judge_that_was_never_run_on_the_suite_is_said_to_be_so(rated: Site) -> None:
    page = rated.get("/judges").text
    assert "has not been run on the order suite yet" in page
    (judge,) = rated.get("/api/v1/judges/tiny/test").json()["judges"]
    assert judge["name"] == "checklist"
    assert judge["order"] is None
    assert judge["orders_right"] is False
    assert list(csv.DictReader(io.StringIO(rated.get("/exports/order.csv").text))) == []


def test_shares_by_kind_and_overall_stand_on_the_page_in_the_api_and_in_the_table(
    rated: Site,
) -> None:
    finish(rated, n_wrong=7)
    page = rated.get("/judges").text
    # Wilson by hand: centre (69 + 1.9207) / 79.8415 = .8883, reach .0661: 82.2 to 95.4 or 95.5.
    assert "69 right: 90.8 %" in page
    assert "82.2" in page
    assert "95.5" in page
    assert "decides no rank" in page
    assert "In the open release report scores by this judge decide no rank:" in page
    (judge,) = rated.get("/api/v1/judges/tiny/test").json()["judges"]
    overall = judge["order"]["overall"]
    assert (overall["right"], overall["n"]) == (69, 76)
    assert overall["value"] == pytest.approx(100 * 69 / 76)
    assert judge["order"]["kinds"]["wrong_level"]["right"] == 1
    assert judge["orders_right"] is False
    rows = list(csv.DictReader(io.StringIO(rated.get("/exports/order.csv").text)))
    assert [row["kind"] for row in rows][-1] == "all"
    assert len(rows) == 11
    assert float(rows[-1]["share"]) == pytest.approx(100 * 69 / 76)
    assert {row["suite"] for row in rows} == {"2"}


def test_a_page_that_was_kept_shows_a_new_run(rated: Site) -> None:
    finish(rated, n_wrong=7)
    assert "69 right" in rated.get("/judges").text
    finish(rated, n_wrong=3)
    page = rated.get("/judges").text
    assert "73 right: 96.1 %" in page
    assert "its ratings may decide ranks" in page
    assert "decide no rank until a host opens a proposal" in page


def test_a_host_has_the_judges_of_a_benchmark_run_on_the_suite(rated: Site) -> None:
    rated.add_role("hanna", Role.HOST)
    hanna = sign_in(rated, "hanna")
    assert "not run yet" in hanna.get(PAGE).text
    answer = post(hanna, rated, f"{PAGE}/order/tiny/1.0.0", PAGE)
    assert "Run on the order suite: checklist." in answer.text
    assert "A run waits" in answer.text
    with rated.sessions.read() as session:
        run = session.scalars(select(OrderRun)).one()
        assert run.state is OrderState.WAITING
        assert run.rater.version == ChecklistJudge.identity.version
    assert "run on order suite" in hanna.get("/admin/audit").text


def test_a_command_asks_for_a_run_and_says_how_each_judge_did(
    rated: Site, empty_redis_url: str
) -> None:
    url = rated.sessions.engine.url.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "REDIS_URL": empty_redis_url, "SECRET_KEY": "s" * 40}
    app = create_app(Config.from_env(settings))

    def run(*words: str) -> Result:
        return app.test_cli_runner().invoke(args=["judge", "order", *words])

    refused = run("nobody")
    assert refused.exit_code == 1
    assert "There is no judge 'nobody'." in refused.output
    assert "is run on the order suite" in run("checklist").output
    assert "waiting" in run().output
    finish(rated, n_wrong=7)
    said = run().output
    assert "69 of 76 pairs ordered right (90.8 %), decides no rank" in said
    assert "wrong: level-s1-extrusion (90.0, 90.0)" in said
