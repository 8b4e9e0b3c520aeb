"""From the slices of files to stacks: parallel slices in the order of their places."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest
from leaderboard.pictures.slices import Slice

SAME_DIRECTION = 1e-3
"""Directions that differ by less in each number are the same: a twentieth of a degree."""
SAME_PLACE_MM = 0.01
WIDEST_GAP = 1.5
"""Of the usual distance of neighbours; a slice is missing where it is wider."""
MOST_SLICES = 25
"""Of a volume, where the host does not choose: what the paper shows of one at most."""


class Stack(NamedTuple):
    """Parallel slices of one series, each at its own place, from the patient's right to left, front
    to back or foot to head; slices without a place stand in the order of their numbers."""

    slices: list[Slice]


def make_stacks(slices: Iterable[Slice], *, splits_gaps: bool = False) -> list[Stack]:
    """The stacks of all `slices`, after comparing the orientation and place of every one.

    A series with several orientations becomes several stacks. One with two slices at one place, or
    with a gap where a slice is missing, is refused; where `splits_gaps`, a gap ends a stack and
    begins another. Raises InvalidRequest.
    """
    groups: dict[tuple[object, ...], list[list[Slice]]] = {}
    for one in slices:
        parallel = groups.setdefault((one.format, *one.stack), [])
        for group in parallel:
            if _is_parallel(one, group[0]):
                group.append(one)
                break
        else:
            parallel.append([one])
    stacks = []
    for parallel in groups.values():
        for group in parallel:
            stacks += [Stack(part) for part in _order(group, splits_gaps=splits_gaps)]
    return stacks


def choose_slices(n_slices: int, wanted: str) -> list[int]:
    """Places from 0 of the slices that `wanted` names in a stack of `n_slices`, in its order.

    `all`; `adaptive` (all of up to 25, else 25 at equal steps with both ends); or numbers from 1
    such as `3,8-10`. Raises InvalidRequest.
    """
    if wanted == "all" or (wanted == "adaptive" and n_slices <= MOST_SLICES):
        return list(range(n_slices))
    if wanted == "adaptive":
        steps = np.linspace(0, n_slices - 1, MOST_SLICES)
        return [int(place) for place in np.floor(steps + 0.5)]
    numbers: set[int] = set()
    for part in wanted.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise InvalidRequest(
                f"{part!r} is not the number of a slice.", "Use all, adaptive, or such as 3,8-10."
            )
        numbers.update(range(int(first), int(last or first) + 1))
    beyond = [number for number in sorted(numbers) if not 1 <= number <= n_slices]
    if beyond:
        raise InvalidRequest(
            f"There is no slice {beyond[0]}: the stack has {n_slices}.",
            f"Choose from 1 to {n_slices}.",
        )
    return [number - 1 for number in sorted(numbers)]


def _is_parallel(one: Slice, other: Slice) -> bool:
    if one.geometry is None or other.geometry is None:
        return one.geometry is other.geometry
    directions = [np.array([*g.right, *g.down]) for g in (one.geometry, other.geometry)]
    return bool(np.abs(directions[0] - directions[1]).max() < SAME_DIRECTION)


def _order(slices: list[Slice], *, splits_gaps: bool) -> list[list[Slice]]:
    geometry, name = slices[0].geometry, slices[0].path.name
    if geometry is None or any(s.geometry is None or s.geometry.position is None for s in slices):
        return [sorted(slices, key=lambda one: (one.order, one.path, one.frame))]
    normal = geometry.normal
    normal = normal * np.sign(normal[np.argmax(np.abs(normal))])
    placed = sorted(
        ((float(np.dot(normal, _position(one))), one) for one in slices),
        key=lambda pair: (pair[0], pair[1].path, pair[1].frame),
    )
    steps = np.diff([place for place, _ in placed])
    if np.any(steps < SAME_PLACE_MM):
        n_twice = int(np.sum(steps < SAME_PLACE_MM))
        raise InvalidRequest(
            f"{n_twice} slices of the series with {name} lie at the place of another one.",
            "Put each echo, phase or repetition into a folder of its own.",
        )
    gaps = _find_gaps(steps)
    if len(gaps) and not splits_gaps:
        n_missing = sum(round(float(steps[gap] / np.median(steps))) - 1 for gap in gaps)
        raise InvalidRequest(
            f"The series with {name} has {len(slices)} slices and {len(gaps)} gaps, where about "
            f"{n_missing} slices are missing.",
            "Add them, or say with --split-gaps that these are separate stacks.",
        )
    ordered = [one for _, one in placed]
    ends = [0, *(int(gap) + 1 for gap in gaps), len(ordered)]
    return [ordered[start:end] for start, end in pairwise(ends)]


def _find_gaps(steps: NDArray[np.float64]) -> NDArray[np.int64]:
    if len(steps) < 2:
        return np.array([], np.int64)
    found: NDArray[np.int64] = np.flatnonzero(steps > WIDEST_GAP * np.median(steps))
    return found


def _position(one: Slice) -> tuple[float, float, float]:
    assert one.geometry is not None
    assert one.geometry.position is not None
    return one.geometry.position
