"""The host's commands without a server: a laptop with none of its settings prepares a package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.cli import cli

from config import Config
from leaderboard.models.benchmark import Track
from leaderboard.packages.starting import write_start

ROOT = Path(__file__).resolve().parent.parent
FLASK = ("--app", "leaderboard.app")


def test_a_package_is_checked_in_an_empty_environment(tmp_path: Path) -> None:
    write_start(tmp_path / "package", [Track.TEXT, Track.IMAGE], "Laptop", "CC-BY-4.0")
    done = subprocess.run(
        [sys.executable, "-m", "flask", *FLASK, "benchmark", "check", str(tmp_path / "package")],
        env={"PATH": os.defpath},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("No problems.\n")


@pytest.mark.parametrize("command", [("benchmark", "list"), ("routes",)])
def test_what_needs_a_server_names_the_settings_that_are_missing(command: tuple[str, ...]) -> None:
    missing: dict[str, str | None] = {
        str(field.alias): None for field in Config.model_fields.values() if field.is_required()
    }
    done = CliRunner(env=missing).invoke(cli, [*FLASK, *command])
    assert done.exit_code != 0
    said = done.output + str(done.exception)
    assert all(f"{name} is not set." in said for name in missing)
    assert len(missing) == 3
