"""The overall score by a benchmark's own rule: in scores, ranks, commitments and archives."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from leaderboard.bundles.archive import write_archive
from leaderboard.bundles.ranking import gather_ranking
from leaderboard.commitments.answers import read_answers
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.items.values import read_items
from leaderboard.items.weights import weigh_overall, weigh_tracks
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.ranking import Board
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import read_ranking
from tests.bundles.made import bundle, names_of, verify
from tests.factories import load_items, make_team, make_user
from tests.loaded import Submit
from tests.package_files import make_manifest, make_mcq

N_LEVEL, N_PATHOLOGY = 30, 10
AXES = ["level"] * N_LEVEL + ["pathology"] * N_PATHOLOGY
RULES: dict[str, dict[str, Any]] = {
    "equal": {"over": "axis", "weights": "equal"},
    "given": {"over": "axis", "weights": {"level": 1, "pathology": 3}},
}
# model-a has 24 of 30 and 2 of 10, model-b 15 of 30 and 8 of 10.
RIGHT = {"model-a": (24, 2), "model-b": (15, 8)}
WORKED = {
    "equal": {"model-a": (80 + 20) / 2, "model-b": (50 + 80) / 2},
    "given": {"model-a": (80 + 3 * 20) / 4, "model-b": (50 + 3 * 80) / 4},
}


def submit_all(sessions: Sessions, submit_texts: Submit, rule: str) -> dict[str, str]:
    """Two models on text questions of two axes, by a rule; their submissions."""
    items = [make_mcq(n, axis=axis) for n, axis in enumerate(AXES)]
    with sessions.write() as session:
        load_items(session, items, make_manifest(overall=RULES[rule]))
        make_team(session, "team", make_user(session, "a"))
    keys = {}
    for model, (n_level, n_pathology) in RIGHT.items():
        right = [*range(n_level), *range(N_LEVEL, N_LEVEL + n_pathology)]
        texts = {
            f"test-text-{n:03}": f"ANSWER: {'B' if n in right else 'C'}" for n in range(len(AXES))
        }
        keys[model] = submit_texts(texts, model, judges=[ChecklistJudge()])
    return keys


@pytest.mark.parametrize("rule", ["equal", "given"])
def test_scores_ranks_and_archives_follow_the_rule(
    sessions: Sessions, submit_texts: Submit, rule: str
) -> None:
    keys = submit_all(sessions, submit_texts, rule)
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = read_ranking(session, split, Board.OVERALL)
        for row in table.rows:
            score = row.scores[Board.OVERALL]
            assert score.value == pytest.approx(WORKED[rule][row.model.slug])
            assert score.low is not None
            assert score.high is not None
            assert score.low < WORKED[rule][row.model.slug] < score.high
            text = 100 * sum(RIGHT[row.model.slug]) / len(AXES)
            assert row.scores[Board.TEXT].value == pytest.approx(text)
        assert [row.model.slug for row in table.rows] == ["model-b", "model-a"]
        items = read_items(session, split.id)
        made = gather_ranking(session, split, None)
        answers = read_answers(session, split.benchmark)
    weights = weigh_overall(items)
    assert weights.mean() == pytest.approx(1.0)
    of_level = weights[:N_LEVEL].sum() / weights.sum()
    assert of_level == pytest.approx({"equal": 1 / 2, "given": 1 / 4}[rule])
    assert (weigh_tracks(items) == 1).all()
    assert [one.group for one in answers.items] == AXES
    for key in keys.values():
        for viewer in (Viewer.TEAM, Viewer.HOST):
            assert "Overall" in " ".join(names_of(verify(bundle(sessions, key, viewer)), "same"))
    ranks = verify(write_archive(made.manifest, made.members, None))
    assert names_of(ranks, "same") == list(ranks)


@pytest.mark.one_database
def test_the_script_that_checks_reveals_follows_the_rule() -> None:
    check = runpy.run_path(str(Path(__file__).parents[2] / "docs/verify_reveal.py"))["check_scores"]
    keys = [f"i{n}" for n in range(len(AXES))]
    answers = [
        {"key": key, "split": "test", "track": "text", "group": axis}
        for key, axis in zip(keys, AXES, strict=True)
    ]
    n_level, n_pathology = RIGHT["model-a"]
    right = {*keys[:n_level], *keys[N_LEVEL : N_LEVEL + n_pathology]}
    values = {key: {"value": "100.0" if key in right else "0.0", "decides": True} for key in keys}
    for name, rule in RULES.items():
        said = {"text": 65.0, "overall": WORKED[name]["model-a"]}
        ranked = {"scores": said, "report_badge": None}
        committed = {"answers": answers, "overall": {"weights": "equal"} | rule}
        assert list(check(committed, "test", ranked, values)) == []
        ranked["scores"] = said | {"overall": 65.0}
        assert len(list(check(committed, "test", ranked, values))) == 1
