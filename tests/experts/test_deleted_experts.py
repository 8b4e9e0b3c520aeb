"""What an expert leaves when their account is deleted."""

from sqlalchemy import select

from leaderboard.calibration.ratings import read_expert_ratings
from leaderboard.db import Sessions
from leaderboard.experts.assign import assign_reports
from leaderboard.experts.rate import find_next, finish, read_own_assignments, save_draft
from leaderboard.models.expert import RatingDraft
from leaderboard.people.deletion import delete_account
from leaderboard.people.export import export_account
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user
from tests.package_files import DIMENSIONS


def test_an_experts_ratings_stay_for_calibration_and_drafts_go(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["secret-model"], 2)
    add_experts("e1")
    with sessions.write() as session:
        split = get_test_split(session)
        assign_reports(session, split, per_model=2, overlap=1)
        expert = get_user(session, "e1")
        for n in range(2):
            found = find_next(read_own_assignments(session, expert))
            assert found is not None
            save_draft(session, expert, found.key, dict.fromkeys(DIMENSIONS, 3))
            if n == 0:
                finish(session, expert, found.key)
                mine = export_account(session, expert)["ratings"]
                assert {one["report"] for one in mine} == {found.key}
                assert [one["value"] for one in mine] == [3.0] * len(DIMENSIONS)
                assert "secret-model" not in str(export_account(session, expert))
        before = read_expert_ratings(session, split.id)
        delete_account(session, expert)
        assert read_expert_ratings(session, split.id).equals(before)
        assert session.scalars(select(RatingDraft)).all() == []
