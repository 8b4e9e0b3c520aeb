"""The command `spinebench`: its table of contents, and how errors become an exit status."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Sequence

import click

from spinebench.commands.account import login, logout, whoami
from spinebench.commands.benchmarks import benchmarks, download
from spinebench.commands.converting import convert
from spinebench.commands.endpoints import endpoints
from spinebench.commands.exports import export
from spinebench.commands.models import models
from spinebench.commands.objections import objection
from spinebench.commands.predictions import submit, validate
from spinebench.commands.proofs import bundle, verify
from spinebench.commands.rankings import rankings
from spinebench.commands.submissions import cancel, choose, results, status
from spinebench.errors import ExitCode, InterruptedByUserError, SpinebenchError, UsageError
from spinebench.invocation import Invocation
from spinebench.options import Group


@click.group(
    cls=Group,
    name="spinebench",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="spinebench", message="spinebench %(version)s")
def cli() -> None:
    """Take part in a SpineBench-style leaderboard.

    \b
    Start here:
      spinebench login
      spinebench download --unzip
      spinebench validate predictions.jsonl
      spinebench models create --help
      spinebench submit predictions.jsonl --model MODEL --watch
    """


for _command in (
    login,
    logout,
    whoami,
    benchmarks,
    download,
    models,
    validate,
    convert,
    submit,
    endpoints,
    status,
    results,
    cancel,
    choose,
    bundle,
    verify,
    objection,
    rankings,
    export,
):
    cli.add_command(_command)


def run(arguments: Sequence[str], invocation: Invocation) -> int:
    """Runs one command line and returns its exit status; every error has been shown."""
    # Known before the line is parsed, so that a mistake in the line is JSON as well.
    invocation.terminal.as_json = "--json" in arguments
    try:
        code = cli.main(list(arguments), "spinebench", obj=invocation, standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.OK
    except SpinebenchError as error:
        failure = error
    except click.UsageError as error:
        failure = _usage_error(error)
    except click.ClickException as error:
        failure = UsageError(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        failure = InterruptedByUserError("Interrupted.")
    except Exception as error:
        if invocation.environ.get("SPINEBENCH_DEBUG"):
            traceback.print_exc()
        failure = _unexpected_error(error)
    invocation.terminal.fail(failure)
    return failure.exit_code


def _usage_error(error: click.UsageError) -> UsageError:
    path = error.ctx.command_path if error.ctx is not None else "spinebench"
    return UsageError(error.format_message(), remedy=f"See `{path} --help`.")


def _unexpected_error(error: Exception) -> SpinebenchError:
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return SpinebenchError(f"{place}{error.strerror}.")
    return SpinebenchError(
        f"{type(error).__name__}, which should not happen.",
        remedy="Please report it, with what SPINEBENCH_DEBUG=1 in the environment prints.",
    )


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal without Unicode shows a question mark rather than nothing at all.
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:], Invocation(environ=os.environ, sleep=time.sleep)))
