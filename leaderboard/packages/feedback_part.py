"""The feedback part of a hidden split, drawn when it is published."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from leaderboard.items.values import read_items
from leaderboard.models.benchmark import Track
from leaderboard.models.publication import FeedbackItem
from leaderboard.scoring.parts import draw_part

FEEDBACK_SHARE = 1 / 3
MIN_FEEDBACK = 30
"""Of how many questions a feedback part has at least: a score on fewer says little."""


def draw_feedback_part(session: Session, split_id: int, generator: np.random.Generator) -> int:
    """Draw it from the questions of a split that has none; how many items it has.

    A third of each subcondition's questions in each track, as nearly as whole cases allow.
    Reports and what shares a case or an image with one always decide, since their judges are
    calibrated on all of them. A split whose part would be too small has none.
    """
    items = read_items(session, split_id)
    with_report = items.loc[items["track"] == Track.REPORT.value, "cluster"]
    free = items[~items["cluster"].isin(with_report)]
    if len(free) * FEEDBACK_SHARE < MIN_FEEDBACK:
        return 0
    strata = pd.factorize(free["track"] + " " + free["subcondition"])[0].astype(np.int64)
    drawn = draw_part(strata, free["cluster"].to_numpy(np.int64), FEEDBACK_SHARE, generator)
    chosen = free["item_id"][drawn].tolist()
    session.add_all(FeedbackItem(item_id=item_id) for item_id in chosen)
    session.flush()
    return len(chosen)
