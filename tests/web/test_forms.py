"""Forms say everything that is wrong with what was sent, each at its field, and change nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.users import find_user
from leaderboard.db import Base
from leaderboard.models.role import SITE, Role
from tests.site import N_TEXT, OpenSite, Site, Visitor
from tests.web.api.test_api import make_file
from tests.web.test_accessibility import add_endpoint, find_violations
from tests.web.test_pages import csrf_of, post, sign_in


class Case(NamedTuple):
    """A form with several bad values: where it is, where it goes, and what is said of which."""

    page: str
    address: str
    sent: dict[str, str]
    said: dict[str, str]
    kept: tuple[str, ...] = ()


ENDPOINT = {
    "team": "team-a",
    "name": "",
    "base_url": "not an address",
    "model": "",
    "key": "two words",
    "temperature": "9",
    "max_tokens_text": "0",
    "token_field": "max_tokens",
    "seed": "x",
    "extra": '{"top_p": ',
    "concurrency": "1000",
    "timeout_seconds": "0",
    "budget_tokens": "-1",
}
CASES = {
    "register": Case(
        "/register",
        "/register",
        {"name": " ", "email": "ada@example.org", "password": "short"},
        {"name": "is empty", "email": "already exists", "password": "too short"},
        ("ada@example.org",),
    ),
    "team": Case(
        "/account",
        "/account/teams",
        {"name": "", "slug": "team-a"},
        {"team-name": "is empty", "team-slug": "already taken by another team"},
        ("team-a",),
    ),
    "token": Case(
        "/account",
        "/account/tokens",
        {"name": "", "days": "900"},
        {"token-name": "is empty", "token-scope": "has no scope", "token-days": "900 days"},
        ("900",),
    ),
    "model card": Case(
        "/account/models/new",
        "/account/models/new",
        {
            "team": "nobodys",
            "name": "",
            "slug": "model-a",
            "organisation": "x" * 121,
            "open_weights": "true",
            "parameters_billion": "many",
            "licence": "x" * 101,
            "base": "nothing",
            "url": "example.org",
            "description": "About it.",
        },
        {
            "team": "no such team",
            "name": "is empty",
            "slug": "already taken by another model",
            "organisation": "too long",
            "parameters_billion": "not a number",
            "licence": "too long",
            "base": "no model",
            "variant": "does not say how",
            "url": "not a web address",
        },
        ("model-a", "many", "nothing", "example.org", "x" * 121),
    ),
    "model card, changed": Case(
        "/account/models/model-a",
        "/account/models/model-a",
        {"name": " ", "organisation": "Org", "base": "model-a", "variant": "v", "url": "ftp://x"},
        {"name": "is empty", "base": "cannot be the base", "url": "not a web address"},
        ("Org", "model-a", "v", "ftp://x"),
    ),
    "password": Case(
        "/account",
        "/account/password",
        {"password": "not hers, not at all", "new_password": "short"},
        {"old-password": "not your current password", "new-password": "too short"},
    ),
    "notices": Case(
        "/account/notices",
        "/account/notices",
        {"team": "nobodys", "kind": "webhook", "address": "https://10.0.0.1/hook"},
        {"team": "no such team", "address": "public internet"},
        ("https://10.0.0.1/hook",),
    ),
    "endpoint": Case(
        "/endpoints/new",
        "/endpoints/new",
        ENDPOINT,
        {
            "name": "is empty",
            "base_url": "a space",
            "model": "is missing",
            "key": "not allowed in a key",
            "temperature": "from 0 to 2",
            "max_tokens_text": "from 1 to 100,000",
            "seed": "cannot be x",
            "extra": "JSON object",
            "concurrency": "from 1 to 256",
            "timeout_seconds": "from 1 to 900",
            "budget_tokens": "1 or more",
        },
        ("not an address", "9", "x", '{"top_p": ', "1000", "-1"),
    ),
    "submission": Case(
        "/submit",
        "/submit",
        {"benchmark": "tiny", "split": "none", "model": "nobodys"},
        {"split": "no split", "model": "no model", "file": "There is no file"},
    ),
    "endpoint submission": Case(
        "/submit",
        "/submit",
        {"benchmark": "none", "model": "nobodys", "endpoint": "none", "track": "sound"},
        {
            "endpoint": "no such endpoint",
            "endpoint-benchmark": "no benchmark",
            "endpoint-model": "no model",
            "track": "no track",
        },
    ),
    "ratings file": Case(
        "/rate/experts",
        "/rate/experts",
        {"benchmark": "tiny", "kind": "guessed"},
        {"kind": "no kind", "file": "There is no file"},
    ),
    "announcement": Case(
        "/admin/announcements",
        "/admin/announcements",
        {"text": " ", "until": "tomorrow"},
        {"text": "is empty", "until": "not a date"},
        ("tomorrow",),
    ),
    "act of a host": Case(
        "/admin/people",
        "/admin/teams/team-a/ban",
        {"reason": " "},
        {"reason": "is missing"},
    ),
}


@pytest.fixture(scope="module")
def hosted(open_site: OpenSite) -> Iterator[Site]:
    """A site where ada is the administrator too and has an endpoint that may see a split."""
    with open_site() as site:
        with site.sessions.write() as session:
            user = find_user(session, "ada@example.org")
            assert user is not None
            grant_role(session, user, Role.ADMIN, SITE)
        add_endpoint(site)
        yield site


@pytest.fixture(scope="module")
def ada(hosted: Site) -> Visitor:
    """Ada, signed in."""
    return sign_in(hosted, "ada")


def read_everything(site: Site) -> dict[str, list[Any]]:
    """Every row of every table."""
    with site.sessions.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def read_links(text: str) -> dict[str, str]:
    """What the summary of problems says, by the id of the field that it leads to."""
    summary = re.search(r'id="problems".*?</div>', text, flags=re.DOTALL)
    assert summary is not None
    return dict(re.findall(r'<a href="#([^"]+)">(.*?)</a>', summary[0]))


def read_errors(text: str) -> dict[str, str]:
    """What stands at each field that is wrong."""
    found = re.findall(r'<span class="field-error" id="([^"]+)-error">(.*?)</span>', text)
    return {field: unescape(words) for field, words in found}


@pytest.mark.parametrize("name", CASES)
def test_a_form_shows_all_its_problems_each_at_its_field_and_changes_nothing(
    hosted: Site, ada: Visitor, name: str
) -> None:
    case, visitor = CASES[name], Visitor(hosted.url)
    before = read_everything(hosted)
    answer = post(
        visitor if name == "register" else ada, hosted, case.address, case.page, **case.sent
    )
    assert answer.status_code == 400
    links, errors = read_links(answer.text), read_errors(answer.text)
    assert list(links) == sorted(links, key=lambda field: answer.text.index(f' id="{field}"'))
    assert links.keys() == errors.keys() == case.said.keys()
    for field, words in case.said.items():
        assert words in errors[field], field
        described = re.search(rf'aria-describedby="[^"]*\b{re.escape(field)}-error\b', answer.text)
        assert described, field
    values = [unescape(value) for value in re.findall(r' value="([^"]*)"', answer.text)]
    assert [value for value in case.kept if value not in values] == []
    assert "short" not in values
    assert read_everything(hosted) == before


def test_what_is_wrong_with_no_field_stands_above_the_form(hosted: Site, ada: Visitor) -> None:
    own = {"email": "ada@example.org", "role": "admin", "benchmark": ""}
    answer = post(ada, hosted, "/admin/roles/revoke", "/account", **own)
    words = "You cannot remove your own role as administrator."
    assert (answer.status_code, words in answer.text) == (409, True)
    refused = post(
        Visitor(hosted.url), hosted, "/sign-in", "/sign-in", email="a@b.org", password=""
    )
    assert refused.status_code == 401
    assert refused.text.count('aria-describedby="problems"') == 2


def test_the_file_of_a_form_has_its_problems_line_by_line(ada: Visitor) -> None:
    answer = ada.post(
        "/submit",
        data={
            "csrf_token": csrf_of(ada.get("/submit").text),
            "benchmark": "tiny",
            "split": "test",
            "model": "nobodys",
        },
        files={"file": ("p.jsonl", b'{"id": "x", "prediction": "B"}\n{"id": 3}\n')},
    )
    assert answer.status_code == 400
    assert read_links(answer.text).keys() == {"model", "file"}
    assert "2 problems" in read_errors(answer.text)["file"]
    assert "<strong>2 problems.</strong>" in answer.text


@pytest.fixture(scope="module")
def page(browser: Browser, hosted: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=hosted.url)
    found = context.new_page()
    yield found
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_summary_has_the_focus_and_leads_to_each_field(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/register")
    # The browser itself would not send what it sees to be wrong.
    page.eval_on_selector("main form", "form => { form.noValidate = true }")
    page.fill("#name", "Grace")
    page.fill("#email", "grace")
    page.fill("#password", "short")
    page.click("main form button")
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems li")).to_have_count(2)
    expect(page.locator("#name")).to_have_value("Grace")
    page.click("#problems a >> nth=0")
    expect(page.locator("#email")).to_be_focused()
    expect(page.locator("#email")).to_have_accessible_description(
        re.compile("not an e-mail address. Write it like")
    )
    page.click("#problems a >> nth=1")
    expect(page.locator("#password")).to_be_focused()
    page.evaluate(AXE_SCRIPT)
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.one_database
def test_a_check_says_which_tracks_are_missing_for_an_overall_score(site: Site) -> None:
    ada = sign_in(site, "ada")
    text_alone = b"".join(make_file().splitlines(keepends=True)[:N_TEXT])
    form = {"benchmark": "tiny", "split": "test", "model": "model-a", "dry_run": "1"}
    form["csrf_token"] = csrf_of(ada.get(f"{site.url}/submit").text)
    for raw, says in ((text_alone, True), (make_file(), False)):
        answer = ada.post(f"{site.url}/submit", data=form, files={"file": ("p.jsonl", raw)})
        page = " ".join(answer.text.split())
        assert "The file has no problems" in page
        assert says is (
            "This file has text questions only: there will be no overall score without image "
            "questions and reports." in page
        )


@pytest.mark.one_database
def test_what_a_tools_files_were_taken_for_is_shown_before_and_after(site: Site) -> None:
    ada = sign_in(site, "ada")
    lines = [json.loads(line) for line in make_file().splitlines()]
    batch = [
        {
            "custom_id": line["id"],
            "response": {
                "status_code": 200,
                "body": {
                    "model": "vlm-1",
                    "choices": [{"message": {"content": line["prediction"]}}],
                },
            },
            "error": None,
        }
        for line in lines
    ]
    batch[0] |= {"response": None, "error": {"code": "batch_expired"}}
    halves = (batch[:5], batch[5:])
    sent = ["".join(json.dumps(one) + "\n" for one in half) for half in halves]
    files = [("file", (f"part-{n}.jsonl", raw)) for n, raw in enumerate(sent)]
    form = {"benchmark": "tiny", "split": "test", "model": "model-a"}
    form["csrf_token"] = csrf_of(ada.get(f"{site.url}/submit").text)
    read_as = "Read as: OpenAI Batch output, 11 samples, model vlm-1, 2 files."
    warning = "1 failed request has no answer in the file and will count as unparsed."
    for more in ({"dry_run": "1"}, {}):
        page = ada.post(f"{site.url}/submit", data=form | more, files=files).text
        assert read_as in page
        assert warning in page
    assert f"11 predictions received in part-0.jsonl and 1 more. {read_as} {warning}" in page
    token = site.token("ada")
    known = site.submit(token, sent[0].encode() + sent[1].encode(), address="validations").json()
    assert known["recognised"]["tool"] == "OpenAI Batch output"
    assert known["recognised"]["warnings"] == [warning]
