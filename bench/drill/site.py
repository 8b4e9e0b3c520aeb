"""The site of a drill: two web machines and two that work, one database, one Redis, stand-ins."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from cryptography.fernet import Fernet

from bench.drill.machines import LOOPBACK, NET, WEB_PORT, Machine, make_bridge, plug
from bench.drill.servers import Database, Disk, RedisServer, remove
from bench.drill.standins import EndpointStand, JudgeStand, serve
from demo.processes import Supervisor
from demo.services import open_port
from demo.settings import make_environ

LEASE_SECONDS = 6
CONNECT_SECONDS, STATEMENT_SECONDS = 2, 10
READY_SECONDS = 300.0
DATABASE_MEGABYTES, SPOOL_MEGABYTES = 400, 4
JUDGE = "scripted-judge"
MACHINES = {
    "web-a": ("web",),
    "web-b": ("web",),
    "work-a": ("worker", "endpoints", "reconciler"),
    "work-b": ("all", "reconciler"),
}
"""Each machine's processes."""


@dataclass
class Site:
    """Everything that a drill can disturb."""

    folder: Path
    machines: Mapping[str, Machine]
    database: Database
    redis: RedisServer
    judge: JudgeStand
    endpoint: EndpointStand
    spools: Mapping[str, Disk]
    endpoint_key: str
    is_isolated: bool

    @property
    def web(self) -> list[Machine]:
        """The machines that serve pages."""
        return [one for one in self.machines.values() if "web" in one.processes]

    def start(self) -> None:
        """Start every machine, and wait until the site is ready."""
        for machine in self.machines.values():
            machine.start()
        wait_for(self.is_ready, READY_SECONDS, "the site was not ready")

    def is_ready(self) -> bool:
        """Whether every web machine says that every part is at work."""
        return all(_is_ready(machine.url) for machine in self.web)

    def find_place(self) -> str:
        """Where endpoints answer: host and port."""
        return self.endpoint.base_url.split("/")[2]


def _is_ready(url: str) -> bool:
    with suppress(requests.RequestException), requests.Session() as session:
        session.trust_env = False
        return session.get(f"{url}/readyz", timeout=5).status_code == 200
    return False


def wait_for(is_so: Callable[[], object], seconds: float, what: str) -> float:
    """Wait until `is_so()`; the seconds that it took. Raises RuntimeError after `seconds`."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > seconds:
            raise RuntimeError(f"After {seconds:.0f} seconds {what}.")
        time.sleep(0.1)
    return time.monotonic() - begun


@contextmanager
def open_site(seed: int, *, is_isolated: bool) -> Iterator[Site]:
    """The servers, which run, and the machines, which do not yet; nothing is left at the end."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="drill-"))
        folder.chmod(0o755)
        stack.callback(remove, folder)
        address = make_bridge() if is_isolated else LOOPBACK
        judge, endpoint = JudgeStand(seed), EndpointStand(seed + 1)
        stack.enter_context(serve(address, judge, endpoint))
        disk = Disk(folder / "database", DATABASE_MEGABYTES, is_own=is_isolated)
        network = f"{NET}.0/24" if is_isolated else f"{LOOPBACK}/32"
        database = Database(disk, address, network)
        database.start()
        stack.callback(database.stop)
        redis = RedisServer(folder / "redis", address)
        redis.start()
        stack.callback(redis.stop)
        supervisor = stack.enter_context(Supervisor(folder / "logs"))
        spools = {
            name: Disk(folder / f"spool-{name}", SPOOL_MEGABYTES, is_own=is_isolated)
            for name in MACHINES
        }
        site = Site(
            *(folder, {}, database, redis, judge, endpoint, spools),
            Fernet.generate_key().decode(),
            is_isolated,
        )
        site.machines = _make_machines(site, supervisor, stack)
        yield site


def _make_machines(site: Site, supervisor: Supervisor, stack: ExitStack) -> dict[str, Machine]:
    machines = {}
    for number, (name, processes) in enumerate(MACHINES.items()):
        holder, address, port = None, LOOPBACK, WEB_PORT
        if site.is_isolated:
            holder, address = plug(name, number)
            stack.callback(holder.wait)
            stack.callback(holder.kill)
        else:
            with open_port(0) as listener:
                port = int(listener.getsockname()[1])
        environ = _make_environ(site, address, str(site.spools[name].folder))
        machines[name] = Machine(name, address, port, processes, environ, supervisor, holder)
    return machines


def _make_environ(site: Site, address: str, spool: str) -> dict[str, str]:
    many = "100000 per minute"
    return make_environ(
        os.environ,
        DATABASE_URL=site.database.url,
        REDIS_URL=site.redis.url,
        SECRET_KEY="d" * 40,
        TRUSTED_HOSTS=address,
        TMPDIR=spool,
        DATABASE_CONNECT_SECONDS=str(CONNECT_SECONDS),
        DATABASE_STATEMENT_SECONDS=str(STATEMENT_SECONDS),
        LEASE_SECONDS=str(LEASE_SECONDS),
        QUOTA_SUBMISSIONS="0",
        DAILY_SUBMISSIONS="0",
        APPROVE_TEAMS="0",
        UPLOAD_LIMIT=many,
        SIGN_IN_LIMIT=many,
        ENDPOINT_KEYS=site.endpoint_key,
        ENDPOINT_ALLOWED_ADDRESSES=site.find_place(),
        JUDGE_BASE_URL=site.judge.base_url,
        JUDGE_MODEL=JUDGE,
        NO_PROXY="*",
        no_proxy="*",
    )
