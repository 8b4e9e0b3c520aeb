"""How much an attack came to, by the answers themselves: for measuring alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.hidden_split.belief import Floats, Posterior

HELD = 0.9
"""An item is held whose letter is believed to be more likely than this."""


class Gain(NamedTuple):
    """Points right over what was known before, in percent, on items of one part.

    `n_held` are items held that were not before, `n_held_right` those of them that are right.
    """

    known: float
    right: float
    n_held: int
    n_held_right: int

    @property
    def points(self) -> float:
        """What was won."""
        return self.right - self.known


class Outcome(NamedTuple):
    """One attack: its gain on the items that decide ranks and on the feedback part.

    `n_sent` uploads were made, `n_breakdowns` shown.
    """

    deciding: Gain
    feedback: Gain | None
    n_sent: int
    n_breakdowns: int
    seconds: float


def measure_gain(
    prior: Floats,
    posterior: Posterior,
    right: NDArray[np.int64],
    of: NDArray[np.bool_],
    random: np.random.Generator,
) -> Gain:
    """The gain over items `of`, with ties broken by chance; without a prior it is over chance."""
    is_flat = bool(np.ptp(prior) == 0)
    before = 100 * (1 / prior.shape[1] if is_flat else (prior.argmax(axis=1) == right)[of].mean())
    ties = random.uniform(0, 1e-9, prior.shape)
    is_right = (posterior.letters + ties).argmax(axis=1) == right
    held = (posterior.surest > HELD) & (prior.max(axis=1) <= HELD) & of
    return Gain(
        float(before),
        100 * float(is_right[of].mean()),
        int(held.sum()),
        int((held & is_right).sum()),
    )


class Summary(NamedTuple):
    """Gains over seeds: the mean, the 95th percentile, and means of what was held."""

    mean: float
    upper: float
    n_held: float
    n_held_right: float
    right: float


def summarise(gains: Sequence[Gain]) -> Summary:
    """Of at least one."""
    points = [gain.points for gain in gains]
    return Summary(
        float(np.mean(points)),
        float(np.quantile(points, 0.95)),
        float(np.mean([gain.n_held for gain in gains])),
        float(np.mean([gain.n_held_right for gain in gains])),
        float(np.mean([gain.right for gain in gains])),
    )
