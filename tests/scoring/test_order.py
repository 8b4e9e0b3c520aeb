"""When two reports are in order, and what a judge's share of pairs lets it decide."""

import pytest

from leaderboard.scoring.order import Ordered, OrderKind, count_ordered, is_ordered, sum_ordered


@pytest.mark.parametrize(
    ("kind", "first", "second", "is_right"),
    [
        (OrderKind.WRONG_LEVEL, 80.0, 79.9, True),
        (OrderKind.WRONG_LEVEL, 80.0, 80.0, False),
        (OrderKind.HEDGED, 60.0, 70.0, False),
        (OrderKind.SAME_WORDS, 80.0, 85.0, True),
        (OrderKind.SAME_WORDS, 85.1, 80.0, False),
        (OrderKind.LONGER, 80.0, 85.0, True),
        (OrderKind.LONGER, 80.0, 85.1, False),
        (OrderKind.LONGER, 80.0, 20.0, True),
        (OrderKind.LONGER, 80.0, None, False),
        (OrderKind.SAME_WORDS, None, None, False),
    ],
)
def test_each_kind_has_its_rule_and_an_unscored_report_is_never_in_order(
    kind: OrderKind, first: float | None, second: float | None, is_right: bool
) -> None:
    assert is_ordered(kind, first, second) is is_right


def test_shares_by_kind_have_wilson_intervals_as_worked_by_hand() -> None:
    found = count_ordered(
        [(OrderKind.HEDGED, True)] * 5
        + [(OrderKind.WRONG_SIDE, True)] * 4
        + [(OrderKind.WRONG_SIDE, False)]
    )
    assert list(found) == [OrderKind.WRONG_SIDE, OrderKind.HEDGED]
    assert found[OrderKind.WRONG_SIDE] == Ordered(4, 5)
    # Newcombe (1998) gives Wilson's method for 81 of 263; by hand for 4 of 5:
    # (0.8 + 0.38415 -+ 1.95996 sqrt(0.032 + 0.03841)) / 1.76829
    share = found[OrderKind.WRONG_SIDE].share
    assert share.low == pytest.approx(0.3755, abs=1e-4)
    assert share.high == pytest.approx(0.9638, abs=1e-4)
    assert sum_ordered(found.values()) == Ordered(9, 10)


@pytest.mark.parametrize(
    ("n_right", "n", "may"), [(0, 0, False), (72, 76, False), (73, 76, True), (19, 20, True)]
)
def test_a_judge_may_decide_ranks_from_95_per_cent_on(n_right: int, n: int, may: bool) -> None:
    assert Ordered(n_right, n).may_rank is may
