"""PostgreSQL and Redis of the drill: they can hang, crash, forget, and run out of space."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import redis

from demo.launch import make_command
from demo.processes import find_family
from demo.redis_server import find_binary
from tests.servers import Cluster, make_cluster, make_server_environ

START_SECONDS = 60.0
DATABASE_SETTINGS = {
    # What was committed survives a crash of the server; the machine itself does not crash here.
    "fsync": "off",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "America/St_Johns",
    "deadlock_timeout": "200ms",
    "log_lock_waits": "on",
    "log_line_prefix": "%m [%p] ",
}
LOCK_WAIT = re.compile(
    r"still waiting for \w+ on .* after ([\d.]+) ms|acquired \w+ on .* after ([\d.]+) ms"
)


class Disk:
    """A folder that can be filled up: a small disk of its own where that is possible."""

    def __init__(self, folder: Path, megabytes: int, *, is_own: bool) -> None:
        self.folder, self.is_own = folder, is_own
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        self._ballast = folder / "ballast"
        if is_own:
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "drill", folder],
                check=True,
            )

    def fill(self) -> None:
        """Leave no room on it."""
        with self._ballast.open("wb", buffering=0) as ballast:
            with suppress(OSError):
                while ballast.write(b"\0" * 65_536):
                    pass
            with suppress(OSError):
                while ballast.write(b"\0" * 512):
                    pass

    def empty(self) -> None:
        """Make room again."""
        self._ballast.unlink(missing_ok=True)


class Database:
    """A PostgreSQL server on a disk of its own, reached over the network."""

    def __init__(self, disk: Disk, address: str, network: str) -> None:
        self.disk = disk
        self.address, self.port = address, 5432 if disk.is_own else _find_port()
        self._cluster: Cluster = make_cluster(disk.folder)
        with (self._cluster.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} trust\n")
        self._log = disk.folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of its one database, for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@{self.address}:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers; nothing happens where it runs."""
        if self._process is not None and self._process.poll() is None:
            return None
        settings = DATABASE_SETTINGS | {
            "listen_addresses": self.address,
            "port": str(self.port),
            "unix_socket_directories": str(self.disk.folder),
        }
        server = [str(self._cluster.binaries / "postgres"), "-D", str(self._cluster.data)]
        for name, value in settings.items():
            server += ["-c", f"{name}={value}"]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                make_command(server, death_signal=signal.SIGQUIT, user=self._cluster.user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.disk.folder,
                env=make_server_environ(),
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            if self._process.poll() is not None:
                self._process = None
                return self.start()
            time.sleep(0.05)
        return None

    def answers(self) -> bool:
        """Whether it takes a query now."""
        with suppress(psycopg.Error), self.connect() as connection:
            return connection.execute("SELECT 1").fetchone() is not None
        return False

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of the drill's own."""
        return psycopg.connect(
            host=self.address,
            port=self.port,
            user="postgres",
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )

    def hang(self) -> None:
        """Stop every process of it where it stands; connections stay open."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def crash(self) -> None:
        """End it at once, without a word to anybody."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def stop(self) -> None:
        """End it for good."""
        if self._process is not None and self._process.poll() is None:
            self.go_on()
            self.crash()

    def read_lock_waits(self) -> list[float]:
        """The waits for locks that took longer than `deadlock_timeout`, in seconds."""
        text = self._log.read_text(errors="replace")
        return [float(one[0] or one[1]) / 1000 for one in LOCK_WAIT.findall(text)]

    def count_deadlocks(self) -> int:
        """How many transactions the server ended because each waited for another."""
        return self._log.read_text(errors="replace").count("deadlock detected")

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        for one in find_family(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(one.pid, number)


class RedisServer:
    """A Redis on the network; its log and pid file are in `folder`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address = address
        self.port = _find_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """For redis.from_url."""
        return f"redis://{self.address}:{self.port}/0"

    def start(self) -> None:
        """Start it empty, and wait until it answers."""
        binary = find_binary()
        if binary is None:
            raise RuntimeError("There is no Redis server here: see requirements/demo.txt.")
        settings = {
            "port": str(self.port),
            "bind": self.address,
            "protected-mode": "no",
            "dir": str(self._folder),
            "logfile": str(self._folder / "redis.log"),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
        }
        argv = [
            binary,
            *(part for name, value in settings.items() for part in (f"--{name}", value)),
        ]
        self._process = subprocess.Popen(
            make_command(argv, death_signal=signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
                client.ping()
                return
            if time.monotonic() > deadline:
                raise RuntimeError("Redis did not start.")
            time.sleep(0.02)

    def flush(self) -> None:
        """Have it forget everything."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def hang(self) -> None:
        """Stop it where it stands; connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def _find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def remove(folder: Path) -> None:
    """Take a folder away, with the disks that are mounted in it."""
    for one in folder.iterdir():
        subprocess.run(["umount", "--lazy", str(one)], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
