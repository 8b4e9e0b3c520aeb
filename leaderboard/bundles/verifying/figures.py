"""The figures of an archive, and what became of each when it was computed again."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

FINE = 1e-9
"""Sums in another order, as another processor makes them, differ by less of themselves."""
COARSE = 1e-5
"""So with ends of bootstrapped intervals, whose resamples are made in float32."""

Number = float | int | None


class Verdict(enum.StrEnum):
    """What became of a figure."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Figure(NamedTuple):
    """A figure as it is published, the verdict on it, and that in plain words."""

    name: str
    shown: str
    verdict: Verdict
    words: str


@dataclass
class Figures:
    """All figures of an archive, in the order in which they were looked at."""

    found: list[Figure] = field(default_factory=list)

    def compare(self, name: str, published: object, computed: object) -> None:
        """Whether a figure that is no number came out the same."""
        shown = _show(published)
        if published == computed:
            self._add(name, shown, Verdict.SAME, "computed again: the same")
        else:
            words = f"computed again: DIFFERS, it comes to {_show(computed)}"
            self._add(name, shown, Verdict.DIFFERS, words)

    def compare_numbers(
        self,
        name: str,
        published: Sequence[Number],
        computed: Sequence[Number],
        *,
        tolerance: float = FINE,
    ) -> None:
        """Whether the numbers of a figure came out the same, up to rounding in the last digits."""
        shown = _show_numbers(published)
        if list(published) == list(computed):
            self._add(name, shown, Verdict.SAME, "computed again: the same")
        elif is_close(published, computed, tolerance):
            words = (
                "computed again: the same, but for rounding in the last digits "
                f"({_show_exactly(computed)} for {_show_exactly(published)})"
            )
            self._add(name, shown, Verdict.SAME, words)
        else:
            words = (
                f"computed again: DIFFERS, it comes to {_show_exactly(computed)} "
                f"and not to {_show_exactly(published)}"
            )
            self._add(name, shown, Verdict.DIFFERS, words)

    def leave(self, name: str, published: object, reason: str) -> None:
        """A figure that cannot be computed; `reason` goes on from "because"."""
        words = f"cannot be computed from this archive, because {reason}"
        self._add(name, _show(published), Verdict.UNKNOWN, words)

    def count(self, verdict: Verdict) -> int:
        """How many came to this verdict."""
        return sum(one.verdict is verdict for one in self.found)

    def _add(self, name: str, shown: str, verdict: Verdict, words: str) -> None:
        self.found.append(Figure(name, shown, verdict, words))


def is_close(
    published: Sequence[Number], computed: Sequence[Number], tolerance: float = FINE
) -> bool:
    """Whether each number is within `tolerance` of the other; None is only None."""
    if len(published) != len(computed):
        return False
    for one, other in zip(published, computed, strict=True):
        if one is None or other is None:
            if one is not other:
                return False
        elif not math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance):
            return False
    return True


def is_same_plain(published: object, computed: object) -> bool:
    """Whether two plain values (of JSON) are the same, numbers up to rounding."""
    if isinstance(published, Mapping) and isinstance(computed, Mapping):
        return published.keys() == computed.keys() and all(
            is_same_plain(one, computed[key]) for key, one in published.items()
        )
    if isinstance(published, list | tuple) and isinstance(computed, list | tuple):
        return len(published) == len(computed) and all(
            is_same_plain(one, other) for one, other in zip(published, computed, strict=True)
        )
    numbers = (int, float)
    if isinstance(published, numbers) and isinstance(computed, numbers):
        return is_close([published], [computed])
    return published == computed


def _show(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _show_numbers(numbers: Sequence[Number]) -> str:
    """As pages show them: a value with its interval, or the ends alone."""
    if len(numbers) == 1:
        return _show(numbers[0])
    ends = ", ".join(_show(one) for one in numbers[-2:])
    return f"[{ends}]" if len(numbers) == 2 else f"{_show(numbers[0])} [{ends}]"


def _show_exactly(numbers: Sequence[Number]) -> str:
    return ", ".join("none" if one is None else repr(one) for one in numbers)
