"""Looking at benchmarks and fetching their questions."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO

import click

from spinebench.api import Api
from spinebench.choices import choose_benchmark
from spinebench.errors import UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, pass_invocation, slug, split_option
from spinebench.package import check_is_zip, new_file, unpack
from spinebench.reading import read_answer
from spinebench.shapes.benchmarks import BenchmarkDetail, BenchmarkList, Named
from spinebench.tables import benchmarks_table, splits_table
from spinebench.terminal import Terminal
from spinebench.tools import WRITERS, read_task


@click.command(cls=Command)
@click.argument("benchmark", required=False, type=slug)
@pass_invocation
def benchmarks(invocation: Invocation, benchmark: str | None) -> None:
    """List the benchmarks, or describe one."""
    terminal = invocation.terminal
    with invocation.api(public=True) as api:
        raw = api.get_benchmarks() if benchmark is None else api.get_benchmark(benchmark)
    if terminal.as_json:
        terminal.show_json(raw)
    elif benchmark is not None:
        _show_benchmark(terminal, read_answer(BenchmarkDetail, raw))
    elif found := read_answer(BenchmarkList, raw).benchmarks:
        terminal.show_table(benchmarks_table(found))
        terminal.say(f"More about one: spinebench benchmarks {found[0].slug}")
    else:
        terminal.show("There are no benchmarks yet.")


def _show_benchmark(terminal: Terminal, benchmark: BenchmarkDetail) -> None:
    terminal.show(f"{benchmark.name} {benchmark.version} ({benchmark.slug})")
    if benchmark.notice:
        terminal.show(benchmark.notice)
    terminal.show(f"Licence        {benchmark.licence}")
    terminal.show(f"Content hash   {benchmark.content_hash}")
    terminal.show(f"Page           {benchmark.url}")
    if benchmark.agreement:
        said = f"version {benchmark.agreement.version}, to be accepted at {benchmark.agreement.url}"
        terminal.show(f"Agreement      {said}")
    for split in benchmark.splits:
        for phase in split.phases:
            until = f"{phase.opens_at:%Y-%m-%d %H:%M} to {phase.closes_at:%Y-%m-%d %H:%M} UTC"
            terminal.show(f"Phase          {phase.name} ({split.name}), {until}, {phase.state}")
    for is_open, whom in (
        (benchmark.third_party_judges, "judges"),
        (benchmark.third_party_endpoints, "endpoints"),
    ):
        if not is_open:
            terminal.show(f"Third parties  items do not go to {whom} of third parties")
    for title, listed in (
        ("Axes", benchmark.taxonomy.get("axes")),
        ("Subconditions", benchmark.taxonomy.get("subconditions")),
        ("Report rubric", benchmark.rubric.get("sections")),
    ):
        if listed:
            names = [read_answer(Named, one).name for one in listed]
            terminal.show(f"{title:13}  {', '.join(names)}")
    terminal.show("")
    terminal.show_table(splits_table(benchmark))


@click.command(cls=Command)
@click.argument("benchmark", required=False, type=slug)
@split_option
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default="this folder",
    metavar="DIR",
    help="Where to put it.",
)
@click.option("--unzip", is_flag=True, help="Unpack it into a folder instead.")
@click.option(
    "--for",
    "tool",
    type=click.Choice(list(WRITERS)),
    help="Write a folder that this tool runs as it is.",
)
@click.option("--force", is_flag=True, help="Replace existing files.")
@pass_invocation
def download(
    invocation: Invocation,
    benchmark: str | None,
    split: str,
    output: Path,
    unzip: bool,
    tool: str | None,
    force: bool,
) -> None:
    """Download a split's questions and images.

    The answers are included if they are public, as in dev; never with --for.
    """
    terminal = invocation.terminal
    with invocation.api(public=True) as api:
        benchmark = choose_benchmark(api, terminal, benchmark)
        target = output / _name_target(f"{benchmark}-{split}", unzip, tool)
        if target.exists() and not force:
            raise UsageError(f"{target} already exists.", remedy="Add --force to replace it.")
        if tool is not None:
            _fetch_task(api, terminal, benchmark, split, tool, target)
        elif unzip:
            with tempfile.TemporaryFile() as file:
                _fetch(api, terminal, benchmark, split, file)
                unpack(file, target)
        else:
            with new_file(target) as file:
                _fetch(api, terminal, benchmark, split, file)
    if terminal.as_json:
        terminal.show_json({"benchmark": benchmark, "split": split, "path": str(target)})
        return
    terminal.show(f"Wrote {target}")
    if tool is not None:
        terminal.say(f"Next: {target / 'README.txt'} has the commands to run it.")
        return
    terminal.say("Next: write one line per item to predictions.jsonl, such as")
    terminal.say('  {"id": "...", "prediction": "B"}')
    terminal.say(f"then: spinebench validate predictions.jsonl -b {benchmark} -s {split}")


def _name_target(name: str, unzip: bool, tool: str | None) -> str:
    """The name of what is written: a folder, or a zip."""
    if tool is not None:
        return f"{name}-{tool}"
    return name if unzip else f"{name}.zip"


def _fetch_task(
    api: Api, terminal: Terminal, benchmark: str, split: str, tool: str, target: Path
) -> None:
    """The questions as a task of the tool, which appears as `target` when it is whole."""
    version = read_answer(BenchmarkDetail, api.get_benchmark(benchmark)).version

    def prepare(folder: Path) -> None:
        WRITERS[tool](read_task(folder, target.name, benchmark, version, split), folder)

    with tempfile.TemporaryFile() as file:
        _fetch(api, terminal, benchmark, split, file)
        unpack(file, target, prepare)


def _fetch(api: Api, terminal: Terminal, benchmark: str, split: str, file: BinaryIO) -> None:
    with terminal.transfer("Downloading", then="Downloaded") as moved:
        api.download_package(benchmark, split, file, moved)
    check_is_zip(file)
