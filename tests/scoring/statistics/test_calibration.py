"""Calibrated means against hand computations, classical formulas and numpy."""

import dataclasses
import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from leaderboard.scoring.statistics.calibration import (
    Badge,
    CalibratedMean,
    calibrated_mean,
    ppi_mean,
    probe_mean,
    transported_mean,
)
from leaderboard.scoring.statistics.calibration_fit import (
    ModelResidual,
    Pairs,
    PooledCalibrator,
    apply_left_out,
    apply_pooled,
    between_variance,
    fit_pooled,
    read_pooled,
    shift_to_mean,
)

RATING = (1.0, 5.0)
REPORT = (20.0, 100.0)
NONE = np.zeros(0)


def values(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def draw(n: int, seed: int, bias: float = 0.0) -> Pairs:
    """Reports of one model: experts' scores around 70, a judge who is off by `bias`."""
    rng = np.random.default_rng(seed)
    labels = rng.normal(70, 8, n)
    return Pairs(labels * 0.7 + 20 + bias + rng.normal(0, 4, n), labels)


def make_calibrator(*residuals: tuple[float, float, int], slope: float = 0.5) -> PooledCalibrator:
    return PooledCalibrator(
        intercept=1.0,
        slope=slope,
        low=1.0,
        high=5.0,
        n_models=len(residuals),
        n_labels=10,
        residuals=tuple(ModelResidual(f"m{i}", *each) for i, each in enumerate(residuals)),
    )


def test_the_prediction_powered_mean_is_the_one_computed_by_hand() -> None:
    # S = 1, 2, 3, 4 labelled 2, 2, 3, 5; unlabelled S = 2, 4. Mean labels 3, mean S 2.5:
    # cov = (1.5 + 0.5 + 0 + 3) / 3 = 5/3. All six S have mean 8/3, squares summing to
    # 50 - 6 x 64/9 = 22/3, so var(S) = 22/15. lambda = 5/3 / ((1 + 4/2) x 22/15) = 25/66.
    # Estimate = 3 + 25/66 x (3 - 2.5) = 3 + 25/132.
    # Labels - lambda S have variance 2 + lambda^2 x 5/3 - 2 lambda x 5/3.
    power = 25 / 66
    variance = power**2 * (22 / 15) / 2 + (2 + power**2 * 5 / 3 - 2 * power * 5 / 3) / 4
    mean = ppi_mean(values(1, 2, 3, 4), values(2, 2, 3, 5), values(2, 4), (-100, 100))
    assert mean.value == pytest.approx(3 + 25 / 132)
    assert mean.standard_error == pytest.approx(math.sqrt(variance))
    assert (mean.freedom, mean.n_labels, mean.n) == (2, 4, 6)
    assert mean.badge is Badge.EXPERT_ANCHORED
    assert mean.raw_mean == pytest.approx(16 / 6)
    # t of 2 degrees at 97.5 % is 4.3027 in every table.
    assert mean.high == pytest.approx(mean.value + 4.3027 * math.sqrt(variance), abs=1e-4)
    assert mean.low == pytest.approx(mean.value - 4.3027 * math.sqrt(variance), abs=1e-4)


@pytest.mark.parametrize(
    ("scores", "unlabelled"),
    [(np.full(30, 60.0), np.full(57, 60.0)), (np.linspace(40, 90, 30), NONE)],
    ids=["a constant judge", "every report labelled"],
)
def test_where_the_judge_adds_nothing_the_mean_is_the_classical_one(
    scores: np.ndarray, unlabelled: np.ndarray
) -> None:
    labels = draw(30, 1).labels
    mean = ppi_mean(scores, labels, unlabelled, REPORT)
    low, high = stats.t.interval(0.95, 29, loc=labels.mean(), scale=stats.sem(labels))
    assert (mean.value, mean.low, mean.high) == pytest.approx((labels.mean(), low, high))
    assert mean.freedom == 29


def test_a_perfect_judge_with_endless_reports_leaves_a_tenth_of_the_classical_error() -> None:
    pairs = draw(40, 2)
    many = draw(100_000, 3).labels
    mean = ppi_mean(pairs.labels, pairs.labels, many, REPORT)
    assert mean.value == pytest.approx(many.mean(), abs=0.05)
    assert mean.standard_error is not None
    assert mean.standard_error < 0.1 * stats.sem(pairs.labels)


def test_a_judge_who_is_shifted_and_stretched_changes_nothing_but_the_raw_mean() -> None:
    pairs, rest = draw(30, 4), draw(57, 5).scores
    plain = ppi_mean(pairs.scores, pairs.labels, rest, REPORT)
    moved = ppi_mean(3 * pairs.scores - 7, pairs.labels, 3 * rest - 7, REPORT)
    assert moved[:5] == pytest.approx(plain[:5])
    assert moved.raw_mean == pytest.approx(3 * plain.raw_mean - 7)


def test_a_probe_anchored_mean_is_the_calibrated_mean_plus_the_mean_residual() -> None:
    # f(S) = 1 + S/2: labelled 2, 3; unlabelled 2, 2.5, 3. Residuals 1 and -0.5: mean 1/4.
    # Mean f over the five is 2.5. Variance by hand with power 3/5: labels - 0.6 f = 1.8, 0.7,
    # variance 0.605, / 2; var(f) over five = 0.25; 0.36 x 0.25 / 3 = 0.03.
    calibrator = make_calibrator((0.1, 1, 10), (0, 1, 10))
    mean = probe_mean(calibrator, values(2, 4), values(3, 2.5), values(2, 3, 4), (-9, 9))
    assert mean.value == pytest.approx(2.75)
    assert mean.standard_error == pytest.approx(math.sqrt(0.605 / 2 + 0.03))
    assert (mean.freedom, mean.badge, mean.n) == (1, Badge.PROBE_ANCHORED, 5)


def test_without_a_calibrator_a_probe_is_the_mean_of_its_labels() -> None:
    pairs = draw(12, 6)
    mean = probe_mean(None, pairs.scores, pairs.labels, draw(75, 7).scores, REPORT)
    low, high = stats.t.interval(0.95, 11, pairs.labels.mean(), stats.sem(pairs.labels))
    assert (mean.low, mean.high) == pytest.approx((low, high))


def test_a_transported_mean_carries_the_variance_between_models() -> None:
    # Residuals -1, 0, 1, 2: mean 0.5, variance 5/3. s^2/m = 1/10 each, so tau^2 = 5/3 - 1/10.
    # f(S) = 2, 3, 4: mean 3, variance 1, / 3.
    calibrator = make_calibrator((-1, 1, 10), (0, 1, 10), (1, 2, 20), (2, 3, 30))
    tau_squared = 5 / 3 - 0.1
    assert between_variance(calibrator.residuals) == pytest.approx(tau_squared)
    mean = transported_mean(calibrator, values(2, 4, 6))
    variance = tau_squared * 5 / 4 + 0.1 / 4 + 1 / 3
    assert mean.value == pytest.approx(3)
    assert mean.standard_error == pytest.approx(math.sqrt(variance))
    assert (mean.freedom, mean.badge, mean.n_labels) == (3, Badge.TRANSPORTED, 0)
    # t of 3 degrees at 97.5 % is 3.1824; 3 +- 4.9 is cut at the ends of the scale.
    assert (mean.low, mean.high) == (1.0, 5.0)


def test_models_that_differ_by_chance_alone_have_no_variance_between_them() -> None:
    calibrator = make_calibrator((0.1, 4, 10), (-0.1, 4, 10), (0.0, 4, 10))
    assert between_variance(calibrator.residuals) == 0.0


@pytest.mark.parametrize("residuals", [[], [(0.5, 1.0, 10)]])
def test_one_model_cannot_tell_how_far_models_differ(
    residuals: list[tuple[float, float, int]],
) -> None:
    mean = transported_mean(make_calibrator(*residuals), values(2, 3))
    assert mean.value == pytest.approx(2.25)
    assert (mean.low, mean.high, mean.standard_error, mean.freedom) == (None,) * 4


@pytest.mark.parametrize(
    ("n_labels", "badge"),
    [
        (0, Badge.TRANSPORTED),
        (9, Badge.TRANSPORTED),
        (10, Badge.PROBE_ANCHORED),
        (29, Badge.PROBE_ANCHORED),
        (30, Badge.EXPERT_ANCHORED),
        (87, Badge.EXPERT_ANCHORED),
    ],
)
def test_the_number_of_labels_decides_the_badge(n_labels: int, badge: Badge) -> None:
    calibrator = fit_pooled({str(seed): draw(30, seed) for seed in range(4)}, REPORT)
    own = draw(87, 9)
    mean = calibrated_mean(
        own.scores[:n_labels], own.labels[:n_labels], own.scores[n_labels:], calibrator, REPORT
    )
    assert mean is not None
    assert (mean.badge, mean.n_labels, mean.n) == (badge, n_labels, 87)
    assert mean.raw_mean == pytest.approx(own.scores.mean())


@pytest.mark.parametrize(
    ("n_labels", "badge"),
    [
        (9, Badge.TRANSPORTED),
        (10, Badge.HOST_CHOSEN),
        (86, Badge.HOST_CHOSEN),
        (87, Badge.EXPERT_ANCHORED),
    ],
)
def test_labels_of_chosen_reports_do_not_move_the_mean_unless_all_are_labelled(
    n_labels: int, badge: Badge
) -> None:
    calibrator = fit_pooled({str(seed): draw(30, seed) for seed in range(4)}, REPORT)
    own = draw(87, 9)
    parts = own.scores[:n_labels], own.labels[:n_labels], own.scores[n_labels:]
    mean = calibrated_mean(*parts, calibrator, REPORT, is_random=False)
    assert mean is not None
    assert (mean.badge, mean.n_labels, mean.badge.is_anchored) == (badge, n_labels, n_labels == 87)
    if n_labels < 87:
        others = transported_mean(calibrator, own.scores, n_labels=n_labels)
        assert mean == others._replace(badge=badge)


def test_without_labels_and_calibrator_or_without_reports_there_is_no_mean() -> None:
    assert calibrated_mean(NONE, NONE, values(3, 4), None, RATING) is None
    assert calibrated_mean(NONE, NONE, NONE, make_calibrator((0, 1, 10)), RATING) is None


def test_the_pooled_line_is_a_weighted_regression_in_which_models_weigh_the_same() -> None:
    models = {"a": draw(10, 1), "b": draw(50, 2, bias=5), "c": draw(3, 3, bias=-5)}
    calibrator = fit_pooled(models, REPORT)
    scores = np.concatenate([pairs.scores for pairs in models.values()])
    labels = np.concatenate([pairs.labels for pairs in models.values()])
    weights = np.repeat([1 / 10, 1 / 50, 1 / 3], [10, 50, 3])
    slope, intercept = np.polyfit(scores, labels, 1, w=np.sqrt(weights))
    assert (calibrator.intercept, calibrator.slope) == pytest.approx((intercept, slope))
    assert (calibrator.n_models, calibrator.n_labels) == (3, 63)


def test_left_out_residuals_come_from_a_calibrator_that_never_saw_the_model() -> None:
    models = {"a": draw(10, 1), "b": draw(20, 2, bias=5), "c": draw(1, 3)}
    calibrator = fit_pooled(models, REPORT)
    assert [residual.model for residual in calibrator.residuals] == ["a", "b"]
    alone = fit_pooled({"a": models["a"], "c": models["c"]}, REPORT)
    expected = models["b"].labels - apply_pooled(alone, models["b"].scores)
    _, b = calibrator.residuals
    assert (b.mean, b.variance) == pytest.approx((expected.mean(), expected.var(ddof=1)))
    assert b.n == 20
    assert list(apply_left_out({"a": models["a"]}, REPORT)) == []


def test_a_constant_judge_gets_the_mean_label_and_a_perverse_one_too() -> None:
    constant = fit_pooled({"a": Pairs(values(3, 3, 3), values(1, 2, 3))}, RATING)
    perverse = fit_pooled({"a": Pairs(values(3, 2, 1), values(1, 2, 3))}, RATING)
    for calibrator in (constant, perverse):
        assert calibrator.slope == 0.0
        assert calibrator.intercept == pytest.approx(2.0)


def test_calibrated_scores_stay_on_the_scale() -> None:
    calibrator = dataclasses.replace(make_calibrator(), slope=3.0)
    assert apply_pooled(calibrator, values(-1, 1, 5)).tolist() == [1.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("numbers", "mean", "moved"),
    [
        ((40, 60, 80), 65, (45, 65, 85)),
        # By hand: 96 and 90 meet 100; the third takes what is left of 3 x 96.
        ((70, 90, 96), 96, (88, 100, 100)),
        ((22, 25, 61), 28, (20, 20, 44)),
        ((20, 60, 100), 100, (100, 100, 100)),
        ((70,), 20, (20,)),
    ],
)
def test_shifted_values_stay_on_the_scale_and_keep_the_calibrated_mean(
    numbers: tuple[float, ...], mean: float, moved: tuple[float, ...]
) -> None:
    assert shift_to_mean(values(*numbers), mean, REPORT) == pytest.approx(moved, abs=1e-7)


@settings(max_examples=100, deadline=None)
@given(
    numbers=st.lists(st.floats(20, 100), min_size=1, max_size=9),
    mean=st.floats(20, 100),
)
def test_a_shift_keeps_the_order_of_values_whatever_they_are(
    numbers: list[float], mean: float
) -> None:
    before = values(*numbers)
    after = shift_to_mean(before, mean, REPORT)
    assert after.min() >= 20
    assert after.max() <= 100
    assert after.mean() == pytest.approx(mean, abs=1e-6)
    assert (np.diff(after[np.argsort(before)]) >= 0).all()


def test_a_calibrator_comes_back_from_json_as_it_was() -> None:
    calibrator = fit_pooled({"a": draw(10, 1), "b": draw(20, 2)}, REPORT)
    assert read_pooled(json.loads(json.dumps(calibrator.to_plain()))) == calibrator
    with pytest.raises(ValueError, match="not a calibrator"):
        read_pooled({"slope": 1})


def test_what_is_no_number_or_has_no_partner_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        ppi_mean(values(1, math.nan), values(1, 2), NONE, RATING)
    with pytest.raises(ValueError, match="a score for each"):
        ppi_mean(values(1), values(1, 2), NONE, RATING)
    with pytest.raises(ValueError, match="finite"):
        fit_pooled({"a": Pairs(values(1), values(math.inf))}, RATING)
    with pytest.raises(ValueError, match="at least one"):
        fit_pooled({"a": Pairs(NONE, NONE)}, RATING)
    with pytest.raises(ValueError, match="at least one"):
        transported_mean(make_calibrator(), NONE)


ratings = st.floats(1, 5) | st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    own=st.lists(st.tuples(ratings, ratings), max_size=40),
    rest=st.lists(ratings, max_size=10),
    others=st.lists(st.lists(st.tuples(ratings, ratings), min_size=1, max_size=8), max_size=4),
)
def test_a_mean_and_its_interval_are_numbers_on_the_scale_or_none(
    own: list[tuple[float, float]],
    rest: list[float],
    others: list[list[tuple[float, float]]],
) -> None:
    pairs = np.array(own).reshape(-1, 2)
    models = {str(i): Pairs(*np.array(each).T) for i, each in enumerate(others)}
    calibrator = fit_pooled(models, RATING) if models else None
    mean = calibrated_mean(pairs[:, 0], pairs[:, 1], np.array(rest), calibrator, RATING)
    if mean is None:
        assert len(own) < 10
        assert calibrator is None or not (own or rest)
        return
    _is_sound(mean)


def _is_sound(mean: CalibratedMean) -> None:
    ends = [mean.value] if mean.low is None else [mean.low, mean.value, mean.high]
    for left, right in itertools.pairwise([1.0, *ends, 5.0]):
        assert left is not None
        assert right is not None
        assert left <= right
    assert (mean.low is None) == (mean.high is None) == (mean.standard_error is None)
    assert mean.raw_mean >= 1 - 1e-9
