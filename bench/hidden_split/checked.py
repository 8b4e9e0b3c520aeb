"""A real site beside its twin: each thing is done on both, and they must answer the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.hidden_split.items import Items
from bench.hidden_split.target import Reply, Results, Target


class TwinDiffersError(AssertionError):
    """The real site told something else than its twin."""


class Checked:
    """A Target: the real one's answers, each compared with the twin's."""

    def __init__(self, real: Target, twin: Target, items: Items) -> None:
        self._real, self._twin, self._items = real, twin, items
        self._keys: dict[str, str] = {}
        self._cards: dict[str, str] = {}

    def make_card(self, person: int) -> str:
        """On both."""
        card = self._real.make_card(person)
        self._cards[card] = self._twin.make_card(person)
        return card

    def make_team(self, person: int) -> None:
        """On both."""
        self._real.make_team(person)
        self._twin.make_team(person)

    def send(
        self,
        person: int,
        letters: NDArray[np.int64],
        tracks: Sequence[str],
        card: str,
        *,
        cancels_first: bool,
    ) -> Reply:
        """On both."""
        real = self._real.send(person, letters, tracks, card, cancels_first=cancels_first)
        twin = self._twin.send(
            person, letters, tracks, self._cards[card], cancels_first=cancels_first
        )
        self._keys[real.key] = twin.key
        self._compare(real.results, twin.results)
        return real

    def pass_time(self, by: timedelta) -> None:
        """On both."""
        self._real.pass_time(by)
        self._twin.pass_time(by)

    def open_release(self) -> None:
        """On both."""
        self._real.open_release()
        self._twin.open_release()

    def find_published(self, person: int, key: str) -> Results | None:
        """On both."""
        real = self._real.find_published(person, key)
        self._compare(real, self._twin.find_published(person, self._keys[key]))
        return real

    def compare(self, person: int, cards: Sequence[str]) -> Results | None:
        """On both."""
        real = self._real.compare(person, cards)
        twin = self._twin.compare(person, [self._cards[card] for card in cards])
        told = [self._list_slices(found) for found in (real, twin)]
        if told[0] != told[1]:
            rows = [pair for pair in zip(*told, strict=False) if pair[0] != pair[1]]
            raise TwinDiffersError(f"a comparison, there and by arithmetic: {rows}")
        return real

    def _compare(self, real: Results | None, twin: Results | None) -> None:
        told = [self._list_told(found) for found in (real, twin)]
        if told[0] != told[1]:
            raise TwinDiffersError(f"{told[0]} there, {told[1]} by arithmetic")

    def _list_told(self, results: Results | None) -> Any:
        """Every number that says something of the answers, in an order of its own."""
        if results is None:
            return None
        scores = sorted(
            (score["slice"], score["name"], score["k"], score["n"])
            for score in results["scores"]
            if score.get("metric", "accuracy") == "accuracy"
            and score["slice"] in self._items.slices
        )
        feedback = results.get("feedback") or {"first_looks": [], "better_by": None}
        looks = sorted((one["track"], one["score"], one["n"]) for one in feedback["first_looks"])
        return scores, looks, feedback["better_by"]

    def _list_slices(self, results: Results | None) -> Any:
        if results is None:
            return None
        return sorted(
            (row["slice"], row["name"], *(_round(model) for model in row["models"]))
            for row in results["slices"]
            if row["slice"] in self._items.slices and row["models"][0]["k"] is not None
        )


def _round(model: Results) -> tuple[Any, ...]:
    difference = model.get("difference") or {}
    ends = (difference.get(name) for name in ("value", "low", "high"))
    return model["k"], *(None if end is None else round(end, 6) for end in ends)
