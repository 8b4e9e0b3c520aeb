"""`python -m bench start`: what starting costs here and at an older commit, in one run (Linux).

The web process as each tree's Procfile has it, with one and two worker processes, until it answers,
and after one request of each kind; a worker until it waits for jobs. CPU seconds of all processes
of a command, and the memory that is theirs alone or their part of what they share (PSS).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.baseline import Side
from bench.checkout import BEFORE, ROOT, CheckoutError, get_checkout, make_environ
from demo.redis_server import start_redis
from demo.services import HOST, open_port

BUNDLED = ("content/spinebench-mini", "benchmarks/spinebench-mini")
N_RUNS = 3
SECONDS = 120.0
KINDS = (
    "/",
    "/sign-in",
    "/register",
    "/docs/api",
    "/benchmarks/spinebench-mini",
    "/api/v1/benchmarks",
    "/api/v1/rankings/spinebench-mini/test",
    "/api/v1/openapi.json",
)
"""Addresses of both trees; what they answer is none of this measurement's business."""
Figures = dict[str, list[float]]


class Used(NamedTuple):
    """CPU seconds of a process and its children, and their memory in MB."""

    cpu: float
    memory: float


def main(arguments: Sequence[str]) -> int:
    """Measure both trees in turn and print the medians with their ratio; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench start", description=__doc__)
    parser.add_argument("--commit", default=BEFORE, help=f"compare with this ({BEFORE})")
    parser.add_argument("--runs", type=int, default=N_RUNS, help=f"of each tree ({N_RUNS})")
    options = parser.parse_args(arguments)
    try:
        before = get_checkout(options.commit)
    except CheckoutError as error:
        print(error, file=sys.stderr)
        return 2
    sides = [Side(f"baseline {options.commit}", before), Side("present", ROOT)]
    found: dict[str, Figures] = {side.name: {} for side in sides}
    with tempfile.TemporaryDirectory() as name, start_redis(Path(name) / "redis") as redis:
        for side in sides:
            prepare(side, make_settings(side, Path(name), redis.url))
        for _ in range(options.runs):
            for side in sides:
                settings = make_settings(side, Path(name), redis.url)
                for figure, value in measure_side(side, settings):
                    found[side.name].setdefault(figure, []).append(value)
    print_figures(found)
    return 0


def make_settings(side: Side, folder: Path, redis_url: str) -> dict[str, str]:
    """The environment of a side's processes: each has a database and a queue of its own."""
    name = side.name.split()[0]
    return {
        **make_environ(side.tree),
        "DATABASE_URL": f"sqlite:///{folder / name}.sqlite3",
        "REDIS_URL": redis_url,
        "QUEUE_NAME": name,
        "SECRET_KEY": "s" * 40,
        "HOST": HOST,
    }


def prepare(side: Side, settings: Mapping[str, str]) -> None:
    """A database with the bundled benchmark, and compiled modules, as after a first start."""
    package = next(one for one in BUNDLED if (side.tree / one).is_dir())
    flask = ("python", "-m", "flask", "--app", "leaderboard.app")
    for command in (
        ("python", "-m", "compileall", "-q", "config.py", "leaderboard", "workers", "cli"),
        (*flask, "db", "upgrade"),
        (*flask, "benchmark", "load", package),
    ):
        subprocess.run(command, cwd=side.tree, env=settings, check=True, capture_output=True)


def measure_side(side: Side, settings: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """Yield each figure of one start of every kind."""
    for n_processes in (1, 2):
        with open_port(0) as listener:
            port = str(listener.getsockname()[1])
        own = {**settings, "PORT": port, "WEB_CONCURRENCY": str(n_processes)}
        url = f"http://{HOST}:{port}"
        web = f"web, {n_processes} {'process' if n_processes == 1 else 'processes'}"
        with run(side, read_command(side, "web"), own) as pid:
            wait(lambda url=url: is_there(f"{url}/healthz"))  # type: ignore[misc]
            wait(lambda pid=pid, n=n_processes: len(list_family(pid)) > n)  # type: ignore[misc]
            used = read_usage(pid)
            yield f"{web}, start (s)", used.cpu
            yield f"{web}, memory (MB)", used.memory
            for kind in KINDS:
                is_there(f"{url}{kind}")
            after = read_usage(pid)
            yield (
                f"{web}, one request of each kind (s)",
                after.cpu - used.cpu,
            )
            yield f"{web}, memory after these (MB)", after.memory
    log = Path(settings["DATABASE_URL"].removeprefix("sqlite:///")).with_suffix(".log")
    with run(side, read_command(side, "worker"), settings, log) as pid:
        wait(lambda: "Listening on" in log.read_text(errors="replace"))
        used = read_usage(pid)
        yield "worker, start (s)", used.cpu
        yield "worker, memory (MB)", used.memory


def read_command(side: Side, process: str) -> str:
    """How the tree's Procfile starts a process."""
    lines = (side.tree / "Procfile").read_text(encoding="utf-8").splitlines()
    return next(line.partition(": ")[2] for line in lines if line.startswith(f"{process}: "))


@contextmanager
def run(
    side: Side, command: str, settings: Mapping[str, str], log: Path | None = None
) -> Iterator[int]:
    """The number of a process that runs until the end of the block."""
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            cwd=side.tree,
            env=settings,
            stdout=output,
            stderr=output,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


def wait(is_so: Callable[[], bool]) -> None:
    """Wait until it is so. Raises TimeoutError."""
    ends_at = time.monotonic() + SECONDS
    while not is_so():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"a process was not ready after {SECONDS:.0f} s")
        time.sleep(0.1)


def is_there(url: str) -> bool:
    """Whether anything answers."""
    try:
        urllib.request.urlopen(url, timeout=SECONDS).read()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def list_family(pid: int) -> list[int]:
    """A process and its children, theirs too."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(one for child in children for one in list_family(int(child)))]


def read_usage(pid: int) -> Used:
    """What a process and its children have used until now, those that ended included."""
    ticks = memory = 0
    for one in list_family(pid):
        fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        memory += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return Used(ticks / os.sysconf("SC_CLK_TCK"), memory / 1e3)


def print_figures(found: Mapping[str, Figures]) -> None:
    """A row for each figure: medians, and the ratio of the last side to the first."""
    print(f"{'median':52}" + "".join(f"{name:>20}" for name in found) + f"{'ratio':>8}")
    for figure in list(found.values())[-1]:
        values = [statistics.median(figures[figure]) for figures in found.values()]
        row = f"{figure:52}" + "".join(f"{value:20.2f}" for value in values)
        print(row + f"{values[-1] / values[0]:8.2f}")
