"""A real site on a loopback port: its host, its worker, and a clock that moves.

Everything is as shipped (quotas, daily caps, approval of teams) but for limits of requests in a
minute: Redis counts those by seconds that really pass, and quotas are tighter by far.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.hidden_split.clock import Clock
from bench.hidden_split.items import SLUG, SPLIT, Items, write_package
from config import Config
from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.users import find_user
from leaderboard.app import create_app
from leaderboard.db import Sessions, make_sessions
from leaderboard.errors import Conflict
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.releases import open_next
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import upgrade
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.identity import Means
from leaderboard.models.publication import FeedbackItem
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Team
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.submissions.approvals import approve_team

HOST = "127.0.0.1"
HOST_NAME = "host@example.org"
MANY = "1000000 per minute"
SETTINGS = {
    "SECRET_KEY": "s" * 40,
    "SIGN_IN_LIMIT": MANY,
    "GUESS_LIMIT": MANY,
    "GUESS_LIMIT_OVERALL": MANY,
    "UPLOAD_LIMIT": MANY,
    "COMPARISON_LIMIT": MANY,
}


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class Site:
    """A running site with the benchmark loaded."""

    def __init__(self, url: str, sessions: Sessions, items: Items, clock: Clock) -> None:
        self.url = url
        self.items = items
        self.clock = clock
        self._sessions = sessions

    def confirm(self, email: str) -> None:
        """The host confirms an address."""
        with self._sessions.write() as session:
            user = find_user(session, email)
            assert user is not None, f"{email} has no account"
            confirm(session, user, Means.HOST)

    def approve(self, slug: str) -> None:
        """The host approves a team with its present members."""
        with self._sessions.write() as session:
            team = session.scalars(select(Team).where(Team.slug == slug)).one()
            approve_team(session, team, _get_split(session))

    def work(self) -> None:
        """A worker evaluates what is queued."""
        with self._sessions.read() as session:
            keys = session.scalars(
                select(Submission.id)
                .where(Submission.status == Status.QUEUED)
                .order_by(Submission.created_at)
            ).all()
        for key in keys:
            evaluate(self._sessions, key, [ChecklistJudge()], max_attempts=1)

    def open_release(self) -> None:
        """The host opens a release, if there is anything to publish, and a worker ranks it."""
        with suppress(Conflict), self._sessions.write() as session:
            for split_id in open_next(session, _get_split(session), HOST_NAME, "A quarter.").rank:
                rank_split(session, split_id)

    def find_deciding(self) -> NDArray[np.bool_]:
        """(N,) which items decide ranks: for measuring alone, no attacker sees it."""
        with self._sessions.read() as session:
            feedback = set(session.scalars(select(FeedbackItem.item_id)))
            ids = session.scalars(select(Item.id).order_by(Item.position))
            return np.array([key not in feedback for key in ids])


def _get_split(session: Session) -> Split:
    return get_split(get_benchmark(session, SLUG), SPLIT)


@contextmanager
def open_site(
    folder: Path, redis_url: str, items: Items, clock: Clock, *, is_protected: bool
) -> Iterator[Site]:
    """A new site in `folder` with the items loaded, until it is closed."""
    url = f"sqlite:///{folder / 'site.sqlite3'}"
    upgrade(url)
    sessions = make_sessions(url)
    package = write_package(folder / "package", items, is_protected=is_protected)
    with sessions.write() as session:
        load_package(session, read_package(open_package(package)))
    settings = {"DATABASE_URL": url, "REDIS_URL": redis_url, **SETTINGS}
    app = create_app(Config.from_env(settings))
    server = make_server(HOST, 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Site(f"http://{HOST}:{server.server_port}", sessions, items, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        sessions.engine.dispose()
