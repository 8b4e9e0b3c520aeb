"""Rewards of answers by which guessing at chance gains nothing against giving no answer.

A right answer earns 1, no answer 0, and a wrong one costs what makes the best guess worth nothing:

    wrong = -chance / (1 - chance)

so that a guess earns chance x 1 + (1 - chance) x wrong = 0 on average. `chance` is how often the
best guess is right (`scoring.chance.chance_of`): 1/k of k options, which makes a wrong answer cost
1 / (k - 1); of a question with several answers the largest, over numbers m of letters, of the share
of such questions that have m right ones divided by C(k, m). Any other guess is right less often and
loses on average. This is the correction for guessing of formula scoring (Thurstone 1919; Holzinger
1924; Lord 1975, J. Educational Measurement 12:7). It takes for granted that keys favour no letter.

Where the best guess is right more often than not, a right answer earns (1 - chance) / chance and a
wrong one costs 1: the same proportion, within -1..1.

On the scale of scores a reward r is 50 + 50 r: 100 is every answer right, 50 none given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NO_ANSWER = -0.0
"""The value of a question of which no letter was read: it counts as 0, as a wrong one does, and its
sign tells the two apart (IEEE 754)."""
NEUTRAL = 50.0
"""What no answer at all comes to, and guesses on average."""

Values = NDArray[np.float64]


def find_value(*, is_correct: bool, is_answered: bool) -> float:
    """The value of a question, 0..100: NO_ANSWER where no letter was read."""
    return 100.0 if is_correct else 0.0 if is_answered else NO_ANSWER


def make_rewards(values: Values, chances: Values) -> Values:
    """The rewards on 0..100 of questions with these values, (N,) or (R, N).

    values: 100 right, 0 wrong, NO_ANSWER; NaN stays. chances: (N,), within 0..1.
    """
    right, wrong = find_rewards(chances)
    rewards = np.where(values == 100.0, right, wrong)
    rewards = np.where((values == 0) & np.signbit(values), NEUTRAL, rewards)
    found: Values = np.where(np.isnan(values), np.nan, rewards)
    return found


def find_rewards(chances: Values) -> tuple[Values, Values]:
    """What a right and a wrong answer come to on 0..100, (N,) each."""
    with np.errstate(divide="ignore", invalid="ignore"):
        right = np.minimum(1.0, (1 - chances) / chances)
        wrong = np.minimum(1.0, chances / (1 - chances))
    return NEUTRAL + 50.0 * right, NEUTRAL - 50.0 * wrong
