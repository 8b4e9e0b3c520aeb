"""The real site as people with browsers and tokens find it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bench.hidden_split.doors import try_doors
from bench.hidden_split.items import SLUG, SPLIT
from bench.hidden_split.person import Person
from bench.hidden_split.site import Site
from bench.hidden_split.target import Reply, Results


class Visit:
    """A Target: all over HTTP, but for what the host and the worker do."""

    def __init__(self, site: Site, n_people: int) -> None:
        self._site = site
        self._people = [Person(site, f"p{number}") for number in range(n_people)]

    def make_card(self, person: int) -> str:
        """By the API."""
        return self._people[person].make_card()

    def make_team(self, person: int) -> None:
        """By the form."""
        self._people[person].make_team()

    def send(
        self,
        person: int,
        letters: NDArray[np.int64],
        tracks: Sequence[str],
        card: str,
        *,
        cancels_first: bool,
    ) -> Reply:
        """Upload, have it evaluated, ask for the results."""
        sender = self._people[person]
        if cancels_first:
            sender.cancel(sender.submit(letters, tracks, card))
        key = sender.submit(letters, tracks, card)
        self._site.work()
        return Reply(key, self._read(person, key))

    def pass_time(self, by: timedelta) -> None:
        """Move the clock."""
        self._site.clock.move(by)

    def open_release(self) -> None:
        """As the host."""
        self._site.open_release()

    def find_published(self, person: int, key: str) -> Results | None:
        """By the API."""
        record = self._people[person].ask("GET", f"submissions/{key}").json()
        return self._read(person, key) if record["is_public"] else None

    def compare(self, person: int, cards: Sequence[str]) -> Results | None:
        """By the API; None where it refuses."""
        address = f"comparisons/{SLUG}/{SPLIT}?models={','.join(cards)}"
        answer = self._people[person].ask("GET", address)
        return answer.json() if answer.status_code == 200 else None

    def try_doors(self, person: int, model: str, other: str, key: str) -> None:
        """Look everywhere for a model that is not published. Raises OpenDoorError."""
        try_doors(self._people[person], model, other, key)

    def _read(self, person: int, key: str) -> Results | None:
        answer = self._people[person].ask("GET", f"submissions/{key}/results")
        return answer.json() if answer.status_code == 200 else None
