"""Whether models of known calibration are recovered from their confidences: a seeded simulation.

And whether the intervals of the board of reliability hold what models of known habits earn.

A model's confidences are drawn from a beta distribution, and an answer of confidence c is right
with the probability expit(intercept + slope x logit(c)). So slope and intercept are known, and the
other figures are integrals. In half of the designs items come in pairs that share a case, of which
a third have the same confidence and are right or wrong together.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from leaderboard.evaluation.estimates import REWARD_LEVELS
from leaderboard.scoring.reliability import NEUTRAL, NO_ANSWER, find_rewards, make_rewards
from leaderboard.scoring.statistics.confidence import fit_line, measure_brier, measure_excess
from leaderboard.scoring.statistics.intervals import Estimate, mean_between
from leaderboard.scoring.statistics.selective import Answers, find_accuracy, measure_area

SEED = 20261130
N_SEEDS = 2_000
SIZES = (50, 200, 500)
N_FOR_TRUTH = 1_000_000
SAME = 1 / 3
"""The share of cases whose two items are answered alike."""
N_OPTIONS = 4
HABITS = ((0.5, 0.0), (0.5, 0.3), (0.8, 0.1), (0.3, 0.6), (0.2, 0.2), (0.9, 0.1), (0.1, 0.85))
"""The shares of right answers and of none."""
FIGURES = ("Brier", "at 80 %", "excess", "area", "slope", "intercept")


class Calibrated(NamedTuple):
    """A model: how its confidences are spread, and how often answers of each are right."""

    name: str
    first: float
    second: float
    intercept: float
    slope: float


MODELS = (
    Calibrated("calibrated", 4.0, 2.0, 0.0, 1.0),
    Calibrated("overconfident", 6.0, 1.5, -0.5, 0.6),
    Calibrated("underconfident", 2.0, 2.0, 0.4, 1.4),
    Calibrated("mostly certain", 5.0, 0.8, -1.0, 0.5),
)


def measure() -> None:
    """Print a row for each model and number of items; fail where coverage leaves 93..97 %."""
    print(f"share of 95 % intervals that hold the truth, over {N_SEEDS:,} seeds")
    print(f"{'model':>16}{'items':>7}{'a case':>8}" + "".join(f"{one:>11}" for one in FIGURES))
    lowest, highest = 1.0, 0.0
    for model in MODELS:
        for n in SIZES:
            for n_each in (1, 2):
                found = cover(model, n, n_each, N_SEEDS)
                shown = "".join(f"{100 * found[one]:10.1f}%" for one in FIGURES)
                print(f"{model.name:>16}{n:7}{n_each:8}{shown}", flush=True)
                lowest, highest = min(lowest, *found.values()), max(highest, *found.values())
    print(f"lowest {100 * lowest:.1f} %, highest {100 * highest:.1f} %")
    _measure_board()
    if lowest < 0.93 or highest > 0.97:
        sys.exit("Some interval does not hold in 93 to 97 % of runs.")


def _measure_board() -> None:
    print(f"the board of reliability, {N_OPTIONS} options")
    print(f"{'right':>8}{'no answer':>11}" + "".join(f"{n:>8}" for n in SIZES))
    for habits in HABITS:
        shown = "".join(f"{100 * cover_board(*habits, n, N_SEEDS):7.1f}%" for n in SIZES)
        print(f"{habits[0]:8.2f}{habits[1]:11.2f}{shown}", flush=True)


def cover_board(right: float, unanswered: float, n: int, n_seeds: int) -> float:
    """How often the interval of n questions holds what a model earns that is right so often."""
    chances = np.full(n, 1 / N_OPTIONS)
    best, worst = find_rewards(chances)
    bounds = float(worst[0]), float(best[0])
    wrong = 1 - right - unanswered
    truth = right * bounds[1] + unanswered * NEUTRAL + wrong * bounds[0]
    held = 0
    for seed in range(n_seeds):
        luck = np.random.default_rng([SEED, seed]).random(n)
        values = np.where(luck < right, 100.0, np.where(luck < right + unanswered, NO_ANSWER, 0.0))
        rewards = make_rewards(values, chances)
        one = mean_between(rewards, np.arange(n), bounds, np.ones(n), REWARD_LEVELS)
        held += _holds(one, truth)
    return held / n_seeds


def find_truth(model: Calibrated) -> Mapping[str, float]:
    """What the figures of endlessly many items would be, by the quantiles of the confidences."""
    random = np.random.default_rng(SEED)
    confidence = np.sort(random.beta(model.first, model.second, N_FOR_TRUTH))[::-1]
    right = expit(model.intercept + model.slope * logit(confidence))
    risks = np.cumsum(1 - right) / np.arange(1, N_FOR_TRUTH + 1)
    losses = confidence**2 - 2 * confidence * right + right
    return {
        "Brier": float(losses.mean()),
        "at 80 %": float(right[: int(0.8 * N_FOR_TRUTH)].mean()),
        "excess": float((confidence - right).mean()),
        "area": float(risks.mean()),
        "slope": model.slope,
        "intercept": model.intercept,
    }


def cover(model: Calibrated, n: int, n_each: int, n_seeds: int) -> Mapping[str, float]:
    """How often the intervals of n items, n_each of a case, hold the truth, by the figure."""
    truth = find_truth(model)
    held = dict.fromkeys(FIGURES, 0)
    for seed in range(n_seeds):
        answers = draw(model, n, n_each, np.random.default_rng([SEED, seed]))
        for name, one in estimate(answers).items():
            held[name] += one is None or _holds(one, truth[name])
    return {name: count / n_seeds for name, count in held.items()}


def draw(model: Calibrated, n: int, n_each: int, random: np.random.Generator) -> Answers:
    """The answers of a model to `n` items, of which `n_each` share a case."""
    cases = np.arange(n) // n_each
    confidence, luck = random.beta(model.first, model.second, n), random.random(n)
    same = (random.random(n) < SAME)[cases] if n_each > 1 else np.zeros(n, np.bool_)
    confidence[same], luck[same] = confidence[cases * n_each][same], luck[cases * n_each][same]
    return Answers(
        confidence, luck < expit(model.intercept + model.slope * logit(confidence)), cases
    )


def estimate(answers: Answers) -> Mapping[str, Estimate | None]:
    """The figures of the answers, as the product makes them."""
    line, point, area = fit_line(answers), find_accuracy(answers, 0.8), measure_area(answers)
    return {
        "Brier": measure_brier(answers),
        "at 80 %": point.accuracy if point else None,
        "excess": measure_excess(answers),
        "area": area.area if area else None,
        "slope": line.slope if line else None,
        "intercept": line.intercept if line else None,
    }


def _holds(one: Estimate, truth: float) -> bool:
    return (one.low is None or one.low <= truth) and (one.high is None or truth <= one.high)
