"""The page of notices: a team's own targets, guarded addresses, and forms that explain."""

import re

import pytest
from redis import Redis
from sqlalchemy import select, update

from leaderboard.models.notice import Notice, NoticeState, NoticeTarget, NoticeTest
from leaderboard.notices.signature import write_secrets
from leaderboard.queue import SEND_TEST, make_rq_queue
from tests.site import Site
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
PAGE = "/account/notices"
# A public address that is named by its number, so nothing is looked up and nothing called.
TARGET = {"team": "team-a", "kind": "webhook", "address": "https://1.1.1.1/hook"}


def test_a_team_chooses_where_to_hear_of_its_submissions_and_nobody_else_does(site: Site) -> None:
    site.add_person("eve", "team-e", "model-e")
    ada, eve = sign_in(site, "ada"), sign_in(site, "eve")
    assert post(eve, site, PAGE, PAGE, **TARGET).status_code == 404
    page = post(ada, site, PAGE, PAGE, **TARGET)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    with site.sessions.read() as session:
        target = session.scalars(select(NoticeTarget)).one()
    [secret] = write_secrets(target.secret)
    assert secret in page.text
    assert secret not in eve.get(site.url + PAGE).text

    key = site.submit(site.token("ada"), make_file(4)).json()["id"]
    site.evaluate_all()
    sent = ada.get(site.url + PAGE).text
    assert re.search(rf"{key}.*?scored.*?waiting", sent, flags=re.DOTALL)
    remove = f"{PAGE}/{target.id}/remove"
    assert post(eve, site, remove, PAGE).status_code == 404
    assert post(ada, site, remove, PAGE).status_code == 200
    with site.sessions.read() as session:
        assert session.scalars(select(Notice)).all() == []


def test_a_new_secret_signs_beside_the_old_one_until_the_team_ends_it(site: Site) -> None:
    site.add_person("eve", "team-e", "model-e")
    ada, eve = sign_in(site, "ada"), sign_in(site, "eve")
    post(ada, site, PAGE, PAGE, **TARGET)

    def read_secrets() -> tuple[int, list[str]]:
        with site.sessions.read() as session:
            target = session.scalars(select(NoticeTarget)).one()
        return target.id, write_secrets(target.secret)

    target_id, [old] = read_secrets()
    address = f"{PAGE}/{target_id}/secret"
    assert post(eve, site, address, PAGE).status_code == 404
    page = post(ada, site, address, PAGE)
    _, (new, kept) = read_secrets()
    assert kept == old != new
    assert re.search(rf"New: .*{new}.*Old: .*{old}", page.text, flags=re.DOTALL)
    again = post(ada, site, address, PAGE)
    assert (again.status_code, "End the old one first." in again.text) == (409, True)
    assert post(eve, site, f"{address}/end", PAGE).status_code == 404
    page = post(ada, site, f"{address}/end", PAGE)
    assert (new in page.text, old in page.text) == (True, False)
    assert read_secrets() == (target_id, [new])


def test_a_form_that_fails_says_why_and_keeps_nothing(site: Site) -> None:
    ada = sign_in(site, "ada")
    for change, status, words in (
        ({"address": "https://10.0.0.1/"}, 400, "public internet"),
        ({"address": "http://1.1.1.1/"}, 400, "Plain http"),
        ({"kind": "email", "address": "ada@example.org"}, 400, "sends no mail"),
        ({"kind": "pigeon"}, 400, "Choose webhook or email"),
    ):
        answer = post(ada, site, PAGE, PAGE, **{**TARGET, **change})
        assert (answer.status_code, words in answer.text) == (status, True), change
    with site.sessions.read() as session:
        assert session.scalars(select(NoticeTarget)).all() == []


def test_a_button_sends_a_test_notice_once_a_minute_and_the_page_says_how_it_went(
    site: Site, empty_redis_url: str
) -> None:
    site.add_person("eve", "team-e", "model-e")
    ada, eve = sign_in(site, "ada"), sign_in(site, "eve")
    post(ada, site, PAGE, PAGE, **TARGET)
    with site.sessions.read() as session:
        target_id = session.scalars(select(NoticeTarget.id)).one()
    address = f"{PAGE}/{target_id}/test"
    assert post(eve, site, address, PAGE).status_code == 404
    page = post(ada, site, address, PAGE)
    assert (page.status_code, "under way" in page.text) == (200, True)
    again = post(ada, site, address, PAGE)
    assert again.status_code == 429
    assert "less than a minute ago" in again.text
    with Redis.from_url(empty_redis_url) as redis:
        [job] = make_rq_queue(redis, "submissions", SEND_TEST.lane).jobs
        assert (job.func_name, job.args) == (SEND_TEST.function, [target_id])
    with site.sessions.write() as session:
        ended = {"state": NoticeState.FAILED, "result": "it answered with status 500"}
        session.execute(update(NoticeTest).values(ended))
    shown = ada.get(site.url + PAGE).text
    assert "failed: it answered with status 500" in shown
    assert "http-equiv" not in shown
