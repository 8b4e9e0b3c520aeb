"""The cached ranking page: gunicorn beside nginx, which serves the same bytes, in the same run.

CPU is that of the server's processes alone, by the kernel's clocks (Linux); requests come over
connections that are kept open, from this process. Compare ratios. nginx serves files that are
compressed already. A bare WSGI application that holds the page in memory shows what gunicorn
itself costs. Without nginx (Debian: `apt-get install nginx-light`) ours is measured alone.
"""

from __future__ import annotations

import gzip
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import select

from bench.questions import LETTERS, Questions, add_questions
from demo.processes import Supervisor
from demo.redis_server import start_redis
from demo.services import GUNICORN_OPTIONS, HOST, open_port
from leaderboard.accounts.teams import make_model_card
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Answers, Split, Track
from leaderboard.models.team import Team
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import Predictions
from leaderboard.submissions.submit import submit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

N_MODELS, N_TEXT, N_IMAGE = 60, 40, 24
N_CONNECTIONS = 4
N_OURS, N_NGINX = 4_000, 40_000
SEED = 20261125
START_SECONDS = 60.0
OURS, BARE, NGINX = "SpineBench", "gunicorn", "nginx"
APPLICATION = "leaderboard.app:create_app()"


class Answer(NamedTuple):
    """One HTTP answer: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Rate(NamedTuple):
    """Requests per second, and CPU microseconds of the server for each."""

    per_second: float
    cpu: float


class Server(NamedTuple):
    """A server under test: its port and the processes whose CPU counts."""

    name: str
    port: int
    pids: list[int]
    n_requests: int


def measure() -> None:
    """Print a table of page and 304, then whether a new ranking is on the next page."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target = add_questions(name, Answers.PUBLIC, N_TEXT, N_IMAGE, np.random.default_rng(SEED))
        for number in range(N_MODELS):
            add_model(target, number)
        with start_redis(folder / "redis") as redis, Supervisor(folder / "logs") as supervisor:
            url = str(target.sessions.engine.url)
            environ = {"DATABASE_URL": url, "REDIS_URL": redis.url, "SECRET_KEY": "s" * 40}
            ours = start_gunicorn(supervisor, OURS, APPLICATION, environ)
            page = ask(ours.port)
            (folder / "page").write_bytes(page.body)
            held = {"BENCH_PAGE": str(folder / "page")}
            bare = start_gunicorn(supervisor, BARE, "bench.page:make_bare()", held)
            size = f"{len(gzip.decompress(page.body)) / 1000:.0f} kB"
            print(f"{N_MODELS} models, {size}, {len(page.body) / 1000:.0f} kB compressed")
            print(f"{'':12}{'':10}{'requests/s':>12}{'CPU us each':>13}{'ratio':>8}")
            nginx = start_nginx(supervisor, folder, page.body)
            compare([ours, bare, *([nginx] if nginx else [])])
            show_freshness(ours.port, target)
        target.sessions.engine.dispose()


def add_model(target: Questions, number: int) -> str:
    """Submit a model of its own strength and rank it; its name."""
    random = np.random.default_rng([SEED, number])
    guessed = random.integers(0, len(LETTERS), len(target.right))
    knows = random.uniform(size=len(target.right)) < random.uniform(0.2, 0.9)
    letters = np.where(knows, target.right, guessed)
    texts = {key: LETTERS[n] for key, n in zip(target.item_ids, letters, strict=True)}
    name = f"Model number {number}"
    with target.sessions.write() as session:
        team = session.scalars(select(Team)).one()
        facts = {"slug": f"model-{number}", "name": name, "organisation": "Org"}
        card = make_model_card(session, team, facts)
        key = submit(
            session,
            user=team.memberships[0].user,
            model_card=card,
            split=session.scalars(select(Split)).one(),
            predictions=Predictions(texts, (Track.TEXT, Track.IMAGE), f"{number:064x}"),
            file_name="sheet.jsonl",
            quota=Quota(0, 7),
        ).id
    evaluate(target.sessions, key, [ChecklistJudge()], max_attempts=1)
    return name


def make_bare() -> WSGIApplication:
    """An application that answers with the file $BENCH_PAGE, or 304 to whoever has anything."""
    body = Path(os.environ["BENCH_PAGE"]).read_bytes()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"')]

    def bare(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ:
            start_response("304 NOT MODIFIED", headers)
            return []
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    return bare


def start_gunicorn(
    supervisor: Supervisor, name: str, application: str, environ: Mapping[str, str]
) -> Server:
    """gunicorn with one worker, as the demo starts it, without a log of each request."""
    listener = open_port(0)
    with listener:
        port = int(listener.getsockname()[1])
        options = [one for one in GUNICORN_OPTIONS if one not in ("--access-logfile", "-")]
        child = supervisor.start(
            name,
            [
                *(sys.executable, "-m", "gunicorn", application),
                *("--bind", f"fd://{listener.fileno()}", *options),
            ],
            environ={**os.environ, **environ},
            pass_fds=[listener.fileno()],
        )
    supervisor.wait_ready(child, lambda: answers(port), seconds=START_SECONDS)
    return Server(name, port, [child.process.pid, *children_of(child.process.pid)], N_OURS)


def start_nginx(supervisor: Supervisor, folder: Path, compressed: bytes) -> Server | None:
    """nginx as one process with the page as a file; None where it is not installed."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        print("nginx is not installed (Debian: apt-get install nginx-light): ours alone.")
        return None
    files = folder / "nginx"
    files.mkdir()
    (files / "index.html.gz").write_bytes(compressed)
    (files / "index.html").write_bytes(gzip.decompress(compressed))
    with open_port(0) as listener:
        port = int(listener.getsockname()[1])
    settings = files / "nginx.conf"
    settings.write_text(
        f"daemon off; master_process off; pid {files}/pid; error_log {files}/error.log;\n"
        "events { worker_connections 256; }\n"
        "http { types { text/html html; } access_log off; gzip_static on; gzip_vary on;\n"
        "  keepalive_requests 1000000; sendfile on; tcp_nopush on; etag on;\n"
        + "".join(
            f"  {kind}_temp_path {files}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"  server {{ listen {HOST}:{port}; root {files}; }}\n}}\n"
    )
    child = supervisor.start(
        "nginx", [program, "-c", str(settings), "-p", str(files)], environ=os.environ
    )
    supervisor.wait_ready(child, lambda: answers(port), seconds=START_SECONDS)
    return Server(NGINX, port, [child.process.pid], N_NGINX)


def compare(servers: list[Server]) -> None:
    """Print a row for each server, for the page and for a reader who has it already."""
    for what, status in (("page", 200), ("304", 304)):
        rates = {one.name: load(one, status) for one in servers}
        base = rates.get(NGINX)
        for name, rate in rates.items():
            ratio = f"{rate.cpu / base.cpu:8.1f}" if base else ""
            print(f"{name:12}{what:10}{rate.per_second:12,.0f}{rate.cpu:13.0f}{ratio}", flush=True)


def load(server: Server, status: int) -> Rate:
    """Ask again and again over a few connections; every answer must have `status`."""
    tag = ask(server.port).headers["etag"] if status == 304 else None
    share = server.n_requests // N_CONNECTIONS
    problems: list[BaseException] = []

    def run() -> None:
        try:
            with open_connection(server.port) as send:
                for _ in range(share):
                    if send(tag).status != status:
                        raise RuntimeError(f"{server.name} did not answer with {status}")
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=run) for _ in range(N_CONNECTIONS)]
    cpu, begun = cpu_of(server.pids), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.monotonic() - begun, cpu_of(server.pids) - cpu
    if problems:
        raise problems[0]
    n = share * N_CONNECTIONS
    return Rate(n / seconds, 1e6 * used / n)


def show_freshness(port: int, target: Questions) -> None:
    """Rank one more model, and look whether the next answer shows it to a reader with the page."""
    before = ask(port)
    name = add_model(target, N_MODELS)
    after = ask(port, before.headers["etag"])
    if after.status != 200 or name.encode() not in gzip.decompress(after.body):
        raise RuntimeError("The page after a new ranking is not fresh.")
    print("The first answer after a new ranking shows it, also to a reader who has the page.")


def ask(port: int, tag: str | None = None) -> Answer:
    """One answer over a new connection."""
    with open_connection(port) as send:
        return send(tag)


@contextmanager
def open_connection(port: int) -> Iterator[Callable[[str | None], Answer]]:
    """What asks for the page over one connection, with If-None-Match where a tag is given."""
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as stream:

            def send(tag: str | None) -> Answer:
                have = f"If-None-Match: {tag}\r\n" if tag else ""
                head = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n"
                connection.sendall(f"{head}{have}\r\n".encode())
                status = int(stream.readline().split()[1])
                headers = {}
                while line := stream.readline().strip():
                    key, _, value = line.decode("latin-1").partition(":")
                    headers[key.lower()] = value.strip()
                n = 0 if status == 304 else int(headers["content-length"])
                return Answer(status, headers, stream.read(n))

            yield send


def answers(port: int) -> bool:
    """Whether something there answers the page."""
    try:
        return ask(port).status == 200
    except OSError:
        return False


def cpu_of(pids: list[int]) -> float:
    """CPU seconds that the processes have used, by the kernel's clock of each (Linux)."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def children_of(pid: int) -> list[int]:
    """The children of a process (Linux)."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
