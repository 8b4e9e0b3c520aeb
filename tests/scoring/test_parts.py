"""A part of the items: near its share everywhere, whole cases, another one each time."""

import numpy as np

from leaderboard.scoring.parts import draw_part

SHARE = 1 / 3


def test_a_part_has_its_share_of_every_stratum_and_of_all() -> None:
    strata = np.repeat(np.arange(28), [21] * 14 + [14, 13] * 7)
    for seed in range(20):
        drawn = draw_part(strata, np.arange(len(strata)), SHARE, np.random.default_rng(seed))
        assert abs(drawn.sum() - SHARE * len(strata)) < 1
        for stratum in range(28):
            own = strata == stratum
            assert abs(drawn[own].sum() - SHARE * own.sum()) <= 1.5


def test_items_of_one_case_are_drawn_together() -> None:
    clusters = np.repeat(np.arange(40), [1, 2, 3, 4] * 10)
    strata = clusters % 4
    drawn = draw_part(strata, clusters, SHARE, np.random.default_rng(1))
    for cluster in range(40):
        assert len(set(drawn[clusters == cluster])) == 1
    assert abs(drawn.mean() - SHARE) < 0.03


def test_every_item_is_drawn_as_often_as_any_other_and_no_draw_tells_another() -> None:
    strata = np.repeat([0, 1], 30)
    draws = np.array(
        [
            draw_part(strata, np.arange(60), SHARE, np.random.default_rng(seed))
            for seed in range(2_000)
        ]
    )
    # A share of 1/3 in 2,000 draws has a standard error of 0.0105; five of them for 60 items.
    assert np.abs(draws.mean(axis=0) - SHARE).max() < 5 * 0.0105
