"""Severe errors in an archive are computed again, from errors on items or from counts."""

import pytest

from leaderboard.bundles.verifying.figures import Verdict
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.models.submission import Submission
from leaderboard.rankings.harm import find_submission_harm
from tests.bundles.made import bundle, change_line, names_of, verify
from tests.evaluation.test_harm import ANSWERS, REPORTS, answer, load_graded, name_reports, submit

pytestmark = pytest.mark.one_database


@pytest.fixture
def key(sessions: Sessions) -> str:
    """Questions and reports with severe errors in 5 of 12 reports."""
    load_graded(sessions)
    letters = {f"test-text-{n:03}": answer(letter) for n, letter in enumerate(ANSWERS)}
    return submit(sessions, letters | name_reports(REPORTS))


def test_every_line_that_pages_show_is_computed_again(sessions: Sessions, key: str) -> None:
    host, team = (bundle(sessions, key, viewer) for viewer in (Viewer.HOST, Viewer.TEAM))
    with sessions.read() as session:
        profile = find_submission_harm(session, session.get_one(Submission, key), Viewer.TEAM)
    assert profile is not None
    found = verify(host)
    assert names_of(found, Verdict.DIFFERS) == []
    shown = {line.key: line.severe for line in profile.of("board")}
    reports = shown["report"].estimate
    assert reports is not None
    assert found["Severe errors: board report"]["shown"] == (
        f"{reports.value:.1f} [{reports.low:.1f}, {reports.high:.1f}]"
    )
    lines = [name for name in found if name.startswith("Severe errors")]
    assert len(lines) == 3 * len(profile.lines)
    assert {found[name]["words"] for name in lines} == {"computed again: the same"}
    of_team = verify(team)
    assert names_of(of_team, Verdict.DIFFERS) == []
    assert of_team["Severe errors: subcondition disc herniation"]["verdict"] == Verdict.SAME
    # Two reports are of one case, and which of them have an error is hidden.
    assert of_team["Severe errors: board report, interval"]["verdict"] == Verdict.UNKNOWN
    assert of_team["Severe errors: board text"]["verdict"] == Verdict.SAME
    assert "Severe errors: board text, interval" not in of_team

    def hide(line: dict[str, object]) -> dict[str, object]:
        codes = line["codes"]
        assert isinstance(codes, list)
        return line | {"codes": [min(code, 0) if code < 4 else code for code in codes]}

    # Of the sixth report, after eight questions, no errors are told.
    differing = names_of(verify(change_line(host, "harm_codes.jsonl", hide, 13)), Verdict.DIFFERS)
    assert {"Severe errors: board report", "Severe errors: event wrong level, counts"} <= {
        *differing
    }
    assert "Severe errors: board text" not in differing
    fewer = change_line(team, "harm.jsonl", lambda line: line | {"n_severe": line["n_severe"] + 1})
    assert names_of(verify(fewer), Verdict.DIFFERS)
