"""Small attacks on hidden answers, by way of a real site beside its twin, and by the twin alone."""

import numpy as np
import pytest

from bench.hidden_split.attackers import ATTACKERS
from bench.hidden_split.belief import Told, truncate, work_out
from bench.hidden_split.campaign import Budget
from bench.hidden_split.command import Task, carry_out
from bench.hidden_split.items import FULL, Shape

SMALL, PROTECTED = Shape(20, 12, 8), Shape(60, 36, 8)
SEED = 20261130
NOWHERE = "unix:///nowhere"
"""The twin needs no Redis."""


def test_a_sandbag_reads_out_the_answers_of_a_demonstration(redis_url: str) -> None:
    task = Task("sandbag", Budget(1, 10), False, SEED, True, SMALL)
    outcome = carry_out(task, redis_url)
    assert outcome.deciding.right > 80
    assert outcome.deciding.n_held == outcome.deciding.n_held_right > 16


def test_a_protected_site_tells_before_and_at_a_release_what_its_twin_tells(
    redis_url: str,
) -> None:
    task = Task("informed", Budget(2, 3), True, SEED, True, PROTECTED)
    assert carry_out(task, redis_url).n_breakdowns > 0


def test_who_begins_with_nothing_learns_nothing_of_what_decides_ranks() -> None:
    names = [name for name, one in ATTACKERS.items() if not one.is_informed]
    outcomes = [
        carry_out(Task(name, Budget(5, 10), True, SEED, False, FULL), NOWHERE) for name in names
    ]
    assert np.mean([one.deciding.points for one in outcomes]) < 5
    assert [one.deciding.n_held for one in outcomes] == [0] * len(names)
    assert [one.n_breakdowns for one in outcomes] == [0] * len(names)


def test_what_is_told_exactly_is_worked_out_exactly() -> None:
    prior = np.full((2, 4), 0.25)
    letter = np.zeros((2, 4), np.float32)
    letter[0, 2] = 1
    nothing = np.zeros_like(letter)
    found = work_out(prior, 1.0, [Told(letter, nothing, 1.0, 1.0)], np.zeros(2, np.int64))
    assert found.letters[0, 2] > 0.85
    assert found.letters[1] == pytest.approx(prior[1])


def test_a_truncated_normal_has_the_moments_of_its_draws() -> None:
    draws = np.random.default_rng(SEED).normal(1.0, 2.0, 1_000_000)
    for low, high in ((-np.inf, 0.0), (2.0, 3.0), (0.5, np.inf)):
        kept = draws[(draws > low) & (draws < high)]
        found = truncate(1.0, 4.0, low, high)
        assert found.mean == pytest.approx(kept.mean(), abs=0.02)
        assert found.variance == pytest.approx(kept.var(), abs=0.03)
