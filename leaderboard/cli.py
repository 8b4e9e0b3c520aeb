"""The host's commands: `python -m flask --app leaderboard.app COMMAND`."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import TextIO, cast

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from config import Config
from leaderboard.accounts.teams import add_member, change_model_card, make_model_card, make_team
from leaderboard.accounts.tokens import DEFAULT_DAYS, make_token
from leaderboard.accounts.users import find_user, register, set_password
from leaderboard.benchmarks.catalogue import get_benchmark, get_split, read_benchmarks
from leaderboard.benchmarks.files import open_package
from leaderboard.benchmarks.load import load_package
from leaderboard.benchmarks.package import package_schema
from leaderboard.benchmarks.read import Package, read_package
from leaderboard.db import Sessions, make_sessions
from leaderboard.errors import InvalidFile, SpineBenchError
from leaderboard.evaluation.claim import nudge_waiting, requeue_submission
from leaderboard.migrate import downgrade, upgrade
from leaderboard.models.team import ModelCard, Scope, Team, User
from leaderboard.queue import make_queue


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


def config() -> Config:
    """The settings of the current application."""
    return cast(Config, current_app.config["SPINEBENCH_CONFIG"])


def sessions() -> Sessions:
    """The sessions of the current application's database."""
    return make_sessions(config().database_url)


@click.group("db", cls=HostGroup)
def db_group() -> None:
    """The database's schema."""


@db_group.command("upgrade")
@click.option("--revision", default="head", show_default=True)
@with_appcontext
def upgrade_command(revision: str) -> None:
    """Migrate the database up."""
    upgrade(config().database_url, revision)
    click.echo("The database is up to date.")


@db_group.command("downgrade")
@click.argument("revision")
@with_appcontext
def downgrade_command(revision: str) -> None:
    """Migrate the database down to REVISION ("base": to nothing). Data of later tables is lost."""
    downgrade(config().database_url, revision)
    click.echo(f"The database is at {revision}.")


@click.group("benchmark", cls=HostGroup)
def benchmark_group() -> None:
    """Benchmark packages."""


@benchmark_group.command("check")
@click.argument("place", type=click.Path(path_type=Path))
def check_command(place: Path) -> None:
    """Read the package (folder or zip) at PLACE and print every problem."""
    _echo_package(read_package(open_package(place)))
    click.echo("No problems.")


@benchmark_group.command("load")
@click.argument("place", type=click.Path(path_type=Path))
@with_appcontext
def load_command(place: Path) -> None:
    """Publish the package (folder or zip) at PLACE; the same content again changes nothing."""
    package = read_package(open_package(place))
    with sessions().write() as session:
        loaded = load_package(session, package)
        done = "published" if loaded.is_new else "is published already"
        click.echo(f"{loaded.benchmark.slug} {loaded.benchmark.version} {done}.")
    _echo_package(package)


@benchmark_group.command("list")
@with_appcontext
def list_command() -> None:
    """The newest version of each benchmark."""
    with sessions().read() as session:
        for row in read_benchmarks(session):
            click.echo(f"{row.slug} {row.version} {row.content_hash}")


@benchmark_group.command("schema")
def schema_command() -> None:
    """Print the package format's JSON Schema (docs/benchmark-package.schema.json)."""
    click.echo(json.dumps(package_schema(), indent=2))


def _echo_package(package: Package) -> None:
    for name, items in package.items.items():
        click.echo(f"  {name}: {len(items):,} items")
    click.echo(f"  content {package.content_hash}")


@click.group("user", cls=HostGroup)
def user_group() -> None:
    """Users."""


@user_group.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def add_user_command(email: str, name: str, password_stdin: bool) -> None:
    """Add a user; one who exists stays as they are."""
    password = _read_password(password_stdin)
    with sessions().write() as session:
        if find_user(session, email) is not None:
            click.echo(f"{email} has an account already.")
            return
        register(session, email=email, name=name, password=password)
    click.echo(f"{email} can sign in.")


@user_group.command("set-password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def set_password_command(email: str, password_stdin: bool) -> None:
    """Set a user's password; their sessions end."""
    password = _read_password(password_stdin)
    with sessions().write() as session:
        set_password(_get_user(find_user(session, email), email), password)
    click.echo(f"The password of {email} is set.")


@click.group("team", cls=HostGroup)
def team_group() -> None:
    """Teams."""


@team_group.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--member", "email", required=True, help="The e-mail address of an owner.")
@with_appcontext
def add_team_command(slug: str, name: str, email: str) -> None:
    """Add a team; to one that exists the user is added as a member."""
    with sessions().write() as session:
        user = _get_user(find_user(session, email), email)
        team = session.scalar(select(Team).where(Team.slug == slug))
        if team is None:
            make_team(session, user, slug=slug, name=name)
        else:
            add_member(session, team, user)
    click.echo(f"{email} is in {slug}.")


@click.group("model", cls=HostGroup)
def model_group() -> None:
    """Model cards."""


@model_group.command("add")
@click.argument("slug")
@click.option("--team", required=True)
@click.option("--file", "place", type=click.File("r", encoding="utf-8"), required=True)
@with_appcontext
def add_model_command(slug: str, team: str, place: TextIO) -> None:
    """Add the model card in a JSON file, or bring the one of this short name up to it."""
    values = {**json.loads(place.read()), "slug": slug}
    with sessions().write() as session:
        owner = session.scalar(select(Team).where(Team.slug == team))
        if owner is None:
            raise click.ClickException(f"There is no team {team!r}. Add it with `team add`.")
        card = session.scalar(select(ModelCard).where(ModelCard.slug == slug))
        if card is None:
            make_model_card(session, owner, values)
        elif card.team_id != owner.id:
            raise click.ClickException(f"The model {slug!r} is another team's.")
        else:
            change_model_card(card, values)
    click.echo(f"The model card {slug} is ready.")


@click.group("token", cls=HostGroup)
def token_group() -> None:
    """API tokens."""


@token_group.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--scope", "scopes", type=click.Choice([s.value for s in Scope]), multiple=True)
@click.option("--days", default=DEFAULT_DAYS, show_default=True)
@with_appcontext
def add_token_command(email: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token of a user and print it, this one time."""
    with sessions().write() as session:
        user = _get_user(find_user(session, email), email)
        chosen = [Scope(scope) for scope in scopes]
        token = make_token(session, user, name=name, scopes=chosen, days=days)
        text = token.text
    click.echo(text)


@click.group("submission", cls=HostGroup)
def submission_group() -> None:
    """Submissions and rankings."""


@submission_group.command("requeue")
@click.argument("key")
@with_appcontext
def requeue_command(key: str) -> None:
    """Evaluate a failed submission again; what was parsed and rated is kept."""
    with sessions().write() as session:
        requeue_submission(session, key)
    make_queue(config().redis_url, config().queue_name).enqueue_evaluation(key)
    click.echo(f"{key} is in the queue.")


@submission_group.command("nudge")
@with_appcontext
def nudge_command() -> None:
    """Enqueue every waiting submission now, as the reconciler does in time."""
    queue = make_queue(config().redis_url, config().queue_name)
    with sessions().write() as session:
        waiting = nudge_waiting(session, timedelta(0))
    for key in waiting:
        queue.enqueue_evaluation(key)
    click.echo(f"{len(waiting)} enqueued.")


@submission_group.command("rank")
@click.argument("benchmark")
@click.option("--split", "name", default="test", show_default=True)
@with_appcontext
def rank_command(benchmark: str, name: str) -> None:
    """Have a worker rank the scored submissions of a split again."""
    with sessions().read() as session:
        split = get_split(get_benchmark(session, benchmark), name)
    make_queue(config().redis_url, config().queue_name).enqueue_ranking(split.id)
    click.echo(f"A worker ranks {benchmark} {name} again.")


def _get_user(user: User | None, email: str) -> User:
    if user is None:
        raise click.ClickException(f"There is no user {email!r}. Add one with `user add`.")
    return user


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


commands = (
    db_group,
    benchmark_group,
    user_group,
    team_group,
    model_group,
    token_group,
    submission_group,
)
