"""Whether a model lies within the range of those that calibrate it: its score and its style."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence

import numpy as np

from leaderboard.late import special
from leaderboard.scoring.statistics.calibration_fit import FLAT

RISK = 0.05
"""The share of models like the others that are called unlike them by chance."""
FEWEST = 3
"""Fewer models have no range."""


class Trait(enum.StrEnum):
    """What is compared: the judge's own mean, the mean length of reports, their formatting."""

    SCORE = "score"
    LENGTH = "length"
    FORMATTING = "formatting"


Traits = Mapping[Trait, float]


def make_traits(raw_value: float, n_words: float, density: float | None) -> Traits:
    """Of a model's reports: mean score, words (as their logarithm) and marks per 100 words."""
    traits = {Trait.SCORE: raw_value, Trait.LENGTH: math.log(max(1.0, n_words))}
    return traits if density is None else traits | {Trait.FORMATTING: density}


def find_unlike(own: Traits, others: Sequence[Traits]) -> tuple[Trait, ...] | None:
    """The traits in which a model lies outside the range of K others; None with K < 3.

    A trait's range is the prediction interval for one more such model, mean +- t s sqrt(1 + 1/K)
    with K - 1 degrees, at 1 - 5 %/3 for the three traits (Bonferroni). To lie inside does not show
    that a model is alike: a judge can be misled in ways that neither score nor style tells.
    """
    if len(others) < FEWEST:
        return None
    return tuple(trait for trait in Trait if trait in own and _is_outside(trait, own, others))


def _is_outside(trait: Trait, own: Traits, others: Sequence[Traits]) -> bool:
    known = np.array([one[trait] for one in others if trait in one])
    n = len(known)
    if n < FEWEST:
        return False
    t = float(special.stdtrit(n - 1, 1 - RISK / len(Trait) / 2))
    reach = t * float(known.std(ddof=1)) * math.sqrt(1 + 1 / n)
    return abs(own[trait] - float(known.mean())) > max(reach, FLAT)
