"""Endpoints by the API, each answer held against the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from leaderboard.evaluation.run import evaluate
from leaderboard.evaluation.try_endpoint import try_endpoint
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.team import Scope
from tests.asked import SECRET, make_access
from tests.endpoints.server import Endpoint as Server
from tests.endpoints.server import said, serve
from tests.site import OpenSite, Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import check


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(then=said("ANSWER: B")) as found:
        yield found


@pytest.fixture
def asking_site(open_site: OpenSite, empty_redis_url: str, server: Server) -> Iterator[Site]:
    with open_site(ENDPOINT_ALLOWED_ADDRESSES=server.place) as found:
        yield found


def call(
    site: Site, method: str, path: str, token: dict[str, str], json: Any = None, **form: Any
) -> requests.Response:
    url = f"{site.url}/api/v1{path}"
    return requests.request(
        method, url, headers=token, json=json, data=form or None, timeout=HANG_SECONDS
    )


def new_endpoint(server: Server) -> dict[str, Any]:
    return {
        "team": "team-a",
        "name": "Ours",
        "base_url": server.base_url,
        "model": "m",
        "key": SECRET,
        "settings": {"accepts_images": True, "concurrency": 2, "max_tokens": {"text": 9}},
    }


def test_an_endpoint_goes_from_registration_to_a_scored_submission(
    asking_site: Site, server: Server
) -> None:
    site, token = asking_site, asking_site.token("ada")
    made = call(site, "post", "/endpoints", token, new_endpoint(server))
    assert made.status_code == 201
    endpoint = check(site, "post", "/endpoints", made)
    assert endpoint["has_key"] is True
    assert endpoint["settings"]["max_tokens"] == {"text": 9, "image": 2048, "report": 4096}
    place = f"/endpoints/{endpoint['id']}"

    changed = call(site, "patch", place, token, {"name": "Renamed"})
    assert check(site, "patch", "/endpoints/{endpoint}", changed)["has_key"] is True
    listed = check(site, "get", "/endpoints", call(site, "get", "/endpoints", token))
    assert [one["name"] for one in listed["endpoints"]] == ["Renamed"]

    started = call(site, "post", f"{place}/test", token)
    assert started.status_code == 202
    body = check(site, "post", "/endpoints/{endpoint}/test", started)
    assert body["test"]["state"] == "waiting"
    access = make_access(server)
    try_endpoint(site.sessions, endpoint["id"], access)
    shown = check(site, "get", "/endpoints/{endpoint}", call(site, "get", place, token))
    assert shown["test"]["is_good"] is True
    assert [one["letters"] for one in shown["test"]["items"]] == ["B", "B", "B"]

    form = {"benchmark": "tiny", "split": "dev", "model": "model-a", "endpoint": endpoint["id"]}
    sent = call(site, "post", "/submissions", token, None, track=["text"], wipe_key="1", **form)
    assert sent.status_code == 201
    submission = check(site, "post", "/submissions", sent)
    assert submission["tracks"] == ["text"]
    assert submission["endpoint"]["saw_hidden_items"] is False
    evaluate(site.sessions, submission["id"], [ChecklistJudge()], 5, access)
    done = call(site, "get", f"/submissions/{submission['id']}", token)
    scored = check(site, "get", "/submissions/{key}", done)
    assert scored["status"] == "scored"
    assert scored["endpoint"]["n_requests"] == 3
    assert scored["endpoint"]["key_wiped_at"] is not None
    ranking = check(site, "get", "/rankings/{slug}/{split}", site.get("/api/v1/rankings/tiny/dev"))
    assert [entry["saw_hidden_items"] for entry in ranking["entries"]] == [False]
    again = call(site, "get", place, token)
    assert again.json()["has_key"] is False

    gone = call(site, "delete", place, token)
    assert check(site, "delete", "/endpoints/{endpoint}", gone) == {"deleted": endpoint["id"]}
    every = (made, changed, started, sent, done, again, gone)
    assert all(SECRET not in answer.text for answer in every)


def test_endpoints_are_refused_to_other_teams_and_to_tokens_that_only_read(
    asking_site: Site, server: Server
) -> None:
    site, token = asking_site, asking_site.token("ada")
    place = (
        "/endpoints/" + call(site, "post", "/endpoints", token, new_endpoint(server)).json()["id"]
    )
    reading = site.token("ada", Scope.READ)
    assert call(site, "delete", place, reading).status_code == 403
    assert call(site, "post", f"{place}/test", reading).status_code == 403
    site.add_person("eve", "team-e", "model-e")
    eve = site.token("eve")
    assert call(site, "get", "/endpoints", eve).json() == {"endpoints": []}
    for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("post", "/test")):
        assert call(site, method, place + path, eve, {}).status_code == 404
    form = {"benchmark": "tiny", "split": "dev", "model": "model-e"}
    stolen = call(site, "post", "/submissions", eve, None, endpoint=place[11:], **form)
    assert stolen.status_code == 404
    hidden = {"benchmark": "tiny", "split": "test", "model": "model-a", "endpoint": place[11:]}
    assert call(site, "post", "/submissions", token, None, **hidden).status_code == 403


def test_unusable_endpoints_are_refused_in_the_one_shape(asking_site: Site, server: Server) -> None:
    site, token = asking_site, asking_site.token("ada")
    good = new_endpoint(server)
    for changes in (
        {"base_url": "http://10.0.0.1/v1"},
        {"settings": {"temperature": 9}},
        {"settings": {"unknown": 1}},
        {"model": ""},
        {"nonsense": 1},
    ):
        answer = call(site, "post", "/endpoints", token, good | changes)
        assert answer.status_code == 400, changes
        assert check(site, "post", "/endpoints", answer)["error"]["remedy"]


def test_every_problem_of_a_body_comes_at_once_by_field(asking_site: Site, server: Server) -> None:
    site, token = asking_site, asking_site.token("ada")
    bad = {
        "team": "nobodys",
        "name": "",
        "base_url": "http://10.0.0.1/v1",
        "model": "m",
        "settings": {"concurrency": 0, "max_tokens": {"text": 0}, "extra": {"tools": []}},
    }
    answer = call(site, "post", "/endpoints", token, bad)
    assert answer.status_code == 400
    error = check(site, "post", "/endpoints", answer)["error"]
    fields = [problem["id"] for problem in error["problems"]]
    settings = ["settings.concurrency", "settings.max_tokens.text"]
    assert sorted(fields) == sorted(["team", "name", "base_url", *settings])
    assert error["n_problems"] == 5
    assert all(problem["remedy"] and problem["line"] is None for problem in error["problems"])
    one = call(site, "post", "/endpoints", token, new_endpoint(server) | {"model": ""})
    error = check(site, "post", "/endpoints", one)["error"]
    assert [(p["id"], p["message"]) for p in error["problems"]] == [("model", error["message"])]
    assert call(site, "get", "/endpoints", token).json() == {"endpoints": []}


def test_every_field_of_a_wrong_kind_a_missing_and_an_unknown_one_come_at_once(
    asking_site: Site,
) -> None:
    body = {"team": 1, "model": "m", "settings": {"concurrency": "many"}, "colour": "red"}
    answer = call(asking_site, "post", "/endpoints", asking_site.token("ada"), body)
    assert answer.status_code == 400
    error = check(asking_site, "post", "/endpoints", answer)["error"]
    assert {p["id"]: p["message"] for p in error["problems"]} == {
        "team": "The field 'team' cannot be read: expected `str`, got `int`.",
        "name": "The field 'name' is missing.",
        "base_url": "The field 'base_url' is missing.",
        "settings.concurrency": "The field 'settings.concurrency' cannot be read: "
        "expected `int`, got `str`.",
        "colour": "There is no field 'colour'.",
    }


def test_a_body_nested_too_deeply_is_refused_in_words(asking_site: Site) -> None:
    deep = '{"team": ' + "[" * 100_000
    address = f"{asking_site.url}/api/v1/endpoints"
    answer = requests.post(address, deep, headers=asking_site.token("ada"), timeout=HANG_SECONDS)
    assert answer.status_code == 400
    error = check(asking_site, "post", "/endpoints", answer)["error"]
    assert error["message"].endswith("cannot be read: it is nested too deeply.")


def test_every_problem_of_a_submission_comes_at_once_by_field(asking_site: Site) -> None:
    site, token = asking_site, asking_site.token("ada")
    form = {"benchmark": "none", "model": "nobodys", "endpoint": "none", "track": "sound"}
    answer = call(site, "post", "/submissions", token, None, **form)
    error = check(site, "post", "/submissions", answer)["error"]
    assert {p["id"] for p in error["problems"]} == {"benchmark", "model", "endpoint", "track"}
    answer = call(
        site, "post", "/submissions", token, None, benchmark="tiny", split="no", model="x"
    )
    error = check(site, "post", "/submissions", answer)["error"]
    assert {p["id"] for p in error["problems"]} == {"split", "model", "file"}
