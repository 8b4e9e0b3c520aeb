"""Judges of a split against each other, on the reports that both rated."""

import numpy as np
import pytest
from scipy import stats

from leaderboard.calibration.between import JudgePair, compare_judges
from leaderboard.db import Sessions
from leaderboard.exports.judge_pairs import make_judge_pair_table
from leaderboard.items.targets import REPORT, Target
from leaderboard.models.ranking import Slice
from leaderboard.models.rating import RaterKind
from leaderboard.models.submission import Submission
from tests.calibration.test_calibrations import expert_value, judge_value, rate_as
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

N_REPORTS, N_BOTH = 16, 12
DIAGNOSIS = Target(Slice.DIMENSION, "diagnosis")
pytestmark = pytest.mark.one_database


def compare(sessions: Sessions, key: str) -> list[JudgePair]:
    with sessions.read() as session:
        split = session.get_one(Submission, key).split
        found = compare_judges(session, split)
        assert len(make_judge_pair_table(split, found, None).rows) == sum(
            len(pair.agreements) for pair in found
        )
        return found


def test_two_judges_are_compared_on_what_both_rated_and_experts_are_no_judges(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, N_REPORTS)
    texts = {f"test-report-{n:03}": "A report." for n in range(N_REPORTS)}
    key = submit_texts(texts, "model-a", judges=[ScriptedJudge(judge_value)])
    rate_as(sessions, key, range(N_REPORTS))
    assert compare(sessions, key) == []
    rate_as(sessions, key, range(N_BOTH), kind=RaterKind.JUDGE, name="other")
    (pair,) = compare(sessions, key)
    assert pair.second.name == "other"
    first = np.array([judge_value(f"-{n}") for n in range(N_BOTH)])
    second = np.array([expert_value(n) for n in range(N_BOTH)])
    for target, scale in ((DIAGNOSIS, 1), (REPORT, 20)):
        found, gaps = pair.agreements[target], scale * (first - second)
        assert found.n == N_BOTH
        assert found.limits is not None
        ends = stats.t.interval(0.95, N_BOTH - 1, gaps.mean(), stats.sem(gaps))
        assert found.limits.bias == pytest.approx((gaps.mean(), *ends))
        spread = stats.norm.ppf(0.975) * gaps.std(ddof=1)
        assert found.limits.upper.value == pytest.approx(gaps.mean() + spread)
        # ICC(A,1) by its mean squares, as McGraw and Wong have it.
        rows = np.column_stack([first, second])
        msr = 2 * rows.mean(axis=1).var(ddof=1)
        msc = N_BOTH * rows.mean(axis=0).var(ddof=1)
        rest = rows - rows.mean(axis=1)[:, None] - rows.mean(axis=0) + rows.mean()
        mse = (rest**2).sum() / (N_BOTH - 1)
        assert found.icc is not None
        assert found.icc.value == pytest.approx(
            (msr - mse) / (msr + mse + 2 / N_BOTH * (msc - mse))
        )
    assert pair.agreements[REPORT].kappa is None
    assert pair.agreements[DIAGNOSIS].kappa is not None
