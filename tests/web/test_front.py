"""What everybody sees is answered again without a view, until anything is committed."""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from demo.settings import ROOT
from leaderboard.db import CommitMark, Sessions
from leaderboard.web.api import openapi
from leaderboard.web.front import SAME_FOR_ALL, Front
from leaderboard.web.query import KNOWN
from leaderboard.web.store import ENTRY_BYTES, Store
from spinebench.shapes.shape import Shape
from tests.site import Site
from tests.web.api.test_api import make_file

NEVER_KEPT = {"token", "code", "state", "iss", "error", "session_state"}
"""What pages of one's own account read, and their like."""
TAG = 'W/"one"'
MEGABYTE = 1_000_000
Answer = tuple[str, dict[str, str], bytes]


def list_shapes(kind: type[Shape]) -> list[type[Shape]]:
    """Every shape of the API below `kind`."""
    below = [one for child in kind.__subclasses__() for one in list_shapes(child)]
    return [*kind.__subclasses__(), *below]


class Inner:
    """An application that counts its calls and answers with the number of the call."""

    def __init__(self, headers: dict[str, str] | None = None, *, same_for_all: bool = True) -> None:
        self.n_calls = 0
        self.same_for_all = same_for_all
        self.headers = headers or {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.n_calls += 1
        if self.same_for_all:
            environ[SAME_FOR_ALL] = True
        headers = {"Content-Length": "1", "ETag": TAG, **self.headers}
        is_known = environ.get("HTTP_IF_NONE_MATCH") == TAG
        start_response("304 NOT MODIFIED" if is_known else "200 OK", list(headers.items()))
        return [] if is_known else [str(self.n_calls).encode()]


def ask(front: Front, path: str = "/", **environ: str) -> Answer:
    given: list[tuple[str, dict[str, str]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], *rest: object
    ) -> Callable[[bytes], object]:
        given.append((status, dict(headers)))
        return bytes

    request = {"REQUEST_METHOD": "GET", "PATH_INFO": path, **environ}
    body = b"".join(front(request, start_response))
    return *given[0], body


def test_the_same_address_is_answered_again_until_something_is_committed() -> None:
    marks, inner = ["a"], Inner()
    front = Front(inner, lambda: marks[-1], Store(MEGABYTE))
    assert [ask(front)[2] for _ in range(3)] == [b"1"] * 3
    assert ask(front, "/other")[2] == b"2"
    assert ask(front, QUERY_STRING="board=text")[2] == b"3"
    assert ask(front, HTTP_ACCEPT_ENCODING="gzip")[2] == b"4"
    marks.append("b")
    assert ask(front)[2] == b"5"
    assert ask(front)[2] == b"5"


def test_readers_who_take_the_same_encodings_share_an_answer() -> None:
    front = Front(Inner(), lambda: "a", Store(MEGABYTE))
    for encodings in ("gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "*"):
        assert ask(front, HTTP_ACCEPT_ENCODING=encodings)[2] == b"1"
    for encodings in ("", "br", "gzip;q=0, br", "identity"):
        assert ask(front, HTTP_ACCEPT_ENCODING=encodings)[2] == b"2"


def test_what_is_kept_has_a_bound_in_bytes_and_what_was_asked_for_last_stays() -> None:
    store = Store(10 * (ENTRY_BYTES + 1_000))
    for number in range(100):
        store.keep(number, f"value {number}", 990)
        assert store.n_bytes <= 10 * (ENTRY_BYTES + 1_000)
        assert store.find(0) == "value 0"
    assert [number for number in range(100) if store.find(number)] == [0, *range(91, 100)]
    store.keep(99, "too large", 1_000_000)
    assert store.find(99) is None
    assert store.find(98) == "value 98"


def test_addresses_that_somebody_makes_up_do_not_fill_the_memory() -> None:
    store = Store(MEGABYTE)
    front = Front(Inner(), lambda: "a", store)
    for number in range(2_000):
        ask(front, QUERY_STRING=f"q={number}" + "x" * 500)
    assert 0.9 * MEGABYTE < store.n_bytes <= MEGABYTE


def test_addresses_with_a_query_push_out_none_without_one() -> None:
    inner, store = Inner(), Store(MEGABYTE)
    front = Front(inner, lambda: "a", store)
    plain = [f"/models/{number}" for number in range(200)]
    kept = [ask(front, path)[2] for path in plain]
    assert 0.3 * MEGABYTE < store.n_bytes < 0.5 * MEGABYTE
    for number in range(2_000):
        ask(front, QUERY_STRING=f"q={number}" + "x" * 500)
    n_calls = inner.n_calls
    assert [ask(front, path)[2] for path in plain] == kept
    assert inner.n_calls == n_calls
    assert store.n_bytes <= MEGABYTE


def test_either_kind_of_address_gets_its_half_back_and_what_the_other_leaves() -> None:
    size = ENTRY_BYTES + 1_000
    store = Store(10 * size)
    for has_query in (False, True, False):
        for number in range(20):
            name = f"{has_query} {number}"
            store.keep(name, name, 1_000 - len(repr(name)), has_query=has_query)
            assert store.n_bytes <= 10 * size
    found = [
        [n for n in range(20) if store.find(f"{has_query} {n}")] for has_query in (False, True)
    ]
    assert found == [list(range(15, 20)), list(range(15, 20))]
    store.keep("large", "large", 8 * size, has_query=True)
    assert store.find("large") is None
    assert store.find("False 19") == "False 19"


def test_who_has_the_page_gets_304_also_after_it_was_looked_at_anew() -> None:
    marks, inner = ["a"], Inner()
    front = Front(inner, lambda: marks[-1], Store(MEGABYTE))
    ask(front)
    status, headers, body = ask(front, HTTP_IF_NONE_MATCH=TAG)
    assert (status[:3], body, inner.n_calls) == ("304", b"", 1)
    assert headers == {"ETag": TAG}
    marks.append("b")
    assert ask(front, HTTP_IF_NONE_MATCH=TAG)[0][:3] == "304"
    assert ask(front, HTTP_IF_NONE_MATCH=TAG)[0][:3] == "304"
    assert inner.n_calls == 2
    assert ask(front, HTTP_IF_NONE_MATCH='W/"old"')[0][:3] == "200"


@pytest.mark.parametrize(
    "inner",
    [
        Inner(same_for_all=False),
        Inner({"Set-Cookie": "spinebench=1"}),
        Inner({"Vary": "Cookie"}),
    ],
)
def test_what_is_not_everybodys_is_never_kept(inner: Inner) -> None:
    front = Front(inner, lambda: "a", Store(MEGABYTE))
    assert [ask(front)[2] for _ in range(2)] == [b"1", b"2"]


def test_nothing_is_kept_while_the_database_cannot_say_or_for_other_methods() -> None:
    front = Front(Inner(), lambda: None, Store(MEGABYTE))
    assert [ask(front)[2] for _ in range(2)] == [b"1", b"2"]
    front = Front(Inner(), lambda: "a", Store(MEGABYTE))
    assert [ask(front, REQUEST_METHOD="POST")[2] for _ in range(2)] == [b"1", b"2"]


def test_the_mark_changes_with_every_commit_and_with_nothing_else(sessions: Sessions) -> None:
    mark = CommitMark(sessions.engine)
    before = mark.read()
    with sessions.read() as session:
        session.execute(text("SELECT count(*) FROM users"))
    assert mark.read() == before is not None
    for _ in range(2):
        with sessions.write() as session:
            session.execute(
                text(
                    "INSERT INTO audit_entries (at, actor, action, subject, note) VALUES "
                    "('2026-01-01 00:00:00+00', 'a', 'b', 'c', '')"
                )
            )
        after = mark.read()
        assert after != before
        before = after
    assert mark.read() == before


@pytest.mark.one_database
def test_the_first_page_after_a_new_ranking_shows_it(site: Site) -> None:
    for _ in range(2):
        first = site.get("/")
    assert "Model-A" not in first.text
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    second = site.get("/", {"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, "Model-A" in second.text) == (200, True)
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    third = site.get("/", {"If-None-Match": second.headers["ETag"]})
    assert (third.status_code, third.headers["ETag"]) == (304, second.headers["ETag"])


@pytest.mark.one_database
def test_the_address_of_a_static_file_names_its_content_whenever_it_was_written(site: Site) -> None:
    found = re.findall(r'"(/static/[^"?]+)\?v=([0-9a-f]+)"', site.get("/").text)
    assert len(found) > 1
    for path, version in found:
        assert hashlib.sha256(site.get(path).content).hexdigest().startswith(version)
        assert len(version) >= 12


@pytest.mark.one_database
def test_parameters_that_no_page_reads_neither_miss_what_is_kept_nor_add_to_it(site: Site) -> None:
    inner, store = Inner(), Store(MEGABYTE)
    front = Front(inner, lambda: "a", store)
    assert ask(front, QUERY_STRING="board=text")[2] == b"1"
    size = store.n_bytes
    for n in range(50):
        assert ask(front, QUERY_STRING=f"x={n}&board=text&utm_source=y&%62ack{n}=")[2] == b"1"
    assert ask(front, QUERY_STRING="x=1&board=text", HTTP_IF_NONE_MATCH=TAG)[0][:3] == "304"
    assert (inner.n_calls, store.n_bytes) == (1, size)
    plain = site.get("/?benchmark=tiny")
    assert site.get("/?x=1&benchmark=tiny").headers["ETag"] == plain.headers["ETag"]
    known = {"If-None-Match": plain.headers["ETag"]}
    assert site.get("/?benchmark=tiny&x=2", headers=known).status_code == 304


def test_every_parameter_that_code_reads_is_known_to_what_is_kept() -> None:
    sources = {path: path.read_text() for path in (ROOT / "leaderboard").rglob("*.py")}
    named: set[str] = set()
    for path, source in sources.items():
        named |= set(re.findall(r'request\.args\.(?:get|getlist)\(\s*"(\w+)"', source))
        named |= set(re.findall(r'"(\w+)" in request\.args', source))
        if path.parent.name == "rankings":
            named |= set(re.findall(r'values(?:\.get\()?,? ?"(\w+)"', source))
    openapi.install(Flask("only the api"))
    for shape in list_shapes(Shape):
        if shape.__name__.endswith("Query"):
            named |= set(shape.__struct_fields__)
    assert "benchmark" in named
    assert "direction" in named
    assert named - KNOWN <= NEVER_KEPT
