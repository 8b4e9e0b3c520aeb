"""Objections by command."""

from __future__ import annotations

import json

from tests.cli.api_server import Answer, ApiServer
from tests.cli.conftest import Spinebench

OPEN = {
    "id": "7",
    "benchmark": "spinebench-mini",
    "version": "1.2.0",
    "split": "dev",
    "item": "dev-text-001",
    "kind": "item",
    "submission": None,
    "text": "Two options are right.",
    "at": "2026-11-24T03:14:06Z",
    "state": "open",
    "answer": None,
    "answered_at": None,
    "effect": None,
}
ANSWERED = OPEN | {
    "state": "answered",
    "answer": "It is corrected in 1.2.1.",
    "answered_at": "2026-11-25T03:14:06Z",
    "effect": "correction",
}


def test_an_objection_is_sent_with_its_text(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("POST", "/objections", Answer(201, OPEN))
    at = ("objection", "send", "dev-text-001", "-b", "spinebench-mini")
    sent = spinebench(*at, "--text", "Two options are right.", "--version", "1.2.0")
    assert sent.code == 0
    assert sent.out == "Sent as objection 7, to dev-text-001 of spinebench-mini.\n"
    assert "spinebench objection show 7" in sent.err
    assert json.loads(server.asked("POST", "/objections")[0].body) == {
        "benchmark": "spinebench-mini",
        "item": "dev-text-001",
        "text": "Two options are right.",
        "kind": "item",
        "version": "1.2.0",
    }
    assert spinebench(*at, "--text", "Two.", "-q").out == "7\n"
    assert spinebench(*at).code == 2


def test_own_objections_are_listed_and_read_with_their_answers(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/objections", {"objections": [ANSWERED]})
    server.on("GET", "/objections/7", ANSWERED)
    listed = spinebench("objection")
    assert listed.out.splitlines()[-1].split()[:2] == ["7", "dev-text-001"]
    assert listed.out.splitlines()[-1].split()[-1] == "answered"
    shown = spinebench("objection", "show", "7").out.splitlines()
    assert shown[1:] == [
        "Two options are right.",
        "Answer:",
        "It is corrected in 1.2.1.",
        "What follows: a correction, in the next version",
    ]
    assert spinebench("objection", "show", "7", "--json").json == ANSWERED


def test_on_hidden_answers_an_answer_says_nothing_of_what_follows(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/objections/7", ANSWERED | {"effect": None})
    assert "What follows" not in spinebench("objection", "show", "7").out
