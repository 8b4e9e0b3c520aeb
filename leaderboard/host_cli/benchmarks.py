"""`flask benchmark`: check and publish packages."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from leaderboard.accounts.roles import has_holder
from leaderboard.commitments.answers import commit_answers, read_answers
from leaderboard.commitments.values import commit_present
from leaderboard.host_cli.group import HostGroup, sessions
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import read_benchmarks, read_older_versions
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.package import package_schema
from leaderboard.packages.read import Package, read_package


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
        done = "published" if loaded.is_new else "was already published"
        slug = loaded.benchmark.slug
        click.echo(f"{slug} {loaded.benchmark.version} {done}.")
        if not has_holder(session, Role.HOST, slug):
            click.echo(
                f"Only administrators can run {slug} so far. Give it a host: "
                f"flask user grant EMAIL host {slug}"
            )
    _echo_package(package)


@benchmark_group.command("list")
@with_appcontext
def list_command() -> None:
    """The newest version of each benchmark."""
    with sessions().read() as session:
        for row in read_benchmarks(session):
            click.echo(f"{row.slug} {row.version} {row.content_hash}")


@benchmark_group.command("commit")
@with_appcontext
def commit_command() -> None:
    """Publish salted hashes of the hidden answers, and of what the present rankings are made from.

    For what was there before the site made them itself; what has them already keeps them.
    """
    with sessions().write() as session:
        for row in [*read_benchmarks(session), *read_older_versions(session)]:
            n_answers, n_rankings = commit_answers(session, row), commit_present(session, row)
            click.echo(
                f"{row.slug} {row.version}: {n_answers:,} answers and {n_rankings:,} rankings "
                f"committed to. Root: {read_answers(session, row).root or 'no hidden answers'}"
            )


@benchmark_group.command("schema")
def schema_command() -> None:
    """Print the package format's JSON Schema (docs/benchmark-package.schema.json)."""
    click.echo(json.dumps(package_schema(), indent=2))


def _echo_package(package: Package) -> None:
    for name, items in package.items.items():
        click.echo(f"  {name}: {len(items):,} items")
    click.echo(f"  content {package.content_hash}")
