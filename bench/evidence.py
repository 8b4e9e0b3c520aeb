"""How often signs for the host are raised by honest models, how often by copies, and how fast.

Honest models are independent given the items: each is right by its own accuracy, 40 to 90 %, and by
how hard an item is for all; otherwise it draws one of the item's wrong answers, some of which are
more popular than others. A copy is another model's sheet with a share of its answers drawn anew.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from leaderboard.evidence.alike import find_alike
from leaderboard.evidence.jumps import find_jumps
from leaderboard.evidence.sheets import Sheets
from leaderboard.evidence.sign import Kind, Sign
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard, Team

N_TEXT, N_IMAGE = 294, 193
N_ITEMS = N_TEXT + N_IMAGE
N_MODELS = 46
"""1,035 pairs of them."""
POPULARITY = {
    "every wrong answer alike": (1, 1, 1),
    "a usual mistake": (6, 2.5, 1.5),
    "one mistake before all others": (8.5, 1, 0.5),
}
"""The weights of an item's three wrong answers: two models that are both wrong agree on 33, 45 and
74 % of the items."""
CHANGED = (0.0, 0.1, 0.2, 0.3, 0.5)
N_COPIES = 40
N_TEAMS, OF_TEAM = 100, 10
START = datetime(2026, 1, 1, tzinfo=UTC)
Codes = NDArray[np.int64]


def draw_models(
    rng: np.random.Generator,
    accuracies: NDArray[np.float64],
    popularity: Sequence[float] = (6, 2.5, 1.5),
    n_items: int = N_ITEMS,
) -> tuple[Codes, NDArray[np.bool_]]:
    """Codes 1 to 4 of honest models' answers and whether each is right, (models, n_items)."""
    hardness = rng.normal(0, 1, n_items)
    shape = len(accuracies), n_items
    right = rng.random(shape) < expit(1.2 * logit(accuracies)[:, None] - hardness)
    key = rng.integers(0, 4, n_items)
    order = np.array([rng.permutation(3) + 1 for _ in range(n_items)])
    drawn = rng.choice(3, p=np.array(popularity) / sum(popularity), size=shape)
    wrong = (key + order[np.arange(n_items), drawn]) % 4
    return np.where(right, key, wrong) + 1, right


def make_sheets(codes: Codes, right: NDArray[np.bool_], teams: Sequence[int]) -> Sheets:
    """Sheets of these teams, one a day, as `read_sheets` returns them."""
    named = {
        number: Team(id=number, slug=f"team-{number}", name=f"Team {number}") for number in teams
    }
    submissions = [
        Submission(
            id=f"s{row}",
            tracks=["text", "image"],
            created_at=START + timedelta(days=row),
            model_card=ModelCard(name=f"Model {row}", team=named[team], team_id=team),
        )
        for row, team in enumerate(teams)
    ]
    n_items = codes.shape[1]
    n_text = n_items * N_TEXT // N_ITEMS
    tracks = ["text"] * n_text + ["image"] * (n_items - n_text)
    items = pd.DataFrame({"track": tracks, "cluster": range(n_items)})
    values = np.where(right & (codes > 0), 100.0, 0.0)
    return Sheets(submissions, codes, right, np.ones(codes.shape, bool), values, items)


def find_signs(sheets: Sheets) -> list[Sign]:
    """The signs of sheets, where teams share nobody."""
    return list(find_alike(sheets, sheets.teams))


def copy_sheet(
    rng: np.random.Generator, sheet: Codes, key: Codes, changed: float
) -> tuple[Codes, NDArray[np.bool_]]:
    """A sheet with a share of its answers drawn anew, and whether each is right."""
    again = rng.random(len(sheet)) < changed
    codes = np.where(again, rng.integers(1, 5, len(sheet)), sheet)
    return codes, codes == key


def count_alarms(rng: np.random.Generator, popularity: Sequence[float]) -> dict[str, int]:
    """Signs among N_MODELS honest models of as many teams, and pairs of them among themselves."""
    codes, right = draw_models(rng, rng.uniform(0.4, 0.9, N_MODELS), popularity)
    of_all = find_signs(make_sheets(codes, right, range(1, N_MODELS + 1)))
    n_alone, n_team, n_jumps = 0, 0, 0
    feedback = rng.random(N_ITEMS) < 0.5
    for second in range(N_MODELS):
        for first in range(second):
            rows = [first, second]
            n_alone += bool(find_signs(make_sheets(codes[rows], right[rows], [1, 2])))
            of_team = make_sheets(codes[rows], right[rows], [1, 1])
            n_team += bool(find_signs(of_team))
            n_jumps += bool(list(find_jumps(of_team, of_team.teams, feedback)))
    return {
        "among all": len(of_all),
        "two teams alone": n_alone,
        "two of one team": n_team,
        f"{N_TEAMS} teams of {OF_TEAM} good models": count_good_teams(rng, popularity),
        "feedback part": n_jumps,
    }


def count_good_teams(rng: np.random.Generator, popularity: Sequence[float]) -> int:
    """Of teams with several honest models of 85 to 95 %, how many raise a sign."""
    n_found = 0
    for _ in range(N_TEAMS):
        codes, right = draw_models(rng, rng.uniform(0.85, 0.95, OF_TEAM), popularity)
        n_found += bool(find_signs(make_sheets(codes, right, [1] * OF_TEAM)))
    return n_found


def count_found(rng: np.random.Generator, changed: float) -> int:
    """Of N_COPIES copies among honest models, each of one of them, how many are found."""
    n_found = 0
    for _ in range(N_COPIES):
        codes, right = draw_models(rng, rng.uniform(0.4, 0.9, 20))
        key = find_key(codes, right)
        copied, is_right = copy_sheet(rng, codes[0], key, changed)
        sheets = make_sheets(
            np.vstack([codes, copied]), np.vstack([right, is_right]), range(1, len(codes) + 2)
        )
        found = [one for one in find_signs(sheets) if one.kind is Kind.COPY]
        n_found += any({row.id for row in one.submissions} == {"s0", "s20"} for one in found)
    return n_found


def find_key(codes: Codes, right: NDArray[np.bool_]) -> Codes:
    """(N,) the right answer of each item that some model has right, 0 of the others."""
    key: Codes = np.where(right, codes, 0).max(axis=0)
    return key


def measure() -> None:
    """Print it all."""
    rng = np.random.default_rng(13)
    n_pairs = N_MODELS * (N_MODELS - 1) // 2
    print(f"Signs of {N_MODELS} honest models of 40 to 90 %, {n_pairs:,} pairs, {N_ITEMS} items")
    for name, popularity in POPULARITY.items():
        alarms = ", ".join(f"{key} {n}" for key, n in count_alarms(rng, popularity).items())
        print(f"  {name}: {alarms}")
    print(f"Copies that are found, of {N_COPIES}")
    for changed in CHANGED:
        print(f"  {changed:.0%} of the answers drawn anew: {count_found(rng, changed)}")
    for n in (200, 1_000):
        codes, right = draw_models(rng, rng.uniform(0.4, 0.9, n))
        sheets = make_sheets(codes, right, range(1, n + 1))
        began = time.perf_counter()
        find_signs(sheets)
        print(f"{n} sheets are compared in {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    measure()
