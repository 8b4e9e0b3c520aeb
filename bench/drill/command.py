"""`python -m bench drill`: disturb a site of four machines at work, and check what came of it."""

from __future__ import annotations

import argparse
import logging
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psycopg

from bench.drill.faults import FAULTS, Fault
from bench.drill.machines import isolate
from bench.drill.site import JUDGE, Site, open_site, wait_for
from bench.drill.undisturbed import Outcome, evaluate_all, read_outcome
from bench.drill.verdict import Verdict, read_verdict
from bench.drill.visitors import Visitors
from bench.drill.work import Piece, fill, plan_work
from leaderboard.db import Sessions, make_sessions
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.judges.roster import AnyJudge, make_judges
from leaderboard.judges.settings import read_judge_settings
from leaderboard.migrate import upgrade
from tests.judges.rubric import RUBRIC

N_SUBMISSIONS, N_READERS, SEED = 100, 4, 20261201
MOST_CALLS_LOST = 8
"""How many calls a worker has in flight at a judge, or fewer at an endpoint."""
RECOVER_SECONDS = 120.0
AT_WORK_SECONDS = 20.0
FINISH_SECONDS = 180.0
AT_WORK = "SELECT id FROM submissions WHERE status = 'running'"
OPEN = "SELECT id FROM submissions WHERE status IN ('queued', 'running')"


class Recovery(NamedTuple):
    """How a fault was got over: seconds after its end, None where it was not in time."""

    fault: str
    seconds: float
    n_at_work: int
    ready: float | None
    scored: float | None
    n_dropped: int
    may_drop: bool


def main(arguments: list[str]) -> int:
    """Run the drill; 1 where a submission or a reader fared worse than promised."""
    options = _read_options(arguments)
    is_isolated = isolate()
    logging.basicConfig(level="ERROR")
    print(f"Seed {options.seed}: {options.submissions} submissions, {N_READERS} readers.")
    if not is_isolated:
        print(
            "Not root on Linux: machines share a network and a disk, and some faults are left out."
        )
    chosen = [
        fault
        for fault in FAULTS
        if (is_isolated or not fault.isolates) and _is_asked(fault, options.only)
    ]
    with open_site(options.seed, is_isolated=is_isolated) as site:
        verdict = _Drill(site, plan_work(options.submissions, options.seed), options.seed).run(
            chosen
        )
        if options.keep:
            shutil.copytree(site.folder / "logs", options.keep, dirs_exist_ok=True)
            shutil.copy(site.folder / "database.log", options.keep)
    verdict.show()
    return int(bool(verdict.breaches))


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench drill", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="another order, and other answers")
    parser.add_argument("--submissions", type=int, default=N_SUBMISSIONS, help="how many are sent")
    parser.add_argument("--only", nargs="*", help="words of the faults to try; by default all")
    parser.add_argument("--keep", type=Path, help="a folder for the logs of all processes")
    parser.add_argument("--list", action="store_true", help="name the faults")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(fault.name for fault in FAULTS))
        sys.exit(0)
    return options


def _is_asked(fault: Fault, words: Sequence[str] | None) -> bool:
    return words is None or any(word in fault.name for word in words)


class _Drill:
    """One site, and the work that it is given."""

    def __init__(self, site: Site, work: Sequence[Piece], seed: int) -> None:
        self.site, self.work, self.seed = site, list(work), seed
        self.judges: list[AnyJudge] = make_judges(
            read_judge_settings({}, base_url=site.judge.base_url, model=JUDGE, api_key="", file=""),
            RUBRIC,
        )
        self.visitors = Visitors([one.url for one in site.web], seed)
        self.sessions: Sessions = make_sessions(site.database.url)

    def run(self, faults: Sequence[Fault]) -> Verdict:
        """Disturb the site by each fault, in an order that follows from the seed."""
        expected = self._evaluate_undisturbed()
        tokens, endpoints = self._fill()
        begun = time.monotonic()
        self.site.start()
        print(f"All machines were ready after {time.monotonic() - begun:.0f} s.", flush=True)
        self.visitors.read(N_READERS, tokens, self.work)
        ordered = list(faults)
        random.Random(self.seed).shuffle(ordered)
        # Clocks that are wrong stay so.
        ordered.sort(key=lambda fault: "clocks" in fault.name)
        shares = _share_out(self.work, max(1, len(ordered)))
        recoveries = []
        print(
            f"{'':42}{'lasted':>7}{'at work':>8}{'ready':>7}{'scored':>7}{'lost connections':>18}"
        )
        for fault, pieces in zip(ordered, shares, strict=True):
            self.visitors.send(pieces, tokens, endpoints)
            recoveries.append(self._disturb(fault))
        stuck = self._finish()
        self.visitors.end()
        found = read_outcome(self.sessions)
        self.sessions.engine.dispose()
        n_kills = sum(fault.kills for fault in faults)
        return read_verdict(
            *(self.site, self.work, self.visitors, expected, found, recoveries),
            stuck=stuck,
            most_lost=MOST_CALLS_LOST * n_kills,
        )

    def _evaluate_undisturbed(self) -> Outcome:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            expected = evaluate_all(
                Path(folder),
                *(self.work, self.judges, self.site.endpoint_key, self.site.endpoint.base_url),
            )
        for stand in (self.site.judge, self.site.endpoint):
            stand.answered.clear()
        print(f"Undisturbed, one by one: {time.monotonic() - begun:.0f} s.", flush=True)
        return expected

    def _fill(self) -> tuple[dict[str, str], dict[str, str]]:
        upgrade(self.site.database.url)
        policy = read_policy([self.site.find_place()], allow_http=False)
        vault = KeyVault([self.site.endpoint_key])
        return fill(
            *(self.sessions, self.work, self.judges, vault, policy, self.site.endpoint.base_url)
        )

    def _disturb(self, fault: Fault) -> Recovery:
        with suppress(RuntimeError):
            wait_for(lambda: self._read(AT_WORK), AT_WORK_SECONDS, "nothing was at work")
        at_work = self._read(AT_WORK) or set()
        begun = time.monotonic()
        fault.happens(self.site)
        ended = time.monotonic()
        ready = self._wait(self.site.is_ready, ended)
        scored = self._wait(lambda: self._has_scored(at_work), ended)
        dropped = [what for at, what in self.visitors.seen.dropped if at >= begun]
        found = Recovery(
            *(fault.name, ended - begun, len(at_work), ready, scored, len(dropped), fault.drops)
        )
        print(
            f"{fault.name:42}{found.seconds:6.0f}s{found.n_at_work:8}"
            f"{_say(ready):>7}{_say(scored):>7}{found.n_dropped:18}",
            flush=True,
        )
        return found

    def _wait(self, is_so: Callable[[], object], since: float) -> float | None:
        with suppress(RuntimeError):
            wait_for(is_so, RECOVER_SECONDS, "it was not so")
            return time.monotonic() - since
        return None

    def _has_scored(self, keys: set[str]) -> bool:
        still = self._read(OPEN)
        return still is not None and not (still & keys)

    def _read(self, query: str) -> set[str] | None:
        """The keys that a query finds; None while the database is away."""
        with suppress(psycopg.Error), self.site.database.connect() as connection:
            return {str(row[0]) for row in connection.execute(query.encode())}
        return None

    def _finish(self) -> int:
        """Wait for the last submission; how many are stuck."""
        with suppress(RuntimeError):
            wait_for(
                lambda: len(self.visitors.sent) == len(self.work) and self._read(OPEN) == set(),
                *(FINISH_SECONDS, "some had not ended"),
            )
        return len(self._read(OPEN) or ())


def _share_out(work: Sequence[Piece], n: int) -> list[list[Piece]]:
    return [list(work[number::n]) for number in range(n)]


def _say(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f}s"
