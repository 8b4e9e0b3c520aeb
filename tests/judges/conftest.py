"""Fixtures: a benchmark of reports with questions for language models, and a way to submit."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from leaderboard.accounts.teams import make_team
from leaderboard.accounts.users import register
from leaderboard.db import Sessions
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from tests.judges.rubric import MANIFEST
from tests.loaded import Submit
from tests.package_files import make_case, write_package

SubmitReports = Callable[..., str]


@pytest.fixture
def submit_reports(sessions: Sessions, tmp_path: Path, submit_texts: Submit) -> SubmitReports:
    """Publish a benchmark of as many cases as there are reports, and submit these."""

    def submit(reports: list[str], manifest: Mapping[str, Any] = MANIFEST) -> str:
        cases = [make_case(n) for n in range(len(reports))]
        sections = manifest["rubric"]["sections"]
        for case in cases:
            case["checklist"][0]["dimensions"] = [section["key"] for section in sections]
        folder = write_package(tmp_path / "judged", cases, dict(manifest))
        with sessions.write() as session:
            load_package(session, read_package(open_package(folder)))
            user = register(session, email="a@example.org", name="A", password="long enough pw")
            make_team(session, user, slug="team", name="Team")
        texts: Mapping[str, str] = {
            case["id"]: report for case, report in zip(cases, reports, strict=True)
        }
        return submit_texts(texts)

    return submit
