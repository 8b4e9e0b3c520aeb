"""The host's commands about people: who is confirmed, and who may be put into a team."""

import pytest
from click.testing import Result
from sqlalchemy import select

from config import Config
from leaderboard.accounts.tokens import get_token, make_token
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.errors import NotSignedIn
from leaderboard.models.audit import AuditEntry
from leaderboard.models.identity import Confirmation, Means
from leaderboard.models.team import Scope
from tests.factories import make_user
from tests.test_docs import REQUIRED

pytestmark = pytest.mark.one_database
PASSWORD = "a quite different password\n"


def run(database_url: str, *arguments: str, text: str = "") -> Result:
    app = create_app(Config.from_env({**REQUIRED, "DATABASE_URL": database_url}))
    return app.test_cli_runner().invoke(args=arguments, input=text)


def read_means(sessions: Sessions) -> list[Means]:
    with sessions.read() as session:
        return list(session.scalars(select(Confirmation.means)))


@pytest.mark.parametrize(("options", "means"), [((), Means.HOST), (("--set-up",), Means.SET_UP)])
def test_whom_the_host_adds_is_confirmed_by_them(
    sessions: Sessions, database_url: str, options: tuple[str, ...], means: Means
) -> None:
    words = ("user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", *options)
    assert run(database_url, *words, text=PASSWORD).exit_code == 0
    assert read_means(sessions) == [means]


def test_an_unconfirmed_person_is_put_into_no_team_until_the_host_confirms_them(
    sessions: Sessions, database_url: str
) -> None:
    with sessions.write() as session:
        make_user(session, "ada", is_confirmed=False)
    team = ("team", "add", "lab", "--name", "Lab", "--member", "ada@example.org")
    refused = run(database_url, *team)
    assert refused.exit_code == 1
    assert "user confirm" in refused.output
    confirmed = run(database_url, "user", "confirm", "ada@example.org")
    assert confirmed.output == "ada@example.org is confirmed.\n"
    again = run(database_url, "user", "confirm", "ada@example.org")
    assert (again.exit_code, again.output) == (0, "ada@example.org is already confirmed.\n")
    assert run(database_url, *team).exit_code == 0
    with sessions.read() as session:
        acts = [(one.actor, one.action) for one in session.scalars(select(AuditEntry))]
    assert acts == [("command line", "confirm address")]


def test_a_password_that_the_host_sets_can_end_tokens_too(
    sessions: Sessions, database_url: str
) -> None:
    with sessions.write() as session:
        text = make_token(session, make_user(session, "ada"), name="x", scopes=[Scope.READ]).text
    words = ("user", "set-password", "ada@example.org", "--password-stdin")
    run(database_url, *words, text=PASSWORD)
    with sessions.read() as session:
        get_token(session, text)
    done = run(database_url, *words, "--revoke-tokens", text=PASSWORD)
    assert "API tokens revoked: 1." in done.output
    with sessions.read() as session, pytest.raises(NotSignedIn):
        get_token(session, text)
