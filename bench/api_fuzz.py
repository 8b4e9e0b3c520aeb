"""The API against its own OpenAPI document, by schemathesis, for a bounded time.

It sends what the document allows and what it forbids, as a member with a token, and fails at an
answer that the document does not say, at one of 500 or more, and at anything forbidden that was
taken. What it found became tests; `make bench BENCH=api_fuzz` looks for more.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from pathlib import Path

from bench.rivals.install import make_rivals
from bench.slow_clients import RECEIVING, start_web
from demo.processes import Supervisor
from demo.redis_server import start_redis
from demo.services import HOST
from demo.settings import ROOT
from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.tokens import make_token
from leaderboard.accounts.users import register
from leaderboard.db import Sessions, make_sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import upgrade
from leaderboard.models.identity import Means
from leaderboard.models.team import Scope
from leaderboard.packages.catalogue import get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.submissions.content import read_content
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import read_predictions
from leaderboard.submissions.submit import read_known_items, submit

SEED = 20261130
SECONDS = 150
PASSWORD = "a long one for the fuzzer 7"
NOT_LIMITED = "100000 per minute"
LEFT_OUT = (
    # A document cannot say that a name must exist, or that a file must hold what its split asks.
    "positive_data_acceptance",
    # The answer to a method that an address does not have is the framework's.
    "unsupported_method",
)


def measure() -> None:
    """Print what schemathesis says. Raises RuntimeError where it found something."""
    python = Path(make_rivals("fuzz"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'fuzzed.sqlite3'}"
        upgrade(url)
        sessions = make_sessions(url)
        token = _fill(sessions)
        with start_redis(folder / "redis") as redis, Supervisor(folder / "logs") as supervisor:
            environ = {
                "DATABASE_URL": url,
                "REDIS_URL": redis.url,
                "SECRET_KEY": "s" * 40,
                "ENDPOINT_KEYS": base64.urlsafe_b64encode(bytes(32)).decode(),
                "UPLOAD_LIMIT": NOT_LIMITED,
                "COMPARISON_LIMIT": NOT_LIMITED,
            }
            port = start_web(supervisor, "web", RECEIVING, environ)
            failed = _run(python.with_name("schemathesis"), folder, port, token)
        sessions.engine.dispose()
    if failed:
        raise RuntimeError("The API does not do what its document says: see above.")


def _fill(sessions: Sessions) -> str:
    """The bundled benchmark with one model ranked; a token with every scope of its one member."""
    file = ROOT / "content" / "predictions" / "gemma-3-270m" / "predictions.jsonl"
    with sessions.write() as session:
        package = read_package(open_package(ROOT / "content" / "spinebench-mini"))
        split = get_split(load_package(session, package).benchmark, "test")
        user = register(session, email="ada@example.org", name="Ada", password=PASSWORD)
        confirm(session, user, Means.HOST)
        team = make_team(session, user, slug="lab", name="Lab")
        facts = {"slug": "gemma", "name": "Gemma", "organisation": "Lab"}
        with file.open("rb") as opened:
            content = read_content(opened, file.stat().st_size)
        key = submit(
            session,
            user=user,
            model_card=make_model_card(session, team, facts),
            split=split,
            predictions=read_predictions(content, read_known_items(session, split)),
            file_name=file.name,
            quota=Quota(0, 7),
        ).id
        token = make_token(session, user, name="fuzz", scopes=tuple(Scope)).text
    evaluate(sessions, key, [ChecklistJudge()], max_attempts=1)
    return token


def _run(program: Path, folder: Path, port: int, token: str) -> bool:
    """Run schemathesis for SECONDS; whether it found anything."""
    url = f"http://{HOST}:{port}/api/v1"
    done = subprocess.run(
        [
            *(str(program), "run", f"{url}/openapi.json", "--url", url),
            *("--header", f"Authorization: Bearer {token}", "--no-color"),
            *("--max-time", str(SECONDS), "--seed", str(SEED), "--continue-on-failure"),
            *("--exclude-checks", ",".join(LEFT_OUT)),
        ],
        cwd=folder,
        env=os.environ | {"NO_PROXY": HOST},
        check=False,
    )
    return done.returncode != 0
