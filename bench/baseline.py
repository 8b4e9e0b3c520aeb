"""`python -m bench baseline`: a measurement or a command here and at an older commit, as ratios.

Both run in turn, so that what else the machine does falls on both. Times are of the whole
command with every process that it started and waited for.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.checkout import BEFORE, ROOT, CheckoutError, get_checkout, make_environ

N_RUNS = 3
TAIL_LINES = 15
# Linux counts memory in kilobytes, macOS in bytes.
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


class CommandError(RuntimeError):
    """A command could not be measured; the message names the side and the remedy."""


class Side(NamedTuple):
    """One of the two trees, and what it is called."""

    name: str
    tree: Path


class Usage(NamedTuple):
    """What a whole command used: CPU and wall seconds, bytes of its largest process."""

    cpu: float
    user: float
    wall: float
    peak: float


class Run(NamedTuple):
    """One run of a command: what it used and what it wrote."""

    usage: Usage
    output: str


FIGURES: Mapping[str, tuple[str, Callable[[Usage], float]]] = {
    "user + system CPU": ("s", lambda usage: usage.cpu),
    "user CPU": ("s", lambda usage: usage.user),
    "wall": ("s", lambda usage: usage.wall),
    "peak memory": ("MB", lambda usage: usage.peak / 1e6),
}


def main(arguments: Sequence[str], *, project: Path = ROOT) -> int:
    """Measure `project` and print ratios; the exit status, 2 where nothing could be measured."""
    options = _read_options(arguments)
    try:
        argv = options.command or make_command(options.name)
        present = Side("present", project)
        baseline = Side(f"baseline {options.commit}", get_checkout(options.commit, project=project))
        sides = [baseline, present]
        if options.name:
            sides = find_sides(options.name, sides)
        print_runs(measure_in_turn(sides, argv, options.runs))
    except (CheckoutError, CommandError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """`name` of a measurement or else a `command`, after `--`; how many `runs`; the `commit`."""
    before, command = list(arguments), []
    if "--" in before:
        cut = before.index("--")
        before, command = before[:cut], before[cut + 1 :]
    parser = argparse.ArgumentParser(prog="python -m bench baseline", description=__doc__)
    parser.add_argument("name", nargs="?", help="a measurement of bench/, such as submission")
    parser.add_argument("--commit", default=BEFORE, help=f"compare with this ({BEFORE})")
    parser.add_argument("--runs", type=int, default=N_RUNS, help=f"of each tree ({N_RUNS})")
    parser.epilog = "or a command of each tree's own .venv: python -m bench baseline -- pytest -q"
    options = parser.parse_args(before)
    if bool(options.name) == bool(command):
        parser.error("name one measurement, or a command after --")
    if options.runs < 1:
        parser.error(f"--runs must be 1 or more, not {options.runs}")
    options.command = command
    return options


def make_command(name: str) -> list[str]:
    """What runs the measurement alone in a tree, whatever the others of that tree import."""
    return ["python", "-c", f"from bench import {name}; {name}.measure()"]


def find_sides(name: str, sides: Sequence[Side]) -> list[Side]:
    """The sides that have the measurement; those without are named. Raises CommandError if none."""
    having = [side for side in sides if _has(side.tree, name)]
    for side in sides:
        if side not in having:
            print(f"{side.name} has no measurement {name!r}, so there is no ratio to it.")
    if not having:
        present = sides[-1].tree
        stems = sorted(path.stem for path in (present / "bench").glob("*.py"))
        known = ", ".join(stem for stem in stems if _has(present, stem))
        raise CommandError(f"There is no measurement {name!r}; there are {known}.")
    return having


def _has(tree: Path, name: str) -> bool:
    path = tree / "bench" / f"{name}.py"
    return name.isidentifier() and path.exists() and "\ndef measure(" in path.read_text()


def measure_in_turn(
    sides: Sequence[Side], argv: Sequence[str], n_runs: int
) -> dict[str, list[Run]]:
    """`n_runs` of `argv` in each tree, by the side's name; every other round in reverse order.

    Raises CommandError for a command that a tree does not have and for one that fails.
    """
    runs: dict[str, list[Run]] = {side.name: [] for side in sides}
    for number in range(n_runs):
        for side in sides[:: -1 if number % 2 else 1]:
            run = run_command(side, argv)
            runs[side.name].append(run)
            words = f"run {number + 1} of {n_runs}, {side.name}: {run.usage.cpu:.2f} s CPU"
            print(words, file=sys.stderr, flush=True)
    return runs


def run_command(side: Side, argv: Sequence[str]) -> Run:
    """Run `argv` in the tree of `side` with the programs of its .venv. Raises CommandError.

    A process starts with its parent's peak of memory: this one imports little and stays small.
    """
    environ = make_environ(side.tree)
    program = shutil.which(argv[0], path=environ["PATH"])
    if program is None:
        raise CommandError(
            f"{side.name} has no command {argv[0]!r}: there is none in {side.tree}/.venv/bin "
            "and none on this machine."
        )
    with tempfile.TemporaryFile() as file:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [program, *argv[1:]],
            cwd=side.tree,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        file.seek(0)
        output = file.read().decode(errors="replace")
    if process.returncode != 0:
        ending = "\n".join(output.splitlines()[-TAIL_LINES:])
        raise CommandError(
            f"`{' '.join(argv)}` ended with status {process.returncode} in {side.tree} "
            f"({side.name}):\n{ending}\nWhat fails is not measured: mend it there first."
        )
    user, system = used.ru_utime, used.ru_stime
    return Run(Usage(user + system, user, wall, used.ru_maxrss * MAXRSS_BYTES), output)


def print_runs(runs: Mapping[str, Sequence[Run]]) -> None:
    """What the last run of each side wrote, then the table of medians with the ratio."""
    for name, made in runs.items():
        print(f"== {name}, last run of {len(made)}", made[-1].output.rstrip(), sep="\n")
    print(f"\n{'median of the whole command':32}" + "".join(f"{name:>20}" for name in runs), end="")
    print(f"{'present/baseline':>20}" if len(runs) == 2 else "")
    for words, (unit, read) in FIGURES.items():
        values = [statistics.median(read(run.usage) for run in made) for made in runs.values()]
        row = f"{f'{words} ({unit})':32}" + "".join(f"{value:20.2f}" for value in values)
        ratio = f"{values[1] / values[0]:20.2f}" if len(values) == 2 and values[0] else ""
        print(row + ratio)
