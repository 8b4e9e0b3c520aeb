"""The list of the host's commands."""

from __future__ import annotations

import subprocess
import sys

import click

from leaderboard.host_cli.commands import MODULES, HostCommands

STARTED = """
import sys
import leaderboard.app
print([name for name in sys.modules if name.startswith("leaderboard.host_cli.")])
print([name for name in ("pydicom", "nibabel", "gdcm", "scipy.ndimage") if name in sys.modules])
"""


def test_every_listed_command_is_found_by_its_own_name() -> None:
    commands = HostCommands()
    found = {name: commands.get_command(click.Context(commands), name) for name in MODULES}
    assert {name: one and one.name for name, one in found.items()} == {n: n for n in MODULES}
    assert commands.get_command(click.Context(commands), "nothing") is None


def test_a_site_starts_without_the_commands_and_without_readers_of_scans() -> None:
    started = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, check=True
    )
    assert started.stdout.splitlines() == ["['leaderboard.host_cli.commands']", "[]"]
