"""`flask bundle`: proofs for hosts, and the key that signs everybody's."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from leaderboard.bundles.archive import write_archive
from leaderboard.bundles.gather import Bundle, gather_submission
from leaderboard.bundles.ranking import gather_ranking
from leaderboard.bundles.signing import make_key
from leaderboard.disclosure import Viewer
from leaderboard.errors import NotFound
from leaderboard.host_cli.group import HostGroup, config, sessions
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split


@click.group("bundle", cls=HostGroup)
def bundle_group() -> None:
    """Archives of what scores follow from, for `spinebench verify`."""


@bundle_group.command("make-key")
def make_key_command() -> None:
    """Print a new key for BUNDLE_KEYS."""
    click.echo(make_key())


@bundle_group.command("submission")
@click.argument("key")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@with_appcontext
def submission_command(key: str, output: Path | None) -> None:
    """Write the archive of a scored submission, with all that is hidden."""
    with sessions().read() as session:
        found = session.get(Submission, key)
        if found is None:
            raise NotFound(f"There is no submission {key!r}.", "Check its number.")
        made = gather_submission(session, found, Viewer.HOST)
    _write(made, output or Path(f"{key}-proof-for-hosts.zip"))


@bundle_group.command("ranking")
@click.argument("benchmark")
@click.option("--split", "name", default="test", show_default=True)
@click.option("--version", help="The benchmark's version.  [default: the newest]")
@click.option("--release", type=int, help="The release's number.  [default: the newest]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@with_appcontext
def ranking_command(
    benchmark: str, name: str, version: str | None, release: int | None, output: Path | None
) -> None:
    """Write the archive of a ranking: the values and means that its rank ranges rest on."""
    with sessions().read() as session:
        split = get_split(get_benchmark(session, benchmark, version), name)
        made = gather_ranking(session, split, release)
    number = made.manifest["release"]
    _write(made, output or Path(f"{benchmark}-{name}-release-{number}-proof-for-hosts.zip"))


def _write(made: Bundle, place: Path) -> None:
    keys = config().bundle_keys
    place.write_bytes(write_archive(made.manifest, made.members, keys[0] if keys else None))
    place.chmod(0o600)
    click.echo(f"{place} is written{'' if keys else ', not signed: BUNDLE_KEYS is not set'}.")
    click.echo("It holds hidden answers: keep it as safe as the package.")
