"""Every command of the host, in the order of its help; each is imported when it is asked for.

A site that serves pages runs none of them, and what they import took it a second to start.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click
from flask.cli import AppGroup, FlaskGroup

MODULES = {
    "check": "production.command",
    "db": "database",
    "backup": "backups",
    "storage": "storage",
    "benchmark": "benchmarks",
    "user": "people",
    "team": "people",
    "model": "people",
    "token": "people",
    "submission": "submissions",
    "release": "releases",
    "reported": "reported",
    "bundle": "bundles",
    "campaign": "campaigns",
    "approval": "approvals",
    "evidence": "evidence",
    "item": "items",
    "key": "keys",
    "checklist": "checklists",
    "objection": "objections",
    "expert": "experts",
    "endpoint": "endpoints",
    "judge": "judges",
    "reader": "readers",
    "announcement": "moderation",
}
"""The file of each: `<name>_group` there, or `<name>_command` of one that is no group."""


class HostCommands(AppGroup):
    """The commands of an application, which imports a group when its name is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all, those of MODULES in their order."""
        return [*MODULES, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"{__package__}.{MODULES[cmd_name]}")
        found = getattr(module, f"{cmd_name}_group", None)
        return cast(click.Command, found or getattr(module, f"{cmd_name}_command"))


def are_commands_sought() -> bool:
    """Whether `flask` looks for the commands of an application; not where it runs or serves one."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)
