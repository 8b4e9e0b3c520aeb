"""The options every command understands, before or after its name."""

from __future__ import annotations

import re
from typing import Any

import click

from spinebench.errors import EXIT_CODE_MEANINGS
from spinebench.invocation import Invocation

pass_invocation = click.make_pass_decorator(Invocation)


class SharedOption(click.Option):
    """An option that is kept in the Invocation, wherever on the line it stands."""

    def __init__(self, *names: str, **attributes: Any) -> None:
        super().__init__(list(names), expose_value=False, callback=_keep, **attributes)


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    invocation = ctx.find_object(Invocation)
    if invocation is None or not value:
        return
    if option.name == "as_json":
        invocation.terminal.as_json = True
    elif option.name == "quiet":
        invocation.terminal.quiet = True
    elif option.name is not None:
        setattr(invocation, option.name, value)


def shared_options() -> list[click.Parameter]:
    """A fresh set of the shared options."""
    return [
        SharedOption(
            "--url", metavar="URL", help="The server. [env SPINEBENCH_URL, else your sign-in]"
        ),
        SharedOption(
            "--token",
            metavar="TOKEN",
            help="Your token. [env SPINEBENCH_TOKEN, else your sign-in]",
        ),
        SharedOption("--insecure", is_flag=True, help="Send the token even without encryption."),
        SharedOption(
            "--json", "as_json", is_flag=True, help="Print the server's JSON, including for errors."
        ),
        SharedOption("-q", "--quiet", is_flag=True, help="No notes, no progress bars."),
    ]


class _SharesOptions(click.Command):
    """Adds the shared options, in a section of their own in the help."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.params.extend(shared_options())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx)
            if record is not None:
                (shared if isinstance(option, SharedOption) else own).append(record)
        for title, records in (("Options", own), ("Options of every command", shared)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Command(_SharesOptions):
    """A command with the shared options."""


class Group(_SharesOptions, click.Group):
    """Commands in the order they were written, with the shared options and the exit codes."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit status"):
            formatter.write_dl(
                [(str(int(code)), meaning) for code, meaning in EXIT_CODE_MEANINGS.items()]
            )


def slug(text: str) -> str:
    """A short name or number as it stands in an address; raises click.BadParameter."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        return text
    raise click.BadParameter(f"{text!r} is not a short name (letters, digits, - _ .).")


benchmark_option = click.option(
    "-b", "--benchmark", type=slug, help="Its short name. [the server's only one]"
)
split_option = click.option(
    "-s", "--split", type=slug, default="test", show_default=True, help="Part of the benchmark."
)
version_option = click.option(
    "--version",
    type=slug,
    help="The benchmark's version that the file answers; refused unless it is the newest.",
)
