"""Signs from changes that show on the items that feedback is given for, and not on the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leaderboard.evidence.sheets import Sheets
from leaderboard.evidence.sign import Figure, Kind, Sign
from leaderboard.late import pandas as pd
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.parts import compare_parts

LEVEL = 0.999
"""Of the interval: a sign is given where its lower end is above 0."""


def find_jumps(
    sheets: Sheets, people: NDArray[np.int64], feedback: NDArray[np.bool_]
) -> Iterator[Sign]:
    """Changes between successive sheets of the same people, and since their first of these tracks.

    people: (S,) a number for those who share somebody; feedback: (items,) the items that feedback
    is given for. One sign a sheet, the first of these two changes that shows.
    """
    for group in np.unique(people):
        rows = [int(one) for one in np.flatnonzero(people == group)]
        for place, later in enumerate(rows):
            tracks = sheets.submissions[later].tracks
            before = [one for one in rows[:place] if sheets.submissions[one].tracks == tracks]
            for earlier in dict.fromkeys([before[-1], before[0]] if before else []):
                found = _compare(sheets, earlier, later, feedback)
                if found is not None and found.low is not None and found.low > 0:
                    yield _make(sheets, earlier, later, found)
                    break


def _compare(
    sheets: Sheets, earlier: int, later: int, feedback: NDArray[np.bool_]
) -> Estimate | None:
    """The change on feedback items less that on the others, where both have a value."""
    changes = sheets.values[later] - sheets.values[earlier]
    known = ~np.isnan(changes)
    strata = pd.factorize(sheets.items["track"])[0].astype(np.int64)
    clusters = sheets.items["cluster"].to_numpy().astype(np.int64)
    return compare_parts(changes[known], feedback[known], strata[known], clusters[known], LEVEL)


def _make(sheets: Sheets, earlier: int, later: int, found: Estimate) -> Sign:
    pair = [sheets.submissions[earlier], sheets.submissions[later]]
    first, second = (f"{one.id} ({one.model_card.name})" for one in pair)
    return Sign(
        Kind.JUMP,
        pair[1].created_at,
        pair,
        [
            Figure(
                "feedback part less deciding part",
                f"{found.value:+.1f} points",
                f"{found.low:+.1f} to {found.high:+.1f} (99.9 %)",
            )
        ],
        f"From {first} to {second} the score changed by {found.value:.1f} points more on the "
        "items that feedback is given for than on those that decide ranks.",
    )
