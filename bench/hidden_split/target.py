"""What an attacker has before them: somewhere to send sheets, that answers as the API does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Results = Mapping[str, Any]
"""`scores` and `feedback` of a submission, as the API gives them."""
BLANK = -1
"""In a sheet, the place of an item that is given no letter."""


class Reply(NamedTuple):
    """A submission's key, and what its team is shown at once; None where nothing is."""

    key: str
    results: Results | None


class Target(Protocol):
    """People are numbered from 0."""

    def make_card(self, person: int) -> str:
        """A new model card of a person's newest team; its short name."""
        ...

    def make_team(self, person: int) -> None:
        """Another team of a person, which the host approves."""
        ...

    def send(
        self,
        person: int,
        letters: NDArray[np.int64],
        tracks: Sequence[str],
        card: str,
        *,
        cancels_first: bool,
    ) -> Reply:
        """Send a sheet's answers to the items of `tracks`, as soon as quotas let it pass.

        With `cancels_first` the same is sent and withdrawn before.
        """
        ...

    def pass_time(self, by: timedelta) -> None:
        """Let time pass."""
        ...

    def open_release(self) -> None:
        """The host opens a release."""
        ...

    def find_published(self, person: int, key: str) -> Results | None:
        """The results of a person's submission where it is public."""
        ...

    def compare(self, person: int, cards: Sequence[str]) -> Results | None:
        """Two published models side by side."""
        ...
