"""Totals against the figures that SpineMed's authors printed."""

import pytest

from leaderboard.scoring.totals import TrackScore, combine_tracks


def test_the_fixed_example_gives_its_closed_accuracy_and_total() -> None:
    text, image = TrackScore(294, 100 * 263 / 294), TrackScore(193, 100 * 163 / 193)
    assert combine_tracks([text, image]) == pytest.approx(87.47, abs=0.005)
    assert combine_tracks([text, image, TrackScore(87, 87.24)]) == pytest.approx(87.44, abs=0.005)


def test_no_items_have_no_score() -> None:
    with pytest.raises(ValueError, match="no items"):
        combine_tracks([])
