"""What a further label is worth: how many of them would tell two report scores apart."""

from __future__ import annotations

import math

from leaderboard.scoring.statistics.calibration import PROBE_LABELS

REACH = 2.8015852181129683
"""A true difference of so many standard errors is found at 5 % with 80 % power.

The normal quantiles of 0.975 and 0.8 together.
"""


def count_labels_to_separate(
    difference: float, other_error: float, label_variance: float, *, n_labels: int, n_reports: int
) -> int | None:
    """How many further labels of a model would tell it from another, with 80 % power.

    If the true difference is `difference`: the fewest that make
    REACH x sqrt(label_variance / n + other_error^2) at most as large, where n counts all of the
    model's labels, at least the 10 that anchor a score. label_variance / n is the variance of its
    score, as if all of it came from the labels; pairing is left out, so fewer may do. At least 1;
    None where labels of all its reports would not do.
    """
    room = (difference / REACH) ** 2 - other_error**2
    if room <= 0:
        return None
    needed = max(PROBE_LABELS, math.ceil(label_variance / room), n_labels + 1)
    return needed - n_labels if needed <= n_reports else None
