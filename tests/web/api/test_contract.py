"""What guards an operation is in the OpenAPI document with the statuses that come of it."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from leaderboard.models.team import Scope
from tests.site import Site, Visitor
from tests.web.api.test_api import check, make_file
from tests.web.rights.forms import ENDPOINT

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OTHER = {"read": Scope.SUBMIT, "submit": Scope.READ}


class Declared(NamedTuple):
    """An operation of the document."""

    method: str
    path: str
    facts: dict[str, Any]

    @property
    def scopes(self) -> list[str]:
        return [scope for one in self.facts["security"] for scope in one["token"]]

    @property
    def body(self) -> str:
        return next(iter(self.facts.get("requestBody", {"content": {}})["content"]), "")


def read_operations(site: Site) -> Iterator[Declared]:
    paths = site.get("/api/v1/openapi.json").json()["paths"]
    for path, of in paths.items():
        for method, facts in of.items():
            yield Declared(method, path, facts)


def ask(site: Site, one: Declared, token: dict[str, str], **content: Any) -> int:
    """The status of an address with names that nothing has; it must be documented."""
    path = one.path
    for parameter in one.facts["parameters"]:
        path = path.replace(f"{{{parameter['name']}}}", "nothing-of-that-name")
    with Visitor(site.url) as visitor:
        answer = visitor.request(one.method, f"/api/v1{path}", headers=token, **content)
    assert str(answer.status_code) in one.facts["responses"], one
    return answer.status_code


def test_an_operation_with_a_scope_answers_401_without_a_token_and_403_without_the_scope(
    site: Site,
) -> None:
    tokens = {scope: site.token("ada", other) for scope, other in OTHER.items()}
    guarded = [one for one in read_operations(site) if one.scopes]
    assert len(guarded) >= 14
    for one in guarded:
        assert ask(site, one, {}) == 401
        assert [ask(site, one, tokens[scope]) for scope in one.scopes] == [403]


def test_an_operation_with_a_name_in_its_address_answers_404_where_nothing_has_it(
    site: Site,
) -> None:
    token = site.token("ada")
    named = [one for one in read_operations(site) if "{" in one.path]
    assert len(named) >= 14
    for one in named:
        assert ask(site, one, token, json={} if "json" in one.body else None) == 404


def test_an_operation_with_a_body_answers_400_and_413_where_that_is_not_to_be_used(
    site: Site,
) -> None:
    token = site.token("ada")
    with_body = [one for one in read_operations(site) if one.body]
    assert len(with_body) == 7
    for one in with_body:
        if "json" in one.body:
            assert ask(site, one, token, data=b'{"team": ') == 400
            assert ask(site, one, token, data=b'"' + b"x" * 400_000 + b'"') == 413
        else:
            form = {"benchmark": "tiny"}
            assert ask(site, one, token, data=form) == 400
            assert ask(site, one, token, files={"file": ("x", b"x" * 400_000)}, data=form) == 413
            form["model"] = "model-a"
            assert ask(site, one, token, files={"file": ("x", b"x")}, data=form) == 422


def test_a_used_up_quota_is_429_and_says_when_the_team_may_go_on(site: Site) -> None:
    token = site.token("ada")
    sent = [site.submit(token, make_file(report=f"Report {n}.")) for n in range(11)]
    assert [answer.status_code for answer in sent] == [201] * 10 + [429]
    refused = check(site, "post", "/submissions", sent[-1])["error"]
    (quota,) = site.get("/api/v1/me", token).json()["quotas"]
    assert refused["code"] == "quota_used"
    assert refused["next_at"][:19] == quota["next_at"][:19]


@pytest.mark.parametrize("depth", [60, 300, 900, 1_100, 20_000])
def test_deep_json_is_refused_in_words_wherever_json_comes_in(site: Site, depth: int) -> None:
    token = site.token("ada")
    for deep in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        body = json.dumps(
            {**ENDPOINT, "team": "team-a", "settings": {"extra": {"reasoning": "DEEP"}}}
        )
        known = body.replace('"DEEP"', deep)
        with Visitor(site.url) as visitor:
            made = visitor.post("/api/v1/endpoints", headers=token, data=known.encode())
        assert made.status_code == 400, made.text
        error = made.json()["error"]
        assert "nested too deeply" in error["message"]
        for one in read_operations(site):
            if "json" in one.body:
                for name in ("settings", "more", "team", "name"):
                    for body in (deep, f'{{"{name}": {deep}}}'):
                        assert ask(site, one, token, data=body.encode()) == 400


def test_a_body_of_json_is_limited_beyond_what_a_file_may_be(site: Site) -> None:
    token = site.token("ada")
    raw = b'{"team": "' + b"x" * 270_000 + b'"}'
    with Visitor(site.url) as visitor:
        answer = visitor.post("/api/v1/endpoints", headers=token, data=raw)
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The JSON is longer than 256 KiB."


LIMITED = {
    ("post", "/submissions"),
    ("post", "/validations"),
    ("get", "/comparisons/{slug}/{split}"),
    ("get", "/submissions/{key}/bundle"),
}


def test_no_answer_but_those_that_are_named_is_promised(site: Site) -> None:
    for one in read_operations(site):
        statuses = set(one.facts["responses"])
        assert "default" not in statuses
        assert "500" in statuses
        assert len([status for status in statuses if status < "300"]) == 1
        assert ("429" in statuses) == ((one.method, one.path) in LIMITED)


def test_shapes_have_names_of_their_own_and_words(site: Site) -> None:
    document = site.get("/api/v1/openapi.json").json()
    for name, schema in document["components"]["schemas"].items():
        assert schema["title"] == name
        assert schema["description"]
        assert "\n    " not in schema["description"], "an indented text is read as code"
