"""What every command of the host shares: its settings, its sessions, and how its errors end."""

from __future__ import annotations

import sys
from typing import cast

import click
from flask import current_app

from config import Config, ConfigError
from leaderboard.db import Sessions, make_sessions
from leaderboard.errors import InvalidFile, SpineBenchError
from leaderboard.hosting.act import Act
from leaderboard.queue import make_queue, send_nudges
from leaderboard.storage import STORAGE


class HostGroup(click.Group):
    """A group whose domain errors end with their message and remedy, and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SpineBenchError as error:
            for problem in error.problems if isinstance(error, InvalidFile) else ():
                place = ":".join(str(p) for p in (problem.path, problem.line) if p is not None)
                name = f" ({problem.id})" if problem.id else ""
                click.echo(f"{place}{name}: {problem.message} {problem.remedy}", err=True)
            click.echo(f"{error.message} {error.remedy}".strip(), err=True)
            sys.exit(1)
        except ConfigError as error:
            click.echo(error, err=True)
            sys.exit(2)


def config() -> Config:
    """The settings of the current application, or of the environment where it has none.

    Raises ConfigError.
    """
    given = cast("Config | None", current_app.config.get("SPINEBENCH_CONFIG"))
    return given or Config.from_env()


def sessions() -> Sessions:
    """The sessions of the current application's database."""
    STORAGE.use(config().storage)
    return make_sessions(config().database_url)


def finish(done: Act) -> None:
    """Have the workers do what follows a committed act, and say what was done."""
    send_nudges(make_queue(config().redis_url, config().queue_name), done.nudges)
    click.echo(done.message)
