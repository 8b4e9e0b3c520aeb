"""Objections in the browser and by command: sent, answered, counted."""

import pytest
import requests

from config import Config
from leaderboard.app import create_app
from leaderboard.models.role import Role
from tests.site import Site
from tests.test_docs import REQUIRED
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
NEW = "/benchmarks/tiny/1.0.0/objections/new"


@pytest.fixture
def hosted(site: Site) -> Site:
    site.add_role("hugo", Role.HOST)
    return site


def test_an_objection_is_sent_answered_and_counted(hosted: Site) -> None:
    ada, hugo = sign_in(hosted, "ada"), sign_in(hosted, "hugo")
    assert "Nobody has objected to an item" in hosted.get("/benchmarks/tiny").text
    page = f"{NEW}?item=dev-text-000"
    assert page.replace("&", "&amp;") in hosted.get("/benchmarks/tiny/splits/dev/items").text
    empty = post(ada, hosted, page, page, kind="item", text="")
    assert (empty.status_code, "Say what is wrong, and why." in empty.text) == (400, True)
    sent = post(ada, hosted, page, page, kind="item", text="Two options <b>are</b> right.")
    assert "Your objection is sent" in sent.text
    assert "Two options &lt;b&gt;are&lt;/b&gt; right." in sent.text
    assert "<strong>1 objection waits for an answer.</strong>" in hugo.get("/admin").text
    public = hosted.get("/benchmarks/tiny").text
    assert "1 objection to this benchmark in all its versions, none answered" in public
    assert "Two options" not in public
    bad = post(hugo, hosted, "/admin/objections/1/answer", "/admin/objections", **{"o1-text": "So"})
    assert (bad.status_code, "The effect is missing." in bad.text) == (400, True)
    words = {"o1-text": "It is corrected in 1.1.0.", "o1-effect": "correction"}
    done = post(hugo, hosted, "/admin/objections/1/answer", "/admin/objections", **words)
    assert "Objection 1 is answered." in done.text
    own = ada.get("/objections").text
    assert "It is corrected in 1.1.0." in own
    assert "What follows: a correction, in the next version" in own
    public = hosted.get("/benchmarks/tiny").text
    assert "1 answered; of those to public answers, 1 led to a correction" in public
    assert "waits for an answer" not in hugo.get("/admin").text


def test_a_team_contests_a_reading_of_its_own_and_nobody_elses(hosted: Site) -> None:
    key = hosted.submit(hosted.token("ada"), make_file(4)).json()["id"]
    hosted.evaluate_all()
    ada, hugo = sign_in(hosted, "ada"), sign_in(hosted, "hugo")
    page = f"{NEW}?item=test-text-000&submission={key}"
    assert page.replace("&", "&amp;") in ada.get(f"/submissions/{key}/items").text
    form = ada.get(page).text
    assert 'value="reading"' in form
    assert 'value="verdict"' not in form
    assert hugo.get(page).status_code == 404
    sent = post(ada, hosted, page, page, kind="reading", text="The text says C.")
    assert f"submission <code>{key}</code>" in sent.text
    hosts = hugo.get("/admin/objections").text
    assert "do not write which answer is right" in hosts
    answer = {"o1-text": "We look at it.", "o1-effect": "campaign"}
    post(hugo, hosted, "/admin/objections/1/answer", "/admin/objections", **answer)
    own = ada.get("/objections").text
    assert "We look at it." in own
    assert "campaign" not in own
    assert "1 led to a campaign" not in hosted.get("/benchmarks/tiny").text
    assert hosted.get(NEW + "?item=nothing").status_code == 200, "visitors sign in first"
    assert ada.get(NEW + "?item=nothing").status_code == 404


def test_the_command_lists_and_answers(hosted: Site) -> None:
    ada = sign_in(hosted, "ada")
    page = f"{NEW}?item=test-text-001"
    post(ada, hosted, page, page, kind="item", text="The picture\nis missing.")
    url = hosted.sessions.engine.url.render_as_string(hide_password=False)
    run = create_app(Config.from_env({**REQUIRED, "DATABASE_URL": url})).test_cli_runner().invoke
    lines = run(args=["objection", "list"]).output.splitlines()
    assert lines[0].endswith("item, test-text-001 of tiny 1.0.0, by ada@example.org: open")
    assert lines[1] == "  The picture is missing."
    done = run(args=["objection", "answer", "1", "none", "--text", "It is there."])
    assert done.output == "Objection 1 is answered.\n"
    again = run(args=["objection", "answer", "1", "none", "--text", "It is there."])
    assert (again.exit_code, "answered already" in again.output) == (1, True)
    assert run(args=["objection", "list"]).output == "No objection waits for an answer.\n"
    assert "  none: It is there." in run(args=["objection", "list", "--all"]).output


def test_a_program_objects_and_reads_the_answer_and_nobody_elses(hosted: Site) -> None:
    ada, hugo = hosted.token("ada"), sign_in(hosted, "hugo")
    address = f"{hosted.url}/api/v1/objections"

    def send(headers: dict[str, str], **facts: str) -> requests.Response:
        body = {"benchmark": "tiny", "item": "dev-text-000", "text": "Two are right."} | facts
        return requests.post(address, json=body, headers=headers, timeout=60)

    sent = send(ada)
    assert sent.status_code == 201
    made = sent.json()
    assert (made["state"], made["answer"], made["effect"]) == ("open", None, None)
    assert (made["item"], made["kind"], made["version"]) == ("dev-text-000", "item", "1.0.0")
    assert send(ada).status_code == 409
    empty = send(ada, text=" ", item="dev-text-001")
    assert (empty.status_code, "Say what is wrong, and why." in empty.text) == (400, True)
    assert send(ada, kind="verdict", item="dev-text-001").status_code == 400
    assert send(ada, item="nothing").status_code == 404
    hidden = send(ada, item="test-text-000").json()["id"]
    for number in (made["id"], hidden):
        page, field = f"/admin/objections/{number}/answer", f"o{number}"
        words = {f"{field}-text": "We looked at it.", f"{field}-effect": "correction"}
        assert post(hugo, hosted, page, "/admin/objections", **words).status_code == 200
    listed = hosted.get("/api/v1/objections", ada).json()["objections"]
    assert [(one["id"], one["effect"]) for one in listed] == [
        (hidden, None),
        (made["id"], "correction"),
    ]
    own = hosted.get(f"/api/v1/objections/{made['id']}", ada).json()
    assert (own["state"], own["answer"]) == ("answered", "We looked at it.")
    for number in (made["id"], "0", "x", "9" * 30):
        assert hosted.get(f"/api/v1/objections/{number}", hosted.token("hugo")).status_code == 404


def test_a_program_contests_a_reading_of_its_own_teams_alone(hosted: Site) -> None:
    key = hosted.submit(hosted.token("ada"), make_file(4)).json()["id"]
    hosted.evaluate_all()
    body = {"benchmark": "tiny", "item": "test-text-000", "text": "It says C.", "submission": key}
    for name, kind, status in (
        ("hugo", "reading", 404),
        ("ada", "verdict", 400),
        ("ada", "reading", 201),
    ):
        answer = requests.post(
            f"{hosted.url}/api/v1/objections",
            json=body | {"kind": kind},
            headers=hosted.token(name),
            timeout=60,
        )
        assert answer.status_code == status
    assert answer.json()["submission"] == key
