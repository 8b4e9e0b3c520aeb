"""The command `flask check`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext

from config import Config, ConfigError
from leaderboard.host_cli.group import config
from leaderboard.host_cli.production.finding import Finding, Weight, problem
from leaderboard.host_cli.production.machine import check_machine
from leaderboard.host_cli.production.services import check_services
from leaderboard.host_cli.production.settings import check_settings

ENVIRONMENT_FILE = Path("/etc/spinebench/environment")
PROXY_FILES = (Path("/etc/caddy/Caddyfile"), Path("/etc/nginx/nginx.conf"))
_file = click.Path(path_type=Path)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
@click.option("--environment-file", type=_file, default=ENVIRONMENT_FILE, show_default=True)
@click.option(
    "--proxy-file",
    "proxy_files",
    type=_file,
    multiple=True,
    default=PROXY_FILES,
    show_default=True,
    help="Settings of nginx or Caddy; those that do not name the site do not count.",
)
@with_appcontext
def check_command(as_json: bool, environment_file: Path, proxy_files: tuple[Path, ...]) -> None:
    """Name what is missing or weak in the settings and services of a public site.

    Changes nothing. Exit status 1 if there is a problem; advice alone does not count.
    """
    try:
        found = list(_check(config(), environment_file, proxy_files))
    except ConfigError as error:
        found = [
            problem(
                line.partition(" ")[0].rstrip(":"),
                line,
                "See the table of settings in docs/hosting.md.",
            )
            for line in str(error).splitlines()
        ]
    found.sort(key=lambda one: one.weight is not Weight.PROBLEM)
    is_ready = all(one.weight is not Weight.PROBLEM for one in found)
    if as_json:
        rows = [one._asdict() for one in found]
        click.echo(json.dumps({"ready": is_ready, "findings": rows}, indent=2))
    else:
        for one in found:
            click.echo(f"{one.weight.value} {one.name}: {one.message} {one.remedy}")
        click.echo("Ready." if is_ready else "Not ready: fix the problems, and check again.")
    sys.exit(0 if is_ready else 1)


def _check(
    settings: Config, environment_file: Path, proxy_files: tuple[Path, ...]
) -> Iterator[Finding]:
    yield from check_settings(settings, os.environ)
    yield from check_services(settings)
    yield from check_machine(settings, environment_file, proxy_files)
