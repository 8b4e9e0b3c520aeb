"""The API over real HTTP, each answer held against the OpenAPI document that it publishes."""

import gzip
import io
import json
import re
import zipfile
from typing import Any

import pytest
import requests
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import select, text

from leaderboard.models.team import ApiToken, Scope
from leaderboard.web.api import openapi
from tests.site import N_IMAGE, N_REPORT, N_TEXT, Site
from tests.waiting import HANG_SECONDS

pytestmark = pytest.mark.one_database


def make_file(n_right: int = N_TEXT, report: str = "There is excellent alignment.") -> bytes:
    lines = [
        {"id": f"test-text-{n:03}", "prediction": "ANSWER: B" if n < n_right else "C"}
        for n in range(N_TEXT)
    ]
    lines += [{"id": f"test-image-{n:03}", "prediction": "(B)"} for n in range(N_IMAGE)]
    lines += [{"id": f"test-report-{n:03}", "prediction": report} for n in range(N_REPORT)]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def check(site: Site, method: str, path: str, response: requests.Response) -> Any:
    """The JSON of `response`, which must be as the document says for this address and status."""
    document = site.get("/api/v1/openapi.json").json()
    described = document["paths"][path][method]["responses"]
    content = described[str(response.status_code)]["content"]
    assert response.headers["Content-Type"] in content
    schema = content["application/json"]["schema"] | {"components": document["components"]}
    Draft202012Validator(schema).validate(response.json())
    return response.json()


def test_the_document_is_valid_and_names_exactly_the_addresses_there_are(site: Site) -> None:
    document = site.get("/api/v1/openapi.json").json()
    validate(document)
    app = Flask("only the api")
    openapi.install(app)
    there = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(path, method) for path, of in document["paths"].items() for method in of}


def test_a_team_goes_from_token_to_results_and_ranking(site: Site) -> None:
    token = site.token("ada")
    me = check(site, "get", "/me", site.get("/api/v1/me", token))
    assert me["user"] == {"name": "ada", "email": "ada@example.org"}
    assert me["teams"] == [{"slug": "team-a", "name": "Team-A"}]
    listed = check(site, "get", "/benchmarks", site.get("/api/v1/benchmarks"))
    splits = {split["name"]: split for split in listed["benchmarks"][0]["splits"]}
    assert splits["test"]["n_items"] == {"text": N_TEXT, "image": N_IMAGE, "report": N_REPORT}
    dry = check(
        site, "post", "/validations", site.submit(token, make_file(), address="validations")
    )
    assert (dry["n_predictions"], dry["tracks"]) == (11, ["text", "image", "report"])
    assert dry["missing"] == {}
    assert check(site, "get", "/submissions", site.get("/api/v1/submissions", token)) == {
        "submissions": []
    }

    sent = check(site, "post", "/submissions", site.submit(token, make_file(3)))
    assert sent["status"] == "queued"
    key = sent["id"]
    early = site.get(f"/api/v1/submissions/{key}/results", token)
    assert early.status_code == 409
    site.evaluate_all()
    shown = check(site, "get", "/submissions/{key}", site.get(f"/api/v1/submissions/{key}", token))
    assert shown["status"] == "scored"
    assert shown["progress"] == {"n_done": 11, "n_total": 11}
    assert shown["finished_at"] is not None

    path = f"/api/v1/submissions/{key}/results"
    results = check(site, "get", "/submissions/{key}/results", site.get(path, token))
    values = {(s["slice"], s["metric"], s["name"]): s["value"] for s in results["scores"]}
    assert values["track", "accuracy", "text"] == 50
    assert values["track", "accuracy", "image"] == 100
    assert values["track", "report", "report"] == 100
    assert values["all", "overall", "overall"] == pytest.approx((3 + 3 + 2) / 11 * 100)
    assert results["counts"] == {"answered": 9}

    ranking = check(site, "get", "/rankings/{slug}/{split}", site.get("/api/v1/rankings/tiny/test"))
    (entry,) = ranking["entries"]
    assert (entry["rank_low"], entry["rank_high"], entry["model"]["slug"]) == (1, 1, "model-a")
    assert entry["overall"]["value"] == pytest.approx(800 / 11)


def test_the_same_file_again_is_refused_with_a_pointer_to_the_first(site: Site) -> None:
    token = site.token("ada")
    first = site.submit(token, make_file()).json()["id"]
    for raw in (make_file(), gzip.compress(make_file())):
        again = check(site, "post", "/submissions", site.submit(token, raw))
        assert again["error"]["code"] == "duplicate_submission"
        assert again["error"]["submission"] == first
        assert again["error"]["url"] == f"/submissions/{first}"
    check(
        site,
        "post",
        "/submissions/{key}/cancel",
        requests.post(
            f"{site.url}/api/v1/submissions/{first}/cancel", headers=token, timeout=HANG_SECONDS
        ),
    )
    assert site.submit(token, make_file()).status_code == 201, "a cancelled file may go again"


def test_a_dry_run_says_which_tracks_are_missing_for_an_overall_score(site: Site) -> None:
    text_alone = b"".join(make_file().splitlines(keepends=True)[:N_TEXT])
    sent = site.submit(site.token("ada"), text_alone, address="validations")
    dry = check(site, "post", "/validations", sent)
    assert (dry["tracks"], dry["missing"]) == (["text"], {"image": N_IMAGE, "report": N_REPORT})


def test_every_problem_of_a_file_comes_with_line_and_remedy_and_nothing_is_kept(site: Site) -> None:
    token = site.token("ada")
    raw = make_file() + b'{"id": "nobody", "prediction": "A"}\n{"id": 7, "prediction": "A"}\n'
    for address in ("validations", "submissions"):
        answer = check(site, "post", f"/{address}", site.submit(token, raw, address=address))
        assert [(p["line"], p["id"]) for p in answer["error"]["problems"]] == [
            (12, "nobody"),
            (13, "7"),
        ]
        assert answer["error"]["n_problems"] == 2
    assert site.get("/api/v1/submissions", token).json() == {"submissions": []}


def test_a_thousand_problems_are_counted_and_the_first_of_a_kind_shown(site: Site) -> None:
    raw = b'{"id":"x","prediction":"A"}\n' * 1_000
    error = site.submit(site.token("ada"), raw).json()["error"]
    # One line has no item's id; all others have the id of the first.
    assert len(error["problems"]) == 1 + 5 + 1
    assert [p.get("n_lines") for p in error["problems"]][-2:] == [None, 994]
    assert error["n_problems"] == 1_000


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_over_the_limit_is_refused_however_it_is_packed(
    site: Site, compressed: bool
) -> None:
    raw = b'{"id":"x","prediction":"' + b"A" * 5_000_000 + b'"}\n'
    response = site.submit(site.token("ada"), gzip.compress(raw) if compressed else raw)
    assert response.status_code == 413
    assert check(site, "post", "/submissions", response)["error"]["code"] == "too_large"


def test_a_submission_says_where_it_waits(site: Site) -> None:
    site.add_person("eve", "team-e", "model-e")
    ada, eve = site.token("ada"), site.token("eve")
    keys = [site.submit(ada, make_file(n)).json()["id"] for n in range(3)]
    new = site.submit(eve, make_file(3), "model-e").json()
    assert new["queue"] == {"place": 2, "n_waiting": 4, "n_running": 0}
    listed = requests.get(
        f"{site.url}/api/v1/submissions", headers=ada, timeout=HANG_SECONDS
    ).json()["submissions"]
    places = {one["id"]: one["queue"]["place"] for one in listed}
    assert [places[key] for key in keys] == [1, 3, 4]
    site.evaluate_all()
    shown = requests.get(
        f"{site.url}/api/v1/submissions/{keys[2]}", headers=ada, timeout=HANG_SECONDS
    ).json()
    assert (shown["status"], shown["queue"]) == ("scored", None)


@pytest.mark.parametrize("limit", ["", "null", "0", "-1", "1.5", "many", "9" * 10])
def test_a_list_of_so_many_that_no_number_says_is_refused(site: Site, limit: str) -> None:
    answer = requests.get(f"{site.url}/api/v1/submissions?limit={limit}", headers=site.token("ada"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "1 to 200" in answer.json()["error"]["remedy"]


def test_another_team_sees_nothing_of_a_submission(site: Site) -> None:
    site.add_person("eve", "team-e", "model-e")
    key = site.submit(site.token("ada"), make_file()).json()["id"]
    eve = site.token("eve")
    for path in (f"submissions/{key}", f"submissions/{key}/results"):
        answer = site.get(f"/api/v1/{path}", eve)
        assert answer.status_code == 404
    cancelled = requests.post(
        f"{site.url}/api/v1/submissions/{key}/cancel", headers=eve, timeout=HANG_SECONDS
    )
    assert cancelled.status_code == 404
    assert site.submit(eve, make_file(), model="model-a").status_code == 404
    assert site.get("/api/v1/submissions", eve).json() == {"submissions": []}


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer", 401),
        ("Bearer nonsense", 401),
        ("Basic YTpi", 401),
        ("Bearer sbk_" + "a" * 8 + "_" + "b" * 38, 401),
    ],
)
def test_without_a_valid_token_the_answer_is_401_with_a_remedy(
    site: Site, header: str | None, status: int
) -> None:
    response = site.get("/api/v1/me", {"Authorization": header} if header else None)
    assert response.status_code == status
    assert check(site, "get", "/me", response)["error"]["remedy"]
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_does_only_what_its_scopes_say(site: Site) -> None:
    reading = site.token("ada", Scope.READ)
    assert site.submit(reading, make_file(), address="validations").status_code == 200
    assert site.submit(reading, make_file()).status_code == 403
    assert site.get("/api/v1/me", site.token("ada", Scope.SUBMIT)).status_code == 403


def test_a_model_card_is_made_and_a_taken_name_refused(site: Site) -> None:
    token = site.token("ada")
    card = {"team": "team-a", "slug": "new-one", "name": "New", "organisation": "O"}
    address = f"{site.url}/api/v1/models"
    for change, status in (
        ({"open_weights": True, "parameters_billion": 0.135}, 201),
        ({"open_weights": True}, 409),
        ({}, 400),
        ({"open_weights": True, "slug": "other", "team": "nobody"}, 404),
        ({"open_weights": True, "slug": "other", "url": "javascript:alert(1)"}, 400),
        ({"open_weights": True, "slug": "other", "surprise": 1}, 400),
    ):
        response = requests.post(address, headers=token, json=card | change, timeout=HANG_SECONDS)
        assert response.status_code == status
        check(site, "post", "/models", response)
    listed = check(site, "get", "/models", site.get("/api/v1/models", token))
    assert [model["slug"] for model in listed["models"]] == ["model-a", "new-one"]


def test_downloads_of_a_hidden_split_hold_no_answers(site: Site) -> None:
    for name, public in (("test", False), ("dev", True)):
        response = site.get(f"/api/v1/benchmarks/tiny/splits/{name}/package")
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            lines = [json.loads(line) for line in archive.read("items.jsonl").splitlines()]
            assert any(name.startswith("images/") for name in archive.namelist())
        assert all(("answer" in line) == public for line in lines if line["kind"] == "mcq")


def test_no_page_or_answer_ever_holds_what_is_hidden(site: Site) -> None:
    token = site.token("ada")
    key = site.submit(token, make_file()).json()["id"]
    site.evaluate_all()
    for path in (
        "/api/v1/benchmarks",
        "/api/v1/benchmarks/tiny",
        "/api/v1/benchmarks/tiny/splits/test/package",
        "/api/v1/rankings/tiny/test",
        f"/api/v1/submissions/{key}",
        f"/api/v1/submissions/{key}/results",
        "/benchmarks/tiny/splits/test/items",
        "/benchmarks/tiny/splits/test/package",
    ):
        content = site.get(path, token).content
        assert b"secret" not in content, path
        assert b"excellent alignment" not in content, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing", 404),
        ("/api/v1/benchmarks/none", 404),
        ("/api/v1/rankings/tiny/none", 404),
        ("/api/v1/rankings/tiny/test?board=best", 400),
        ("/api/v1/benchmarks/tiny?version=9", 404),
    ],
)
def test_every_error_has_the_one_shape(site: Site, path: str, status: int) -> None:
    response = site.get(path)
    assert response.status_code == status
    assert set(response.json()) == {"error"}
    assert {"code", "message", "remedy", "problems", "n_problems"} <= set(response.json()["error"])


def test_a_defect_says_a_number_and_no_word_of_what_broke(site: Site) -> None:
    site.submit(site.token("ada"), make_file())
    site.evaluate_all()
    with site.sessions.write() as session:
        session.execute(text("DROP TABLE ranking_entries"))
    response = site.get("/api/v1/rankings/tiny/test")
    assert response.status_code == 500
    error = check(site, "get", "/rankings/{slug}/{split}", response)["error"]
    assert error["code"] == "internal"
    assert re.search(r"number [0-9a-f]{8}", error["remedy"])
    assert "ranking_entries" not in response.text
    assert "Traceback" not in response.text


def test_the_time_of_a_tokens_use_is_noted_on_reads_too(site: Site) -> None:
    site.get("/api/v1/me", site.token("ada"))
    with site.sessions.read() as session:
        assert session.scalars(select(ApiToken.last_used_at)).one() is not None
