"""`flask reported`: results that others report, beside a ranking and never in it."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.act import Act
from leaderboard.hosting.reported import add_source, link_model, make_source, withdraw_source
from leaderboard.models.benchmark import Split
from leaderboard.models.reported import Difference, ReportedSource, SourceKind
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split
from leaderboard.rankings.read import count_items
from leaderboard.reported.read import ReportedRow, get_source, make_rows, read_sources
from leaderboard.reported.read_file import NamedFile, read_reported_file
from leaderboard.reported.source import SaidOfSource, read_source

_benchmark = click.option("--benchmark", required=True, help="Its short name.")
_version = click.option("--version", help="By default the newest.")
_split = click.option("--split", help="By default the one that is ranked.")


@click.group("reported", cls=HostGroup)
def reported_group() -> None:
    """Reported results: figures of a paper or of Every Eval Ever, marked and never ranked."""


@reported_group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@_benchmark
@_version
@_split
@click.option("--kind", type=click.Choice([one.value for one in SourceKind]))
@click.option("--title", default="", help="Of the paper, or the name of the source.")
@click.option("--citation", default="")
@click.option("--address", default="", help="A DOI or a web address where all can be checked.")
@click.option("--measured-on", default="", help="What the source calls its benchmark.")
@click.option(
    "--differs",
    multiple=True,
    type=click.Choice([one.value for one in Difference]),
    help="In what the source measured otherwise; can be given several times.",
)
@click.option("--note", default="", help="More on what differs.")
@click.option("--items", default="", help="Per track, such as text=294,image=193,report=87.")
@click.option("--dry-run", is_flag=True, help="Show what would be added, and add nothing.")
@with_appcontext
def import_command(
    files: tuple[Path, ...],
    benchmark: str,
    version: str | None,
    split: str | None,
    *,
    items: str,
    dry_run: bool,
    kind: str | None,
    **said: str,
) -> None:
    """Add the models of FILES as one source: a CSV, or files of Every Eval Ever."""
    content = [NamedFile(str(one), one.read_bytes()) for one in files]
    with sessions().write() as session:
        found = _get_split(session, benchmark, version, split)
        read = read_reported_file(content, found.name, found.benchmark.boards)
        given = SaidOfSource(kind=kind or "", counts=items, **said)
        facts = read_source(given, read, found.benchmark.tracks)
        if dry_run:
            _show(session, make_source(found, read, facts))
            done = Act("Nothing was added.")
        else:
            done = add_source(session, found, read, facts, None)
    for words in read.left_out:
        click.echo(f"Left out: {words}", err=True)
    finish(done)


@reported_group.command("list")
@_benchmark
@_version
@_split
@with_appcontext
def list_command(benchmark: str, version: str | None, split: str | None) -> None:
    """What is reported beside a ranking, with the totals that the parts give."""
    with sessions().read() as session:
        found = read_sources(session, [_get_split(session, benchmark, version, split).id])
        for source in found:
            _show(session, source)
    if not found:
        click.echo("Nothing is reported.")


@reported_group.command("remove")
@click.argument("source", type=int)
@click.option("--reason", default="", help="Why; kept in the audit trail.")
@with_appcontext
def remove_command(source: int, reason: str) -> None:
    """Withdraw the source of this number with all of its models."""
    with sessions().write() as session:
        done = withdraw_source(session, get_source(session, source), reason, None)
    finish(done)


@reported_group.command("link")
@click.argument("source", type=int)
@click.argument("place", type=int)
@click.argument("model", default="")
@with_appcontext
def link_command(source: int, place: int, model: str) -> None:
    """Say that the reported model at PLACE of SOURCE is that of the card MODEL; none unlinks it."""
    with sessions().write() as session:
        done = link_model(session, get_source(session, source), place, model, None)
    finish(done)


def _get_split(session: Session, slug: str, version: str | None, name: str | None) -> Split:
    found = get_benchmark(session, slug, version)
    return get_split(found, name) if name else ranked_split(found)


def _show(session: Session, source: ReportedSource) -> None:
    key = f"Source {source.id}" if source.id else "Would add"
    click.echo(f"{key}: {source.title} ({source.kind.label}), {source.address}")
    differs = ", ".join(Difference(one).label for one in source.differs) or "not stated"
    click.echo(f"  What differs: {differs}. {source.note}".rstrip())
    for row in make_rows(source, count_items(session, source.split)):
        click.echo(f"  {row.model.place} {row.model.name}: {_describe(row)}")


def _describe(row: ReportedRow) -> str:
    said = []
    for figure in row.model.figures:
        name = figure.board.value if figure.board else figure.metric
        words = f"{name} {figure.value:.{figure.decimals}f}"
        if figure.board is not None and figure.board in row.mismatches:
            words += f" (its parts give {row.mismatches[figure.board]:.2f})"
        said.append(words)
    for board, value in row.again.items():
        if row.find(board) is None:
            said.append(f"{board.value} recomputed {value:.2f}")
    if row.card is not None:
        said.append(f"linked with {row.card.slug}")
    return ", ".join(said)
