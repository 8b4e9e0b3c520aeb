"""The help and the README say what the command does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spinebench.errors import EXIT_CODE_MEANINGS
from spinebench.main import cli
from tests.cli.conftest import Spinebench

README = Path(__file__).parents[2] / "cli" / "README.md"


def test_every_exit_status_is_in_the_help_and_in_the_readme(spinebench: Spinebench) -> None:
    outcome = spinebench("--help")
    assert outcome.code == 0
    readme = README.read_text(encoding="utf-8")
    for code, meaning in EXIT_CODE_MEANINGS.items():
        assert re.search(rf"^  {int(code)} +{re.escape(meaning)}$", outcome.out, re.MULTILINE)
        assert f"| {int(code)} | {meaning} |" in readme


def test_every_command_explains_itself_and_is_in_the_readme(spinebench: Spinebench) -> None:
    readme = README.read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        assert command.help
        outcome = spinebench(name, "--help")
        assert outcome.code == 0
        assert "--json" in outcome.out
        assert f"spinebench {name}" in readme


@pytest.mark.parametrize("arguments", [["nonsense"], ["status", "--nonsense"], ["results"]])
def test_a_mistake_in_the_command_is_status_2_also_as_json(
    spinebench: Spinebench, arguments: list[str]
) -> None:
    outcome = spinebench(*arguments)
    assert outcome.code == 2
    assert "--help" in outcome.err
    assert spinebench(*arguments, "--json").json["error"]["code"] == "usage"


def test_the_command_alone_shows_its_help(spinebench: Spinebench) -> None:
    outcome = spinebench()
    assert outcome.code in {0, 2}
    assert "spinebench login" in outcome.out + outcome.err
