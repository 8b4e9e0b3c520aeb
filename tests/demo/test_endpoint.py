"""The demo's endpoints answer over HTTP: the scripted one, and the real small model."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests

from content.predictors.serving import can_serve_smollm2
from demo.endpoint import DemoEndpoint, choose_endpoint, start_endpoint
from demo.processes import Supervisor
from tests.waiting import HANG_SECONDS

QUESTION = "Which level?\n\nA. L3/L4\nB. L4/L5\n\nANSWER: X"


def ask(endpoint: DemoEndpoint, folder: Path) -> str:
    body = {"messages": [{"role": "user", "content": QUESTION}], "max_tokens": 8}
    with Supervisor(folder) as supervisor, requests.Session() as session:
        start_endpoint(supervisor, endpoint, os.environ)
        session.trust_env = False
        answer = session.post(
            f"{endpoint.base_url}/chat/completions", json=body, timeout=HANG_SECONDS
        )
    assert answer.status_code == 200
    text: str = answer.json()["choices"][0]["message"]["content"]
    return text


def test_the_scripted_endpoint_says_that_it_is_no_model(tmp_path: Path) -> None:
    endpoint = choose_endpoint(takes_model=False)
    assert not endpoint.is_real
    assert "no model" in endpoint.words
    assert "no model" in ask(endpoint, tmp_path)


@pytest.mark.skipif(not can_serve_smollm2(), reason="`make small-model` installs it")
def test_the_small_model_is_taken_where_it_is_installed_and_writes_something(
    tmp_path: Path,
) -> None:
    endpoint = choose_endpoint(takes_model=True)
    assert endpoint.is_real
    assert ask(endpoint, tmp_path).strip()
