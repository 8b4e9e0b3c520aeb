"""The web application on a loopback port, with real databases and a real Redis."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet
from sqlalchemy import select
from werkzeug.serving import make_server

from config import Config
from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.teams import add_member, make_model_card, make_team
from leaderboard.accounts.tokens import make_token
from leaderboard.accounts.users import find_user, register
from leaderboard.accounts.variants import set_variant
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.experts.assign import assign_reports
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.role import Role
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard, Scope, Team
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from tests.package_files import make_items, write_package

SECRET_KEY = "s" * 40
ENDPOINT_KEY = Fernet.generate_key().decode()
PASSWORD = "correct horse battery"
N_TEXT, N_IMAGE, N_REPORT = 6, 3, 2


@dataclass(frozen=True)
class Site:
    """A running site: its address, its data, and shortcuts for what a test needs to be there."""

    url: str
    sessions: Sessions

    def add_person(self, name: str, team: str, model: str | None = None) -> None:
        """A user NAME@example.org in a team (made if new), with a model card if one is named."""
        with self.sessions.write() as session:
            user = register(session, email=f"{name}@example.org", name=name, password=PASSWORD)
            found = session.scalar(select(Team).where(Team.slug == team))
            if found is None:
                found = make_team(session, user, slug=team, name=team.title())
            add_member(session, found, user)
            known = session.scalar(select(ModelCard.id).where(ModelCard.slug == model))
            if model is not None and known is None:
                facts = {"slug": model, "name": model.title(), "organisation": "Org"}
                make_model_card(session, found, facts)

    def name_base(self, model: str, base: str, label: str) -> None:
        """Say which model another one was made from."""
        with self.sessions.write() as session:
            card = session.scalars(select(ModelCard).where(ModelCard.slug == model)).one()
            set_variant(session, card, base, label)

    def token(self, name: str, *scopes: Scope) -> dict[str, str]:
        """The header of a new token of a user, with all scopes by default."""
        with self.sessions.write() as session:
            user = find_user(session, f"{name}@example.org")
            assert user is not None
            text = make_token(session, user, name="test", scopes=scopes or tuple(Scope)).text
        return {"Authorization": f"Bearer {text}"}

    def add_role(self, name: str, role: Role) -> None:
        """A user NAME@example.org of no team with a role."""
        with self.sessions.write() as session:
            user = register(session, email=f"{name}@example.org", name=name, password=PASSWORD)
            grant_role(session, user, role)

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
            evaluate(self.sessions, key, [ChecklistJudge()], 5)

    def get(self, path: str, headers: dict[str, str] | None = None) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=30)

    def submit(
        self,
        headers: dict[str, str],
        raw: bytes,
        model: str = "model-a",
        address: str = "submissions",
    ) -> requests.Response:
        """Send a prediction file to the API."""
        return requests.post(
            f"{self.url}/api/v1/{address}",
            headers=headers,
            data={"benchmark": "tiny", "split": "test", "model": model},
            files={"file": ("predictions.jsonl", raw)},
            timeout=30,
        )


@contextmanager
def open_site(
    sessions: Sessions,
    database_url: str,
    redis_url: str,
    folder: Path,
    allowed_addresses: str = "",
) -> Iterator[Site]:
    """A site with a small benchmark, and ada in a team with a model card."""
    items = [*make_items(N_TEXT, N_IMAGE, N_REPORT), *make_items(3, 1, 1, "dev")]
    package = write_package(folder / "package", items)
    with sessions.write() as session:
        load_package(session, read_package(open_package(package)))
    app = create_app(
        Config.from_env(
            {
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "SECRET_KEY": SECRET_KEY,
                "MAX_UPLOAD_BYTES": "300000",
                "SIGN_IN_LIMIT": "20 per minute",
                "ENDPOINT_KEYS": ENDPOINT_KEY,
                "ENDPOINT_ALLOWED_ADDRESSES": allowed_addresses,
            }
        )
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found = Site(f"http://127.0.0.1:{server.server_port}", sessions)
    found.add_person("ada", "team-a", "model-a")
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["spinebench"].sessions.engine.dispose()


@pytest.fixture
def site(
    sessions: Sessions, database_url: str, empty_redis_url: str, tmp_path: Path
) -> Iterator[Site]:
    """A site of one test's own, as `open_site` makes it."""
    with open_site(sessions, database_url, empty_redis_url, tmp_path) as found:
        yield found
