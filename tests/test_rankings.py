"""Filters of the ranking, and the order of its rows."""

import pytest

from leaderboard.models.team import ModelCard
from leaderboard.rankings import ModelFilter

CARD = ModelCard(
    slug="spine-7b",
    name="Spine 7B",
    organisation="Müller Lab",
    open_weights=True,
    parameters_billion=7.0,
)
UNKNOWN = ModelCard(
    slug="cloud", name="Cloud", organisation="C", open_weights=False, parameters_billion=None
)


@pytest.mark.parametrize(
    ("accepted", "passes", "unknown_passes"),
    [
        (ModelFilter(), True, True),
        (ModelFilter(open_weights=True), True, False),
        (ModelFilter(open_weights=False), False, True),
        (ModelFilter(max_parameters=7), True, False),
        (ModelFilter(max_parameters=6.9), False, False),
        (ModelFilter(words="MÜLLER spine"), True, False),
        (ModelFilter(words="spine cloud"), False, False),
    ],
)
def test_a_filter_shows_the_models_it_names(
    accepted: ModelFilter, passes: bool, unknown_passes: bool
) -> None:
    assert accepted.accepts(CARD) is passes
    assert accepted.accepts(UNKNOWN) is unknown_passes
