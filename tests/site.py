"""The web application on a loopback port, with real databases and a real Redis."""

from __future__ import annotations

import shutil
import socket
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

import pytest
import requests
from cryptography.fernet import Fernet
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from config import Config
from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.tokens import make_token
from leaderboard.accounts.users import find_user
from leaderboard.app import create_app
from leaderboard.db import Sessions, make_sessions
from leaderboard.experts.assign import assign_reports
from leaderboard.models.identity import Means
from leaderboard.models.role import Role
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard, Scope
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.web.page_cache import PageCache
from leaderboard.web.pages.announcements import read_frame
from leaderboard.web.protection import limiter
from leaderboard.web.services import EXTENSION, Services
from leaderboard.web.store import Store
from tests.databases import SharedPostgres, SharedSqlite, make_once
from tests.factories import (
    BENCHMARK,
    load_items,
    make_card,
    make_team,
    make_user,
    name_base,
    score_submission,
)
from tests.package_files import make_items
from tests.waiting import HANG_SECONDS
from tests.web.contract import ContractWatch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECRET_KEY = "s" * 40
MOST_IDLE = 4
"""So many sites of other settings than most wait for a test that asks for the same."""
PAGE_BYTES = 16 * 1024 * 1024
ENDPOINT_KEY = Fernet.generate_key().decode()
N_TEXT, N_IMAGE, N_REPORT = 6, 3, 2


class Visitor(requests.Session):
    """Somebody at a site, with their own cookies: addresses may leave the site's out."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def request(  # type: ignore[override]
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """The answer; one that never comes is given up."""
        options.setdefault("timeout", HANG_SECONDS)
        return super().request(method, urljoin(self._url, url), **options)


@dataclass(frozen=True)
class Site:
    """A running site: its address, its data, and shortcuts for what a test needs to be there."""

    url: str
    sessions: Sessions

    def add_person(self, name: str, team: str, model: str | None = None) -> None:
        """A user NAME@example.org in a team (made if new), with a model card if one is named."""
        with self.sessions.write() as session:
            found = make_team(session, team, make_user(session, name))
            if model is not None:
                make_card(session, found, model)

    def confirm(self, name: str) -> None:
        """Confirm the address of a user NAME@example.org, as a host does."""
        with self.sessions.write() as session:
            user = find_user(session, f"{name}@example.org")
            assert user is not None
            confirm(session, user, Means.HOST)

    def name_base(self, model: str, base: str, label: str) -> None:
        """Say which model another one was made from."""
        with self.sessions.write() as session:
            card = session.scalars(select(ModelCard).where(ModelCard.slug == model)).one()
            name_base(session, card, base, label)

    def token(self, name: str, *scopes: Scope) -> dict[str, str]:
        """The header of a new token of a user, with all scopes by default."""
        with self.sessions.write() as session:
            user = find_user(session, f"{name}@example.org")
            assert user is not None
            text = make_token(session, user, name="test", scopes=scopes or tuple(Scope)).text
        return {"Authorization": f"Bearer {text}"}

    def add_role(self, name: str, role: Role, benchmark: str = BENCHMARK) -> None:
        """A user NAME@example.org of no team with a role, a host's or expert's on `benchmark`."""
        with self.sessions.write() as session:
            make_user(session, name, role=role, benchmark=benchmark)

    def assign_reports(self) -> None:
        """Have every expert rate every report of the ranked models."""
        with self.sessions.write() as session:
            split = get_split(get_benchmark(session, "tiny"), "test")
            assign_reports(session, split, per_model=N_REPORT, overlap=1)

    def evaluate_all(self) -> None:
        """Do a worker's work on every queued submission."""
        with self.sessions.read() as session:
            keys = session.scalars(
                select(Submission.id).where(Submission.status == Status.QUEUED)
            ).all()
        for key in keys:
            score_submission(self.sessions, key)

    def get(self, path: str, headers: dict[str, str] | None = None) -> requests.Response:
        """What a visitor gets."""
        with Visitor(self.url) as visitor:
            return visitor.get(path, headers=headers)

    def submit(
        self,
        headers: dict[str, str],
        raw: bytes,
        model: str = "model-a",
        address: str = "submissions",
        benchmark: str = BENCHMARK,
        version: str = "",
        **fields: str,
    ) -> requests.Response:
        """Send a prediction file to the API."""
        with Visitor(self.url) as visitor:
            return visitor.post(
                f"/api/v1/{address}",
                headers=headers,
                data={
                    "benchmark": benchmark,
                    "split": "test",
                    "model": model,
                    "version": version,
                    **fields,
                },
                files={"file": ("predictions.jsonl", raw)},
            )


OpenSite = Callable[..., AbstractContextManager[Site]]


def fill(sessions: Sessions) -> None:
    """Publish a small benchmark, and put ada into a team with a model card."""
    items = [*make_items(N_TEXT, N_IMAGE, N_REPORT), *make_items(3, 1, 1, "dev")]
    with sessions.write() as session:
        load_items(session, items)
        make_card(session, make_team(session, "team-a", make_user(session, "ada")), "model-a")


class Served:
    """The application at work on one database, on a free port of this machine until closed.

    It may serve one test after the other: what it keeps of its compiled statements and templates
    costs more to make than to use.
    """

    def __init__(
        self, sessions: Sessions, redis_url: str, templates: Path, **settings: str
    ) -> None:
        url = sessions.engine.url.render_as_string(hide_password=False)
        listening = socket.create_server(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        self._app = create_app(
            Config.from_env(
                {
                    "DATABASE_URL": url,
                    "REDIS_URL": redis_url,
                    "SECRET_KEY": SECRET_KEY,
                    "MAX_UPLOAD_BYTES": "300000",
                    "SIGN_IN_LIMIT": "1000 per minute",
                    "GUESS_LIMIT": "1000 per minute",
                    "GUESS_LIMIT_OVERALL": "1000 per minute",
                    "UPLOAD_LIMIT": "1000 per minute",
                    "COMPARISON_LIMIT": "1000 per minute",
                    "ENDPOINT_KEYS": ENDPOINT_KEY,
                    "APPROVE_TEAMS": "0",
                    "REQUIRE_SECOND_FACTOR": "0",
                    **{name: text.replace("{port}", str(port)) for name, text in settings.items()},
                }
            )
        )
        self._app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
        self._watch = ContractWatch(self._app)
        self._door = Door(self._app.wsgi_app)
        self._app.wsgi_app = self._door  # type: ignore[method-assign]
        with listening:
            self._server = make_server(
                "127.0.0.1", port, self._app, threaded=True, fd=listening.fileno()
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.site = Site(f"http://127.0.0.1:{port}", sessions)
        self.begin()

    def begin(self) -> None:
        """Count attempts where this application counts them, whichever was made meanwhile.

        All applications of a process share the limiter. One that was made only to be asked for its
        addresses names no real Redis; what the limiter learnt of that holds for it alone.
        """
        limiter.init_app(self._app)
        limiter._storage_dead = False
        self._door.open()

    def forget(self) -> None:
        """Answer nobody until it begins again, and let go of the database and all made from it.

        Fails a test in which the API answered what its document does not say.
        """
        self._door.close()
        parts: Services = self._app.extensions[EXTENSION]
        parts.sessions.engine.dispose()
        self._app.extensions[EXTENSION] = replace(
            parts, pages=PageCache(read_frame, Store(PAGE_BYTES))
        )
        broken = self._watch.take()
        assert broken == [], "the API answers what its document does not say"

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.forget()


class Door:
    """Lets requests in to the application while it is open.

    A browser that a test has closed may have asked for something that arrives afterwards, when the
    database is about to become another test's.
    """

    def __init__(self, inside: WSGIApplication) -> None:
        self._inside = inside
        self._changed = threading.Condition()
        self._is_open, self._n_inside = False, 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            if not self._is_open:
                return Response("the test is over", 503)(environ, start_response)
            self._n_inside += 1
        try:
            answer = ClosingIterator(self._inside(environ, start_response))
        except BaseException:
            self._leave()
            raise
        # The server closes no answer to a client that reset the connection: it only forgets it.
        return ClosingIterator(answer, weakref.finalize(answer, self._leave))

    def _leave(self) -> None:
        with self._changed:
            self._n_inside -= 1
            self._changed.notify_all()

    def open(self) -> None:
        """Let requests in from now on."""
        with self._changed:
            self._is_open = True

    def close(self) -> None:
        """Let no more in, and wait until whoever is inside has been answered."""
        with self._changed:
            self._is_open = False
            if not self._changed.wait_for(lambda: self._n_inside == 0, HANG_SECONDS):
                pytest.fail(f"a request was not answered in {HANG_SECONDS:.0f} seconds")


class Own(NamedTuple):
    """A site of some settings, with a database of its own."""

    settings: dict[str, str]
    database: SharedSqlite
    served: Served

    def close(self) -> None:
        """Stop answering, and let go of the database."""
        self.served.close()
        self.database.sessions.engine.dispose()


class Sites:
    """Sites of one's own: what a test has done with serves the next that asks for its settings."""

    def __init__(self, make: Callable[[dict[str, str]], Own]) -> None:
        self._make = make
        self._idle: list[Own] = []

    @contextmanager
    def open(self, **settings: str) -> Iterator[Site]:
        """A site as new, which nobody else has until this ends."""
        own = self._take(settings)
        try:
            yield own.served.site
            own.served.forget()
        except BaseException:
            own.close()
            raise
        self._idle.append(own)
        if len(self._idle) > MOST_IDLE:
            self._idle.pop(0).close()

    def _take(self, settings: dict[str, str]) -> Own:
        for own in self._idle:
            if own.settings == settings:
                self._idle.remove(own)
                own.database.empty()
                own.served.begin()
                return own
        return self._make(settings)

    def close(self) -> None:
        """Close every site that nobody has."""
        while self._idle:
            self._idle.pop().close()


@pytest.fixture(scope="session")
def filled_template(sqlite_template: Path, run_folder: Path) -> Path:
    """An SQLite database of a new site, once for all tests."""

    def make(place: Path) -> None:
        shutil.copyfile(sqlite_template, place)
        sessions = make_sessions(f"sqlite:///{place}")
        fill(sessions)
        sessions.engine.dispose()

    return make_once(run_folder / "filled.sqlite3", make)


@pytest.fixture(scope="session")
def templates(run_folder: Path) -> Path:
    """Where the pages' templates are kept compiled, so that each is compiled once in a run."""
    place = run_folder / "templates"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="session")
def open_site(
    filled_template: Path,
    redis_url: str,
    templates: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OpenSite]:
    """Open a site of one's own: a small benchmark, and ada in a team with a model card.

    It may have other settings than those of most tests, by the names of their variables; `{port}`
    in one is where the site listens.
    """

    def make(settings: dict[str, str]) -> Own:
        place = tmp_path_factory.mktemp("site") / "site.sqlite3"
        shared = SharedSqlite(place, filled_template)
        shared.empty()
        return Own(settings, shared, Served(shared.sessions, redis_url, templates, **settings))

    sites = Sites(make)
    yield sites.open
    sites.close()


@pytest.fixture(scope="session")
def served_on_sqlite(
    shared_sqlite: SharedSqlite, redis_url: str, templates: Path
) -> Iterator[Served]:
    """The application on the SQLite database that tests use one after the other."""
    served = Served(shared_sqlite.sessions, redis_url, templates)
    yield served
    served.close()


@pytest.fixture(scope="session")
def served_on_postgres(
    shared_postgres: SharedPostgres, redis_url: str, templates: Path
) -> Iterator[Served]:
    """The application on the PostgreSQL database that tests use one after the other."""
    served = Served(shared_postgres.sessions, redis_url, templates)
    yield served
    served.close()


@pytest.fixture
def site(
    sessions: Sessions, database_url: str, empty_redis_url: str, request: pytest.FixtureRequest
) -> Iterator[Site]:
    """A site of one test's own, on the kind of database that the test asks for."""
    served: Served
    if database_url.startswith("sqlite"):
        shared: SharedSqlite = request.getfixturevalue("shared_sqlite")
        shared.become(request.getfixturevalue("filled_template"), "site")
        served = request.getfixturevalue("served_on_sqlite")
    else:
        on_postgres: SharedPostgres = request.getfixturevalue("shared_postgres")
        on_postgres.fill("site", lambda: fill(sessions))
        served = request.getfixturevalue("served_on_postgres")
    served.begin()
    yield served.site
    served.forget()
