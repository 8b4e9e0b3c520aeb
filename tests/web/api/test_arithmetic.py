"""The published example of the overall score, from a package and a file to what the API answers."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from leaderboard.evaluation.run import evaluate
from leaderboard.models.submission import Submission
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.opening import open_version
from leaderboard.packages.read import read_package
from tests.evaluation.scripted import ScriptedJudge
from tests.package_files import make_items, make_manifest, write_package
from tests.site import Site


def write_file(counts: dict[str, tuple[int, int]]) -> bytes:
    """A line for each item: of so many of a track, so many right."""
    lines = [
        {
            "id": f"test-{track}-{number:03}",
            "prediction": f"ANSWER: {'B' if number < n_right else 'C'}",
        }
        for track, (n, n_right) in counts.items()
        for number in range(n)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.mark.one_database
def test_the_api_answers_8747_and_8744_for_the_published_counts(site: Site, tmp_path: Path) -> None:
    package = write_package(
        tmp_path / "published", make_items(294, 193, 87), make_manifest(version="2.0.0")
    )
    with site.sessions.write() as session:
        open_version(session, load_package(session, read_package(open_package(package))).benchmark)
    token = site.token("ada")
    raw = write_file({"text": (294, 263), "image": (193, 163), "report": (87, 0)})
    sent = site.submit(token, raw)
    assert sent.status_code == 201, sent.text
    key = sent.json()["id"]
    # Every dimension at 4.362 gives 20 x 4.362 = 87.24 for each report.
    with site.sessions.read() as session:
        assert session.scalars(select(Submission.id)).all() == [key]
    evaluate(site.sessions, key, [ScriptedJudge(lambda item: 4.362)], 5)
    results = site.get(f"/api/v1/submissions/{key}/results", token).json()
    values = {(s["slice"], s["metric"], s["name"]): s["value"] for s in results["scores"]}
    assert values["track", "accuracy", "text"] == pytest.approx(100 * 263 / 294)
    assert values["track", "accuracy", "image"] == pytest.approx(100 * 163 / 193)
    assert values["track", "report", "report"] == pytest.approx(87.24)
    assert values["closed", "accuracy", "closed"] == pytest.approx(87.47, abs=0.005)
    assert values["all", "overall", "overall"] == pytest.approx(87.44, abs=0.005)
    (entry,) = site.get("/api/v1/rankings/tiny/test").json()["entries"]
    assert entry["overall"]["value"] == pytest.approx(87.44, abs=0.005)
