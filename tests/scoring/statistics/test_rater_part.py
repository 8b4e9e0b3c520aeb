"""What the choice of raters adds to an anchored mean, and what of it is left in a difference."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from leaderboard.items.runs import mean_calibrated
from leaderboard.scoring.ranking import calibrated_differences, find_better_by_reports
from leaderboard.scoring.statistics.bootstrap import (
    ReportError,
    TrackSample,
    make_weights,
    overall_interval,
)
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean, calibrated_mean
from leaderboard.scoring.statistics.calibration_fit import Pairs, fit_pooled
from leaderboard.scoring.statistics.influence import find_influences
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.severity import RaterShares, Severity, find_shares

BOUNDS = (20.0, 100.0)
N, N_LABELS = 60, 30
SEVERITY = Severity(36.0, 5)
ALIKE = {"1": 0.2, "2": 0.2, "3": 0.2, "4": 0.2, "5": 0.2}
OTHERS = {"1": 0.5, "2": 0.5}

Values = NDArray[np.float64]


def draw() -> tuple[Values, Values]:
    """Labels and judge's scores of two models on the same cases."""
    rng = np.random.default_rng(3)
    labels = np.array([[65.0], [60.0]]) + rng.normal(0, 8, N) + rng.normal(0, 3, (2, N))
    return labels, 30 + 0.6 * labels + rng.normal(0, 3, (2, N))


LABELS, SCORES = draw()
OTHER_MODELS = fit_pooled({"a": Pairs(SCORES[1], LABELS[1])}, BOUNDS)


def make_mean(
    shares: dict[str, float] | None,
    model: int = 0,
    n: int = N_LABELS,
    severity: Severity = SEVERITY,
) -> CalibratedMean:
    raters = None if shares is None else RaterShares(shares, severity)
    own = SCORES[model]
    found = calibrated_mean(own[:n], LABELS[model][:n], own[n:], OTHER_MODELS, BOUNDS, raters)
    assert found is not None
    return found


def compare(*means: CalibratedMean, influences: Values | None = None) -> tuple[float, float]:
    """The variance and the degrees of freedom of the difference on a board of reports alone."""
    design = np.zeros(N, np.int64), np.arange(N), np.ones(N, dtype=bool)
    found = calibrated_differences(SCORES, *design, means, None, influences)
    return float(found.variances[0, 1]), float(found.freedoms[0, 1])


def test_a_rater_has_the_share_of_the_labels_that_its_ratings_make() -> None:
    # Three reports: by 1 alone, by 1 and 2, by all three.
    rated = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1]], dtype=bool)
    assert find_shares(rated) == pytest.approx([11 / 18, 5 / 18, 2 / 18])


@pytest.mark.parametrize(
    ("n", "badge", "freedom"),
    [(N_LABELS, Badge.EXPERT_ANCHORED, 28), (12, Badge.PROBE_ANCHORED, 11)],
)
def test_the_squared_error_grows_by_the_component_times_the_sum_of_squared_shares(
    n: int, badge: Badge, freedom: int
) -> None:
    plain, wide = make_mean(None, n=n), make_mean(ALIKE, n=n)
    assert (wide.badge, wide.value) == (badge, plain.value)
    assert plain.standard_error is not None
    assert wide.standard_error is not None
    # By hand: 36 x 5 x 0.2^2 = 7.2 by 4 degrees, and Welch and Satterthwaite's of both, down.
    variance = plain.standard_error**2
    assert wide.standard_error**2 == pytest.approx(variance + 7.2)
    degrees = (variance + 7.2) ** 2 / (variance**2 / freedom + 7.2**2 / 4)
    assert wide.freedom == math.floor(degrees)
    assert wide.cases_error == pytest.approx(plain.standard_error)
    reach = stats.t.ppf(0.975, wide.freedom) * wide.standard_error
    assert (wide.low, wide.high) == pytest.approx((wide.value - reach, wide.value + reach))


def test_without_labels_of_its_own_or_where_raters_do_not_differ_nothing_is_added() -> None:
    same = make_mean(ALIKE, severity=Severity(0.0, 5))
    assert same._replace(raters=None) == make_mean(None)
    transported = make_mean(ALIKE, n=4)
    assert transported.badge is Badge.TRANSPORTED
    assert transported == make_mean(None, n=4)


@pytest.mark.parametrize("is_paired", [False, True])
def test_a_severity_that_two_models_share_widens_no_difference_between_them(
    is_paired: bool,
) -> None:
    plain = [make_mean(None, model) for model in (0, 1)]
    influences = None
    if is_paired:
        known = np.where(np.arange(N) < N_LABELS, LABELS, np.nan)
        influences = np.array(
            [find_influences(plain[k], SCORES[k], known[k], OTHER_MODELS) for k in (0, 1)]
        )
    before = compare(*plain, influences=influences)
    wide = [make_mean(ALIKE, model) for model in (0, 1)]
    assert wide[0].standard_error > 1.5 * plain[0].standard_error  # type: ignore[operator]
    assert compare(*wide, influences=influences) == pytest.approx(before)


def test_of_two_models_with_other_raters_the_difference_of_their_shares_is_left() -> None:
    variance, freedom = compare(make_mean(None), make_mean(None, 1))
    mixed = make_mean(ALIKE), make_mean(OTHERS, 1)
    # By hand: 36 x (2 x 0.3^2 + 3 x 0.2^2) = 10.8, by 4 degrees of freedom.
    found = compare(*mixed)
    assert found[0] == pytest.approx(variance + 10.8)
    expected = (variance + 10.8) ** 2 / (variance**2 / freedom + 10.8**2 / 4)
    assert found[1] == pytest.approx(expected)
    # None shared: both parts are there, 7.2 and 18.
    apart = make_mean(ALIKE), make_mean({"8": 0.5, "9": 0.5}, 1)
    assert compare(*apart)[0] == pytest.approx(variance + 7.2 + 18)


def test_a_model_at_the_floor_brings_no_raters_with_it() -> None:
    means = [make_mean(ALIKE), make_mean(ALIKE, 1)._replace(badge=Badge.TRANSPORTED)]
    design = np.zeros(N, np.int64), np.arange(N), np.ones(N, dtype=bool)
    better, differences = find_better_by_reports(SCORES, *design, means)
    assert not better[1, 0]
    assert differences[0, 1] == pytest.approx(means[0].value - 20)


def test_of_several_runs_a_raters_error_is_the_mean_of_its_errors() -> None:
    runs = [make_mean({"1": 1.0}), make_mean({"2": 1.0}, 1)]
    mean = mean_calibrated(runs)
    assert mean.raters is not None
    assert mean.raters.errors == {"1": 3.0, "2": 3.0}
    plain = mean_calibrated([make_mean(None), make_mean(None, 1)])
    assert plain.standard_error is not None
    assert mean.standard_error == pytest.approx(math.sqrt(plain.standard_error**2 + 18))
    assert mean.cases_error == pytest.approx(plain.standard_error)
    assert mean.freedom is not None
    assert mean.freedom < 28


def test_an_error_by_few_raters_takes_no_overall_score_beyond_what_reports_can_be_worth() -> None:
    weights = make_weights(np.zeros(N, np.int64), np.arange(N), 1)
    columns = np.arange(N)
    estimate = Estimate(90.0, 20.0, 100.0)
    error = ReportError(6.0, 1, BOUNDS)
    found = overall_interval(weights, [TrackSample(1.0, estimate, columns, LABELS[0], error)])
    assert found.low is not None
    assert found.high == 100
    assert 20 <= found.low < 60
