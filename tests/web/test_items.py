"""The host's pages of single items, their command, and that nobody else sees them."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from config import Config
from leaderboard.app import create_app
from leaderboard.lens.irt.run import run_irt
from leaderboard.models.irt import IrtRun
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import get_benchmark, get_split, read_items
from tests.lens.irt_models import add_models, draw_right
from tests.site import Site
from tests.test_docs import REQUIRED
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
PAGE = "/admin/items/tiny/1.0.0/test"


@pytest.fixture
def scored(site: Site) -> Site:
    """A site with a scored submission and a host."""
    site.add_role("hugo", Role.HOST)
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    return site


def test_a_host_finds_every_item_with_its_key_and_why_a_figure_is_missing(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    assert PAGE in hugo.get("/admin/items").text
    assert 'href="/admin/items"' in hugo.get("/admin").text
    page = hugo.get(PAGE).text
    for known in (
        "By one result of each of 1 model:",
        "A sign is a reason to look at an item again, not a proof.",
        f'<a href="{PAGE}/item/test-text-005"><code>test-text-005</code></a>',
        "fewer than 5 models",
    ):
        assert known in page
    item = hugo.get(f"{PAGE}/item/test-text-005").text
    for known in ("Question 5?", "B <strong>key</strong>", "secret explanation test-text-005"):
        assert known in item
    assert "Judges apart" in hugo.get(f"{PAGE}/item/test-report-000").text


def test_the_page_says_of_how_many_models_the_first_of_several_runs_counts(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    said = "Of 1 model that stands by several runs, the first run counts"
    assert said not in hugo.get(PAGE).text
    first = scored.get("/api/v1/submissions", scored.token("ada")).json()["submissions"][0]["id"]
    again = scored.submit(scored.token("ada"), make_file(3), run_of=first)
    assert again.status_code == 201, again.text
    scored.evaluate_all()
    assert said in hugo.get(PAGE).text


def test_items_are_filtered_by_track_subcondition_and_sign(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    reports = hugo.get(f"{PAGE}?track=report&subcondition=lumbar_stenosis").text
    assert "test-report-001" in reports
    assert "test-report-000" not in reports
    assert "test-text" not in reports
    assert "No item matches." in hugo.get(f"{PAGE}?sign=nobody").text
    assert "test-text-000" in hugo.get(f"{PAGE}?sign=none-such&track=no").text


def test_teams_and_visitors_never_see_items_or_keys(scored: Site) -> None:
    ada = sign_in(scored, "ada")
    for page in ("/admin/items", PAGE, f"{PAGE}/item/test-text-005"):
        assert ada.get(page).status_code == 403
        assert "secret" not in scored.get(page).text


def test_unknown_splits_and_items_are_not_found(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    assert hugo.get("/admin/items/tiny/1.0.0/none").status_code == 404
    answer = hugo.get(f"{PAGE}/item/dev-text-000")
    assert answer.status_code == 404
    assert "The test split has no item" in answer.text


def test_the_command_lists_the_same_items(scored: Site) -> None:
    url = scored.sessions.engine.url.render_as_string(hide_password=False)
    run = create_app(Config.from_env({**REQUIRED, "DATABASE_URL": url})).test_cli_runner().invoke
    done = run(args=["item", "list", "tiny", "--track", "text"])
    assert done.exit_code == 0
    lines = done.output.splitlines()
    # What it missed comes first: the hardest of those without a sign.
    assert lines[0] == "test-text-004 (text, disc_herniation, key B)"
    assert lines[1] == "  0 of 1 right, difficulty 0.00 (0.00 to 0.79)"
    assert lines[2] == "  discrimination unknown: fewer than 5 models"
    assert lines[-1] == "6 of 11 items, by the answers of 1 model."
    assert run(args=["item", "list", "tiny", "--sign", "nobody"]).output.startswith("0 of 11")


def test_a_host_draws_keys_keeps_verdicts_and_everybody_reads_the_bound(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    empty = scored.get("/benchmarks/tiny").text
    assert 'id="keys"' not in empty
    assert scored.get("/api/v1/benchmarks/tiny").json()["key_bounds"] == []
    drawn = post(hugo, scored, f"{PAGE}/keys/draw", f"{PAGE}/keys", n="9", track="")
    assert "9 of 9 keys are drawn." in drawn.text
    for _ in range(9):
        page = hugo.get(f"{PAGE}/keys").text
        unchecked = page.partition("not checked yet")[0]
        key = re.findall(r"<code>([\w-]+)</code>", unchecked)[-1]
        item = f"{PAGE}/item/{key}"
        kept = post(
            hugo, scored, f"{item}/verdict", item, verdict="right", checked_by="Dr. A", note="sure"
        )
        assert f"The key of {key} is marked right." in kept.text
    page = scored.get("/benchmarks/tiny").text
    words = (
        "9 of 9 keys were checked at random by clinicians: none wrong; at most 0.0 % are (95 %)."
    )
    assert words in page
    (bound,) = scored.get("/api/v1/benchmarks/tiny").json()["key_bounds"]
    assert (bound["n_checked"], bound["n_wrong"], bound["most"]) == (9, 0, 0)
    for told in (page.partition('id="keys"')[2].partition("</ul>")[0], str(bound)):
        assert "test-text" not in told
        assert "Dr. A" not in told
    assert "check key" in hugo.get("/admin/audit").text


def test_a_verdict_or_a_draw_that_cannot_be_is_said_at_its_field(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    for n, words in (("ten", "Write a whole number."), ("10", "10 items cannot be drawn")):
        answer = post(hugo, scored, f"{PAGE}/keys/draw", f"{PAGE}/keys", n=n, track="")
        assert answer.status_code == 400
        assert words in answer.text
    item = f"{PAGE}/item/test-text-000"
    said = {"verdict": "right", "checked_by": "A", "note": ""}
    undrawn = post(hugo, scored, f"{item}/verdict", f"{PAGE}/keys", **said)
    assert undrawn.status_code == 404
    post(hugo, scored, f"{PAGE}/keys/draw", f"{PAGE}/keys", n="9", track="")
    answer = post(hugo, scored, f"{item}/verdict", item, verdict="", checked_by="", note="")
    assert answer.status_code == 400
    assert "The verdict is missing." in answer.text
    assert "Name the clinician." in answer.text


def test_the_commands_plan_draw_check_and_list(scored: Site) -> None:
    url = scored.sessions.engine.url.render_as_string(hide_password=False)
    settings = {**REQUIRED, "DATABASE_URL": url}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    assert run(args=["key", "plan", "tiny"]).output == "Draw 9 of 9 keys.\n"
    assert run(args=["key", "plan", "tiny", "--wrong", "1"]).output == (
        "No number will do: 1 of 9 are more than 2 %.\n"
    )
    assert run(args=["key", "list", "tiny"]).output == "No key is drawn.\n"
    assert "6 of 6 keys of text are drawn." in run(
        args=["key", "draw", "tiny", "6", "--track", "text"]
    ).output  # fmt: skip
    done = run(args=["key", "check", "tiny", "test-text-000", "unsure", "--by", "A"])
    assert done.output == "The key of test-text-000 is marked unsure.\n"
    listed = run(args=["key", "list", "tiny"]).output
    assert "test-text-000: unsure, by A, " in listed
    assert "text questions" in listed


def test_a_corrected_key_begins_the_next_version_and_its_package_is_offered(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    item, draft = f"{PAGE}/item/test-text-003", "/admin/corrections/tiny/1.0.0"
    assert "No key and no check is corrected." in hugo.get(draft).text
    wrong = post(hugo, scored, f"{item}/correct", item, answer="E", reason="")
    assert wrong.status_code == 400
    assert "Its options are A, B, C, D." in wrong.text
    done = post(hugo, scored, f"{item}/correct", item, answer="c", reason="see the atlas")
    assert "The next version will say C for test-text-003." in done.text
    assert "The next version will say <strong>C</strong>: see the atlas" in hugo.get(item).text
    made = post(hugo, scored, f"{draft}/prepare", draft, version="1.0.1")
    assert "tiny 1.0.1 is prepared, with 1 corrected key." in made.text
    assert "Compute what it changes" in made.text
    assert "/admin/benchmarks/tiny/1.0.1/changes" in made.text
    # The public knows nothing of it.
    assert "1.0.1" not in scored.get("/benchmarks/tiny").text
    assert scored.get("/benchmarks/tiny?version=1.0.1").status_code == 404
    address = "/admin/corrections/tiny/1.0.1/package"
    assert scored.get(address).headers["Content-Type"].startswith("text/html")
    with zipfile.ZipFile(io.BytesIO(hugo.get(address).content)) as archive:
        assert archive.testzip() is None
        lines = archive.read("items/test.jsonl").decode().splitlines()
    answers = {one["id"]: one.get("answer") for one in map(json.loads, lines)}
    assert answers["test-text-003"] == ["C"]
    assert answers["test-text-004"] == ["B"]
    withdrawn = post(hugo, scored, f"{item}/withdraw", item)
    assert "The key of test-text-003 stays as it is." in withdrawn.text
    assert "prepare version" in hugo.get("/admin/audit").text


def test_the_commands_correct_a_key_make_the_version_and_write_its_package(
    scored: Site, tmp_path: Path
) -> None:
    url = scored.sessions.engine.url.render_as_string(hide_password=False)
    settings = {**REQUIRED, "DATABASE_URL": url}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    correct = ["key", "correct", "tiny", "test-text-003", "A", "--reason", "see the atlas"]
    assert run(args=correct).output == "The next version will say A for test-text-003.\n"
    assert run(args=["key", "withdraw", "tiny", "test-text-003"]).exit_code == 0
    refused = run(args=["benchmark", "correct", "tiny"])
    assert (refused.exit_code, "Correct a key" in refused.output) == (1, True)
    assert run(args=correct).exit_code == 0
    made = run(args=["benchmark", "correct", "tiny", "--as", "1.1.0"])
    assert made.output.startswith("tiny 1.1.0 is prepared, with 1 corrected key.")
    place = tmp_path / "tiny.zip"
    write = ["benchmark", "write", "tiny", "1.1.0", str(place)]
    assert run(args=write).output.startswith("Written. Content ")
    assert run(args=write).exit_code == 2
    again = run(args=["benchmark", "load", str(place)])
    assert "already" in again.output


def test_a_corrected_check_begins_the_next_version_from_the_page_of_its_report(
    scored: Site,
) -> None:
    hugo = sign_in(scored, "hugo")
    item, draft = f"{PAGE}/item/test-report-000", "/admin/corrections/tiny/1.0.0"
    page = hugo.get(item).text
    assert "mentioned: excellent alignment (weight 1)" in page
    assert "yes/no questions of the rubric" in page
    assert "Correct this check" not in hugo.get(f"{PAGE}/item/test-text-003").text
    at = f"{item}/checks/praise/correct"
    facts = {"terms": "fine alignment", "expected": "", "weight": "0", "reason": "see the atlas"}
    sent = {f"ask-praise-{name}": value for name, value in facts.items()}
    wrong = post(hugo, scored, at, item, **sent)
    assert (wrong.status_code, "is not a weight." in wrong.text) == (400, True)
    assert 'value="see the atlas"' in wrong.text
    dropped = post(hugo, scored, at, item, **sent, act="drop")
    assert (dropped.status_code, "stays unscored" in dropped.text) == (400, True)
    done = post(hugo, scored, at, item, **sent | {"ask-praise-weight": "2"})
    told = "mentioned: fine alignment (weight 2)"
    assert f"The next version will ask by praise of test-report-000: {told}." in done.text
    assert "1 corrected check." in hugo.get(draft).text
    assert f"will ask: <strong>{told}</strong>: see the atlas" in hugo.get(item).text
    made = post(hugo, scored, f"{draft}/prepare", draft, version="1.0.1")
    assert "tiny 1.0.1 is prepared, with 1 corrected check." in made.text
    address = "/admin/corrections/tiny/1.0.1/package"
    with zipfile.ZipFile(io.BytesIO(hugo.get(address).content)) as archive:
        lines = archive.read("items/test.jsonl").decode().splitlines()
    checklists = {one["id"]: one.get("checklist") for one in map(json.loads, lines)}
    (check,) = checklists["test-report-000"]
    assert (check["any_of"], check["weight"]) == (["fine alignment"], 2)
    assert checklists["test-report-001"][0]["any_of"] == ["excellent alignment"]
    withdrawn = post(hugo, scored, f"{item}/checks/praise/withdraw", item)
    assert "The check praise of test-report-000 stays as it is." in withdrawn.text
    assert "correct check" in hugo.get("/admin/audit").text


def test_the_commands_list_correct_drop_and_withdraw_checks(scored: Site) -> None:
    url = scored.sessions.engine.url.render_as_string(hide_password=False)
    settings = {**REQUIRED, "DATABASE_URL": url}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    of = ["tiny", "test-report-000"]
    listed = run(args=["checklist", "list", *of]).output
    assert listed.startswith("praise: mentioned: excellent alignment (weight 1); for ")
    edit = ["--term", "fine alignment", "--term", "good alignment", "--reason", "atlas"]
    done = run(args=["checklist", "correct", *of, "praise", *edit])
    told = "mentioned: fine alignment, good alignment (weight 1)"
    assert done.output == f"The next version will ask by praise of test-report-000: {told}.\n"
    assert f"  next version: {told}: atlas\n" in run(args=["checklist", "list", *of]).output
    dropped = run(args=["checklist", "drop", *of, "praise", "--reason", "atlas"])
    assert (dropped.exit_code, "stays unscored" in dropped.output) == (1, True)
    assert run(args=["checklist", "withdraw", *of, "praise"]).exit_code == 0
    question = run(args=["checklist", "list", "tiny", "test-text-000"])
    assert question.output == "test-text-000 is a question: it has no checks.\n"


def test_a_host_has_item_response_theory_fitted_and_downloads_its_figures(scored: Site) -> None:
    hugo = sign_in(scored, "hugo")
    assert (
        "Item response theory needs at least 50 models, and 1 model counts." in hugo.get(PAGE).text
    )
    with scored.sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        n_questions = sum(bool(one.options) for one in read_items(session, split))
        add_models(session, split, draw_right(60, n_questions))
    begun = post(hugo, scored, f"{PAGE}/irt", PAGE)
    assert "Item response theory is begun" in begun.text
    assert "A run waits for a worker." in begun.text
    assert "under way already" in post(hugo, scored, f"{PAGE}/irt", f"{PAGE}/keys").text
    with scored.sessions.read() as session:
        [key] = session.scalars(select(IrtRun.id))
    assert run_irt(scored.sessions, key)
    page = hugo.get(PAGE).text
    for known in (
        "questions and 61 models, in",
        '<th scope="col" class="num">IRT difficulty</th>',
        "Fit again",
    ):
        assert known in page
    assert "Out of date." not in page
    item = hugo.get(f"{PAGE}/item/test-text-001").text
    assert "<dt>IRT discrimination</dt>" in item
    rows = list(csv.DictReader(io.StringIO(hugo.get(f"{PAGE}/items.csv").text)))
    row = next(one for one in rows if one["item"] == "test-text-001")
    assert f"{float(row['irt_difficulty']):.2f}".replace("-", "−") in item
    assert float(row["irt_difficulty_error"]) > 0
    assert row["irt_is_stale"] == "false"
    url = scored.sessions.engine.url.render_as_string(hide_password=False)
    run = create_app(Config.from_env({**REQUIRED, "DATABASE_URL": url})).test_cli_runner().invoke
    assert "61 models" in run(args=["item", "irt", "tiny", "--show"]).output
    assert "  IRT difficulty " in run(args=["item", "list", "tiny"]).output
    with scored.sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        add_models(session, split, draw_right(1, n_questions, 8))
    assert "Out of date." in hugo.get(PAGE).text
    assert sign_in(scored, "ada").get(f"{PAGE}/items.csv").status_code == 403
