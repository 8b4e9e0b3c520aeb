"""The demo from nothing to a ranked page, in order."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Any

from rich.console import Console
from rich.text import Text

from demo.calibration import calibrate, find_constructed
from demo.commands import Commands, Step
from demo.display import make_table
from demo.endpoint import DemoEndpoint, choose_endpoint, start_endpoint, submit_endpoint
from demo.host import BENCHMARK, EMAIL, SPLIT, Bundled, find_bundled, prepare
from demo.participant import Submission, show_progress, submit, wait_until_done
from demo.processes import Supervisor
from demo.redis_server import start_redis
from demo.services import HOST, open_port, start_services
from demo.settings import ROOT, Settings, make_environ
from demo.state import Secrets, get_secrets, lock_folder, write_private

QUOTA_SUBMISSIONS = 30
"""A week's submissions of the demo's account: its set-up uses ten."""


def run(settings: Settings, environ: Mapping[str, str], console: Console) -> int:
    """Run the whole demo; the exit status: 0 only if every submission was scored.

    Unless `settings.exits`, it keeps the page up until Ctrl-C. However it ends, it leaves no
    process behind.
    """
    with ExitStack() as stack:
        stack.enter_context(lock_folder(settings.folder))
        kept, bundled = get_secrets(settings.folder), [*find_bundled(), *find_constructed()]
        endpoint = choose_endpoint(takes_model=settings.takes_model)
        redis_url = _get_redis_url(settings, stack, console)
        listener = stack.enter_context(open_port(settings.port))
        base_url = f"http://{HOST}:{listener.getsockname()[1]}"
        site = {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": kept.secret_key,
            "BASE_URL": base_url,
            "ENDPOINT_KEYS": kept.endpoint_key,
            "BUNDLE_KEYS": kept.bundle_key,
            "APPROVE_TEAMS": "0",
            "QUOTA_SUBMISSIONS": str(QUOTA_SUBMISSIONS),
            "REQUIRE_SECOND_FACTOR": "0",
            "ENDPOINT_ALLOWED_ADDRESSES": endpoint.place,
        }
        _write_variables(settings.folder / "host.env", FLASK_APP="leaderboard.app", **site)
        ours = make_environ(
            environ,
            SPINEBENCH_URL=base_url,
            SPINEBENCH_CONFIG_DIR=str(settings.folder / "command"),
            **site,
        )
        commands = Commands(ours)
        commands.run_host([Step(("db", "upgrade"))])
        console.print("The database has been migrated.")
        supervisor = stack.enter_context(Supervisor(settings.folder / "logs"))
        # They take seconds to load: the host's part goes on meanwhile.
        wait_for_web = start_services(supervisor, listener, ours)
        console.print("The web server, the workers and the reconciler are starting.")
        start_endpoint(supervisor, endpoint, ours)
        console.print(f"A model endpoint is running: {endpoint.words}.", soft_wrap=True)
        token = prepare(
            commands, bundled, settings.folder, say=console.print, wait_for_web=wait_for_web
        )
        wait_for_web()
        console.print(f"Everything is running: {base_url}", soft_wrap=True)
        commands = _sign_in(commands, settings.folder, token)
        states = _submit_all(commands, bundled, endpoint, supervisor, console)
        _calibrate(commands, states, supervisor, console)
        n_failed = _show_results(commands, states, console)
        if not settings.exits:
            _show_address(commands, settings, kept, console)
            _stay(supervisor, console)
        return 1 if n_failed else 0


def _get_redis_url(settings: Settings, stack: ExitStack, console: Console) -> str:
    if settings.redis_url is not None:
        console.print("Redis is the one in REDIS_URL.")
        return settings.redis_url
    server = stack.enter_context(start_redis(settings.folder / "redis"))
    console.print("An embedded Redis server is running.")
    return server.url


def _sign_in(commands: Commands, folder: Path, token: str) -> Commands:
    """The commands with the token, which is left in `folder` for the user's own shell too."""
    url = commands.environ["SPINEBENCH_URL"]
    _write_variables(folder / "participant.env", SPINEBENCH_URL=url, SPINEBENCH_TOKEN=token)
    return replace(commands, environ={**commands.environ, "SPINEBENCH_TOKEN": token})


def _write_variables(place: Path, **variables: str) -> None:
    """A private file that sets the variables in the shell that reads it."""
    lines = [f"export {name}={quote(text)}\n" for name, text in variables.items()]
    write_private(place, "".join(lines))


def _submit_all(
    commands: Commands,
    bundled: Sequence[Bundled],
    endpoint: DemoEndpoint,
    supervisor: Supervisor,
    console: Console,
) -> Sequence[Submission]:
    models: dict[str, str] = {}
    for one in bundled:
        submission_id, is_new = submit(commands, one)
        models[submission_id] = one.model
        words = "submitted" if is_new else "was submitted in an earlier run"
        console.print(f"{one.model} {words}.", soft_wrap=True)
    submission_id, is_new = submit_endpoint(commands, endpoint)
    models[submission_id] = endpoint.name
    words = "submitted, to be asked" if is_new else "was asked in an earlier run"
    console.print(f"{endpoint.name} {words}.", soft_wrap=True)
    with show_progress(console, models) as report:
        states = wait_until_done(
            commands.environ["SPINEBENCH_URL"],
            commands.environ["SPINEBENCH_TOKEN"],
            list(models),
            check=supervisor.check,
            report=report,
        )
    return list(states.values())


def _calibrate(
    commands: Commands, states: Sequence[Submission], supervisor: Supervisor, console: Console
) -> None:
    """Calibrate report scores by constructed labels, where every submission is scored."""
    if all(state["status"] == "scored" for state in states):
        is_new = calibrate(commands, check=supervisor.check)
        words = "are calibrated" if is_new else "were calibrated in an earlier run"
        console.print(
            f"Report scores {words} to constructed ratings, which were not given by experts.",
            soft_wrap=True,
        )


def _show_results(commands: Commands, states: Sequence[Submission], console: Console) -> int:
    """Print the table and every failure; how many submissions were not scored."""
    ranking: Any = commands.run_participant(
        "rankings", BENCHMARK, "--split", SPLIT, "--json"
    ).read_json()
    console.print()
    console.print(make_table(ranking))
    unscored = [state for state in states if state["status"] != "scored"]
    for state in unscored:
        failure = state["failure"] or {"message": state["status"], "remedy": ""}
        console.print(
            f"Not scored: {state['model']}: {failure['message']} {failure['remedy']}",
            style="red",
            soft_wrap=True,
        )
    console.print(f"{len(states) - len(unscored)} of {len(states)} submissions have been scored.")
    return len(unscored)


def _show_address(commands: Commands, settings: Settings, kept: Secrets, console: Console) -> None:
    folder = settings.folder
    shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    for name, value in (
        ("Page", commands.environ["BASE_URL"]),
        ("Sign in", f"{EMAIL} with the password {kept.password}"),
        ("Host", f"{commands.environ['BASE_URL']}/admin, with the same account"),
        ("Off", "teams need no host's approval here: APPROVE_TEAMS=0"),
        ("More", f"{QUOTA_SUBMISSIONS} submissions a week, so that you can send your own"),
        ("Off", "no mail is sent: the account's address was confirmed by set-up (SMTP_URL)"),
        ("Off", "the host needs no second factor here: REQUIRE_SECOND_FACTOR=0"),
        ("Off", "passkeys: browsers offer them on https or localhost, not at an IP address"),
        ("Command", f". {shown}/participant.env && .venv/bin/spinebench whoami"),
        ("", f". {shown}/host.env && .venv/bin/flask benchmark list, as the host"),
        ("Logs", f"{shown}/logs"),
        ("Stop", "Ctrl-C; `make demo` picks up from here"),
    ):
        console.print(Text.assemble((f"{name:<9}", "bold"), value), soft_wrap=True)


def _stay(supervisor: Supervisor, console: Console) -> None:
    with suppress(KeyboardInterrupt):
        while True:
            supervisor.check()
            time.sleep(1)
    console.print("\nStopping.")
