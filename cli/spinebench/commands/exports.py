"""Results and benchmarks in the formats of other software."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from spinebench.choices import choose_benchmark
from spinebench.errors import UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, benchmark_option, pass_invocation, slug
from spinebench.package import new_file
from spinebench.reading import read_answer
from spinebench.shapes.exports import FormatList, FormatRecord
from spinebench.tables import formats_table


@click.command(cls=Command)
@click.option("-f", "--format", "key", type=slug, help="Which format; without it: list them.")
@click.option("-m", "--model", type=slug, help="Short name of a model: its results.")
@benchmark_option
@click.option("--version", type=slug, help="The benchmark's version; the newest by default.")
@click.option(
    "--dataset",
    metavar="OWNER/NAME",
    help="The benchmark's dataset repository on Hugging Face, for formats that name it.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it."
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@pass_invocation
def export(
    invocation: Invocation,
    key: str | None,
    model: str | None,
    benchmark: str | None,
    version: str | None,
    dataset: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Write public results, or a benchmark, in a format of other software."""
    terminal = invocation.terminal
    with invocation.api(public=True) as api:
        raw = api.get_formats()
        formats = read_answer(FormatList, raw).formats
        if key is None:
            if terminal.as_json:
                terminal.show_json(raw)
            else:
                terminal.show_table(formats_table(formats))
            return
        chosen = _choose(formats, key, model)
        benchmark = choose_benchmark(api, terminal, benchmark)
        name = "-".join(part for part in (model, benchmark, f"{key}.{chosen.ending}") if part)
        place = output or Path(name)
        if place.exists() and not force:
            raise UsageError(f"{place} already exists.", remedy="Add --force to replace it.")
        with new_file(place) as file, terminal.transfer("Downloading", then="Downloaded") as moved:
            asked = {"version": version, "dataset": dataset}
            query = {name: value for name, value in asked.items() if value}
            api.download_export(benchmark, model, key, query, file, moved)
    if terminal.as_json:
        terminal.show_json({"format": key, "benchmark": benchmark, "path": str(place)})
    else:
        terminal.show(f"Wrote {place}")


def _choose(formats: Sequence[FormatRecord], key: str, model: str | None) -> FormatRecord:
    about = "model" if model else "benchmark"
    found = [one for one in formats if one.key == key]
    for one in found:
        if one.about == about:
            return one
    if found:
        raise UsageError(
            f"{key} is a format of a {found[0].about}.",
            remedy="Leave --model out." if model else "Add --model with a model's short name.",
        )
    known = ", ".join(dict.fromkeys(one.key for one in formats))
    raise UsageError(f"There is no format {key!r}.", remedy=f"The formats are {known}.")
