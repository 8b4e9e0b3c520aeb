"""What a site would tell, by arithmetic alone: the same policy without database, queue or HTTP.

It takes the policy's numbers and steps from the product, and every attack on a real site is
repeated on its twin: each answer must be the same. So seeds that take hours there take seconds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from bench.hidden_split.items import CHANCE, IMAGE, TEXT, Items
from bench.hidden_split.target import BLANK, Reply, Results
from leaderboard.evaluation.publish import GUESS_RISK, MODELS_PER_RELEASE
from leaderboard.packages.feedback_part import FEEDBACK_SHARE
from leaderboard.scoring.chance import excess_over_chance
from leaderboard.scoring.ladder import STEP, climb, round_to_step
from leaderboard.scoring.parts import draw_part
from leaderboard.scoring.statistics.paired import paired_difference

Bits = NDArray[np.bool_]


class Filed(NamedTuple):
    """A submission: who is right on what of `sent`, and whether it was news to its lineage."""

    person: int
    key: str
    card: str
    right: Bits
    sent: Bits
    n_tracks: int
    is_news: bool


def draw_deciding(items: Items, random: np.random.Generator) -> Bits:
    """(N,) which items decide ranks, drawn as the product does."""
    names = np.char.add(items.slices["track"], items.slices["subcondition"])
    _, strata = np.unique(names, return_inverse=True)
    clusters = np.arange(len(items.ids))
    return ~draw_part(strata.astype(np.int64), clusters, FEEDBACK_SHARE, random)


class Twin:
    """A Target."""

    def __init__(self, items: Items, decides: Bits, *, is_protected: bool) -> None:
        self._items, self._decides, self._is_protected = items, decides, is_protected
        _, self._strata = np.unique(items.slices["track"], return_inverse=True)
        self._filed: dict[str, Filed] = {}
        self._public: dict[str, Filed] = {}
        self._of_card: dict[str, Filed] = {}
        self._heard: dict[str, Mapping[str, Any]] = {}
        self._n_cards = 0

    def make_card(self, person: int) -> str:
        """A new name."""
        self._n_cards += 1
        return f"card-{self._n_cards}"

    def make_team(self, person: int) -> None:
        """Nothing: a person is one lineage."""

    def pass_time(self, by: timedelta) -> None:
        """Nothing: an attacker keeps to the quota."""

    def send(
        self,
        person: int,
        letters: NDArray[np.int64],
        tracks: Sequence[str],
        card: str,
        *,
        cancels_first: bool,
    ) -> Reply:
        """Score it."""
        sent = np.isin(self._items.slices["track"], list(tracks))
        right = (letters == self._items.right) & (letters != BLANK) & sent
        key = f"sheet-{len(self._filed)}"
        filed = Filed(person, key, card, right, sent, len(tracks), is_news=False)
        if not self._is_protected:
            self._filed[key] = filed
            return Reply(key, {"scores": list(self._score(filed)), "feedback": None})
        feedback, is_news = self._hear(filed, tracks)
        self._filed[key], self._heard[key] = filed._replace(is_news=is_news), feedback
        return Reply(key, {"scores": [], "feedback": feedback})

    def open_release(self) -> None:
        """Publish as `evaluation.publish` does."""
        standing: dict[str, Filed] = {}
        for one in self._filed.values():
            best = standing.get(one.card)
            if best is None or (one.n_tracks, one.is_news) >= (best.n_tracks, best.is_news):
                standing[one.card] = one
        order = list(self._filed)
        new = sorted(
            (one for one in standing.values() if one.key not in self._public),
            key=lambda one: order.index(one.key),
        )
        n_new = Counter(one.person for one in new)
        n_published: Counter[int] = Counter()
        for one in new:
            asked, tracks = one.sent & self._decides, self._items.slices["track"]
            excess = min(
                excess_over_chance(one.right[of], np.full(int(of.sum()), CHANCE))
                for track in np.unique(tracks[asked])
                for of in (asked & (tracks == track),)
            )
            if excess < -ndtri(GUESS_RISK / n_new[one.person]):
                continue
            if n_published[one.person] < MODELS_PER_RELEASE:
                n_published[one.person] += 1
                self._public[one.key] = self._of_card[one.card] = one

    def find_published(self, person: int, key: str) -> Results | None:
        """Its scores on the items that decide ranks."""
        found = self._public.get(key)
        if found is None:
            return None
        return {"scores": list(self._score(found)), "feedback": self._heard[key]}

    def compare(self, person: int, cards: Sequence[str]) -> Results | None:
        """Their paired differences by slice, of which a protected split shows none."""
        if self._is_protected:
            return {"slices": []}
        first, second = (self._of_card[card] for card in cards)
        slices = []
        for slice_, name, of in self._each_slice():
            if slice_ == "track" or not (of <= first.sent).all() or not (of <= second.sent).all():
                continue
            one, other = (np.where(sheet.right[of], 100.0, 0.0) for sheet in (first, second))
            found = paired_difference(one, other, self._strata[of], np.arange(int(of.sum())))
            shown = {"value": found.value, "low": found.low, "high": found.high}
            models: list[dict[str, Any]] = [
                {"k": int(sheet.right[of].sum()), "difference": None} for sheet in (first, second)
            ]
            models[1]["difference"] = shown
            slices.append({"slice": slice_, "name": name, "n": int(of.sum()), "models": models})
        return {"slices": slices}

    def _hear(self, own: Filed, tracks: Sequence[str]) -> tuple[Mapping[str, Any], bool]:
        """As `evaluation.feedback` does: first looks, and the step from each track's best."""
        before = [one for one in self._filed.values() if one.person == own.person and one.is_news]
        of_track: dict[str, list[Filed]] = defaultdict(list)
        for one in before:
            for track in (TEXT, IMAGE):
                if one.sent[self._items.of("track", track)].any():
                    of_track[track].append(one)
        heard = own.sent & ~self._decides
        looks, best = [], np.full(len(heard), np.nan)
        for track in sorted(tracks):
            of = heard & self._items.of("track", track)
            if earlier := of_track[track]:
                best[of] = max((one.right[of] for one in earlier), key=lambda right: right.mean())
            else:
                score = round_to_step(100 * float(own.right[of].mean()))
                looks.append({"track": track, "score": score, "n": int(of.sum())})
        better_by = self._step(own, best)
        return {"first_looks": looks, "better_by": better_by}, bool(looks) or bool(better_by)

    def _step(self, own: Filed, best: NDArray[np.float64]) -> int | None:
        of = ~np.isnan(best)
        if not of.any():
            return None
        strata = self._strata[of]
        whole, here = np.bincount(self._strata, minlength=2), np.bincount(strata, minlength=2)
        weights = whole[strata] / here[strata]
        weights = 100 * weights / weights.mean()
        step = climb(own.right[of] * weights, best[of] * weights, strata, np.arange(len(strata)))
        return max(STEP, round_to_step(step.difference)) if step.is_better else 0

    def _score(self, one: Filed) -> Iterator[dict[str, Any]]:
        for slice_, name, of in self._each_slice():
            if (sent := of & one.sent).any():
                k = int(one.right[sent].sum())
                yield {"slice": slice_, "name": name, "k": k, "n": int(sent.sum())}

    def _each_slice(self) -> Iterator[tuple[str, str, Bits]]:
        counted = self._decides if self._is_protected else np.ones_like(self._decides)
        for slice_, values in self._items.slices.items():
            for name in sorted(set(values.tolist()) - {""}):
                yield slice_, name, (values == name) & counted
