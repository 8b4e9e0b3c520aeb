"""Differences of report scores are paired where models share cases."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bench.paired_reports import study
from leaderboard.scoring.ranking import calibrated_differences, compare_calibrated_pairs
from leaderboard.scoring.statistics.calibration import Badge, calibrated_mean
from leaderboard.scoring.statistics.calibration_fit import Pairs, fit_pooled
from leaderboard.scoring.statistics.influence import find_influences

BOUNDS = (20.0, 100.0)
N = 60


def draw(seed: int = 3) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Labels and judge's scores of two models on the same cases, which differ for both alike."""
    rng = np.random.default_rng(seed)
    labels = np.array([[65.0], [60.0]]) + rng.normal(0, 8, N) + rng.normal(0, 3, (2, N))
    return labels, 30 + 0.6 * labels + rng.normal(0, 3, (2, N))


def make_design(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    return np.zeros(n, np.int64), np.arange(n), np.ones(n, dtype=bool)


@pytest.mark.parametrize(
    ("n_labels", "badge"),
    [(30, Badge.EXPERT_ANCHORED), (12, Badge.PROBE_ANCHORED)],
)
def test_the_squares_of_influences_add_up_to_the_variance_of_an_anchored_mean(
    n_labels: int, badge: Badge
) -> None:
    labels, scores = draw()
    calibrator = fit_pooled({"a": Pairs(scores[1], labels[1])}, BOUNDS)
    known = np.where(np.arange(N) < n_labels, labels[0], np.nan)
    has = ~np.isnan(known)
    mean = calibrated_mean(scores[0][has], known[has], scores[0][~has], calibrator, BOUNDS)
    assert mean is not None
    assert mean.standard_error is not None
    assert mean.badge is badge
    found = find_influences(mean, scores[0], known, calibrator)
    assert found @ found == pytest.approx(mean.standard_error**2)
    assert found[has].sum() == pytest.approx(0, abs=1e-12)
    assert found[~has].sum() == pytest.approx(0, abs=1e-12)


def test_of_a_transported_mean_only_what_the_choice_of_reports_does_is_paired() -> None:
    labels, scores = draw()
    models = {"a": Pairs(scores[0], labels[0]), "b": Pairs(scores[1], labels[1])}
    calibrator = fit_pooled(models, BOUNDS)
    mean = calibrated_mean(scores[0][:0], labels[0][:0], scores[0], calibrator, BOUNDS)
    assert mean is not None
    assert mean.standard_error is not None
    found = find_influences(mean, scores[0], np.full(N, np.nan), calibrator)
    calibrated = calibrator.intercept + calibrator.slope * scores[0]
    assert found @ found == pytest.approx(calibrated.var(ddof=1) / N)
    assert found @ found < mean.standard_error**2


def test_where_every_report_of_both_is_labelled_it_is_the_paired_t_test() -> None:
    labels, scores = draw()
    means = [calibrated_mean(scores[k], labels[k], scores[k][:0], None, BOUNDS) for k in (0, 1)]
    influences = np.array(
        [
            find_influences(mean, scores[k], labels[k], None)
            for k, mean in enumerate(means)
            if mean is not None
        ]
    )
    tests = compare_calibrated_pairs(labels, *make_design(N), means, influences=influences)
    expected = stats.ttest_rel(labels[0], labels[1])
    assert tests.p_values[0, 1] == pytest.approx(expected.pvalue)
    # Unpaired it would be Welch's, which hard cases make blunt.
    plain = compare_calibrated_pairs(labels, *make_design(N), means)
    welch = stats.ttest_ind(labels[0], labels[1], equal_var=False)
    assert plain.p_values[0, 1] == pytest.approx(welch.pvalue)
    assert tests.p_values[0, 1] < plain.p_values[0, 1]


def test_models_without_shared_cases_are_compared_as_before() -> None:
    labels, scores = draw()
    means = [calibrated_mean(scores[k], labels[k], scores[k][:0], None, BOUNDS) for k in (0, 1)]
    known = [mean for mean in means if mean is not None]
    before = calibrated_differences(labels, *make_design(N), known)
    after = calibrated_differences(labels, *make_design(N), known, None, np.zeros((2, N)))
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("overlap", ["same", "random", "apart"])
def test_paired_intervals_hold_the_difference_as_often_as_they_say(overlap: str) -> None:
    found = study(30, 0.7, overlap, draws=600)
    # The standard error of a share over 600 draws is 0.9 points.
    assert 0.925 <= found.paired <= 0.975
    assert found.paired_width < found.unpaired_width
