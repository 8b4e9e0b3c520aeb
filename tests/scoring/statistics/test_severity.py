"""How far raters differ in severity, against the analysis of variance and statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from bench.raters import SEED, Design, cover, draw_ratings
from leaderboard.scoring.statistics.severity import estimate_severity
from tests.scoring.statistics.test_agreement import ANXIETY, TARGETS


def test_the_variance_between_raters_is_that_of_the_analysis_of_variance() -> None:
    # Shrout and Fleiss (1979) print for their six targets MSJ 32.49 and MSE 1.02: repeated here so
    # that each rater has enough of them.
    table = np.vstack([TARGETS, TARGETS])
    n, k = table.shape
    columns = table.mean(axis=0)
    rest = table - table.mean(axis=1, keepdims=True) - columns + table.mean()
    raters = n * columns.var(ddof=1)
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    found = estimate_severity(table)
    assert found is not None
    assert found.variance == pytest.approx((raters - error) / n)
    assert found.n_raters == 4


def test_the_variance_between_raters_is_that_of_a_mixed_model_where_all_rated_all() -> None:
    rng = np.random.default_rng(5)
    table = draw_ratings(Design(5, 5, 6.0), rng.normal(70, 12, 40), rng)
    found = estimate_severity(table)
    assert found is not None
    data = pd.DataFrame(
        {
            "rating": table.ravel(),
            "report": np.repeat(np.arange(len(table)), 5),
            "rater": np.tile(np.arange(5), len(table)),
        }
    )
    model = smf.mixedlm("rating ~ C(report)", data, groups="rater").fit(reml=True)
    assert found.variance == pytest.approx(float(model.cov_re.iloc[0, 0]), rel=0.01)


def test_raters_who_share_too_little_or_agree_have_no_component() -> None:
    assert estimate_severity(ANXIETY[:, :1]) is None
    assert estimate_severity(ANXIETY[:5]) is None
    apart = np.full((40, 4), np.nan)
    apart[:20, :2], apart[20:, 2:] = ANXIETY[:, :2], ANXIETY[:, :2]
    assert estimate_severity(apart) is None
    same = estimate_severity(np.column_stack([ANXIETY[:, 0]] * 3))
    assert same is not None
    assert same.variance == 0


def test_a_rater_who_shares_too_little_does_not_hide_how_the_others_differ() -> None:
    alone = estimate_severity(ANXIETY)
    assert alone is not None
    # Nine shared ratings, far stricter; and one who rated only what nobody else did.
    few = np.full(len(ANXIETY), np.nan)
    few[:9] = ANXIETY[:9, 0] - 50
    table = np.vstack(
        [np.column_stack([ANXIETY, few, few * np.nan]), np.full((12, ANXIETY.shape[1] + 2), np.nan)]
    )
    table[len(ANXIETY) :, -1] = 3
    found = estimate_severity(table)
    assert found is not None
    assert found.variance == pytest.approx(alone.variance)
    assert (found.n_raters, found.n_others) == (alone.n_raters, 2)
    # A second group apart from the majority says nothing of how it differs from it.
    apart = np.full((len(ANXIETY) * 2, ANXIETY.shape[1] + 2), np.nan)
    apart[: len(ANXIETY), :-2], apart[len(ANXIETY) :, -2:] = ANXIETY, ANXIETY[:, :2]
    assert estimate_severity(apart) == alone._replace(n_others=2)


def test_with_the_component_intervals_hold_for_other_raters_too_and_differences_stay() -> None:
    # By the product's own calibration, as of `python -m bench raters`. 100 draws: a standard error
    # of 2.2 points.
    found = cover(Design(5, 2, 6.0), 100, np.random.default_rng(SEED))
    assert found.plain < 0.9
    assert 0.91 <= found.widened <= 0.985
    assert 0.91 <= found.difference <= 0.985
    # Five raters do not share both models' labels quite alike.
    assert found.plain_width <= found.difference_width < 1.15 * found.plain_width < found.width
