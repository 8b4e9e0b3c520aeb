"""The processes of a running leaderboard: web server, workers, reconciler."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import closing

import requests

from demo.processes import Supervisor
from demo.settings import PREFERRED_PORT

HOST = "127.0.0.1"
WEB_SECONDS = 300.0
GUNICORN_OPTIONS = (
    *(
        "--worker-class",
        "leaderboard.web.receiving.ReceivingWorker",
        "--workers",
        "1",
        "--threads",
        "8",
    ),
    *("--timeout", "60", "--graceful-timeout", "3", "--keep-alive", "5"),
    *("--access-logfile", "-", "--no-control-socket"),
)
BACKGROUND = {
    "worker": ("worker", "quick", "files"),
    "endpoints": ("worker", "endpoints"),
    "reconciler": ("reconciler",),
}
"""The processes beside the web server, as the Procfile names them, and their arguments."""


class PortTakenError(RuntimeError):
    """The port that was asked for belongs to another program."""


def open_port(port: int | None) -> socket.socket:
    """A listening socket on `port`; if None, on the preferred port or any free one.

    The web server inherits it, so nobody can take the port in between. Raises PortTakenError.
    """
    for candidate in (port,) if port else (PREFERRED_PORT, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            listener.listen(512)
        except OSError:
            listener.close()
        else:
            return listener
    raise PortTakenError(
        f"Port {port} cannot be used: another program may have it. "
        "Choose another (make demo PORT=8010), or none for any free one."
    )


def start_services(
    supervisor: Supervisor, listener: socket.socket, environ: Mapping[str, str]
) -> Callable[[], None]:
    """Start the web server on `listener` and every background process.

    Returns the wait for the first page; it raises ChildFailedError.
    """
    python = sys.executable
    with closing(listener):
        port = listener.getsockname()[1]
        web = supervisor.start(
            "web",
            [
                *(python, "-m", "gunicorn", "leaderboard.app:create_app()"),
                *("--bind", f"fd://{listener.fileno()}", *GUNICORN_OPTIONS),
            ],
            environ=environ,
            # gunicorn's own workers end when they miss their parent; let it tell them.
            death_signal=signal.SIGTERM,
            pass_fds=[listener.fileno()],
        )
    for name, arguments in BACKGROUND.items():
        supervisor.start(name, [python, "-m", "workers", *arguments], environ=environ)
    address = f"http://{HOST}:{port}/api/v1/benchmarks"
    return lambda: supervisor.wait_ready(web, lambda: _answers(address), seconds=WEB_SECONDS)


def _answers(address: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(address, timeout=5).status_code == 200
        except requests.RequestException:
            return False
