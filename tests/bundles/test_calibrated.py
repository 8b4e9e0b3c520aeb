"""Report scores that experts' ratings calibrate are computed again from labels and ratings."""

import json

import pytest
from sqlalchemy import select

from leaderboard.bundles.archive import read_archive
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.models.benchmark import Answers, Split
from tests.bundles.made import bundle, change_line, names_of, verify
from tests.calibration.test_calibrations import report_score

pytestmark = pytest.mark.one_database
N = 40
REPORT = "Calibration of track report"


def test_a_hosts_archive_gives_each_calibrated_score_again_from_the_labels(
    sessions: Sessions, keys: list[str]
) -> None:
    badges = ("expert-anchored", "probe-anchored", "transported")
    for key, badge, n in zip(keys, badges, (30, 12, 4), strict=True):
        found = verify(bundle(sessions, key, Viewer.HOST))
        assert names_of(found, "differs") == []
        assert found["Calibrator: track report"]["words"] == "computed again: the same"
        assert found["Raters' variance: track report"]["words"] == "computed again: the same"
        assert found[f"{REPORT}: how"]["shown"] == badge
        assert found[f"{REPORT}: own labels"]["shown"] == str(n)
        assert found[f"{REPORT}: standard error"]["words"] == "computed again: the same"
        score, calibrated = report_score(sessions, key)
        assert calibrated is not None
        assert found["Report"]["shown"] == f"{score.value:.1f}"
        assert found["Report, interval"]["shown"] == f"[{score.low:.1f}, {score.high:.1f}]"
        assert found["400 ratings"]["words"].endswith("a language model gave them, not a rule")


def test_a_changed_label_shows_in_the_score_that_rests_on_it(
    sessions: Sessions, keys: list[str]
) -> None:
    raw = bundle(sessions, keys[0], Viewer.HOST)
    archive = read_archive(raw)
    own = archive.manifest["submission"]["model_number"]
    models = [json.loads(line)["model"] for line in archive.members["labels.jsonl"].splitlines()]
    changed = change_line(
        raw, "labels.jsonl", lambda line: {**line, "value": 1.0}, number=models.index(own)
    )
    found = verify(changed)
    named = {"Report", "Report, interval", f"{REPORT}: standard error"}
    assert named <= set(names_of(found, "differs"))
    assert "labels or ratings have changed" in found["Calibrator: track report"]["words"]


def test_a_changed_line_shows_in_the_calibrator(sessions: Sessions, keys: list[str]) -> None:
    raw = bundle(sessions, keys[2], Viewer.HOST)
    changed = change_line(
        raw, "calibrations.jsonl", lambda line: {**line, "pooled": {**line["pooled"], "slope": 2.0}}
    )
    assert names_of(verify(changed), "differs") == ["Calibrator: track report"]


def test_where_answers_are_public_a_team_computes_its_scores_from_its_own_labels(
    sessions: Sessions, keys: list[str]
) -> None:
    with sessions.write() as session:
        session.scalars(select(Split).where(Split.name == "test")).one().answers = Answers.PUBLIC
    for key in keys:
        raw = bundle(sessions, key, Viewer.TEAM)
        found = verify(raw)
        assert names_of(found, "differs") == []
        for name in ("Report", "Report, interval", f"{REPORT}: standard error"):
            assert found[name]["words"] == "computed again: the same"
        assert "other models' reports" in found["Calibrator: track report"]["words"]
        members = read_archive(raw).members
        assert b"is_judge" not in members["labels.jsonl"]
        assert b"left_out" not in members["calibrations.jsonl"]


def test_where_answers_are_hidden_it_is_told_how_and_not_by_what(
    sessions: Sessions, keys: list[str]
) -> None:
    raw = bundle(sessions, keys[0], Viewer.TEAM)
    members = read_archive(raw).members
    assert "labels.jsonl" not in members
    assert "ratings.jsonl" not in members
    assert b"intercept" not in raw
    found = verify(raw)
    assert found[REPORT]["shown"] == "expert-anchored, 30 own labels"
    assert "the ratings of single reports are hidden" in found[REPORT]["words"]
