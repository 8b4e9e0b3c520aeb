"""The host sees whom to label next, and has the server draw those reports."""

import math

import pytest
from scipy import special, stats
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.experts.assign import assign_reports
from leaderboard.experts.plan import assign_suggested, read_plan
from leaderboard.models.expert import RatingAssignment
from leaderboard.scoring.statistics.label_value import REACH, count_labels_to_separate
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user
from tests.factories import make_team


def test_so_many_labels_separate_two_scores_with_80_percent_power() -> None:
    # 30 labels with SE 2 are a variance of 120 a label; the other's SE is 1, the difference 5.
    n = count_labels_to_separate(5.0, 1.0, 120.0, n_labels=30, n_reports=87)
    assert n == math.ceil(120 / ((5 / REACH) ** 2 - 1)) - 30 == 25
    error = math.sqrt(120 / (30 + n) + 1)
    power = stats.norm.sf(stats.norm.ppf(0.975) - 5.0 / error)
    assert 0.8 <= power < 0.81
    assert float(special.ndtri(0.975) + special.ndtri(0.8)) == REACH


@pytest.mark.parametrize(
    ("difference", "other_error", "n_labels", "expected"),
    [
        (2.0, 1.0, 30, None),  # the other's error alone is too large
        (3.2, 1.0, 30, None),  # more labels than reports
        (40.0, 1.0, 0, 10),  # the fewest that anchor
        (-40.0, 1.0, 30, 1),  # whichever is ahead
    ],
)
def test_labels_that_would_not_do_are_not_suggested(
    difference: float, other_error: float, n_labels: int, expected: int | None
) -> None:
    found = count_labels_to_separate(
        difference, other_error, 120.0, n_labels=n_labels, n_reports=87
    )
    assert found == expected


def test_the_plan_says_what_labels_would_do_and_assigns_what_the_server_draws(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a", "model-b"])
    add_experts("e1", "e2")
    with sessions.write() as session:
        split = get_test_split(session)
        plan = read_plan(session, split)
        assert [(one.model.slug, one.n, one.other, one.n_labels) for one in plan] == [
            ("model-a", 10, None, 0),
            ("model-b", 10, None, 0),
        ]
        for slug, n, error in (("model-c", 3, NotFound), ("model-a", 0, InvalidRequest)):
            with pytest.raises(error):
                assign_suggested(session, split, slug, n)
        done = assign_suggested(session, split, "model-a", 10)
        # One in five gets two experts.
        assert (done.n_models, done.n_experts, done.n_added) == (1, 2, 12)
        assert [one.n_assigned for one in read_plan(session, split)] == [10, 0]
        drawn = set(session.scalars(select(RatingAssignment.prediction_id)))
        assign_reports(session, split, per_model=10, overlap=0.2)
        kept = set(session.scalars(select(RatingAssignment.prediction_id)))
        assert drawn < kept
        assert len(kept) == 20
        assign_suggested(session, split, "model-a", 2)
        with pytest.raises(Conflict, match="All reports of this model are assigned"):
            assign_suggested(session, split, "model-a", 1)


def test_where_every_expert_is_of_the_models_team_nobody_is_assigned(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a"])
    add_experts("e1")
    with sessions.write() as session:
        make_team(session, "team-model-a", get_user(session, "e1"))
        session.flush()
        with pytest.raises(Conflict, match="no expert outside its team"):
            assign_suggested(session, get_test_split(session), "model-a", 2)
