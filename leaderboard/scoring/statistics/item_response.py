"""Item response theory: how hard each question is and how sharply it tells models apart.

The two-parameter logistic model: a model of ability t has an item right with the chance
1 / (1 + exp(-a (t - b))), where b is the item's difficulty and a its discrimination, and abilities
are standard normal. Both are estimated by the package mirt, by EM over the abilities, as the mode
under a prior for each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from mirt.results.fit_result import FitResult

Values = NDArray[np.float64]

LEAST_MODELS = 50
"""Fewer models that were asked an item say too little of two parameters of it."""
LEAST_ITEMS = 3
"""With fewer items nothing tells their discriminations apart."""
LOG_DISCRIMINATION_SD = 0.5
"""The logarithm of a discrimination is normal around 0, so it is above 0 (as in BILOG-MG)."""
DIFFICULTY_SD = 2.0
"""A difficulty is normal around 0, in standard deviations of the abilities."""
LEAST_NODES, MOST_NODES = 61, 1_001
"""How many abilities stand for the normal distribution: one for each item, within these ends."""
TOLERANCE = 1e-4
"""The log posterior changes by less in a round that is the last."""
MOST_ROUNDS = 1_000
LIBRARY = "mirt"
EDGES = {"discrimination": (0.1, 5.0), "difficulty": (-6.0, 6.0)}
"""mirt 1.2.0 looks for no value beyond, and calls it converged where it stops at an edge."""
NEAR_EDGE = 1e-3


class Parameter(NamedTuple):
    """An estimate and its standard error."""

    value: float
    error: float


class ItemParameters(NamedTuple):
    """Both parameters of an item."""

    difficulty: Parameter
    discrimination: Parameter


@dataclass(frozen=True)
class Fit:
    """The parameters of each item in the order that was given; None where an estimate is no such.

    It is none at an edge of what mirt looks through, or without a standard error. Without
    convergence there are none at all.
    """

    items: list[ItemParameters | None]
    is_converged: bool
    n_rounds: int


def find_library_version() -> str:
    """Which version of mirt is installed."""
    return version(LIBRARY)


def count_nodes(n_items: int) -> int:
    """How many abilities a sheet of so many items is looked at with.

    A model's ability is known the better the more items there are. With mirt's own 21 the nodes
    lie further apart than that from some 100 items on, and the estimates drift without a word.
    """
    return min(max(LEAST_NODES, n_items), MOST_NODES)


def fit_items(right: Values, tell: Callable[[int], None], *, most_rounds: int = MOST_ROUNDS) -> Fit:
    """Estimate the items of a sheet: (M, N) 1 for right, 0 for wrong, NaN where not asked.

    Each item is to be right for some models and wrong for others. `tell` is called after each
    round with their number so far. No random number is drawn: the same sheet gives the same
    figures. Raises ValueError for fewer than LEAST_ITEMS items.
    """
    n_items = right.shape[1]
    if n_items < LEAST_ITEMS:
        raise ValueError(f"{n_items} items are too few")
    # Each step is a problem of two unknowns: threads of the linear algebra only wait for each
    # other, and make a fit four times as long.
    with threadpool_limits(1):
        return _fit(right, tell, most_rounds)


def _fit(right: Values, tell: Callable[[int], None], most_rounds: int) -> Fit:
    n_items = right.shape[1]
    start: dict[str, Values] | None = None
    n_rounds, is_converged = 0, False
    # A round knows only what the one before left, so one at a time gives what one call gives.
    while n_rounds < most_rounds and not is_converged:
        found = _run(right, start, with_errors=False)
        start, is_converged = dict(found.model.parameters), found.converged
        n_rounds += found.n_iterations
        tell(n_rounds)
    if not is_converged:
        return Fit([None] * n_items, is_converged=False, n_rounds=n_rounds)
    last = _run(right, start, with_errors=True)
    read = {
        name: (np.ravel(last.model.parameters[name]), np.ravel(last.standard_errors[name]))
        for name in EDGES
    }
    items = [_read_item(read, at) for at in range(n_items)]
    return Fit(items, is_converged=True, n_rounds=n_rounds + 1)


def _run(right: Values, start: dict[str, Values] | None, *, with_errors: bool) -> FitResult:
    # Here alone: it takes a while to import, and only a worker that fits gets here.
    import mirt
    from mirt.estimation.priors import LogNormalPrior, NormalPrior

    return mirt.fit_mirt(
        right,
        model="2PL",
        priors={
            "discrimination": LogNormalPrior(0.0, LOG_DISCRIMINATION_SD),
            "difficulty": NormalPrior(0.0, DIFFICULTY_SD),
        },
        n_quadpts=count_nodes(right.shape[1]),
        tol=TOLERANCE,
        max_iter=1,
        start_values=start,
        compute_standard_errors=with_errors,
        se_method="oakes",
    )


def _read_item(read: dict[str, tuple[Values, Values]], at: int) -> ItemParameters | None:
    """Item `at` of estimates and standard errors by name."""
    for name, (low, high) in EDGES.items():
        value, error = (float(one[at]) for one in read[name])
        if not (low + NEAR_EDGE < value < high - NEAR_EDGE and np.isfinite(error) and error > 0):
            return None
    difficulty, discrimination = (
        Parameter(*(float(one[at]) for one in read[name]))
        for name in ("difficulty", "discrimination")
    )
    return ItemParameters(difficulty, discrimination)
