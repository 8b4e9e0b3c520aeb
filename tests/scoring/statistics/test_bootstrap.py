"""The bootstrap against scipy's, and what it does where resampling says nothing."""

import numpy as np
import pytest
from scipy import stats

from leaderboard.scoring.statistics.bootstrap import (
    ReportError,
    TrackSample,
    make_weights,
    overall_interval,
    percentile_interval,
    resample_means,
)
from leaderboard.scoring.statistics.intervals import Estimate, Part, accuracy, mean, weighted_sum

N = 200
STRATA = np.repeat([0, 1], [120, 80])
ALONE = np.arange(N)


def make_track(values: np.ndarray, first: int, share: float, low: float = 0.0) -> TrackSample:
    alone = np.arange(len(values))
    if low:
        estimate = mean(values, alone, (low, 100.0))
    else:
        found = accuracy(values == 100, alone)
        estimate = Estimate(*(100 * (end or 0) for end in found))
    return TrackSample(share, estimate, np.arange(first, first + len(values)), values)


def get_ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_every_resample_draws_each_track_as_often_as_it_has_cases() -> None:
    clusters = np.concatenate([np.arange(120) // 3, 100 + np.arange(80)])
    weights = make_weights(STRATA, clusters, 7, n_resamples=50)
    assert weights.matrix.shape == (40 + 80, 50)
    of_text = np.unique(weights.clusters[:120])
    assert (weights.matrix[of_text].sum(axis=0) == 40).all()
    assert (weights.matrix.sum(axis=0) == 120).all()


def test_the_same_seed_gives_the_same_weights_and_another_one_others() -> None:
    first, again, other = (make_weights(STRATA, ALONE, seed, 20).matrix for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_intervals_of_many_models_on_a_slice_are_those_of_scipys_bootstrap() -> None:
    random = np.random.default_rng(3)
    values = random.normal(60, 20, (3, N))
    columns = np.arange(10, 90)
    weights = make_weights(np.zeros(80, int), np.arange(80), 4)
    low, high = percentile_interval(resample_means(weights, np.arange(80), values[:, columns]))
    for model in range(3):
        expected = stats.bootstrap(
            (values[model, columns],), np.mean, method="percentile", n_resamples=10_000, rng=random
        ).confidence_interval
        # Two Monte Carlo errors: each end of 10,000 resamples is known to about 0.03 errors.
        assert low[model] == pytest.approx(expected.low, abs=0.25)
        assert high[model] == pytest.approx(expected.high, abs=0.25)


def test_the_mean_of_a_slice_counts_items_and_leaves_out_resamples_without_any() -> None:
    weights = make_weights(np.zeros(4, int), np.array([0, 0, 1, 2]), 5, n_resamples=400)
    values = np.array([[100.0, 0.0, 100.0]])
    means = resample_means(weights, np.array([0, 1, 2]), values)[0]
    drawn = weights.matrix[weights.clusters[[0, 2]]]
    total = 2 * drawn[0] + drawn[1]
    assert (np.isnan(means) == (total == 0)).all()
    assert np.isnan(means).any()
    known = total > 0
    expected = 100 * (drawn[0] + drawn[1])[known] / total[known]
    assert means[known] == pytest.approx(expected)
    low, high = percentile_interval(means[None, :])
    expected_ends = np.quantile(means[known].astype(float), [0.025, 0.975])
    assert [low[0], high[0]] == pytest.approx(list(expected_ends))


def test_the_overall_interval_is_that_of_the_stratified_normal_theory_where_that_holds() -> None:
    random = np.random.default_rng(6)
    text = np.where(random.uniform(size=120) < 0.6, 100.0, 0.0)
    image = np.where(random.uniform(size=80) < 0.5, 100.0, 0.0)
    tracks = [make_track(text, 0, 0.6), make_track(image, 120, 0.4)]
    found = overall_interval(make_weights(STRATA, ALONE, 8), tracks)
    error = np.sqrt(0.36 * text.var() / 120 + 0.16 * image.var() / 80)
    assert found.value == pytest.approx(0.6 * text.mean() + 0.4 * image.mean())
    assert np.ptp(get_ends(found)) == pytest.approx(2 * 1.96 * error, rel=0.04)


def test_a_track_at_100_percent_keeps_the_width_of_its_own_interval() -> None:
    random = np.random.default_rng(9)
    image = np.where(random.uniform(size=80) < 0.5, 100.0, 0.0)
    tracks = [make_track(np.full(120, 100.0), 0, 0.6), make_track(image, 120, 0.4)]
    weights = make_weights(STRATA, ALONE, 10)
    found = overall_interval(weights, tracks)
    alone = overall_interval(weights, tracks[1:])
    # By hand: Wilson's lower end of 120 of 120 is 96.9; root of the sum of squared distances.
    below = 0.6 * (100 - 100 / (1 + 1.959964**2 / 120))
    expected = np.hypot(below, alone.value - get_ends(alone)[0])
    assert found.value - get_ends(found)[0] == pytest.approx(expected)
    assert found.high == pytest.approx(60 + get_ends(alone)[1])


def test_tracks_of_few_cases_and_item_sets_without_weights_use_the_tracks_own_intervals() -> None:
    few = [make_track(np.array([100.0, 0, 100, 100, 0]), 0, 1.0)]
    parts = weighted_sum([Part(1.0, few[0].estimate)])
    weights = make_weights(np.zeros(5, int), np.arange(5), 1)
    assert overall_interval(weights, few) == pytest.approx(parts)
    assert overall_interval(None, few) == pytest.approx(parts)
    single = TrackSample(1.0, Estimate(60.0, None, None), np.array([0]), np.array([60.0]))
    assert overall_interval(make_weights(np.zeros(1, int), np.zeros(1, int), 1), [single]) == (
        60.0,
        None,
        None,
    )


def test_a_calibrated_report_score_brings_its_own_error_instead_of_the_resamples() -> None:
    random = np.random.default_rng(11)
    text = np.where(random.uniform(size=120) < 0.6, 100.0, 0.0)
    report = TrackSample(
        0.4,
        Estimate(70.0, 60.0, 80.0),
        np.arange(120, N),
        random.normal(50, 1, 80),
        ReportError(3.0, 9.0, (20.0, 100.0)),
    )
    found = overall_interval(make_weights(STRATA, ALONE, 12), [make_track(text, 0, 0.6), report])
    # The sum of a normal and a t of 9 degrees, by convolution through a large sample.
    draws = np.random.default_rng(13)
    error = np.sqrt(text.var() / 120)
    total = 0.6 * draws.normal(text.mean(), error, 400_000) + 0.4 * (
        70 + 3.0 * draws.standard_t(9, 400_000)
    )
    assert found.value == pytest.approx(0.6 * text.mean() + 28)
    assert get_ends(found) == pytest.approx(tuple(np.quantile(total, [0.025, 0.975])), abs=0.25)


def test_overall_intervals_cover_the_truth_in_about_95_percent_of_benchmarks() -> None:
    random = np.random.default_rng(14)
    strata = np.repeat([0, 1, 2], [56, 29, 20])
    weights = make_weights(strata, np.arange(105), 15, n_resamples=2_000)
    truth = (56 * 97 + 29 * 60 + 20 * 65) / 105
    covered, runs = 0, 300
    for _ in range(runs):
        text = np.where(random.uniform(size=56) < 0.97, 100.0, 0.0)
        image = np.where(random.uniform(size=29) < 0.6, 100.0, 0.0)
        tracks = [
            make_track(text, 0, 56 / 105),
            make_track(image, 56, 29 / 105),
            make_track(random.normal(65, 12, 20), 85, 20 / 105, low=20.0),
        ]
        found = overall_interval(weights, tracks)
        low, high = get_ends(found)
        covered += low <= truth <= high
    assert 0.91 <= covered / runs <= 0.99
