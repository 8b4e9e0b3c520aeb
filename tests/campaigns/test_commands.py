"""`flask campaign`: what a host reads and does on the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.models.campaign import Campaign, CampaignState
from leaderboard.models.submission import ParsedPrediction
from tests.campaigns.campaigns import run_campaign
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

pytestmark = pytest.mark.one_database
Flask = Callable[..., str]


@pytest.fixture
def flask(database_url: str, empty_redis_url: str) -> Flask:
    """Run a command of the host, and return what it says."""
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "s" * 40,
    }
    app = create_app(Config.from_env(settings))

    def run(*arguments: str, fails: bool = False) -> str:
        done = app.test_cli_runner().invoke(args=["campaign", *arguments])
        assert done.exit_code == int(fails), done.output
        return done.output

    return run


def test_a_host_starts_reads_opens_and_drops_by_command(
    sessions: Sessions, load: Load, submit_texts: Submit, flask: Flask
) -> None:
    load(4, 0, 0)
    texts = {f"test-text-{n:03}": "B" for n in range(4)}
    submit_texts(texts, judges=[ScriptedJudge(lambda _: 3.0)])
    with sessions.write() as session:
        # As if it had been read otherwise when it was scored.
        for row in session.scalars(select(ParsedPrediction)).all()[:1]:
            row.is_correct = False
    assert flask("start", "tiny") == "Campaign 1 is under way.\n"
    assert "1: tiny 1.0.0, host, " in flask("list")
    assert flask("list").endswith(", planning.\n")
    assert run_campaign(sessions, 1).state is CampaignState.PROPOSED
    shown = flask("show", "1").splitlines()
    assert shown[1:4] == [
        "Submissions done: 1 of 1.",
        "dev, models that move: 0 of 0.",
        "test, models that move: 1 of 1.",
    ]
    # Four of four were right; three of four are.
    assert shown[4].startswith("  model-a: overall 100.0 (")
    assert ", rank 1-1) -> 75.0 (" in shown[4]
    assert shown[5] == "    1 item: test-text-000"
    assert "A worker opens the proposal of campaign 1." in flask("open", "1", "--reason", "Yes.")
    assert run_campaign(sessions, 1).state is CampaignState.OPENED
    assert flask("start", "tiny") == "Campaign 2 is under way.\n"
    assert "is dropped; no score has changed" in flask("drop", "2", "--reason", "For nothing.")
    assert "can be dropped" in flask("drop", "2", "--reason", "Again.", fails=True)
    assert "There is no campaign 9." in flask("show", "9", fails=True)
    with sessions.read() as session:
        states = session.scalars(select(Campaign.state).order_by(Campaign.id)).all()
    assert states == [CampaignState.OPENED, CampaignState.DROPPED]


def test_the_rule_for_labels_is_set_by_command(load: Load, flask: Flask) -> None:
    load(1, 0, 0)
    said = flask("rule", "tiny", "--min-labels", "40", "--min-models", "6", "--opens-itself")
    assert "40 labels of 6 models; the proposal opens automatically" in said
    refused = flask("rule", "tiny", "--min-labels", "0", fails=True)
    assert "Give at least 1 label and 1 model." in refused
