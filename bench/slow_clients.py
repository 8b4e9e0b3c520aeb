"""Readers of the ranking beside 200 slow clients, directly and behind nginx and Caddy, in one run.

A fifth of the slow clients each send nothing, half a header, half a body, a header byte by byte and
a body byte by byte. Each has a loopback address of its own, so no limit by address helps, and comes
again when it is let go. The times are those of single requests over new connections, from this
process; compare ratios. The proxies are those on the PATH (`nginx`, `caddy`), with the files of
deploy/; gunicorn's own threads are measured for comparison, and fail.
"""

from __future__ import annotations

import logging
import os
import re
import selectors
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.page import APPLICATION, add_model, answers
from bench.questions import add_questions
from demo.processes import Supervisor
from demo.redis_server import start_redis
from demo.services import HOST, open_port
from demo.settings import ROOT
from leaderboard.models.benchmark import Answers

N_SLOW, N_READ = 200, 200
N_MODELS, N_TEXT, N_IMAGE = 20, 40, 24
SEED = 20261130
START_SECONDS = 300.0
READ_SECONDS = 20.0
DRIP_SECONDS = 1.0
MOST_TIMES_SLOWER = 2.0
HEAD = b"POST /api/v1/validations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
RECEIVING = "leaderboard.web.receiving.ReceivingWorker"


class Manner(NamedTuple):
    """How a slow client sends: at once, and whether a byte a second follows."""

    name: str
    first: bytes
    drips: bool


MANNERS = (
    Manner("nothing", b"", drips=False),
    Manner("half a header", HEAD, drips=False),
    Manner("half a body", HEAD + b"\r\n" + b"x" * 1_000, drips=False),
    Manner("a header byte by byte", HEAD + b"X-Slow: ", drips=True),
    Manner("a body byte by byte", HEAD + b"\r\n", drips=True),
)


class SlowClients:
    """So many connections to a port that are never done; one that is closed is opened again."""

    def __init__(self, port: int, n: int) -> None:
        self._port = port
        self._n = n
        self._ends = threading.Event()
        self._all_open = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.n_let_go = 0

    def __enter__(self) -> SlowClients:
        self._thread.start()
        self._all_open.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for number in range(self._n):
                self._open(selector, number)
            self._all_open.set()
            dripped = time.monotonic()
            while not self._ends.is_set():
                for key, _ in selector.select(0.1):
                    with suppress(OSError):
                        if key.fileobj.recv(4_096):  # type: ignore[union-attr]
                            continue
                    self.n_let_go += 1
                    self._close(selector, key)
                    self._open(selector, key.data)
                if time.monotonic() - dripped > DRIP_SECONDS:
                    dripped = time.monotonic()
                    self._drip(selector)
            for key in list(selector.get_map().values()):
                self._close(selector, key)

    def _open(self, selector: selectors.BaseSelector, number: int) -> None:
        client = socket.socket()
        client.bind((f"127.1.{number // 200}.{number % 200 + 1}", 0))
        client.settimeout(START_SECONDS)
        client.connect((HOST, self._port))
        client.setblocking(False)
        with suppress(OSError):
            client.send(MANNERS[number % len(MANNERS)].first)
        selector.register(client, selectors.EVENT_READ, number)

    def _drip(self, selector: selectors.BaseSelector) -> None:
        for key in list(selector.get_map().values()):
            if MANNERS[key.data % len(MANNERS)].drips:
                with suppress(OSError):
                    key.fileobj.send(b"x")  # type: ignore[union-attr]

    def _close(self, selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        selector.unregister(key.fileobj)
        key.fileobj.close()  # type: ignore[union-attr]


class Times(NamedTuple):
    """Milliseconds of requests, sorted; of those that failed there is none."""

    milliseconds: list[float]
    n_failed: int

    @property
    def median(self) -> float:
        """The middle one; infinite where most failed."""
        return self.at(0.5)

    def at(self, share: float) -> float:
        """The time within which this share of all requests was answered."""
        place = int(share * (len(self.milliseconds) + self.n_failed))
        return self.milliseconds[place] if place < len(self.milliseconds) else float("inf")


def measure() -> None:
    """Print readers' times without and beside slow clients; fail where ours are over twice."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target = add_questions(name, Answers.PUBLIC, N_TEXT, N_IMAGE, np.random.default_rng(SEED))
        for number in range(N_MODELS):
            add_model(target, number)
        with start_redis(folder / "redis") as redis, Supervisor(folder / "logs") as supervisor:
            url = str(target.sessions.engine.url)
            environ = {"DATABASE_URL": url, "REDIS_URL": redis.url, "SECRET_KEY": "s" * 40}
            print(f"{N_READ} readers one after the other, {N_SLOW} slow clients")
            print(f"{'':26}{'calm':>16}{'beside them':>16}{'ratio':>14}{'let go':>8}{'failed':>8}")
            print(f"{'':26}{'median, 95 % ms':>16}{'median, 95 % ms':>16}{'median, 95 %':>14}")
            ours = start_web(supervisor, "ours", RECEIVING, environ)
            fronts = {"gunicorn's own threads": start_web(supervisor, "own", "gthread", environ)}
            fronts |= {"SpineBench": ours, **start_proxies(supervisor, folder, ours)}
            slower = [name for name, port in fronts.items() if not compare(name, port)]
        target.sessions.engine.dispose()
    bad = [name for name in slower if "own threads" not in name]
    if bad:
        raise RuntimeError(f"Readers wait more than {MOST_TIMES_SLOWER} times as long: {bad}.")


def start_web(supervisor: Supervisor, name: str, worker: str, environ: Mapping[str, str]) -> int:
    """The web process as the Procfile has it, with this class of worker; its port."""
    with open_port(0) as listener:
        port = int(listener.getsockname()[1])
        child = supervisor.start(
            name,
            [
                *(sys.executable, "-m", "gunicorn", APPLICATION, "--worker-class", worker),
                *("--preload", "--workers", "2", "--threads", "8"),
                *("--timeout", "60", "--no-control-socket"),
                *("--bind", f"fd://{listener.fileno()}"),
            ],
            environ={**os.environ, **environ},
            pass_fds=[listener.fileno()],
        )
    supervisor.wait_ready(child, lambda: answers(port), seconds=START_SECONDS)
    return port


def start_proxies(supervisor: Supervisor, folder: Path, web: int) -> dict[str, int]:
    """nginx and Caddy with the files of deploy/ in front of port `web`, those that are here."""
    ports = {}
    for name, start in (("nginx", make_nginx), ("caddy", make_caddy)):
        program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if program is None:
            print(f"{name} is not on the PATH: left out.")
            continue
        with open_port(0) as listener:
            port = int(listener.getsockname()[1])
        command = start(program, folder, port, web)
        child = supervisor.start(name, command, environ={**os.environ, "HOME": str(folder)})
        supervisor.wait_ready(child, lambda port=port: answers(port), seconds=START_SECONDS)  # type: ignore[misc]
        ports[f"behind {name}"] = port
    return ports


def make_nginx(program: str, folder: Path, port: int, web: int) -> list[str]:
    """The command of nginx with deploy/nginx.conf, on a plain loopback port."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = _replace(text, r"    server \{\n        listen 80;.*?\n    \}\n", "")
    text = _replace(text, r"listen 443 ssl http2;", f"listen {HOST}:{port};")
    text = _replace(text, r" *(listen \[::\]|ssl_certificate)[^\n]*\n", "")
    text = _replace(text, r"127\.0\.0\.1:8000", f"{HOST}:{web}")
    files = folder / "nginx"
    files.mkdir()
    paths = "".join(
        f"    {kind}_temp_path {files}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = _replace(text, r"access_log /var[^\n]*\n", "access_log off;\n")
    text = _replace(text, r"http \{\n", f"http {{\n{paths}")
    (files / "nginx.conf").write_text(
        f"daemon off; pid {files}/pid; error_log {files}/error.log;\n{text}"
    )
    return [program, "-c", str(files / "nginx.conf"), "-p", str(files)]


def make_caddy(program: str, folder: Path, port: int, web: int) -> list[str]:
    """The command of Caddy with deploy/Caddyfile, on a plain loopback port."""
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    text = _replace(text, r"\n\{\n", "\n{\n\tadmin off\n\tauto_https off\n")
    text = _replace(text, r"\nspinebench\.example\.org \{", f"\nhttp://{HOST}:{port} {{")
    text = _replace(text, r"127\.0\.0\.1:8000", f"{HOST}:{web}")
    file = folder / "Caddyfile"
    file.write_text(text)
    return [program, "run", "--config", str(file), "--adapter", "caddyfile"]


def _replace(text: str, pattern: str, by: str) -> str:
    changed, n = re.subn(pattern, lambda _: by, text, flags=re.DOTALL)
    if not n:
        raise RuntimeError(f"{pattern!r} is not in the file of deploy/.")
    return changed


def compare(name: str, port: int) -> bool:
    """Print a row; whether readers waited no more than twice as long."""
    calm = read_many(port)
    with SlowClients(port, N_SLOW) as slow:
        beside = read_many(port)
    ratios = beside.median / calm.median, beside.at(0.95) / calm.at(0.95)
    print(
        f"{name:26}{calm.median:9.1f} {calm.at(0.95):6.1f}{beside.median:9.1f} "
        f"{beside.at(0.95):6.1f}{ratios[0]:8.2f} {ratios[1]:5.2f}{slow.n_let_go:8}"
        f"{beside.n_failed:8}",
        flush=True,
    )
    return ratios[0] <= MOST_TIMES_SLOWER


def read_many(port: int) -> Times:
    """Read the ranking again and again, for so many seconds at most."""
    found: list[float] = []
    n_failed, ends = 0, time.monotonic() + READ_SECONDS
    for number in range(N_READ):
        if time.monotonic() > ends:
            return Times(sorted(found), n_failed + N_READ - number)
        begun = time.perf_counter()
        with suppress(OSError):
            if _read(port, max(1.0, ends - time.monotonic())):
                found.append(1000 * (time.perf_counter() - begun))
                continue
        n_failed += 1
    return Times(sorted(found), n_failed)


def _read(port: int, seconds: float) -> bool:
    with _connect(port, seconds) as connection:
        connection.sendall(
            f"GET / HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts).startswith(b"HTTP/1.1 200")


@contextmanager
def _connect(port: int, seconds: float) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, port), timeout=seconds) as connection:
        yield connection
