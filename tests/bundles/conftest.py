"""Fixtures: submissions whose reports experts have rated."""

import pytest

from leaderboard.db import Sessions
from tests.calibration.test_calibrations import judge_value, rate_as, refit
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

N = 40


@pytest.fixture
def keys(sessions: Sessions, load: Load, submit_texts: Submit, prepare: Prepare) -> list[str]:
    """Submissions of three models with 30, 12 and 4 own labels by two experts."""
    load(0, 0, N)

    def score() -> list[str]:
        found = []
        for model in ("model-a", "model-b", "model-c"):
            texts = {f"test-report-{n:03}": f"Report of {model}." for n in range(N)}
            found.append(submit_texts(texts, model, judges=[ScriptedJudge(judge_value)]))
        for key, n, shift in zip(found, (30, 12, 4), (0.0, 0.3, -0.2), strict=True):
            rate_as(sessions, key, range(n), shift=shift)
            rate_as(sessions, key, range(0, n, 2), shift=-shift / 2, name="expert-b")
        refit(sessions)
        return found

    return list(prepare("three models with labels of two experts", score))
