"""What a rank is here: a range, apart from the numbers' machinery that finds it."""

from typing import NamedTuple


class RankRange(NamedTuple):
    """The best and the worst rank that the data allow, from 1."""

    low: int
    high: int
