"""`flask benchmark`: check and publish packages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import has_holder
from leaderboard.audit import COMMAND_LINE
from leaderboard.commitments.answers import commit_answers, read_answers
from leaderboard.commitments.values import commit_present
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.host_cli.phases import phase_command, phases_command
from leaderboard.host_cli.pictures import levels_command, pictures_command
from leaderboard.host_cli.reveals import reveal_at_command, reveal_command
from leaderboard.host_cli.terms import (
    acceptances_command,
    agreement_command,
    third_parties_command,
)
from leaderboard.lens.next_version import prepare_corrected
from leaderboard.models.benchmark import Benchmark, Track
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import (
    get_benchmark,
    get_loaded,
    read_benchmarks,
    read_older_versions,
    read_prepared,
)
from leaderboard.packages.confirmed import examine_pictures, require_confirmed, write_sheet
from leaderboard.packages.feedback_part import describe_feedback_part
from leaderboard.packages.files import content_hash, open_package
from leaderboard.packages.importing import SOURCES, Asked, Facts, import_source
from leaderboard.packages.load import load_package
from leaderboard.packages.package import package_schema
from leaderboard.packages.read import Package, read_package
from leaderboard.packages.starting import write_start
from leaderboard.packages.versions import (
    Change,
    SplitDiff,
    compare_versions,
    describe_shared,
    describe_split,
)
from leaderboard.packages.write import write_package, write_zip
from leaderboard.rankings.errata import warn_of_few


@click.group("benchmark", cls=HostGroup)
def benchmark_group() -> None:
    """Benchmark packages."""


benchmark_group.add_command(pictures_command)
benchmark_group.add_command(levels_command)
benchmark_group.add_command(reveal_command)
benchmark_group.add_command(third_parties_command)
benchmark_group.add_command(phase_command)
benchmark_group.add_command(phases_command)
benchmark_group.add_command(agreement_command)
benchmark_group.add_command(acceptances_command)
benchmark_group.add_command(reveal_at_command)


@benchmark_group.command("check")
@click.argument("place", type=click.Path(path_type=Path))
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page there that shows each picture with the sides of the patient.",
)
def check_command(place: Path, sheet: Path | None) -> None:
    """Read the package (folder or zip) at PLACE and print every problem."""
    _echo_package(_read_confirmed(place, sheet))
    click.echo("No problems.")


@benchmark_group.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--text", "tracks", flag_value="text", multiple=True, help="Text questions.")
@click.option("--images", "tracks", flag_value="image", multiple=True, help="Image questions.")
@click.option("--reports", "tracks", flag_value="report", multiple=True, help="Reports.")
@click.option("--name", default="My benchmark", show_default=True)
@click.option("--licence", default="CC-BY-4.0", show_default=True)
def new_command(folder: Path, tracks: tuple[str, ...], name: str, licence: str) -> None:
    """Write a small valid package into FOLDER to start from: of text questions by default."""
    write_start(folder, [Track(one) for one in tracks or ("text",)], name, licence)
    _echo_package(read_package(open_package(folder)))
    click.echo(f"Change what is in {folder}, then: flask benchmark check {folder}")


@benchmark_group.command("import")
@click.argument("place", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "source", type=click.Choice(list(SOURCES)), required=True)
@click.option("--name", default="", help="What the benchmark is called.")
@click.option("--licence", default="", help="Of items and pictures, such as CC-BY-4.0.")
@click.option("--description", default="", help="One paragraph.")
@click.option("--answers", type=click.Choice(["public", "hidden"]))
@click.option("--slug", default="", help="Short name in addresses; made of the name by default.")
@click.option("--version", default="1.0.0", show_default=True)
@click.option("--split", default="test", show_default=True)
@click.option("--images", type=click.Path(path_type=Path), help="The folder of its pictures.")
@click.option("--alt", default="", help="What kind of pictures they are, not what they show.")
@click.option("--field", "fields", multiple=True, help="NAME=FIELD: what a field is called.")
def import_command(
    place: Path,
    folder: Path,
    source: str,
    answers: str | None,
    images: Path | None,
    fields: tuple[str, ...],
    **said: Any,
) -> None:
    """Write the benchmark at PLACE, in another layout, as a package into FOLDER.

    What the layout does not say is asked for in one list, with the options that say it.
    """
    named = dict(one.partition("=")[::2] for one in fields)
    facts = Facts(answers=answers or "", **said)
    n = import_source(source, place, facts, Asked(images, named), folder)
    click.echo(f"{n:,} questions written to {folder}.")
    _echo_package(read_package(open_package(folder)))
    click.echo(f"No problems. Publish it: flask benchmark load {folder}")


@benchmark_group.command("load")
@click.argument("place", type=click.Path(path_type=Path))
@with_appcontext
def load_command(place: Path) -> None:
    """Load the package (folder or zip) at PLACE; the same content again changes nothing.

    The first version of a benchmark is published by it. A later one is prepared: it is known to
    hosts alone until one of them opens it.
    """
    package = _read_confirmed(place)
    with sessions().write() as session:
        loaded = load_package(session, package)
        row = loaded.benchmark
        state = "published" if row.opening else "prepared"
        done = state if loaded.is_new else f"was already {state}"
        click.echo(f"{row.slug} {row.version} {done}.")
        for split in row.splits:
            click.echo(f"  {split.name}: {describe_feedback_part(session, split)}")
        if not row.opening:
            _echo_prepared(session, row)
        if not has_holder(session, Role.HOST, row.slug):
            click.echo(
                f"Only administrators can run {row.slug} so far. Give it a host: "
                f"flask user grant EMAIL host {row.slug}"
            )
    _echo_package(package)


def _read_confirmed(place: Path, sheet: Path | None = None) -> Package:
    """The package at `place`, whose pictures somebody has confirmed; warnings are printed.

    The `sheet` is written before what is not confirmed ends it.
    """
    package = read_package(open_package(place))
    examination = examine_pictures(package)
    if sheet is not None:
        sheet.write_text(write_sheet(package, examination), encoding="utf-8")
        click.echo(f"Look at each of the {len(examination.shown):,} pictures in {sheet}.")
    for warning in examination.warnings:
        click.echo(f"Warning: {warning}")
    require_confirmed(examination)
    return package


def _echo_prepared(session: Session, row: Benchmark) -> None:
    """What a prepared version changes of the open one, and how to go on."""
    newest = get_benchmark(session, row.slug)
    diff = compare_versions(session, newest, row)
    click.echo(
        f"{row.slug} {newest.version} stays in front until you open {row.version}, which changes:"
    )
    click.echo(f"  for all items: {describe_shared(diff)}")
    splits = {split.name: split for split in row.splits}
    for name, split in diff.splits.items():
        click.echo(f"  {name}: {describe_split(split)}")
        if warning := warn_of_few(splits[name], split):
            click.echo(warning)
    click.echo(f"See more: flask benchmark diff {row.slug} {newest.version} {row.version}")
    click.echo(f"Compute its ranking: flask campaign start {row.slug} {row.version}")


@benchmark_group.command("diff")
@click.argument("slug")
@click.argument("old")
@click.argument("new")
@click.option("--items", is_flag=True, help="Name the items that changed.")
@with_appcontext
def diff_command(slug: str, old: str, new: str, items: bool) -> None:
    """What the version NEW of SLUG changes of OLD; both may be prepared."""
    with sessions().read() as session:
        before, after = get_loaded(session, slug, old), get_loaded(session, slug, new)
        diff = compare_versions(session, before, after)
        splits = {split.name: split for split in after.splits}
        click.echo(f"{slug} {new} against {old}")
        click.echo(f"Changed for all items: {describe_shared(diff)}")
        for name, one in diff.splits.items():
            _echo_split(name, one)
            if warning := warn_of_few(splits[name], one):
                click.echo(warning)
            for item in one.items if items else ():
                if item.change is not Change.SAME:
                    said = ", ".join(change.label for change in item.changes)
                    click.echo(f"  {item.key}: {said}")


def _echo_split(name: str, diff: SplitDiff) -> None:
    click.echo(f"\n{name}")
    for change, n in diff.counts.items():
        click.echo(f"  {n:>6,}  {change.label}")
    for track, share in diff.shares.items():
        click.echo(
            f"  {track.value:<6}  {share.n_before:,} -> {share.n_after:,} items; predictions "
            f"carry over to {share.n_carried:,}"
        )


@benchmark_group.command("list")
@with_appcontext
def list_command() -> None:
    """The newest version of each benchmark, and those that are prepared."""
    with sessions().read() as session:
        for row in read_benchmarks(session):
            click.echo(f"{row.slug} {row.version} {row.content_hash}")
        for row in read_prepared(session):
            click.echo(f"{row.slug} {row.version} {row.content_hash} prepared")


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


@benchmark_group.command("correct")
@click.argument("slug")
@click.option("--as", "version", default="", help="Its number; by default the next patch number.")
@with_appcontext
def correct_command(slug: str, version: str) -> None:
    """Make the next version of SLUG with the corrections of its keys and checks.

    `flask key correct` and `flask checklist correct` draft them. It is prepared: hosts alone know
    of it until one opens it.
    """
    with sessions().write() as session:
        done = prepare_corrected(session, get_benchmark(session, slug), version, COMMAND_LINE)
    finish(done)


@benchmark_group.command("write")
@click.argument("slug")
@click.argument("version")
@click.argument("place", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def write_command(slug: str, version: str, place: Path) -> None:
    """Write SLUG in VERSION, opened or prepared, as a package with its answers: a zip at PLACE."""
    if place.exists():
        raise click.UsageError(f"{place} is there already.")
    with sessions().read() as session:
        files = write_package(session, get_loaded(session, slug, version))
    with write_zip(files) as stream, place.open("xb") as file:
        shutil.copyfileobj(stream, file)
    click.echo(f"Written. Content {content_hash(files.contents.items())}")


@benchmark_group.command("schema")
def schema_command() -> None:
    """Print the package format's JSON Schema (docs/benchmark-package.schema.json)."""
    click.echo(json.dumps(package_schema(), indent=2))


def _echo_package(package: Package) -> None:
    for name, items in package.items.items():
        click.echo(f"  {name}: {len(items):,} items")
    click.echo(f"  content {package.content_hash}")
