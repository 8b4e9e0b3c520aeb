"""The participants' command against the real server, as a team uses it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.site import Site
from tests.web.api.test_api import make_file

pytestmark = pytest.mark.one_database


class Participant:
    """Runs `spinebench` with a token of its own and no settings of this machine."""

    def __init__(self, site: Site, folder: Path, name: str = "ada") -> None:
        self.folder = folder
        token = site.token(name)["Authorization"].removeprefix("Bearer ")
        self._environ = os.environ | {
            "SPINEBENCH_URL": site.url,
            "SPINEBENCH_TOKEN": token,
            "SPINEBENCH_CONFIG_DIR": str(folder / "config"),
            "NO_COLOR": "1",
        }

    def run(self, *arguments: str, status: int = 0) -> str:
        """The standard output of the command, which must end with `status`."""
        done = subprocess.run(
            [sys.executable, "-m", "spinebench", *arguments],
            cwd=self.folder,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments: str, status: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", status=status))


@pytest.fixture
def ada(site: Site, tmp_path: Path) -> Participant:
    return Participant(site, tmp_path)


def test_a_team_goes_from_download_to_results_with_the_command_alone(
    site: Site, ada: Participant, tmp_path: Path
) -> None:
    assert "ada@example.org" in ada.run("whoami")
    assert "tiny" in ada.run("benchmarks")
    ada.run("download", "tiny", "--split", "test", "-o", "questions")
    (package,) = (tmp_path / "questions").glob("*.zip")
    with zipfile.ZipFile(package) as archive:
        n_items = len(archive.read("items.jsonl").splitlines())
    (tmp_path / "predictions.jsonl").write_bytes(make_file(4))
    assert n_items == len(make_file().splitlines())
    assert "11" in ada.run("validate", "predictions.jsonl", "--benchmark", "tiny")
    made = ("--slug", "fresh-1b", "--name", "Fresh", "--organisation", "Lab", "--team", "team-a")
    ada.run("models", "create", *made, "--open-weights")
    sent = ada.json("submit", "predictions.jsonl", "-b", "tiny", "-m", "fresh-1b")
    assert ada.json("status", sent["id"])["status"] == "queued"
    site.evaluate_all()
    assert ada.json("status", sent["id"])["status"] == "scored"
    overall = next(s for s in ada.json("results", sent["id"])["scores"] if s["name"] == "overall")
    assert overall["value"] == pytest.approx(100 * (4 + 3 + 2) / 11)
    assert "Fresh" in ada.run("rankings", "tiny")


def test_problems_duplicates_and_strangers_files_end_with_their_own_status(
    site: Site, ada: Participant, tmp_path: Path
) -> None:
    (tmp_path / "bad.jsonl").write_bytes(make_file() + b'{"id": "nobody", "prediction": "A"}\n')
    shown = ada.run("validate", "bad.jsonl", "-b", "tiny", status=5)
    assert "nobody" in shown
    assert "12" in shown
    (tmp_path / "good.jsonl").write_bytes(make_file())
    first = ada.json("submit", "good.jsonl", "-b", "tiny", "-m", "model-a")["id"]
    assert first in ada.run("submit", "good.jsonl", "-b", "tiny", "-m", "model-a", status=4)
    site.add_person("eve", "team-e", "model-e")
    eve = Participant(site, tmp_path, "eve")
    eve.run("status", first, status=8)
    eve.run("submit", "good.jsonl", "-b", "tiny", "-m", "model-a", status=8)
    ada.run("cancel", first)
    ada.run("cancel", first, status=1)
