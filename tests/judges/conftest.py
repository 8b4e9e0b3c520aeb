"""Fixtures: a benchmark of reports with questions for language models, and a way to submit."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from leaderboard.db import Sessions
from tests.factories import load_items, make_team, make_user
from tests.judges.rubric import MANIFEST, REFERENCE
from tests.loaded import Submit
from tests.package_files import make_case

SubmitReports = Callable[..., str]


@pytest.fixture
def submit_reports(sessions: Sessions, submit_texts: Submit) -> SubmitReports:
    """Publish a benchmark of as many cases as there are reports, and submit these."""

    def submit(reports: list[str], manifest: Mapping[str, Any] = MANIFEST) -> str:
        cases = [make_case(n) for n in range(len(reports))]
        sections = manifest["rubric"]["sections"]
        for case in cases:
            case["reference_report"] += f" {REFERENCE}"
            case["checklist"][0]["dimensions"] = [section["key"] for section in sections]
        with sessions.write() as session:
            load_items(session, cases, dict(manifest))
            make_team(session, "team", make_user(session, "a"))
        texts: Mapping[str, str] = {
            case["id"]: report for case, report in zip(cases, reports, strict=True)
        }
        return submit_texts(texts)

    return submit
