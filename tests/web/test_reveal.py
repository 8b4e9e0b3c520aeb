"""A reveal is checked by the script on what the site really sends, and shows nothing else."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config import Config
from leaderboard.app import create_app
from leaderboard.audit import read_audit
from leaderboard.commitments.hashing import SplitName, hash_answer
from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.releases import open_next
from leaderboard.hosting.reveals import reveal_version
from leaderboard.models.audit import AuditBenchmark
from leaderboard.models.benchmark import Item
from leaderboard.models.commitment import AnswerCommitment
from leaderboard.models.ranking import ItemValues
from leaderboard.models.reference import ItemReference
from leaderboard.models.role import Role
from leaderboard.models.sealed import AnswerSalt, CommittedValues
from leaderboard.packages.catalogue import get_benchmark, get_split
from spinebench.reading import read_answer
from spinebench.shapes.benchmarks import BenchmarkDetail
from spinebench.tables import splits_table
from tests.factories import load_items
from tests.package_files import make_items, make_manifest, make_mcq
from tests.site import N_IMAGE, N_REPORT, N_TEXT, Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import check, make_file
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_reveal.py"
PAGE = "/admin/benchmarks/tiny/1.0.0/reveal"
API = "/api/v1/benchmarks/tiny"
N_ITEMS = N_TEXT + N_IMAGE + N_REPORT
Verify = Callable[..., subprocess.CompletedProcess[str]]
Json = Any


@pytest.fixture
def ranked(site: Site) -> Site:
    """A site with two ranked models and a host."""
    site.add_person("bert", "team-b", "model-b")
    site.submit(site.token("ada"), make_file(4))
    site.submit(site.token("bert"), make_file(1, "Nothing."), "model-b")
    site.evaluate_all()
    site.add_role("hanna", Role.HOST)
    return site


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Run the script, as somebody who has downloaded it, on two documents."""

    def run(commitments: Json, reveal: Json, *options: str) -> subprocess.CompletedProcess[str]:
        names = []
        for name, document in (("commitments", commitments), ("reveal", reveal)):
            place = tmp_path / f"{name}.json"
            place.write_text(json.dumps(document), encoding="utf-8")
            names.append(str(place) if not isinstance(document, str) else document)
        return subprocess.run(
            [sys.executable, "-I", str(SCRIPT), *names, *options],
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )

    return run


def reveal(site: Site, *items: str, confirmation: str = "tiny 1.0.0") -> str:
    """Reveal items, or all without any, as the benchmark's host does; the page after that."""
    form = {"extent": "items" if items else "version", "items": "\n".join(items)}
    hanna = sign_in(site, "hanna")
    return post(
        hanna, site, PAGE, PAGE, **form, reason="It is over.", confirmation=confirmation
    ).text


def read(site: Site, name: str) -> Json:
    path = "/benchmarks/{slug}/" + name
    return check(site, "get", path, site.get(f"{API}/{name}"))


def test_what_is_revealed_of_a_version_fits_what_was_committed_to_before(
    ranked: Site, verify: Verify
) -> None:
    before = read(ranked, "commitments")
    assert read(ranked, "reveal")["items"] == []
    page = reveal(ranked)
    assert f"{N_ITEMS} items of tiny 1.0.0 revealed." in page
    opened = read(ranked, "reveal")
    assert opened["complete"] == ["test"]
    done = verify(before, opened, "--root", before["root"])
    assert done.stdout == f"{N_ITEMS} revealed items, 2 models: 0 problems.\n"
    assert (done.returncode, done.stderr) == (0, "")
    direct = verify(before, f"{ranked.url}{API}/reveal")
    assert direct.returncode == 0, direct.stdout + direct.stderr


def test_pages_api_and_command_say_when_answers_become_public_and_nothing_of_them(
    site: Site,
) -> None:
    site.add_role("hanna", Role.HOST)
    hanna = sign_in(site, "hanna")

    def send(at: str) -> str:
        address = f"{PAGE}/date"
        return post(hanna, site, address, PAGE, **{"date-split": "test", "date-at": at}).text

    assert "'soon' is not a date. Write a day" in send("soon").replace("&#39;", "'")
    assert "become public at 2101-01-31 12:00 UTC." in send("2101-01-31 12:00")
    at = '<time datetime="2101-01-31T12:00:00+00:00">2101-01-31 12:00 UTC</time>'
    for address in (PAGE, "/benchmarks/tiny"):
        assert at in hanna.get(f"{site.url}{address}").text
    splits = site.get(API).json()["splits"]
    assert [one["answers_public_at"] for one in splits] == [None, "2101-01-31T12:00:00Z"]
    table = splits_table(read_answer(BenchmarkDetail, site.get(API).json()))
    assert [row[1] for row in table.rows] == ["public", "public from 2101-01-31 12:00 UTC"]
    assert read(site, "reveal")["items"] == []
    assert "stay hidden until a host reveals them" in send("")
    assert at not in site.get("/benchmarks/tiny").text


def change(document: Json, name: str, key: str, **values: Any) -> Json:
    """A copy of a document with other values in the entry of that key."""
    copy = json.loads(json.dumps(document))
    for one in copy[name]:
        if one.get("key", one.get("model")) == key:
            one |= values
    return copy


def test_a_revealed_question_has_its_harm_grades_unless_it_was_committed_before_there_were_any(
    site: Site, verify: Verify
) -> None:
    harm = {"options": {"A": {"grade": "severe", "event": "wrong_level"}}}
    manifest = make_manifest(slug="graded", harm={"by": "constructed"})
    with site.sessions.write() as session:
        load_items(session, [make_mcq(0, harm=harm), make_mcq(1, harm=harm), make_mcq(2)], manifest)
        old = session.scalars(
            select(AnswerCommitment).join(Item).where(Item.key == "test-text-001").order_by(Item.id)
        ).all()[-1]
        salt = session.get_one(AnswerSalt, old.item_id).salt
        name = SplitName("graded", "1.0.0", "test")
        old.digest = hash_answer(salt, name, "test-text-001", ["B"])
        graded = get_benchmark(session, "graded")
        reveal_version(session, graded, "hanna@example.org", "It is over.")
    address = "/api/v1/benchmarks/graded"
    opened = site.get(f"{address}/reveal").json()
    described = {"letters": ["B"], "harm": harm}
    assert [one["answer"] for one in opened["items"]] == [described, ["B"], ["B"]]
    done = verify(site.get(f"{address}/commitments").json(), opened)
    assert (done.returncode, done.stdout) == (0, "3 revealed items, 0 models: 0 problems.\n")
    opened["items"][0]["answer"]["harm"]["options"]["A"]["grade"] = "mild"
    changed = verify(site.get(f"{address}/commitments").json(), opened)
    assert "test-text-000: answer and salt do not give the commitment." in changed.stdout
    assert "<td>B</td>" in site.get("/benchmarks/graded/revealed").text


def test_whatever_does_not_fit_is_named(ranked: Site, verify: Verify) -> None:
    before = read(ranked, "commitments")
    reveal(ranked)
    opened = read(ranked, "reveal")

    def fails(commitments: Json, revealed: Json, *options: str) -> str:
        done = verify(commitments, revealed, *options)
        assert (done.returncode, done.stderr) == (1, "")
        return done.stdout

    key = "test-text-003"
    said = f"test {key}: answer and salt do not give the commitment.\n"
    assert fails(before, change(opened, "items", key, answer=["C"])).startswith(said)
    assert fails(before, change(opened, "items", key, salt="0" * 64)).startswith(said)
    other = opened["items"][0]["salt"]
    assert fails(before, change(opened, "items", key, salt=other)).startswith(said)
    report = change(opened, "items", "test-report-001", answer={"reference_report": "x"})
    assert "test test-report-001: answer and salt" in fails(before, report)
    fewer = opened | {"items": [one for one in opened["items"] if one["key"] != key]}
    assert f"test {key}: its answer is missing" in fails(before, fewer)
    values = opened["models"][0]["values"]
    raised = [one | {"value": "100.0000"} for one in values]
    found = fails(before, change(opened, "models", "model-a", values=raised))
    assert "model-a" in found
    assert "values and salts do not give its root." in found
    found = fails(before, change(opened, "models", "model-a", values=values[1:]))
    assert "its value on test-text-000 is missing." in found
    found = fails(before, opened | {"models": opened["models"][1:]})
    assert "its values are missing" in found
    assert "another root" in fails(before, opened, "--root", "0" * 64)
    doctored = json.loads(json.dumps(before))
    doctored["rankings"][0]["models"][0]["scores"]["text"] = 99.0
    assert "its text score was published as 99.0, its values give 66.6" in fails(doctored, opened)
    doctored = change(before, "answers", key, commitment="0" * 64)
    assert "do not give their own root" in fails(doctored, opened)
    unread = verify(before, {"benchmark": "tiny"})
    assert unread.returncode == 2
    assert "This cannot be read" in unread.stderr


def test_one_revealed_item_is_checked_alone_and_gives_nothing_else_away(
    ranked: Site, verify: Verify
) -> None:
    before = read(ranked, "commitments")
    reveal(ranked, "test-text-004")
    opened = read(ranked, "reveal")
    assert [one["key"] for one in opened["items"]] == ["test-text-004"]
    assert opened["items"][0]["answer"] == ["B"]
    assert opened["complete"] == []
    assert [[v["key"] for v in one["values"]] for one in opened["models"]] == [
        ["test-text-004"]
    ] * 2
    done = verify(before, opened)
    assert done.stdout == "1 revealed items, 2 models: 0 problems.\n"
    changed = change(opened, "items", "test-text-004", answer=["A"])
    assert "test test-text-004: answer and salt" in verify(before, changed).stdout
    values = [opened["models"][0]["values"][0] | {"value": "100.0000"}]
    assert opened["models"][0]["values"][0]["value"] == "0.0000"
    changed = change(opened, "models", "model-a", values=values)
    assert "value and salt of test-text-004 do not lead to" in verify(before, changed).stdout
    public = [ranked.get(f"{API}/{name}").content for name in ("commitments", "reveal")]
    public += [
        ranked.get(path).content for path in ("/benchmarks/tiny/revealed", "/benchmarks/tiny")
    ]
    with ranked.sessions.read() as session:
        salts = session.execute(
            select(Item.key, AnswerSalt.salt).join(Item, Item.id == AnswerSalt.item_id)
        ).all()
        seeds = session.scalars(select(CommittedValues.seed)).all()
        reports = session.scalars(
            select(ItemReference.reference_report)
            .join(Item, Item.id == ItemReference.item_id)
            .where(Item.key.startswith("test-report"))
        ).all()
    for content in public:
        for key, salt in salts:
            shown = key == "test-text-004" and content is public[1]
            assert (salt.hex().encode() in content) == shown, key
        assert not any(seed.hex().encode() in content for seed in seeds)
        assert not any(report.encode() in content for report in reports)
    assert public[1].count(b'"answer"') == 1


def test_the_page_of_what_is_revealed_says_which_models_were_right_and_not_what_they_wrote(
    ranked: Site,
) -> None:
    assert (
        "No answer of this version has been revealed"
        in ranked.get("/benchmarks/tiny/revealed").text
    )
    assert "no answer so far" in ranked.get("/benchmarks/tiny").text
    reveal(ranked, "test-text-000", "test-text-003", "test-report-000")
    page = ranked.get("/benchmarks/tiny/revealed").text
    rows = {
        key: page.split(f"<code>{key}</code>")[1].split("</tr>")[0]
        for key in ("test-text-000", "test-text-003", "test-report-000")
    }
    assert "2 of 2" in rows["test-text-000"]
    assert "Model-A, Model-B" in rows["test-text-000"]
    assert "1 of 2" in rows["test-text-003"]
    assert "Model-B" not in rows["test-text-003"]
    assert "secret reference test-report-000" in rows["test-report-000"]
    assert "secret reference test-report-001" not in page
    assert "excellent alignment" not in page
    assert "ANSWER: B" not in page
    assert "It is over." in page
    assert f"3 of {N_ITEMS} answers" in ranked.get("/benchmarks/tiny").text


def test_a_reveal_says_that_it_is_for_good_and_wants_to_be_confirmed(ranked: Site) -> None:
    form = sign_in(ranked, "hanna").get(PAGE).text
    assert "this cannot be undone" in form
    assert "which ranked models had these items right" in form
    assert "Type tiny 1.0.0 to confirm." in reveal(ranked, confirmation="yes")
    assert "has no hidden item &#39;dev-text-000&#39;" in reveal(ranked, "dev-text-000")
    assert read(ranked, "reveal")["items"] == []
    reveal(ranked, "test-text-001")
    assert "revealed already" in reveal(ranked, "test-text-001")
    assert f"{N_ITEMS - 1} items" in reveal(ranked)
    with ranked.sessions.read() as session:
        entries = [one for one in read_audit(session) if one.action == "reveal answers"]
        about = session.scalars(select(AuditBenchmark.benchmark)).all()
    assert {one.actor for one in entries} == {"hanna@example.org"}
    assert entries[-1].note == "test-text-001: It is over."
    assert about == ["tiny", "tiny"]


def test_a_host_reveals_by_command(ranked: Site, redis_url: str) -> None:
    url = ranked.sessions.engine.url.render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 40}
    invoke = create_app(Config.from_env(settings)).test_cli_runner().invoke
    command = ("benchmark", "reveal", "tiny", "1.0.0", "--reason", "retired")
    assert "Name items with --item" in invoke(args=command).output
    asked = invoke(args=(*command, "--item", "test-text-000"), input="n\n")
    assert "this cannot be undone" in asked.output
    assert asked.exit_code == 1
    assert read(ranked, "reveal")["items"] == []
    done = invoke(args=(*command, "--item", "test-text-000"), input="y\n")
    assert "1 item of tiny 1.0.0 revealed." in done.output
    assert len(read(ranked, "reveal")["items"]) == 1
    assert f"{N_ITEMS - 1} items" in invoke(args=(*command, "--all", "--yes")).output


def test_values_of_a_ranking_that_was_replaced_are_opened_by_their_root(
    ranked: Site, verify: Verify
) -> None:
    before = read(ranked, "commitments")
    with ranked.sessions.write() as session:
        key = before["rankings"][0]["models"][0]["submission"]
        row = session.get_one(ItemValues, key)
        row.content = b"\x00" * len(row.content)
    ranked.submit(ranked.token("bert"), make_file(6), "model-b")
    ranked.evaluate_all()
    reveal(ranked)
    root = before["rankings"][0]["models"][0]["root"]
    opened = read(ranked, "reveal")
    assert root not in {one["root"] for one in opened["models"]}
    assert "its values are missing" in verify(before, opened).stdout
    answer = ranked.get(f"{API}/reveal?root={root}")
    (model,) = check(ranked, "get", "/benchmarks/{slug}/reveal", answer)["models"]
    assert (model["root"], model["submission"]) == (root, key)
    assert model["values"][0]["value"] == "100.0000"
    assert ranked.get(f"{API}/reveal?root={'0' * 64}").status_code == 404


def test_the_script_is_downloaded_as_it_is_and_needs_nothing_else(site: Site) -> None:
    served = site.get("/docs/verify_reveal.py")
    assert served.content == SCRIPT.read_bytes()
    assert served.headers["Content-Type"].startswith("text/x-python")
    imported = [line for line in served.text.splitlines() if line.startswith(("import", "from"))]
    assert {line.split()[1].split(".")[0] for line in imported} <= sys.stdlib_module_names


def test_scores_of_a_split_with_a_feedback_part_follow_from_the_items_that_decide(
    site: Site, verify: Verify
) -> None:
    manifest = make_manifest(slug="big", name="Big", demonstration=False)
    with site.sessions.write() as session:
        load_items(session, make_items(70, 40, 2), manifest)
    lines = [
        {"id": f"test-{kind}-{n:03}", "prediction": "B" if n % 3 else "C"}
        for kind, count in (("text", 70), ("image", 40))
        for n in range(count)
    ]
    lines += [{"id": f"test-report-{n:03}", "prediction": "Excellent alignment."} for n in range(2)]
    raw = "".join(json.dumps(line) + "\n" for line in lines).encode()
    site.submit(site.token("ada"), raw, benchmark="big")
    site.evaluate_all()
    address = "/api/v1/benchmarks/big"
    assert site.get(f"{address}/commitments").json()["rankings"] == []
    with site.sessions.write() as session:
        benchmark = get_benchmark(session, "big")
        for split_id in open_next(session, get_split(benchmark, "test"), "host", "spring").rank:
            rank_split(session, split_id)
    before = site.get(f"{address}/commitments").json()
    with site.sessions.write() as session:
        reveal_version(session, get_benchmark(session, "big"), "host", "It is over.")
    opened = site.get(f"{address}/reveal").json()
    (model,) = opened["models"]
    n_feedback = sum(not one["decides"] for one in model["values"])
    assert 30 <= n_feedback <= 43
    scores = before["rankings"][0]["models"][0]["scores"]
    deciding = [one for one in model["values"] if one["decides"] and "text" in one["key"]]
    right = sum(one["value"] == "100.0000" for one in deciding)
    assert scores["text"] == pytest.approx(100 * right / len(deciding))
    done = verify(before, opened)
    assert done.stdout == "112 revealed items, 1 models: 0 problems.\n"
    swapped = [one | {"decides": not one["decides"]} for one in model["values"]]
    changed = change(opened, "models", "model-a", values=swapped)
    assert "values and salts do not give its root." in verify(before, changed).stdout
