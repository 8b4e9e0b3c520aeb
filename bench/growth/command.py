"""`python -m bench growth`: what growing costs here and at an older commit, on PostgreSQL.

Sites of 11, 400 and 1,000 ranked models with 574 items each, filled in bulk. CPU of one submission
scored and ranked and of ranking again, each in a horse of a worker; of the first page of each kind
after a new ranking and of later ones; and what a web process holds in memory once every route was
served. Medians; times are CPU seconds, of the process alone and of the database.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.baseline import Side
from bench.checkout import BEFORE, ROOT, CheckoutError, get_checkout, make_environ
from bench.growth.package import write_package
from demo.redis_server import start_redis
from tests.servers import EmbeddedPostgres, start_postgres

DRIVE = Path(__file__).with_name("drive.py")
N_RUNS = 3
N_MODELS = (11, 400, 1_000)
N_OF_PAGES = 400
BUNDLED = ("content/spinebench-mini", "benchmarks/spinebench-mini")
Figures = Mapping[str, list[float]]


class StepError(RuntimeError):
    """A step failed in a tree; the message has what it wrote."""


class Bench(NamedTuple):
    """Where steps run: the server of databases, and settings of a site."""

    postgres: EmbeddedPostgres
    package: Path
    environ: Mapping[str, str]


class Goal(NamedTuple):
    """A figure at a number of models, at most `share` of a figure of the baseline."""

    figure: str
    n_models: int
    share: float
    of: str
    n_of: int


GOALS = (
    Goal("evaluate", 11, 0.4, "evaluate", 11),
    Goal("evaluate", 400, 0.3, "evaluate", 400),
    Goal("rank", 1_000, 1.0, "rank", 400),
    *(
        Goal(f"{kind}, {when}", N_OF_PAGES, share, f"{kind}, first", N_OF_PAGES)
        for when, share in (("first", 0.25), ("later", 0.05))
        for kind in ("model page", "API ranking", "filtered ranking")
    ),
    Goal("memory", N_OF_PAGES, 0.5, "memory", N_OF_PAGES),
)


def main(arguments: Sequence[str]) -> int:
    """Measure both trees and print the table; the exit status, 2 where nothing was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench growth", description=__doc__)
    parser.add_argument("--commit", default=BEFORE, help=f"compare with this ({BEFORE})")
    parser.add_argument("--alone", action="store_true", help="measure the present tree alone")
    parser.add_argument("--runs", type=int, default=N_RUNS, help=f"of each step ({N_RUNS})")
    parser.add_argument("--models", type=int, nargs="+", default=N_MODELS, help="sizes of sites")
    options = parser.parse_args(arguments)
    try:
        present = Side("present", ROOT)
        sides = [present]
        if not options.alone:
            sides.insert(0, Side(f"baseline {options.commit}", get_checkout(options.commit)))
        measured = measure(sides, options.models, options.runs)
    except (CheckoutError, StepError) as error:
        print(error, file=sys.stderr)
        return 2
    print_figures(measured)
    if not options.alone:
        print_goals(*measured.values())
    return 0


def measure(
    sides: Sequence[Side], sizes: Sequence[int], n_runs: int
) -> dict[str, dict[int, Figures]]:
    """Figures by side and number of models. The package is that of the first side."""
    measured: dict[str, dict[int, Figures]] = {side.name: {} for side in sides}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundled = next(one for one in (sides[0].tree / place for place in BUNDLED) if one.is_dir())
        package = write_package(bundled, folder / "package")
        postgres = start_postgres()
        try:
            with start_redis(folder / "redis") as redis:
                environ = {
                    "REDIS_URL": redis.url,
                    "SECRET_KEY": "s" * 40,
                    "GROWTH_POSTGRES": str(postgres.process.pid),
                }
                bench = Bench(postgres, package, environ)
                for n_models in sizes:
                    for side in sides:
                        measured[side.name][n_models] = measure_site(bench, side, n_models, n_runs)
        finally:
            postgres.stop()
    return measured


def measure_site(bench: Bench, side: Side, n_models: int, n_runs: int) -> Figures:
    """All figures of a site of one size."""
    url = bench.postgres.make_database()

    def drive(step: str, *arguments: object) -> Figures:
        print(f"{side.name}, {n_models} models: {step}", file=sys.stderr, flush=True)
        return run_step(side, step, [url, *map(str, arguments)], bench.environ)

    try:
        drive("fill", bench.package, n_models)
        figures = drive("jobs", bench.package, n_runs, 10_000)
        if n_models == N_OF_PAGES:
            figures = {**figures, **drive("pages", n_runs)}
        return figures
    finally:
        bench.postgres.drop_database(url)


def run_step(
    side: Side, step: str, arguments: Sequence[str], environ: Mapping[str, str]
) -> Figures:
    """What a step of drive.py says in a side's tree. Raises StepError."""
    own = {**make_environ(side.tree), **environ}
    own |= {"PYTHONPATH": str(side.tree), "DATABASE_URL": arguments[0]}
    program = side.tree / ".venv" / "bin" / "python"
    done = subprocess.run(
        [program, "-P", DRIVE, step, *arguments],
        cwd=side.tree,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepError(f"The step {step} failed in {side.name}:\n{done.stderr}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def print_figures(measured: Mapping[str, Mapping[int, Figures]]) -> None:
    """A row for each figure of each size, with the ratio of the last side to the first."""
    print(f"{'median':40}" + "".join(f"{name:>20}" for name in measured) + f"{'ratio':>8}")
    by_size = list(measured.values())
    for n_models, figures in by_size[-1].items():
        for name in figures:
            values = [statistics.median(one[n_models][name]) for one in by_size]
            ratio = f"{values[-1] / values[0]:8.2f}" if len(values) > 1 and values[0] else ""
            unit = "MB" if "peak" in name or name == "memory" else "s"
            row = f"{f'{n_models} models, {name} ({unit})':40}"
            print(row + "".join(f"{value:20.3f}" for value in values) + ratio)


def print_goals(baseline: Mapping[int, Figures], present: Mapping[int, Figures]) -> None:
    """A row for each goal that was measured: the ratio, and what it may be at most."""
    for goal in GOALS:
        if goal.n_models in present and goal.n_of in baseline:
            value = statistics.median(present[goal.n_models][goal.figure])
            base = statistics.median(baseline[goal.n_of][goal.of])
            words = f"{goal.figure} among {goal.n_models} / {goal.of} among {goal.n_of} before"
            verdict = "reached" if value <= goal.share * base else "missed"
            print(f"{words:64}{value / base:8.3f}{goal.share:8.2f} {verdict}")
