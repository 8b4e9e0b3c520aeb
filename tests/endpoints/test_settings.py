"""What a team may set for its endpoint, and what is sent for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leaderboard.endpoints.engine.requests import ImagePart, ItemRequest, Message, encode_request
from leaderboard.endpoints.engine.settings import EndpointSettings, check_settings

GOOD: dict[str, Any] = {"base_url": "https://a.com/v1", "model": "m"}
QUESTION = ItemRequest("q", (Message("system", ("Be brief.",)), Message("user", ("Why?",))))


def test_usual_settings_have_no_problems() -> None:
    settings = EndpointSettings(**GOOD, key="sk-abc_DEF-123", extra={"top_p": 0.9, "stop": ["#"]})
    assert check_settings(settings) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"model": ""},
        {"model": "m\n"},
        {"key": "a b"},
        {"key": "a\r\nX-Other: b"},
        {"key": "schlüssel"},
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"max_tokens": 0},
        {"seed": -1},
        {"concurrency": 0},
        {"concurrency": 1_000},
        {"requests_per_minute": 0},
        {"timeout_seconds": 0},
        {"timeout_seconds": 10_000},
        {"extra": {"tools": []}},
        {"extra": {"n": 5}},
        {"extra": {"stream": True}},
        {"extra": {"model": "other"}},
        {"extra": {"stop": "x" * 3_000}},
    ],
)
def test_an_unusable_setting_is_a_problem_with_a_remedy(changes: dict[str, Any]) -> None:
    problems = check_settings(EndpointSettings(**GOOD | changes))
    assert len(problems) == 1
    assert problems[0].remedy


def test_all_problems_come_at_once() -> None:
    settings = EndpointSettings(**GOOD, seed=-1, concurrency=0, extra={"a": 1, "b": 2})
    assert len(check_settings(settings)) == 4


def test_a_request_holds_what_was_set_and_nothing_else() -> None:
    body = json.loads(encode_request(QUESTION, EndpointSettings(**GOOD)))
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why?"},
        ],
        "max_tokens": 2048,
        "temperature": 0.0,
    }


def test_fields_that_some_models_refuse_can_be_left_out_or_renamed() -> None:
    settings = EndpointSettings(
        **GOOD,
        temperature=None,
        seed=7,
        token_field="max_completion_tokens",
        extra={"reasoning_effort": "low"},
    )
    request = ItemRequest("q", (Message("user", ("Why?", ImagePart("data:,"))),), max_tokens=64)
    body = json.loads(encode_request(request, settings))
    assert set(body) == {"model", "messages", "max_completion_tokens", "seed", "reasoning_effort"}
    assert body["max_completion_tokens"] == 64


def test_the_same_request_is_the_same_bytes() -> None:
    settings = EndpointSettings(**GOOD)
    assert encode_request(QUESTION, settings) == encode_request(QUESTION, settings)


def test_the_key_is_not_in_the_settings_words() -> None:
    assert "secret" not in repr(EndpointSettings(**GOOD, key="secret"))
