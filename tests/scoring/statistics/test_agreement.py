"""Agreement against published tables and independent formulas."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.inter_rater import cohens_kappa

from leaderboard.scoring.statistics.agreement import (
    Agreement,
    agreement_after_calibration,
    assess_agreement,
    assess_experts,
)
from leaderboard.scoring.statistics.agreement_measures import (
    absolute_icc,
    kappa_value,
    limits_of_agreement,
    pearson,
    spearman,
    weighted_kappa,
)
from leaderboard.scoring.statistics.calibration_fit import Pairs

# Bland and Altman (1986), table 1, first readings: peak flow by Wright's meter and a small one.
WRIGHT = np.array(
    [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427.0]
)
MINI = np.array(
    [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451.0]
)
# Shrout and Fleiss (1979), table 2: six targets, four raters.
TARGETS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]]
)
# The data set "anxiety" of the R package irr: 20 subjects, 3 raters.
ANXIETY = np.array(
    [
        [3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
        [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
        [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2.0],
    ]
).T


def draw(n: int, seed: int, bias: float = 0.0, noise: float = 0.4) -> Pairs:
    """A judge's and the experts' ratings of n reports, on 1..5."""
    rng = np.random.default_rng(seed)
    labels = np.clip(rng.normal(3.2, 0.9, n), 1, 5)
    return Pairs(np.clip(labels + bias + rng.normal(0, noise, n), 1, 5), labels)


def test_limits_of_agreement_are_those_that_bland_and_altman_published_in_1986() -> None:
    limits = limits_of_agreement(WRIGHT - MINI)
    assert limits is not None
    # Mean -2.1 with 95 % interval -22.0 to 17.8, s = 38.8; they print -2.1 -+ 2 x 38.8.
    assert limits.bias == pytest.approx((-2.1, -22.0, 17.8), abs=0.06)
    assert limits.lower.value == pytest.approx(-2.1176 - 1.96 * 38.765, abs=0.01)
    assert limits.upper.value == pytest.approx(-2.1176 + 1.96 * 38.765, abs=0.01)


def test_limits_of_agreement_have_the_intervals_that_bland_and_altman_published_in_1999() -> None:
    # Their blood pressures: 85 pairs, mean -16.29, s = 19.61; limits -54.7 and 22.1, with 95 %
    # intervals -61.9 to -47.5 and 14.9 to 29.3.
    shape = stats.norm.ppf((np.arange(85) + 0.5) / 85)
    limits = limits_of_agreement(-16.29 + 19.61 * shape / shape.std(ddof=1))
    assert limits is not None
    assert limits.lower == pytest.approx((-54.7, -61.9, -47.5), abs=0.1)
    assert limits.upper == pytest.approx((22.1, 14.9, 29.3), abs=0.11)


def test_absolute_icc_is_the_one_that_shrout_and_fleiss_published() -> None:
    estimate = absolute_icc(TARGETS)
    assert estimate is not None
    assert round(estimate.value, 2) == 0.29
    # The interval that R's psych prints for these data as ICC2.
    assert (estimate.low, estimate.high) == pytest.approx((0.019, 0.761), abs=5e-4)


def test_absolute_icc_and_its_interval_are_those_of_the_r_package_irr() -> None:
    # icc(anxiety, model = "twoway", type = "agreement"): 0.198, -0.039 < ICC < 0.494.
    assert absolute_icc(ANXIETY) == pytest.approx((0.198, -0.039, 0.494), abs=5e-4)


def test_absolute_icc_agrees_with_variance_components_of_an_analysis_of_variance() -> None:
    n, k = ANXIETY.shape
    data = pd.DataFrame(
        {
            "rating": ANXIETY.ravel(),
            "report": np.repeat(np.arange(n), k),
            "rater": np.tile(np.arange(k), n),
        }
    )
    squares = anova_lm(ols("rating ~ C(report) + C(rater)", data).fit())["mean_sq"]
    report, rater, error = squares["C(report)"], squares["C(rater)"], squares["Residual"]
    components = ((report - error) / k, (rater - error) / n, error)
    estimate = absolute_icc(ANXIETY)
    assert estimate is not None
    assert estimate.value == pytest.approx(components[0] / sum(components))


def test_a_judge_who_is_always_one_point_kinder_agrees_less() -> None:
    # By hand, McGraw and Wong's example (2, 4), (4, 6), (6, 8): MSR 8, MSC 6, MSE 0:
    # 8 / (8 + 2/3 x 6) = 2/3.
    estimate = absolute_icc(np.array([[2, 4], [4, 6], [6, 8.0]]))
    assert estimate is not None
    assert estimate.value == pytest.approx(2 / 3)


def test_weighted_kappa_is_the_one_that_the_r_package_irr_gives() -> None:
    # kappa2(anxiety[, 2:3], "squared") = 0.2520325; irr drops the level that nobody used, so
    # the levels 1, 2, 3, 4, 6 are its five categories.
    levels = np.array([0, 1, 2, 3, 4, 0, 5])
    first, second = (levels[ANXIETY[:, rater].astype(int)].astype(float) for rater in (1, 2))
    kappa = weighted_kappa(first, second, range(1, 6))
    assert kappa is not None
    assert kappa.value == pytest.approx(0.2520325, abs=1e-6)


def test_quadratic_weighted_kappa_is_lins_concordance_of_the_rounded_ratings() -> None:
    # Fleiss and Cohen (1973); Lin's coefficient by its own formula.
    pairs = draw(60, 1, bias=0.5)
    first, second = (np.array([math.floor(x + 0.5) for x in values]) for values in pairs)
    gap = (first.mean() - second.mean()) ** 2
    concordance = 2 * np.cov(first, second, ddof=0)[0, 1] / (first.var() + second.var() + gap)
    kappa = weighted_kappa(*pairs, range(1, 6))
    assert kappa is not None
    assert kappa.value == pytest.approx(concordance)
    assert kappa.low is not None
    assert kappa.high is not None
    assert kappa.low < kappa.value < kappa.high


@pytest.mark.parametrize("n", [3, 12, 80])
@pytest.mark.parametrize("seed", range(5))
def test_weighted_kappa_and_its_interval_are_those_of_statsmodels(seed: int, n: int) -> None:
    chance = np.random.default_rng(seed)
    first = chance.uniform(0.5, 5.5, n)
    second = np.clip(first + chance.normal(0, 1.5, n), 0, 6)
    table = np.zeros((5, 5))
    places = ((np.clip(np.floor(one + 0.5), 1, 5) - 1).astype(int) for one in (first, second))
    np.add.at(table, tuple(places), 1)
    known = cohens_kappa(table, wt="quadratic")
    kappa = weighted_kappa(first, second, range(1, 6))
    assert kappa is not None
    ends = (max(-1, known.kappa_low), min(1, known.kappa_upp))
    assert kappa == pytest.approx((known.kappa, *ends), abs=1e-9)
    assert kappa_value(first, second, range(1, 6)) == pytest.approx(kappa.value)
    assert kappa_value(np.ones(4), np.arange(1.0, 5.0), range(1, 6)) is None


def test_weighted_kappas_interval_is_as_wide_as_a_bootstrap_finds() -> None:
    pairs = draw(150, 2, noise=0.8)
    kappa = weighted_kappa(*pairs, range(1, 6))
    rng = np.random.default_rng(3)
    again = []
    for rows in rng.integers(0, 150, (200, 150)):
        each = weighted_kappa(pairs.scores[rows], pairs.labels[rows], range(1, 6))
        assert each is not None
        again.append(each.value)
    assert kappa is not None
    assert kappa.low is not None
    assert kappa.value - kappa.low == pytest.approx(1.96 * np.std(again), rel=0.2)


def test_halves_are_rounded_up_before_kappa() -> None:
    up = weighted_kappa(np.array([1.5, 2.5, 3.5]), np.array([2.0, 3, 4]), range(1, 6))
    assert up is not None
    assert up.value == 1.0


def test_pearsons_interval_is_fishers_as_scipy_computes_it() -> None:
    result = stats.pearsonr(WRIGHT, MINI)
    low, high = result.confidence_interval()
    assert pearson(WRIGHT, MINI) == pytest.approx((result.statistic, low, high))
    # Bland and Altman (1986) print r = 0.94.
    assert round(result.statistic, 2) == 0.94


def test_spearmans_correlation_is_scipys_and_its_interval_bonett_and_wrights() -> None:
    first, second = ANXIETY[:, 0], ANXIETY[:, 1]
    expected = float(stats.spearmanr(first, second).statistic)
    z, error = math.atanh(expected), math.sqrt((1 + expected**2 / 2) / 17)
    low, high = math.tanh(z - 1.959964 * error), math.tanh(z + 1.959964 * error)
    assert spearman(first, second) == pytest.approx((expected, low, high))


def test_ratings_that_differ_by_rounding_alone_are_ties_before_ranking() -> None:
    # 0.1 + 0.2 is not 0.3 in floating point; both are the rating 0.3.
    first = np.array([0.1 + 0.2, 0.3, 1.0, 2.0])
    second = np.array([2.0, 1.0, 3.0, 4.0])
    expected = stats.spearmanr([0.3, 0.3, 1.0, 2.0], second).statistic
    found = spearman(first, second)
    assert found is not None
    assert found.value == pytest.approx(expected)


@pytest.mark.parametrize("judge", [np.full(20, 3.0), np.full(20, 3.0) + 1e-15])
def test_a_judge_who_always_says_the_same_has_a_bias_and_no_agreement(judge: np.ndarray) -> None:
    agreement = assess_agreement(judge, draw(20, 4).labels)
    assert agreement.limits is not None
    assert (agreement.icc, agreement.kappa, agreement.pearson, agreement.spearman) == (None,) * 4


def test_no_pairs_or_one_have_no_agreement() -> None:
    assert assess_agreement(np.zeros(0), np.zeros(0)) == Agreement(0, *(None,) * 5)
    assert assess_agreement(np.ones(1), np.ones(1)) == Agreement(1, *(None,) * 5)


def test_report_scores_have_no_kappa() -> None:
    pairs = draw(20, 5)
    agreement = assess_agreement(20 * pairs.scores, 20 * pairs.labels, categories=())
    assert agreement.kappa is None
    assert agreement.icc is not None


def test_ratings_without_a_partner_or_a_value_are_refused() -> None:
    for first, second in [(np.ones(2), np.ones(3)), (np.array([math.nan]), np.ones(1))]:
        with pytest.raises(ValueError, match="in pairs"):
            assess_agreement(first, second)


ratings = st.sampled_from([1.0, 1.5, 2.0, 3.0, 10 / 3, 4.0, 5.0]) | st.floats(1, 5)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs=st.lists(st.tuples(ratings, ratings), max_size=12))
@example(pairs=[(1.0, 3.0), (3.0, 1.5), (3.0, 1.5)])  # its kappa has a variance below 0 by rounding
def test_every_measure_is_a_number_within_its_interval_or_none(
    pairs: list[tuple[float, float]],
) -> None:
    first, second = np.array(pairs).reshape(-1, 2).T
    agreement = assess_agreement(first, second)
    swapped = assess_agreement(second, first)
    assert (agreement.icc is None) == (swapped.icc is None)
    if agreement.icc is not None and swapped.icc is not None:
        assert agreement.icc == pytest.approx(swapped.icc, abs=1e-6)
    coefficients = (agreement.icc, agreement.kappa, agreement.pearson, agreement.spearman)
    for estimate in [*coefficients, *(agreement.limits or ())]:
        if estimate is not None:
            assert not any(math.isnan(end) for end in estimate if end is not None)
            if estimate.low is not None and estimate.high is not None:
                assert estimate.low <= estimate.value + 1e-9
                assert estimate.value <= estimate.high + 1e-9
    for estimate in coefficients:
        assert estimate is None or -1 - 1e-9 <= estimate.value <= 1


def test_agreement_after_calibration_is_that_of_models_the_calibrator_never_saw() -> None:
    # Two models whose judge is 1 too kind for the one and 1 too harsh for the other: on all of
    # both there is no bias, but from each to the other it is 2 points.
    kind, harsh = draw(40, 6, bias=0.8, noise=0.1), draw(40, 6, bias=-0.8, noise=0.1)
    apart = agreement_after_calibration({"a": kind, "b": harsh}, (1, 5))
    assert apart is not None
    assert apart.n == 80
    assert apart.limits is not None
    assert apart.limits.upper.value > 1.5
    assert agreement_after_calibration({"a": kind}, (1, 5)) is None


def test_experts_are_compared_on_the_reports_that_both_rated() -> None:
    reports = [f"r{row}" for row in range(20)]
    experts = {
        name: dict(zip(reports, ANXIETY[:, column], strict=True))
        for column, name in enumerate(["ada", "bo", "cy"])
    }
    for report in reports[8:]:
        del experts["cy"][report]
    experts["dee"] = {"elsewhere": 3.0}
    result = assess_experts(experts, range(1, 7))
    assert (result.n_pairs, result.n_reports) == (3, 20)
    weights, iccs, squares = [], [], []
    for (first, n), (second, m) in itertools.combinations([(0, 20), (1, 20), (2, 8)], 2):
        shared = ANXIETY[: min(n, m), [first, second]]
        estimate = absolute_icc(shared)
        assert estimate is not None
        weights.append(len(shared))
        iccs.append(estimate.value)
        squares.extend((shared[:, 0] - shared[:, 1]) ** 2)
    assert result.icc is not None
    assert result.icc.value == pytest.approx(np.average(iccs, weights=weights))
    assert result.difference is not None
    assert result.difference.value == pytest.approx(math.sqrt(np.mean(squares)))
    assert [(pair.first, pair.second, pair.agreement.n) for pair in result.pairs] == [
        ("ada", "bo", 20),
        ("ada", "cy", 8),
        ("bo", "cy", 8),
    ]


def test_the_jackknife_interval_of_two_experts_is_about_as_wide_as_fishers() -> None:
    pairs = draw(80, 7, noise=0.8)
    experts = {
        name: {str(row): float(value) for row, value in enumerate(values)}
        for name, values in zip("ab", pairs, strict=True)
    }
    result = assess_experts(experts).pearson
    fisher = pearson(*pairs)
    assert result is not None
    assert fisher is not None
    assert result.value == pytest.approx(fisher.value)
    assert (result.low, result.high) == pytest.approx((fisher.low, fisher.high), abs=0.05)


def test_experts_who_share_nothing_have_no_agreement() -> None:
    result = assess_experts({"a": {"x": 1.0}, "b": {"y": 2.0}})
    assert (result.n_pairs, result.n_reports, result.icc, result.difference) == (0, 0, None, None)
    assert assess_experts({}).n_pairs == 0
