"""One run against an endpoint: our engine beside inspect_ai and lm-evaluation-harness.

Each asks the same 487 questions of the same scripted endpoint on loopback, which is a process of
its own. Wall and CPU seconds are those of the whole process, its start included; compare ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.rivals.install import ROOT, make_rivals

N_ITEMS = 487
CONCURRENCY = 64


class Scenario(NamedTuple):
    """How many questions of an endpoint with this latency in seconds and this share of faults."""

    name: str
    n_items: int
    latency: tuple[float, float]
    faults: float


class Usage(NamedTuple):
    """Seconds of a whole process, and how many questions it answered."""

    wall: float
    cpu: float
    n_answered: int


SCENARIOS = (
    Scenario("one question: the start alone", 1, (0.02, 0.05), 0.0),
    Scenario("20 to 50 ms", N_ITEMS, (0.02, 0.05), 0.0),
    Scenario("20 to 50 ms, 5 % faults", N_ITEMS, (0.02, 0.05), 0.05),
    Scenario("500 ms", N_ITEMS, (0.5, 0.5), 0.0),
)
OURS = "SpineBench"


def measure() -> None:
    """Print a table for each scenario."""
    rivals = make_rivals()
    commands = {
        OURS: [sys.executable, "-m", "bench.ask_ours"],
        "inspect_ai": [rivals, "bench/rivals/ask_inspect.py"],
        "lm-eval": [rivals, "bench/rivals/ask_lm_eval.py"],
    }
    starts: dict[str, float] = {}
    for scenario in SCENARIOS:
        mean = sum(scenario.latency) / 2
        limit = scenario.n_items * mean / CONCURRENCY
        print(f"\n{scenario.name}; N x latency / concurrency = {limit:.2f} s")
        print(f"{'':14}{'wall s':>8}{'CPU s':>8}{'ratio':>8}{'CPU ms each':>13}{'answered':>10}")
        base = 0.0
        for name, command in commands.items():
            usage = run(command, scenario)
            base = base or usage.cpu
            starts.setdefault(name, usage.cpu)
            # What a question costs beside the start, which the first scenario measures.
            each = 1000 * (usage.cpu - starts[name]) / scenario.n_items
            print(
                f"{name:14}{usage.wall:8.2f}{usage.cpu:8.2f}{usage.cpu / base:8.1f}"
                f"{each:13.2f}{usage.n_answered:10}"
            )


def run(command: list[str], scenario: Scenario) -> Usage:
    """Start an endpoint, then the program; what it used."""
    with tempfile.TemporaryDirectory() as folder, serve(scenario) as base_url:
        questions = Path(folder) / "questions.json"
        questions.write_text(json.dumps([write_question(n) for n in range(scenario.n_items)]))
        begun = time.perf_counter()
        with subprocess.Popen(
            [*command, str(questions), base_url, str(CONCURRENCY)],
            cwd=ROOT,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}")
    return Usage(wall, usage.ru_utime + usage.ru_stime, int(output.split()[-1]))


def write_question(number: int) -> str:
    """A multiple-choice question of usual length; no two are the same."""
    case = f"Patient {number} has leg pain for six weeks and a weak extensor of the great toe."
    options = "\n".join(f"{letter}. L{n}/L{n + 1}" for n, letter in enumerate("ABCD", start=1))
    return f"{case} Which level is most likely affected?\n\n{options}\n\nEnd with ANSWER: X"


@contextmanager
def serve(scenario: Scenario) -> Iterator[str]:
    """The base URL of a scripted endpoint in a process of its own."""
    command = [sys.executable, "-m", "demo.scripted_endpoint"]
    command += ["--latency", *map(str, scenario.latency), "--faults", str(scenario.faults)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
