"""What pages, API, downloads and commands say of how judges order pairs of reports."""

import csv
import io

import pytest
from click.testing import Result
from sqlalchemy import select, update

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
    # Wilson by hand: centre (92 + 1.9207) / 102.8415 = .9133, reach .0521: 86.1 to 96.5.
    assert "Of 99 unseen pairs, 92 right: 92.9 %</strong> (95 % interval 86.1 to 96.5)" in page
    assert "Of all 175 pairs it ordered 168 right (96.0 %), but that counts for nothing" in page
    assert "decides no rank" in page
    assert "Pairs ordered wrong (7)" in page
    assert "Wrong level, unseen: Findings name L5-S1, but the operation is planned at the" in page
    assert "In the open release report scores by this judge decide no rank:" in page
    (judge,) = rated.get("/api/v1/judges/tiny/test").json()["judges"]
    overall = judge["order"]["overall"]
    assert (overall["right"], overall["n"]) == (168, 175)
    assert overall["value"] == pytest.approx(100 * 168 / 175)
    assert judge["order"]["kinds"]["wrong_level"]["right"] == 11
    unseen = judge["order"]["unseen"]
    assert (unseen["overall"]["right"], unseen["overall"]["n"]) == (92, 99)
    assert unseen["overall"]["low"] == pytest.approx(86.1, abs=0.05)
    assert (unseen["kinds"]["wrong_level"]["right"], unseen["kinds"]["wrong_level"]["n"]) == (3, 10)
    assert judge["orders_right"] is False
    rows = list(csv.DictReader(io.StringIO(rated.get("/exports/order.csv").text)))
    assert [row["kind"] for row in rows][-1] == "all"
    assert len(rows) == 11
    assert float(rows[-1]["share"]) == pytest.approx(100 * 168 / 175)
    assert (rows[-1]["n_right_unseen"], rows[-1]["n_unseen"]) == ("92", "99")
    assert (rows[0]["n_right_unseen"], rows[0]["n_unseen"]) == ("3", "10")
    assert {row["suite"] for row in rows} == {"3"}


def test_all_pairs_count_for_a_language_model(rated: Site) -> None:
    finish(rated, n_wrong=7)
    with rated.sessions.write() as session:
        session.execute(update(Rater).values(name="a-language-model"))
    page = rated.get("/judges").text
    assert "Of 175 pairs of reports on one case" in page
    assert "168 right: 96.0 %" in page
    assert "its ratings may decide ranks" in page
    assert "unseen" not in page
    (judge,) = rated.get("/api/v1/judges/tiny/test").json()["judges"]
    assert judge["order"]["unseen"] is None
    assert judge["orders_right"] is True
    rows = list(csv.DictReader(io.StringIO(rated.get("/exports/order.csv").text)))
    assert {(row["n_right_unseen"], row["n_unseen"]) for row in rows} == {("", "")}


def test_a_page_that_was_kept_shows_a_new_run(rated: Site) -> None:
    finish(rated, n_wrong=7)
    assert "92 right" in rated.get("/judges").text
    finish(rated, n_wrong=3)
    page = rated.get("/judges").text
    assert "96 right: 97.0 %" in page
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
    assert "168 of 175 pairs ordered right (96.0 %), 92 of 99 unseen ones, decides no rank" in said
    assert "wrong: blind-level-001-plan (90.0, 90.0)" in said
