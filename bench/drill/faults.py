"""What goes wrong in a drill, each with how it is done and undone; times are those of the drill.

The site's own times are shortened: a lease lasts 6 seconds in place of 30, PostgreSQL is waited
for 2 seconds for a connection and 10 for a statement in place of 5 and 60. Where a fault lasts
for minutes, rows of the database are set back instead of waiting: it is the only clock that they
go by.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import psycopg
import requests

from bench.drill.machines import Machine
from bench.drill.site import LEASE_SECONDS, Site, wait_for
from demo.processes import find_family

TEN_MINUTES = 600
WAIT_SECONDS = 45.0
SET_BACK = (
    "UPDATE submissions SET heartbeat_at = heartbeat_at - make_interval(secs => {0}) "
    "WHERE status = 'queued'",
    "UPDATE submission_events SET at = at - make_interval(secs => {0})",
    "UPDATE judge_calls SET started_at = started_at - make_interval(secs => {0})",
    "UPDATE canary_calls SET started_at = started_at - make_interval(secs => {0})",
)


class Fault(NamedTuple):
    """What goes wrong: a call that does it and undoes it; it ends so many runs (`kills`) at most.

    One that `isolates` needs machines with a network and disks of their own. Where it `drops`
    nothing, no connection of a visitor may be lost meanwhile.
    """

    name: str
    happens: Callable[[Site], object]
    kills: int = 0
    isolates: bool = False
    drops: bool = True


def _kill(site: Site, machine: str, *processes: str) -> None:
    one = site.machines[machine]
    for process in processes:
        one.kill(process)
    for process in processes:
        one.start_process(process)


def _judging_killed(site: Site) -> None:
    """The worker that asks the judge is killed while calls are in flight."""
    _wait_briefly(lambda: site.judge.n_in_flight > 0)
    _kill(site, "work-a", "worker")
    _kill(site, "work-b", "all")


def _asking_killed(site: Site) -> None:
    _wait_briefly(lambda: site.endpoint.n_in_flight > 0)
    _kill(site, "work-a", "endpoints")
    _kill(site, "work-b", "all")


def _clocks_wrong(site: Site) -> None:
    """From now on no two machines agree, and one that is fast dies at work."""
    ahead = {"web-a": -TEN_MINUTES, "web-b": TEN_MINUTES, "work-a": TEN_MINUTES}
    for name, seconds in (ahead | {"work-b": -TEN_MINUTES}).items():
        machine = site.machines[name]
        machine.kill_all()
        machine.seconds_ahead = seconds
        machine.start()
        if "web" in machine.processes:
            wait_for(partial(_answers, machine), 120, f"{name} was not back")
    _wait_briefly(lambda: site.judge.n_in_flight > 0)
    site.machines["work-a"].kill("worker")
    site.machines["work-a"].start_process("worker")


def _database_hung(site: Site) -> None:
    site.database.hang()
    time.sleep(2 * LEASE_SECONDS)
    site.database.go_on()


def _database_restarted(site: Site) -> None:
    site.database.crash()
    time.sleep(3)
    site.database.start()


def _database_full(site: Site) -> None:
    site.database.disk.fill()
    time.sleep(2 * LEASE_SECONDS)
    site.database.disk.empty()
    site.database.start()


def _spool_full(site: Site) -> None:
    for machine in site.web:
        site.spools[machine.name].fill()
    time.sleep(LEASE_SECONDS)
    for machine in site.web:
        site.spools[machine.name].empty()


def _redis_flushed(site: Site) -> None:
    site.redis.flush()


def _redis_hung(site: Site) -> None:
    site.redis.hang()
    time.sleep(2 * LEASE_SECONDS)
    site.redis.go_on()


def _redis_restarted(site: Site) -> None:
    site.redis.stop()
    time.sleep(LEASE_SECONDS)
    site.redis.start()


def _judge_away(site: Site) -> None:
    """Ten minutes, of which nearly all pass by setting back the times of rows."""
    site.judge.is_away = True
    _wait_briefly(lambda: _count_postponed(site) > 0)
    passed = 0.0
    while passed < TEN_MINUTES:
        time.sleep(1)
        passed += 1 + _let_pass(site, 60)
    site.judge.is_away = False
    _let_pass(site, TEN_MINUTES)


def _endpoints_failing(site: Site) -> None:
    site.endpoint.failed_share = 0.6
    time.sleep(2 * LEASE_SECONDS)
    site.endpoint.failed_share = 0.0


def _cut_off(site: Site) -> None:
    """A worker machine loses its network for longer than a lease, and comes back."""
    machine = site.machines["work-b"]
    machine.cut_off()
    time.sleep(3 * LEASE_SECONDS)
    machine.plug_in()


def _frozen(site: Site) -> None:
    """Workers stand still for longer than a lease, and go on as if nothing had been."""
    machine = site.machines["work-a"]
    machine.signal("worker", signal.SIGSTOP)
    time.sleep(3 * LEASE_SECONDS)
    machine.signal("worker", signal.SIGCONT)


def _web_rolled(site: Site) -> None:
    """The web machines get new processes, one after the other, while visitors come."""
    for machine in site.web:
        _roll(machine)


def _roll(machine: Machine) -> None:
    leader = machine.running["web"].process.pid
    old = {one for one in find_family(leader) if one.pid != leader}
    machine.signal("web", signal.SIGHUP, leader_only=True)
    wait_for(lambda: not old & find_family(leader), 60, f"{machine.name} did not begin anew")
    wait_for(lambda: _answers(machine), 60, f"{machine.name} was not back")


def _answers(machine: Machine) -> bool:
    with suppress(requests.RequestException), requests.Session() as session:
        session.trust_env = False
        return session.get(f"{machine.url}/healthz", timeout=5).ok
    return False


def _wait_briefly(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, but not for long: by chance it may not come."""
    with suppress(RuntimeError):
        wait_for(is_so, 20, "it was not so")


def _count_postponed(site: Site) -> int:
    query = "SELECT count(*) FROM submissions WHERE status = 'queued' AND heartbeat_at > now()"
    with suppress(psycopg.Error), site.database.connect() as connection:
        row = connection.execute(query).fetchone()
        return int(str(row[0])) if row else 0
    return 0


def _let_pass(site: Site, seconds: int) -> int:
    """As if so many seconds had passed for what waits; returns them."""
    with site.database.connect() as connection, connection.transaction():
        for statement in SET_BACK:
            connection.execute(statement.format(seconds).encode())
    return seconds


FAULTS = (
    Fault("a worker is killed", lambda site: _kill(site, "work-a", "worker"), kills=1),
    Fault("a web machine is killed", lambda site: _kill(site, "web-a", "web")),
    Fault(
        "the reconcilers are killed",
        lambda site: _kill(site, "work-a", "reconciler"),
    ),
    Fault("workers are killed that ask a judge", _judging_killed, kills=2),
    Fault("workers are killed that ask endpoints", _asking_killed, kills=2),
    Fault("PostgreSQL hangs", _database_hung, kills=2),
    Fault("PostgreSQL crashes and starts again", _database_restarted, kills=2),
    Fault("PostgreSQL's disk is full", _database_full, kills=2, isolates=True),
    Fault("disks for uploads are full", _spool_full, isolates=True),
    Fault("Redis is flushed", _redis_flushed, drops=False),
    Fault("Redis hangs", _redis_hung),
    Fault("Redis is started again, empty", _redis_restarted, drops=False),
    Fault("the judge is away for ten minutes", _judge_away, drops=False),
    Fault("endpoints answer 429 and 5xx", _endpoints_failing, drops=False),
    Fault("a worker machine is cut off", _cut_off, kills=1, isolates=True, drops=False),
    Fault("workers stand still and go on", _frozen, kills=1, drops=False),
    Fault("web machines are renewed in turn", _web_rolled, drops=False),
    Fault("clocks are ten minutes fast and slow", _clocks_wrong, kills=3),
)
