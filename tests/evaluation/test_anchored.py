"""On the report board what is not anchored to labels of its own reports stands apart."""

import numpy as np
import pandas as pd
import pytest

from leaderboard.evaluation.places import RankedBy, place_all
from leaderboard.items.weights import group_items
from leaderboard.models.ranking import Board
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean
from leaderboard.scoring.totals import SPINEBENCH_RULE

N_TEXT, N_REPORT = 40, 30
ITEMS = pd.DataFrame(
    {
        "item_id": range(N_TEXT + N_REPORT),
        "track": ["text"] * N_TEXT + ["report"] * N_REPORT,
        "cluster": range(N_TEXT + N_REPORT),
        "decides": True,
        "chance": [0.25] * N_TEXT + [np.nan] * N_REPORT,
    }
).pipe(group_items, SPINEBENCH_RULE)


def stand(n_right: int, report: float, badge: Badge | None) -> RankedBy:
    """A model with `n_right` questions right and reports of one calibrated score."""
    values = np.concatenate([[100.0] * n_right, [0.0] * (N_TEXT - n_right), [report] * N_REPORT])
    if badge is None:
        return RankedBy(values, None)
    ends = (report - 4, report + 4, 2.0, 28)
    return RankedBy(values, CalibratedMean(report, *ends, badge, 30, N_REPORT, 70.0))


ANCHORED = {
    "best": stand(20, 60.0, Badge.EXPERT_ANCHORED),
    "worst": stand(20, 30.0, Badge.PROBE_ANCHORED),
}
LOOSE = {
    "transported": stand(20, 95.0, Badge.TRANSPORTED),
    "host-chosen": stand(20, 92.0, Badge.HOST_CHOSEN),
    "at the floor": stand(20, 20.0, Badge.TRANSPORTED),
    "raw": stand(20, 90.0, None),
}


def test_on_the_report_board_only_what_is_anchored_has_a_place_and_counts() -> None:
    places = place_all(ANCHORED | LOOSE, ITEMS)[Board.REPORT]
    assert {key: (place.rank, place.is_separable) for key, place in places.items()} == {
        "best": ((1, 1), False),
        "worst": ((2, 2), True),
    }
    assert place_all(LOOSE, ITEMS)[Board.REPORT] == {}


def test_a_report_score_that_is_not_anchored_does_not_lead_overall() -> None:
    places = place_all(ANCHORED | LOOSE, ITEMS)[Board.OVERALL]
    # 95 on reports would be first by far: "worst" is held against "best" alone.
    assert places["worst"].is_separable
    assert not places["best"].is_separable
    assert places["transported"].rank.low > 0
    ahead = {"transported": stand(40, 95.0, Badge.TRANSPORTED), **ANCHORED}
    assert place_all(ahead, ITEMS)[Board.OVERALL]["worst"].is_separable


@pytest.mark.parametrize("board", [Board.TEXT, Board.CLOSED])
def test_boards_of_questions_have_every_model(board: Board) -> None:
    assert set(place_all(ANCHORED | LOOSE, ITEMS)[board]) == set(ANCHORED | LOOSE)
