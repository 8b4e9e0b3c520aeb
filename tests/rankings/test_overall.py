"""What pages say of the overall score: its parts with their weights, and the rule in words."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.models.benchmark import Track
from leaderboard.rankings.overall import OverallPart, list_parts, say_overall
from leaderboard.scoring.boards import DEFAULT_TRACKS
from tests.package_files import make_manifest

TRACKS = list(DEFAULT_TRACKS)
SIZES = {"text": 294, "image": 193, "report": 87}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "the three tracks, weighted by their number of items"),
        ({"weights": "equal"}, "the three tracks, each with the same weight"),
        (
            {"weights": {"text": 2, "image": 1, "report": 1}},
            "the three tracks, weighted as the host has set: text 0.500, image 0.250, report 0.250",
        ),
        (
            {"over": "axis", "weights": "equal"},
            "the three axes (level, pathology, planning), each with the same weight",
        ),
    ],
)
def test_the_rule_is_said_in_words(rule: dict[str, Any] | None, words: str) -> None:
    assert say_overall(make_manifest(overall=rule), TRACKS) == words


def test_of_a_single_track_nothing_is_said() -> None:
    assert say_overall(make_manifest(), [Track.TEXT]) == ""


def test_weights_are_spinebenchs_own_unless_another_rule_is_declared() -> None:
    own = list_parts(make_manifest(), SIZES)
    assert [(one.name, one.n) for one in own] == list(SIZES.items())
    assert [round(one.share or 0, 3) for one in own] == [0.512, 0.336, 0.152]
    equal = list_parts(make_manifest(overall={"weights": "equal"}), SIZES | {"report": 0})
    assert [one.share for one in equal] == [0.5, 0.5, None]
    assert equal[-1] == OverallPart("report", 0, None)
