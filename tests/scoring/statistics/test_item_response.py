"""The two-parameter model on simulated answers, whose truth is known."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import lognorm, norm

from leaderboard.scoring.statistics.item_response import (
    EDGES,
    LEAST_MODELS,
    Fit,
    ItemParameters,
    Values,
    fit_items,
)

N_ITEMS = 6


def simulate(seed: int, n_models: int, n_items: int = N_ITEMS) -> tuple[Values, ...]:
    """Difficulties, discriminations, and who has what right, of a sheet without constant items."""
    chance = np.random.default_rng(seed)
    ability = chance.normal(size=n_models)
    difficulty = chance.normal(size=n_items)
    discrimination = np.exp(chance.normal(0.0, 0.35, size=n_items))
    p = 1 / (1 + np.exp(-discrimination * (ability[:, None] - difficulty)))
    right = (chance.random((n_models, n_items)) < p).astype(float)
    told = np.flatnonzero((right.sum(axis=0) > 0) & (right.sum(axis=0) < n_models))
    return difficulty[told], discrimination[told], right[:, told]


def ignore(n_rounds: int) -> None:
    pass


def known(fit: Fit) -> list[ItemParameters]:
    assert fit.is_converged
    assert all(one is not None for one in fit.items)
    return [one for one in fit.items if one is not None]


def line_up(found: list[ItemParameters]) -> tuple[Values, Values]:
    """The values and the errors: difficulties, then discriminations."""
    both = [one.difficulty for one in found] + [one.discrimination for one in found]
    return np.array([one.value for one in both]), np.array([one.error for one in both])


def maximise(right: Values) -> tuple[Values, Values]:
    """What `line_up` gives, by no more than the formula: the posterior's top and its curvature."""
    n_items = right.shape[1]
    ability = np.linspace(-6, 6, 121)
    weight = norm.pdf(ability) / norm.pdf(ability).sum()

    def lack(x: Values) -> float:
        difficulty, discrimination = x[:n_items], x[n_items:]
        p = expit(discrimination * (ability[:, None] - difficulty))
        chance = np.where(right[:, None, :] == 1, p, 1 - p)
        chance[np.isnan(np.broadcast_to(right[:, None, :], chance.shape))] = 1
        likelihood = np.log(chance.prod(axis=2) @ weight).sum()
        priors = norm.logpdf(difficulty, scale=2).sum() + lognorm.logpdf(discrimination, 0.5).sum()
        return -float(likelihood + priors)

    first = np.repeat([0.0, 1.0], n_items)
    bounds = [EDGES["difficulty"]] * n_items + [EDGES["discrimination"]] * n_items
    top = minimize(lack, first, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13}).x
    step = 1e-3 * np.eye(len(top))
    curvature = [
        [
            lack(top + i + j) - lack(top + i - j) - lack(top - i + j) + lack(top - i - j)
            for j in step
        ]
        for i in step
    ]
    return top, np.sqrt(np.diag(np.linalg.inv(np.array(curvature) / 4e-6)))


def test_estimates_and_errors_are_those_of_an_independent_implementation() -> None:
    _, _, right = simulate(2, LEAST_MODELS)
    right[:5, 0] = np.nan
    values, errors = line_up(known(fit_items(right, ignore)))
    own_values, own_errors = maximise(right)
    assert values == pytest.approx(own_values, abs=0.003)
    assert errors == pytest.approx(own_errors, rel=0.005)


def test_many_models_recover_the_truth_within_the_errors_that_are_shown() -> None:
    difficulty, discrimination, right = simulate(5, 400)
    truth = np.concatenate([difficulty, discrimination])
    values, errors = line_up(known(fit_items(right, ignore)))
    assert np.abs(values - truth).max() < 0.5
    assert np.abs((values - truth) / errors).max() < 3
    assert errors.max() < 0.45


def test_the_same_answers_give_the_same_figures_and_the_rounds_are_told() -> None:
    _, _, right = simulate(2, LEAST_MODELS)
    told: list[int] = []
    first = fit_items(right, told.append)
    assert first == fit_items(right, ignore)
    assert told == list(range(1, len(told) + 1))
    assert first.n_rounds == told[-1] + 1


def test_a_fit_that_did_not_end_has_no_figures() -> None:
    _, _, right = simulate(2, LEAST_MODELS)
    assert fit_items(right, ignore, most_rounds=2) == Fit([None] * 6, False, 2)


def test_one_wrong_answer_or_one_right_one_keeps_values_finite_by_the_priors() -> None:
    _, _, right = simulate(3, LEAST_MODELS, 4)
    right[:, 0], right[:, 1] = 1, 0
    right[0, 0], right[0, 1] = 0, 1
    easy, hard, *_ = known(fit_items(right, ignore))
    assert EDGES["difficulty"][0] < easy.difficulty.value < -1
    assert 1 < hard.difficulty.value < EDGES["difficulty"][1]
    # Little is known of them, and the errors say so.
    assert min(easy.difficulty.error, hard.difficulty.error) > 0.5


def test_a_model_that_was_not_asked_an_item_is_not_wrong_on_it() -> None:
    _, _, right = simulate(4, 2 * LEAST_MODELS, 4)
    right[:LEAST_MODELS, 0] = np.nan
    asked = known(fit_items(right, ignore))[0]
    right[:LEAST_MODELS, 0] = 0
    wrong = known(fit_items(right, ignore))[0]
    assert wrong.difficulty.value > asked.difficulty.value + 0.5


def test_too_few_items_are_refused() -> None:
    with pytest.raises(ValueError, match="2 items are too few"):
        fit_items(np.ones((60, 2)), ignore)
