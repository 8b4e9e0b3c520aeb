"""The host's commands on teams that wait and on accounts to delete."""

import pytest
from sqlalchemy import select

from config import Config
from leaderboard.accounts.users import find_user
from leaderboard.app import create_app
from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.models.submission import Status, Submission
from tests.factories import load_items, make_card, make_submission, make_team, make_user
from tests.package_files import make_items


@pytest.mark.one_database
def test_a_host_approves_teams_and_deletes_accounts_by_command(
    sessions: Sessions, database_url: str, redis_url: str
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(1, 0, 0))
        team = make_team(session, "team-a", make_user(session, "ada"))
        card = make_card(session, team, "model-a")
        key = make_submission(session, {"test-text-000": "B"}, card=card, asks_approval=True)
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 40}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    assert run(args=("approval", "list")).output == (
        "team-a on tiny 1.0.0 test: 1 pending\n  * ada@example.org (ada), confirmed\n"
    )
    unseen = run(args=("approval", "approve", "team-a", "tiny"))
    assert "You have not seen ada@example.org" in unseen.output
    assert unseen.exit_code != 0
    done = run(args=("approval", "approve", "team-a", "tiny", "--member", "ada@example.org"))
    assert done.output == "Team-A is approved on tiny 1.0.0 test.\n"
    with sessions.read() as session:
        assert session.get_one(Submission, key).status is Status.QUEUED
    run(args=("approval", "withdraw", "team-a", "tiny", "--reason", "a test"))
    run(args=("approval", "refuse", "team-a", "tiny", "--reason", "a test"))
    with sessions.read() as session:
        assert session.get_one(Submission, key).status is Status.FAILED
    delete = ("user", "delete", "ada@example.org", "--reason", "asked by letter", "--yes")
    assert "The account is deleted." in run(args=delete).output
    with sessions.read() as session:
        assert find_user(session, "ada@example.org") is None
        assert [one.name for one in session.scalars(select(type(card.team)))] != ["Team-A"]
        newest = read_audit(session)[0]
    assert (newest.actor, newest.action) == ("command line", "delete account")
    assert newest.note == "asked by letter"
