"""`flask reported`: what a host adds, sees, links and withdraws on the command line."""

from pathlib import Path

import pytest
from click.testing import Result

from config import Config
from leaderboard.app import create_app
from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from tests.loaded import Load
from tests.reported.published import FOLDER
from tests.test_docs import REQUIRED

pytestmark = pytest.mark.one_database
SAID = (
    *("--benchmark", "tiny", "--kind", "paper", "--title", "SpineMed"),
    *("--address", "10.48550/arXiv.2510.03160", "--items", "text=294,image=193,report=87"),
    *("--differs", "items", "--differs", "judge"),
)


def run(database_url: str, *arguments: str) -> Result:
    app = create_app(Config.from_env({**REQUIRED, "DATABASE_URL": database_url}))
    return app.test_cli_runner().invoke(args=["reported", *arguments])


def test_a_source_is_shown_added_once_linked_and_withdrawn(
    sessions: Sessions, database_url: str, load: Load
) -> None:
    load(3, 3, 2)
    table = str(FOLDER / "spinemed.csv")
    shown = run(database_url, "import", table, *SAID, "--dry-run")
    assert "SpineGPT: overall 87.44, text 89.46, image 84.46" in shown.output
    assert "closed 87.89 (its parts give 87.48)" in shown.output
    assert shown.output.endswith("Nothing was added.\n")
    assert run(database_url, "list", "--benchmark", "tiny").output == "Nothing is reported.\n"
    added = run(database_url, "import", table, *SAID)
    assert added.output == "10 models reported by SpineMed: source 1.\n"
    again = run(database_url, "import", table, *SAID)
    assert again.output == "The same stands there already, as source 1: nothing was changed.\n"
    listed = run(database_url, "list", "--benchmark", "tiny").output
    assert "What differs: other items, another judge of reports." in listed
    refused = run(database_url, "remove", "1")
    assert (refused.exit_code, "The reason is missing" in refused.output) == (1, True)
    unknown = run(database_url, "link", "1", "1", "nobody")
    assert (unknown.exit_code, "There is no model 'nobody'." in unknown.output) == (1, True)
    removed = run(database_url, "remove", "1", "--reason", "Retracted.")
    assert removed.output == "Source 1, SpineMed, is withdrawn.\n"
    with sessions.read() as session:
        acts = [(one.actor, one.action) for one in read_audit(session)][:2]
    assert acts == [("command line", "withdraw reported"), ("command line", "add reported")]


def test_a_file_with_problems_is_refused_with_its_name_and_line(
    sessions: Sessions, database_url: str, load: Load, tmp_path: Path
) -> None:
    load(3, 3, 2)
    table = tmp_path / "table.csv"
    table.write_text("model,text\nVlm,0.87 %\n", encoding="utf-8")
    refused = run(database_url, "import", str(table), *SAID)
    assert refused.exit_code == 1
    assert f"{table}:2 (Vlm): text is '0.87 %', not a number." in refused.output
    assert "nothing was added" in refused.output
