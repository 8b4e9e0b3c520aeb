"""Proofs: what a score follows from, to take away and to compute again."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import click

from spinebench.errors import ExitCode, NotVerifiedError, UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, pass_invocation, slug
from spinebench.package import check_is_zip, new_file
from spinebench.shapes.bundles import Verification
from spinebench.terminal import Column, Table, Terminal

VERIFIER = "leaderboard.bundles.verifying"
"""The site's own scoring. It is installed apart, and takes a second to load: no other command
waits for it."""
INSTALL = "Install it with `pip install 'spinebench[verify]'`, or from a clone: `pip install .`"
DIFFERS = "differs"


class Verifier(Protocol):
    """What VERIFIER does: see its `verify_file`."""

    def verify_file(
        self, raw: bytes, *, predictions: bytes | None, key: str | None
    ) -> dict[str, Any]: ...


@click.command(cls=Command)
@click.argument("id", type=slug)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it.  [default: ID-proof.zip]",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@pass_invocation
def bundle(invocation: Invocation, id: str, output: Path | None, force: bool) -> None:
    """Download what the scores of a submission follow from, to verify them."""
    terminal, place = invocation.terminal, output or Path(f"{id}-proof.zip")
    if place.exists() and not force:
        raise UsageError(f"{place} already exists.", remedy="Add --force to replace it.")
    with invocation.api() as api, new_file(place) as file:
        with terminal.transfer("Downloading", then="Downloaded") as moved:
            api.download_bundle(id, file, moved)
        check_is_zip(file)
    if terminal.as_json:
        terminal.show_json({"submission": id, "path": str(place)})
        return
    terminal.show(f"Wrote {place}")
    terminal.say(f"Check it: spinebench verify {place} --predictions YOUR-FILE --key SITE-KEYS")
    terminal.say(f"The site's keys: {api.url}/api/v1/keys")


@click.command(cls=Command)
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--predictions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The prediction file that was sent: its hash and what was read of it are checked too.",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the site's public keys: what /api/v1/keys answers, a PEM, or base64.",
)
@pass_invocation
def verify(
    invocation: Invocation, archive: Path, predictions: Path | None, key: Path | None
) -> int:
    """Compute every figure again that a proof allows. Asks no server.

    Says of each figure whether it came out the same, or why it cannot be computed. The exit
    status is 9 if one differs, or if the archive was changed.
    """
    verifier = _find_verifier()
    try:
        raw = verifier.verify_file(
            archive.read_bytes(),
            predictions=None if predictions is None else predictions.read_bytes(),
            key=None if key is None else key.read_text(encoding="utf-8", errors="replace"),
        )
    except ValueError as error:
        raise NotVerifiedError(
            f"{archive}: {error}", remedy="Nothing in it was taken for the site's word."
        ) from error
    found = Verification.read(raw)
    if invocation.terminal.as_json:
        invocation.terminal.show_json(raw)
    else:
        _show(invocation.terminal, found)
    return ExitCode.NOT_VERIFIED if found.count(DIFFERS) else ExitCode.OK


def _find_verifier() -> Verifier:
    try:
        return cast(Verifier, import_module(VERIFIER))
    except ModuleNotFoundError as error:
        raise UsageError(
            f"What computes scores is not installed here ({error.name} is missing).",
            remedy=INSTALL,
        ) from error


def _show(terminal: Terminal, found: Verification) -> None:
    terminal.show(f"{found.about}.")
    terminal.show(found.signature)
    rows = [[one.name, one.shown, one.words] for one in found.figures]
    terminal.show_table(Table("Figures", [Column("figure"), Column("published"), Column("")], rows))
    n_same, n_differing = found.count("same"), found.count(DIFFERS)
    terminal.show(
        f"Of {len(found.figures):,} figures {n_same:,} were computed again and are the same, "
        f"{n_differing:,} differ, and {found.count('unknown'):,} cannot be computed from this "
        "archive."
    )
    for one in found.figures:
        if one.verdict == DIFFERS:
            terminal.show(f"DIFFERS: {one.name}")
