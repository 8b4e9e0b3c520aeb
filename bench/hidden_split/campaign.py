"""One attack on one site: its people, what they sent, what they were told, what they believe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.hidden_split.belief import Floats, Posterior, Told, work_out
from bench.hidden_split.items import CHANCE, IMAGE, N_LETTERS, TEXT, Items
from bench.hidden_split.target import BLANK, Reply, Results, Target
from bench.hidden_split.told import (
    Sheet,
    make_step,
    read_comparison,
    read_looks,
    read_scores,
    read_step,
)
from leaderboard.evaluation.publish import MODELS_PER_RELEASE

TRACKS = (TEXT, IMAGE)
DECIDES = 2 / 3
"""The share of items that decide ranks: the policy is public."""
RELEASE_EVERY = timedelta(days=90)
PUT_UP = MODELS_PER_RELEASE
"""How many models of one lineage a release publishes."""
MAY_WAIT = 0.03
"""The share of what was told that a posterior may leave out until it is worked out again."""
SETTLED = 0.95
"""An item whose letter is held to be this likely needs no more guesses."""


class BudgetSpent(Exception):
    """No more uploads: the attack is over."""


class Budget(NamedTuple):
    """How many people send how many uploads each, an hour apart or as quotas demand."""

    n_people: int
    n_each: int

    @property
    def n(self) -> int:
        """All uploads."""
        return self.n_people * self.n_each

    @property
    def between(self) -> timedelta:
        """How much time passes after an upload: one person's quota is spread evenly."""
        return timedelta(days=0.7, minutes=1) if self.n_people == 1 else timedelta(hours=1)


class Sent(NamedTuple):
    """A submission: whose, of which model, and the sheet."""

    person: int
    key: str
    model: str
    sheet: Sheet


class Answer(NamedTuple):
    """What was told at once of a sheet: whether it was news, and whether a breakdown was shown."""

    is_news: bool
    has_breakdown: bool


class Campaign:
    """What attackers share. All that they learn comes from `send` and from releases."""

    def __init__(
        self,
        target: Target,
        items: Items,
        budget: Budget,
        random: np.random.Generator,
        *,
        prior: Floats | None = None,
        is_protected: bool = True,
    ) -> None:
        self.target, self.items, self.random = target, items, random
        self.people, self.budget = range(budget.n_people), budget
        self.n = len(self.items.ids)
        self.prior = np.full((self.n, N_LETTERS), CHANCE) if prior is None else prior
        self.share = DECIDES if is_protected else 1.0
        self.sent: list[Sent] = []
        self.told: list[Told] = []
        self.published: list[Sent] = []
        self.n_breakdowns = 0
        self._cards: dict[int, str] = {}
        self._best: dict[tuple[int, str], Sheet] = {}
        self._n_heard: dict[str, float] = {}
        self._known: tuple[int, Posterior] | None = None
        self._until_release = RELEASE_EVERY

    @property
    def n_left(self) -> int:
        """How many uploads are left."""
        return self.budget.n - len(self.sent)

    @property
    def person(self) -> int:
        """Whose turn it is: each sends a part of the uploads."""
        return len(self.sent) % len(self.people)

    @property
    def is_release_near(self) -> bool:
        """Whether the uploads that are left before the next release are needed for it."""
        n_put_up = PUT_UP * len(self.people)
        n_before = int(self._until_release / self.budget.between) + 1
        return n_put_up == min(self.n_left, n_before * len(self.people))

    def believe(self, *, by_all: bool = False) -> Posterior:
        """The posterior by what was told so far; on the way, the last of much may wait its turn."""
        n_may_wait = 0 if by_all else int(len(self.told) * MAY_WAIT)
        if self._known is None or len(self.told) - self._known[0] > n_may_wait:
            found = work_out(self.prior, self.share, self.told, self.items.cells)
            self._known = len(self.told), found
        return self._known[1]

    def blank(self) -> NDArray[np.int64]:
        """A sheet without any letter."""
        return np.full(self.n, BLANK)

    def draw(self) -> NDArray[np.int64]:
        """A sheet drawn from the posterior: each letter as often as it is likely."""
        sums = self.believe().letters.cumsum(axis=1)
        below = (sums < self.random.random((self.n, 1))).sum(axis=1)
        letters: NDArray[np.int64] = np.minimum(below, N_LETTERS - 1)
        return letters

    def best_of(self, person: int) -> NDArray[np.int64]:
        """The letters of a person's best sheet so far, each track's own."""
        letters = self.blank()
        for track in TRACKS:
            if best := self._best.get((person, track)):
                of = self.items.of("track", track)
                letters[of] = best.letters[of]
        return letters

    def use_new_card(self, person: int) -> None:
        """Let a person's next sheets be another model's."""
        self._cards[person] = self.target.make_card(person)

    def send(
        self,
        letters: NDArray[np.int64],
        tracks: Iterable[str] = TRACKS,
        *,
        cancels_first: bool = False,
    ) -> Answer:
        """Send a sheet as whoever's turn it is, and remember what is told of it.

        With `cancels_first` the same sheet is sent and withdrawn before. Raises BudgetSpent.
        """
        if self.n_left <= 0:
            raise BudgetSpent
        person = self.person
        if person not in self._cards:
            self.use_new_card(person)
        tracks = tuple(tracks)
        card = self._cards[person]
        reply = self.target.send(person, letters, tracks, card, cancels_first=cancels_first)
        sheet = Sheet(letters.copy(), np.isin(self.items.slices["track"], tracks))
        self.sent.append(Sent(person, reply.key, card, sheet))
        answer = self._hear(self.sent[-1], reply, tracks)
        self._pass_time()
        return answer

    def put_up(self, sheets: Sequence[NDArray[np.int64]]) -> None:
        """Send sheets of a new model each, for the next release to publish."""
        for sheet in sheets:
            self.use_new_card(self.person)
            self.send(sheet)

    def end(self) -> None:
        """The host opens the last release; without the policy everything was shown before."""
        if self.share < 1:
            self._release()

    def _pass_time(self) -> None:
        if (len(self.sent) % len(self.people)) == 0:
            self.target.pass_time(self.budget.between)
            self._until_release -= self.budget.between
        if self._until_release <= timedelta(0):
            self._until_release = RELEASE_EVERY
            self.end()

    def _hear(self, sent: Sent, reply: Reply, tracks: Sequence[str]) -> Answer:
        """Read what the site tells the team at once."""
        results = reply.results
        if results is None:
            return Answer(False, False)
        scores = read_scores(results["scores"], sent.sheet, self.items)
        self._learn(scores)
        if scores:
            # All there is to know is shown: no need for a feedback part.
            self._set_best(sent, tracks)
            return Answer(True, len(scores) > 2 * len(TRACKS))
        feedback = results.get("feedback")
        self._learn(read_looks(feedback, sent.sheet, self.items))
        for look in feedback["first_looks"] if feedback else ():
            self._n_heard[look["track"]] = look["n"]
        is_news = bool(feedback and feedback["first_looks"])
        better_by = feedback["better_by"] if feedback else None
        if better_by is not None:
            is_news |= self._hear_step(sent, tracks, better_by)
        if is_news:
            self._set_best(sent, tracks)
        return Answer(is_news, False)

    def _hear_step(self, sent: Sent, tracks: Sequence[str], better_by: int) -> bool:
        known = [track for track in tracks if (sent.person, track) in self._best]
        of = np.isin(self.items.slices["track"], known)
        best = Sheet(self.best_of(sent.person), of)
        sheet = sent.sheet._replace(sent=sent.sheet.sent & of)
        n_heard = sum(self._n_heard[track] for track in known)
        n_differ = float(((sheet.letters != best.letters) & of).sum()) * n_heard / of.sum() / 3
        step = make_step(sheet, best, n_heard)
        self._learn([read_step(step, better_by, n_differ, n_heard)])
        return better_by > 0

    def _set_best(self, sent: Sent, tracks: Sequence[str]) -> None:
        for track in tracks:
            self._best[sent.person, track] = sent.sheet

    def _learn(self, told: Iterable[Told]) -> None:
        self.told.extend(told)

    def _release(self) -> None:
        """The host opens a release; what it publishes of theirs is read by everybody."""
        self.target.open_release()
        shown = {one.key for one in self.published}
        new = []
        for one in self.sent:
            if one.key not in shown and (results := self._find_published(one)) is not None:
                self._learn(read_scores(results["scores"], one.sheet, self.items))
                new.append(one)
        old, self.published = self.published, [*self.published, *new]
        self.n_breakdowns += len(new)
        for first, second in [*combinations(new, 2), *((a, b) for a in old for b in new)]:
            self._compare(first, second)

    def _find_published(self, sent: Sent) -> Results | None:
        return self.target.find_published(sent.person, sent.key)

    def _compare(self, first: Sent, second: Sent) -> None:
        found = self.target.compare(first.person, [first.model, second.model])
        if found is not None:
            self._learn(read_comparison(found, (first.sheet, second.sheet), self.items))
