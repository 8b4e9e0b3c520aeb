"""A database of the first release, brought up to this one: every page of what it holds answers."""

import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import downgrade, upgrade
from leaderboard.web.services import EXTENSION, Services
from tests.loaded import Load, Submit

FIRST = "0001"
LEFT_OUT = ("/static", "/docs")
"""What knows no data."""
HREF = re.compile(r'(?:href|src|data-figure)="(/[^"#]*)')


def crawl(client: FlaskClient) -> dict[str, int]:
    """The status of each public path that pages lead to, with the question that was met first."""
    found: dict[str, int] = {}
    seen: set[str] = set()
    waiting = deque(["/", "/feed.atom", "/judges", "/api/v1/benchmarks"])
    while waiting:
        address = waiting.popleft().replace("&amp;", "&")
        path = urlsplit(address).path
        if path in seen or path.startswith(LEFT_OUT):
            continue
        seen.add(path)
        with client.get(address) as answer:
            found[address] = answer.status_code
            if answer.mimetype == "text/html":
                waiting += HREF.findall(answer.get_data(as_text=True))
    return found


@pytest.mark.own_database
def test_every_page_of_what_the_first_release_held_answers(
    sessions: Sessions, load: Load, submit_texts: Submit, database_url: str, empty_redis_url: str
) -> None:
    load(3, 1, 3)
    texts = {f"test-text-{n:03}": "B" for n in range(3)} | {"test-image-000": "A"}
    reports = {f"test-report-{n:03}": "It has an excellent alignment." for n in range(3)}
    for model in ("model-a", "model-b"):
        submit_texts(texts | reports, model, judges=[ChecklistJudge()])
    sessions.engine.dispose()
    downgrade(database_url, FIRST)
    upgrade(database_url)
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
    }
    app = create_app(Config.from_env(settings))
    statuses = crawl(app.test_client())
    parts: Services = app.extensions[EXTENSION]
    parts.sessions.engine.dispose()
    assert any(address.startswith("/models/model-a") for address in statuses)
    assert {address: status for address, status in statuses.items() if status >= 500} == {}
