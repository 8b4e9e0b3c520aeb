"""Ways to read out hidden answers: each sends sheets until its uploads are spent.

All know the policy, and put up models that are drawn from what they believe when a release is
near. `ATTACKERS` names them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.hidden_split.belief import Floats, forecast
from bench.hidden_split.campaign import PUT_UP, SETTLED, TRACKS, BudgetSpent, Campaign
from bench.hidden_split.items import IMAGE, N_LETTERS, TEXT, Items
from bench.hidden_split.target import BLANK
from bench.hidden_split.told import STEP, Sheet, make_step

MAX_TEAMS = 10
"""How many teams one person may make."""
KNOWN = 0.6
"""How often the model is right that an attacker begins with."""
SIZES = (14, 28, 42, 63, 84, 126, 196, 294, 487)


def attack(campaign: Campaign, way: Callable[[Campaign], None]) -> None:
    """Go about it that way until the uploads are spent, then hear the last release."""
    with suppress(BudgetSpent):
        way(campaign)
    campaign.end()


def sandbag(campaign: Campaign) -> None:
    """An empty sheet, then the best one and two more guesses a subcondition each time."""
    campaign.send(campaign.blank())
    _climb(campaign, lambda: _guess_in_cells(campaign, 2))


def one_a_step(campaign: Campaign) -> None:
    """The same with one guess in all, then two, in turn."""
    campaign.send(campaign.blank())
    _climb(campaign, lambda: _guess(campaign, 1 + len(campaign.sent) % 2))


def joins(campaign: Campaign) -> None:
    """Empty text, then empty images, then both joined, and each track's guesses on their own."""
    for tracks in ((TEXT,), (IMAGE,), TRACKS):
        for _ in campaign.people:
            campaign.send(campaign.blank(), tracks)
    turns = ((TEXT,), (IMAGE,), TRACKS)
    _climb(campaign, lambda: _guess_in_cells(campaign, 4), lambda n: turns[n % len(turns)])


def renewal(campaign: Campaign) -> None:
    """Sandbags that are withdrawn and sent again, as a new model each time, as a new team often."""
    n_teams = 1
    campaign.send(campaign.blank(), cancels_first=True)
    while True:
        if _put_up(campaign):
            continue
        person = campaign.person
        if n_teams < MAX_TEAMS and len(campaign.sent) % 5 == 4:
            campaign.target.make_team(person)
            n_teams += len(campaign.people) == 1
        campaign.use_new_card(person)
        campaign.send(_guess_in_cells(campaign, 3), cancels_first=True)


def voter(campaign: Campaign) -> None:
    """Whole sheets drawn from the posterior: random ones to begin with."""
    while True:
        if not _put_up(campaign):
            campaign.send(campaign.draw())


def adaptive(campaign: Campaign) -> None:
    """The best sheet and so many changes, as the posterior draws them, that news is a coin toss."""
    for _ in campaign.people:
        campaign.send(campaign.blank())
    _climb(campaign, lambda: _balance(campaign))


def informed(campaign: Campaign) -> None:
    """Begins with what a real model knows; the same from there."""
    for _ in campaign.people:
        campaign.send(campaign.believe().best)
    _climb(campaign, lambda: _balance(campaign))


def know(items: Items, random: np.random.Generator) -> Floats:
    """What a model that is right KNOWN of the time knows: calibrated letters, (N, L)."""
    n = len(items.right)
    surest = np.clip(random.beta(2.2 * KNOWN, 2.2 * (1 - KNOWN), n), 1 / N_LETTERS, 0.999)
    is_right = random.random(n) < surest
    wrong = (items.right + random.integers(1, N_LETTERS, n)) % N_LETTERS
    letters = np.repeat(((1 - surest) / (N_LETTERS - 1))[:, None], N_LETTERS, axis=1)
    letters[np.arange(n), np.where(is_right, items.right, wrong)] = surest
    return letters


class Attacker(NamedTuple):
    """A way, and whether it begins with a model's knowledge."""

    way: Callable[[Campaign], None]
    is_informed: bool = False


ATTACKERS = {
    "sandbag": Attacker(sandbag),
    "one-a-step": Attacker(one_a_step),
    "joins": Attacker(joins),
    "renewal": Attacker(renewal),
    "voter": Attacker(voter),
    "adaptive": Attacker(adaptive),
    "informed": Attacker(informed, is_informed=True),
}


def _climb(
    campaign: Campaign,
    propose: Callable[[], NDArray[np.int64]],
    choose: Callable[[int], tuple[str, ...]] = lambda n: TRACKS,
) -> None:
    """Send proposals, and models for each release, until the uploads are spent."""
    while campaign.believe().surest.min() < SETTLED:
        if not _put_up(campaign):
            campaign.send(propose(), choose(len(campaign.sent)))


def _put_up(campaign: Campaign) -> bool:
    """Before a release, put up what it publishes at most; whether that was done."""
    if campaign.share == 1 or not campaign.is_release_near:
        return False
    campaign.believe(by_all=True)
    sheets = [campaign.draw() for _ in range(PUT_UP * len(campaign.people))]
    campaign.put_up(sheets)
    return True


def _keep(campaign: Campaign) -> NDArray[np.int64]:
    """The best sheet, with every letter that is settled, and without those that are refuted."""
    letters = campaign.best_of(campaign.person)
    belief = campaign.believe()
    given = letters >= 0
    likely = np.where(given, belief.letters[np.arange(campaign.n), letters], 1.0)
    # Where breakdowns are shown, what is likelier wrong is of no use; else it may keep a step.
    letters[likely < (0.5 if campaign.share == 1 else 1 - SETTLED)] = BLANK
    settled = belief.surest > SETTLED
    letters[settled] = belief.best[settled]
    return letters


def _guess_in_cells(campaign: Campaign, n: int) -> NDArray[np.int64]:
    """n more guesses in each subcondition, at the letters that are likeliest; ties by chance."""
    letters = _keep(campaign)
    cells = campaign.items.cells
    for cell in np.unique(cells):
        open_ = np.flatnonzero((cells == cell) & (letters == BLANK))
        _fill(campaign, letters, campaign.random.permutation(open_)[:n])
    return letters


def _guess(campaign: Campaign, n: int) -> NDArray[np.int64]:
    """n more guesses in all."""
    letters = _keep(campaign)
    open_ = campaign.random.permutation(np.flatnonzero(letters == BLANK))
    _fill(campaign, letters, open_[:n])
    return letters


def _fill(campaign: Campaign, letters: NDArray[np.int64], places: NDArray[np.int64]) -> None:
    belief = campaign.believe().letters[places]
    chance = campaign.random.uniform(0, 1e-3, belief.shape)
    letters[places] = (belief + chance).argmax(axis=1)


def _balance(campaign: Campaign) -> NDArray[np.int64]:
    """The best sheet with drawn letters in so many places that it is news about half the time."""
    best = campaign.best_of(campaign.person)
    drawn = campaign.draw()
    order = campaign.random.permutation(campaign.n)
    sent = np.ones(campaign.n, np.bool_)
    choices = []
    for size in SIZES:
        letters = best.copy()
        letters[order[:size]] = drawn[order[:size]]
        step = make_step(Sheet(letters, sent), Sheet(best, sent), campaign.n * (1 - campaign.share))
        seen = forecast(campaign.believe().letters, campaign.share, step)
        choices.append((abs(seen.mean - STEP) / seen.variance**0.5, size, letters))
    return min(choices, key=lambda one: one[:2])[2]
