"""Model cards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.answers import ME, MODEL
from tests.cli.api_server import Answer, ApiServer, refusal
from tests.cli.conftest import Spinebench


def test_models_lists_the_cards(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/models", {"models": [MODEL]})
    outcome = spinebench("models")
    assert outcome.out.splitlines()[-1].split() == [
        *("my-vlm", "My", "VLM", "north", "Lab", "North", "7", "open", "Apache-2.0"),
        "Other-7B",
    ]
    assert spinebench("models", "--json").json == {"models": [MODEL]}


def test_a_card_is_changed_fact_by_fact_and_an_empty_one_is_taken_away(
    server: ApiServer, spinebench: Spinebench
) -> None:
    variant = {**MODEL, "base": "my-base", "variant": "spine only"}
    server.on("PATCH", "/models/my-vlm", variant)
    outcome = spinebench(
        *("models", "change", "my-vlm", "--base", "my-base", "--variant", "spine only"),
        *("--base-model", ""),
    )
    assert outcome.out.strip() == "Changed the model card of My VLM."
    assert json.loads(server.asked("PATCH", "/models/my-vlm")[0].body) == {
        "base": "my-base",
        "variant": "spine only",
        "base_model": None,
    }
    server.on("GET", "/models", {"models": [variant]})
    assert "my-base: spine only" in spinebench("models").out
    assert spinebench("models", "change", "my-vlm").code == 2


def test_without_a_card_the_way_to_one_is_shown(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/models", {"models": []})
    assert "spinebench models create" in spinebench("models").err


def test_a_card_needs_three_facts_and_the_rest_is_worked_out(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", ME)
    server.on("POST", "/models", Answer(201, MODEL))
    outcome = spinebench(
        *("models", "create", "--name", "Mÿ VLM (7B)", "--organisation", "Lab North"),
        *("--open-weights", "--parameters-billion", "7", "--link", "https://example.org/vlm"),
    )
    assert outcome.code == 0
    assert json.loads(server.asked("POST", "/models")[0].body) == {
        "team": "north",
        "slug": "my-vlm-7b",
        "name": "Mÿ VLM (7B)",
        "organisation": "Lab North",
        "open_weights": True,
        "parameters_billion": 7.0,
        "url": "https://example.org/vlm",
    }
    assert "--model my-vlm" in outcome.err


def test_a_card_can_come_from_a_file_and_options_go_before_it(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    file = tmp_path / "card.json"
    card = {"team": "south", "slug": "v", "name": "V", "organisation": "L", "open_weights": False}
    file.write_text(json.dumps(card), encoding="utf-8")
    server.on("POST", "/models", Answer(201, MODEL))
    outcome = spinebench("models", "create", "--file", str(file), "--name", "Vee", "--json")
    assert outcome.json == MODEL
    assert json.loads(server.asked("POST", "/models")[0].body) == {**card, "name": "Vee"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "one JSON object"),
        ("{", "not JSON"),
        ("{}", "--name, --organisation, --open-weights"),
    ],
)
def test_a_card_that_cannot_do_is_not_sent(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "card.json"
    file.write_text(content, encoding="utf-8")
    outcome = spinebench("models", "create", "--file", str(file))
    assert outcome.code == 2
    assert said in outcome.err
    assert server.requests == []


def test_the_servers_objection_to_a_card_is_a_mistake_in_the_command(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", ME)
    server.on("POST", "/models", refusal(400, "invalid_request", "No such licence."))
    outcome = spinebench("models", "create", "--name", "V", "--organisation", "L", "--open-weights")
    assert outcome.code == 2
    assert "No such licence." in outcome.err


def test_among_several_teams_none_is_guessed(server: ApiServer, spinebench: Spinebench) -> None:
    teams = [{"slug": "north", "name": "N"}, {"slug": "south", "name": "S"}]
    server.on("GET", "/me", {**ME, "teams": teams}, {**ME, "teams": []})
    create = ("models", "create", "--name", "V", "--organisation", "L", "--open-weights")
    assert "north, south" in spinebench(*create).err
    outcome = spinebench(*create)
    assert outcome.code == 2
    assert f"{server.url}/account" in outcome.err


def test_every_field_that_the_server_refuses_is_named(
    server: ApiServer, spinebench: Spinebench
) -> None:
    problem = {"line": None, "id": "url", "message": "The link is wrong.", "remedy": "Fix it."}
    other = {"line": None, "id": "licence", "message": "It is too long.", "remedy": "Shorten it."}
    one = refusal(400, "invalid_request", "The link is wrong.", "Fix it.", problems=[problem])
    two = refusal(400, "invalid_request", "2 fields.", problems=[problem, other], n_problems=2)
    server.on("PATCH", "/models/my-vlm", one, two)
    change = ("models", "change", "my-vlm", "--licence", "x")
    alone = spinebench(*change)
    assert (alone.out, alone.err) == ("", "Error: The link is wrong.\nFix it.\n")
    table = spinebench(*change).out.splitlines()
    assert table[0] == "2 problems"
    assert table[1].split() == ["id", "problem", "remedy"]
    assert table[-1].split() == ["licence", *"It is too long.".split(), "Shorten", "it."]
