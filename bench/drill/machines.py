"""Machines of the drill: a network and a name of their own where that is possible, and processes.

As root on Linux each is a network namespace behind a bridge, inside one that the whole drill has
for itself, so nothing of it is left behind. Elsewhere all of them share loopback, and no machine
can be cut off from the others.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from demo.processes import Child, Supervisor, find_family

INSIDE = "SPINEBENCH_DRILL_INSIDE"
BRIDGE, NET = "drill0", "10.87.65"
LOOPBACK = "127.0.0.1"
WEB_PORT = 8000
PROCESSES = {
    "worker": ("workers", "worker", "quick", "files"),
    "endpoints": ("workers", "worker", "endpoints"),
    "all": ("workers", "worker"),
    "reconciler": ("workers", "reconciler"),
}


def can_isolate() -> bool:
    """Whether machines can have networks and disks of their own here."""
    return (
        sys.platform == "linux"
        and os.geteuid() == 0
        and all(map(shutil.which, ("unshare", "nsenter", "ip", "mount")))
        and subprocess.run(["unshare", "--net", "--mount", "--uts", "true"]).returncode == 0
    )


def isolate() -> bool:
    """Begin again inside namespaces, unless that was done; False where it is not possible."""
    if INSIDE in os.environ:
        return True
    if not can_isolate():
        return False
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    again = [sys.executable, "-m", "bench", *sys.argv[1:]]
    return os.execvp("unshare", ["unshare", "--net", "--mount", "--uts", "--", *again])


def run(*argv: str) -> None:
    """Run a command of the system. Raises CalledProcessError."""
    subprocess.run(argv, check=True, capture_output=True)


@dataclass
class Machine:
    """A machine: its processes by name, and by how many seconds its clock is ahead."""

    name: str
    address: str
    port: int
    processes: tuple[str, ...]
    environ: Mapping[str, str]
    supervisor: Supervisor
    holder: subprocess.Popen[bytes] | None = None
    seconds_ahead: int = 0
    running: dict[str, Child] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where its web process answers."""
        return f"http://{self.address}:{self.port}"

    def start(self) -> None:
        """Start its processes."""
        for name in self.processes:
            self.start_process(name)

    def start_process(self, name: str) -> None:
        """Start one of them, on this machine's clock."""
        command = self._web() if name == "web" else PROCESSES[name]
        argv = [sys.executable, "-m", "bench.drill.clock", str(self.seconds_ahead), *command]
        if self.holder is not None:
            argv = ["nsenter", f"--target={self.holder.pid}", "--net", "--uts", "--", *argv]
        self.running[name] = self.supervisor.start(
            f"{self.name}-{name}", argv, environ=self.environ
        )

    def kill(self, name: str) -> None:
        """Kill a process with all that it started, as a crash does."""
        self.signal(name, signal.SIGKILL)
        self.running[name].process.wait()

    def kill_all(self) -> None:
        """Kill everything, as a power cut does."""
        for name in self.running:
            self.kill(name)

    def signal(self, name: str, number: signal.Signals, *, leader_only: bool = False) -> None:
        """Send a signal to a process, and to all that it started."""
        leader = self.running[name].process.pid
        pids = [leader] if leader_only else [one.pid for one in find_family(leader)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def cut_off(self) -> None:
        """Unplug its network."""
        run("ip", "link", "set", _name_link(self.name), "down")

    def plug_in(self) -> None:
        """And plug it in again."""
        run("ip", "link", "set", _name_link(self.name), "up")

    def _web(self) -> tuple[str, ...]:
        return (
            *("gunicorn", "leaderboard.app:create_app()", "--workers", "1", "--threads", "8"),
            *("--worker-class", "leaderboard.web.receiving.ReceivingWorker", "--timeout", "60"),
            *("--bind", f"{self.address}:{self.port}", "--no-control-socket"),
        )


def _name_link(machine: str) -> str:
    return f"{machine}-link"


def make_bridge() -> str:
    """The address at which all machines reach what this process serves."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "address", "add", f"{NET}.1/24", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")
    return f"{NET}.1"


def plug(name: str, number: int) -> tuple[subprocess.Popen[bytes], str]:
    """A network and host name for a machine, as long as the process lives; and its address."""
    holder = subprocess.Popen(
        ["unshare", "--net", "--uts", "--", "sleep", "infinity"], stdin=subprocess.DEVNULL
    )
    inside = ("nsenter", f"--target={holder.pid}", "--net", "--uts", "--")
    own = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{holder.pid}/ns/net") == own:
        os.sched_yield()
    link, address = _name_link(name), f"{NET}.{10 + number}"
    peer = ("peer", "name", "uplink", "netns", str(holder.pid))
    run("ip", "link", "add", link, "type", "veth", *peer)
    run("ip", "link", "set", link, "master", BRIDGE, "up")
    run(*inside, "hostname", name)
    run(*inside, "ip", "link", "set", "lo", "up")
    run(*inside, "ip", "address", "add", f"{address}/24", "dev", "uplink")
    run(*inside, "ip", "link", "set", "uplink", "up")
    return holder, address
