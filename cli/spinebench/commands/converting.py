"""Make what is sent small: tools' logs become the JSONL that counts before they leave."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from spinebench.converting import Converted, is_log
from spinebench.converting import convert as convert_files
from spinebench.errors import EmptyFileError, UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, pass_invocation
from spinebench.package import new_file
from spinebench.terminal import Terminal

LARGE_BYTES = 8 * 2**20
"""A larger file is converted before it is sent, as logs are, unless it is plain already."""

files_argument = click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)


@click.command(cls=Command)
@files_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it.  [default: standard output]",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@pass_invocation
def convert(
    invocation: Invocation, files: tuple[Path, ...], output: Path | None, force: bool
) -> None:
    """Write what counts of a file of predictions as JSONL. Nothing is sent.

    FILE is anything that the server takes, such as the log of an evaluation tool with images in
    it; several are those of one run.
    """
    terminal = invocation.terminal
    check_not_empty(files)
    if output is not None and output.exists() and not force:
        raise UsageError(f"{output} already exists.", remedy="Add --force to replace it.")
    converted = convert_files(files)
    if output is not None:
        with new_file(output) as target:
            target.write(converted.lines)
    if terminal.as_json:
        recognised: object = msgspec.to_builtins(converted.recognised)
        terminal.show_json({"recognised": recognised, "path": str(output) if output else None})
    elif output is None:
        sys.stdout.buffer.write(converted.lines)
    _say(terminal, converted)
    if output is not None:
        terminal.say(f"Wrote {output}. Check it: spinebench validate {output}")


@contextmanager
def prepared(terminal: Terminal, files: Sequence[Path]) -> Iterator[Path]:
    """What is sent of the files: a plain one itself, of others what counts."""
    check_not_empty(files)
    first = files[0]
    is_small = first.stat().st_size <= LARGE_BYTES
    if len(files) == 1 and is_small and not is_log(first):
        yield first
        return
    converted = convert_files(files)
    if len(files) == 1 and converted.is_plain:
        yield first
        return
    _say(terminal, converted)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"{first.stem}.jsonl"
        made.write_bytes(converted.lines)
        yield made


def check_not_empty(files: Sequence[Path]) -> None:
    """Raises EmptyFileError for a file that holds nothing."""
    for file in files:
        with file.open("rb") as content:
            if not content.read(1):
                raise EmptyFileError(
                    f"{file} is empty.", remedy="Write one prediction per line; see --help."
                )


def _say(terminal: Terminal, converted: Converted) -> None:
    for words in (f"Read as: {converted.recognised.words}.", *converted.recognised.warnings):
        terminal.say(words)
