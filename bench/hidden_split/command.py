"""`python -m bench hidden_split`: attacks on hidden answers through the product's own HTTP.

Each seed is a site of its own with other answers: a real one for the first seeds, as many as
--sites says, whose every answer its twin must give too, and the twin alone for the others. Gains
are in points over what the attacker knew before, which is chance for all but `informed`.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.hidden_split.attackers import ATTACKERS, attack, know
from bench.hidden_split.campaign import Budget, Campaign
from bench.hidden_split.checked import Checked
from bench.hidden_split.clock import movable_clock
from bench.hidden_split.figures import Outcome, measure_gain, summarise
from bench.hidden_split.items import FULL, Items, Shape, draw_items
from bench.hidden_split.site import open_site
from bench.hidden_split.target import Target
from bench.hidden_split.twin import Twin, draw_deciding
from bench.hidden_split.visit import Visit
from demo.redis_server import start_redis

ONE_PERSON, FIVE_PEOPLE = Budget(1, 200), Budget(5, 10)
OFF = (("sandbag", FIVE_PEOPLE), ("voter", FIVE_PEOPLE), ("sandbag", ONE_PERSON))
"""What is also tried with the policy off."""
N_SEEDS = 20
FIRST_SEED = 20261130
HEAD = (
    f"{'attacker':12}{'people':>7}{'each':>6}{'policy':>8}{'seeds':>7}{'gain':>7}{'upper':>7}"
    f"{'right %':>9}{'held':>6}{'truly':>7}{'feedback':>10}{'shown':>7}{'CPU s':>7}"
)


class Task(NamedTuple):
    """One attack on one site, or on its twin alone."""

    attacker: str
    budget: Budget
    is_protected: bool
    seed: int
    is_real: bool
    shape: Shape = FULL


def carry_out(task: Task, redis_url: str) -> Outcome:
    """Do it, in a process of which the clock may be moved."""
    begun = time.process_time()
    random = np.random.default_rng([task.seed, sorted(ATTACKERS).index(task.attacker)])
    items = draw_items(task.shape, random)
    if task.is_real:
        campaign, decides = attack_site(task, items, redis_url, random)
    else:
        decides = draw_deciding(items, random)
        twin = Twin(items, decides, is_protected=task.is_protected)
        campaign = attack_target(task, twin, items, random)
    posterior = campaign.believe(by_all=True)
    parts = (decides, ~decides) if task.is_protected else (np.ones_like(decides),)
    gains = [measure_gain(campaign.prior, posterior, items.right, of, random) for of in parts]
    return Outcome(
        gains[0],
        gains[1] if len(gains) > 1 else None,
        len(campaign.sent),
        campaign.n_breakdowns,
        time.process_time() - begun,
    )


def attack_site(
    task: Task, items: Items, redis_url: str, random: np.random.Generator
) -> tuple[Campaign, NDArray[np.bool_]]:
    """Attack a real site, whose every answer its twin must give too; and what decides ranks.

    In the end every other address is tried.
    """
    with (
        tempfile.TemporaryDirectory() as name,
        movable_clock() as clock,
        open_site(Path(name), redis_url, items, clock, is_protected=task.is_protected) as site,
    ):
        decides = site.find_deciding()
        twin = Twin(items, decides, is_protected=task.is_protected)
        visit = Visit(site, task.budget.n_people)
        campaign = attack_target(task, Checked(visit, twin, items), items, random)
        if task.is_protected:
            try_doors(visit, campaign)
        return campaign, decides


def try_doors(visit: Visit, campaign: Campaign) -> None:
    """Try every other address for the last model that no release has published."""
    published = {one.model for one in campaign.published}
    hidden = [one for one in campaign.sent if one.model not in published]
    if hidden:
        last = hidden[-1]
        visit.try_doors(last.person, last.model, campaign.sent[0].model, last.key)


def attack_target(
    task: Task, target: Target, items: Items, random: np.random.Generator
) -> Campaign:
    """The attack, up to the end of its uploads."""
    attacker = ATTACKERS[task.attacker]
    prior = know(items, random) if attacker.is_informed else None
    campaign = Campaign(
        target, items, task.budget, random, prior=prior, is_protected=task.is_protected
    )
    attack(campaign, attacker.way)
    return campaign


def measure() -> None:
    """Everything, over N_SEEDS seeds."""
    main([])


def main(argv: Sequence[str]) -> int:
    """Print a row for each attack as soon as its seeds are through."""
    options = _read(argv)
    names = options.attacker or list(ATTACKERS)
    groups = [(name, budget, True) for budget in (FIVE_PEOPLE, ONE_PERSON) for name in names]
    groups += [(name, budget, False) for name, budget in OFF if name in names]
    if options.people:
        groups = [group for group in groups if group[1].n_people == options.people]
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    print(f"{FULL.n} items, {FULL.n_subconditions} subconditions. Gain: points over what was known")
    print("before, on items that decide ranks; upper: 95th percentile of seeds; held: items newly")
    print("believed above 0.9, and how many truly are right; feedback: gain on the feedback part.")
    print(HEAD, flush=True)
    for group, outcomes in _run(groups, seeds, options.sites, options.processes):
        print(_write_row(*group, outcomes), flush=True)
    return 0


def _run(
    groups: Sequence[tuple[str, Budget, bool]], seeds: range, n_sites: int, n_processes: int
) -> Iterator[tuple[tuple[str, Budget, bool], list[Outcome]]]:
    """Each group with its outcomes, in the order in which they are complete."""
    # Several processes share the cores: each has one thread for its sums.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as name,
        start_redis(Path(name)) as redis,
        ProcessPoolExecutor(n_processes, context, logging.disable, (logging.WARNING,)) as pool,
    ):
        waiting = {
            pool.submit(carry_out, Task(*group, seed, number < n_sites), redis.url): group
            for group in groups
            for number, seed in enumerate(seeds)
        }
        done: dict[tuple[str, Budget, bool], list[Outcome]] = {group: [] for group in groups}
        for future in as_completed(waiting):
            group = waiting[future]
            done[group].append(future.result())
            if len(done[group]) == len(seeds):
                yield group, done[group]


def _write_row(name: str, budget: Budget, is_protected: bool, outcomes: Sequence[Outcome]) -> str:
    deciding = summarise([one.deciding for one in outcomes])
    feedback = [one.feedback for one in outcomes if one.feedback is not None]
    on_feedback = f"{summarise(feedback).mean:.1f}" if feedback else "-"
    return (
        f"{name:12}{budget.n_people:7}{budget.n_each:6}{'on' if is_protected else 'off':>8}"
        f"{len(outcomes):7}{deciding.mean:7.1f}{deciding.upper:7.1f}{deciding.right:9.1f}"
        f"{deciding.n_held:6.1f}{deciding.n_held_right:7.1f}{on_feedback:>10}"
        f"{np.mean([one.n_breakdowns for one in outcomes]):7.1f}"
        f"{np.mean([one.seconds for one in outcomes]):7.1f}"
    )


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench hidden_split", description=__doc__)
    parser.add_argument("--seeds", type=int, default=N_SEEDS)
    parser.add_argument(
        "--sites", type=int, default=1, help="how many seeds attack a real site; others its twin"
    )
    parser.add_argument("--attacker", choices=ATTACKERS, action="append", help="by default all")
    parser.add_argument("--people", type=int, choices=(1, 5), help="by default both budgets")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    return parser.parse_args(argv)
