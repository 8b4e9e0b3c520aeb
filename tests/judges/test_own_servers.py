"""Judges of third parties get no report where the host says so; those on own servers do."""

from leaderboard.db import Sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.roster import keep_allowed
from leaderboard.judges.settings import JudgeSettings
from leaderboard.models.submission import Status
from leaderboard.third_parties import ThirdParties
from tests.hosting.test_third_parties import NONE, allow, forbid, requeue, state_of
from tests.judges.conftest import SubmitReports
from tests.judges.judge_server import Answered, Asked, judge_honestly, serve_judge
from tests.judges.rubric import GOOD
from tests.judges.test_rate import judges_at


def test_judges_of_third_parties_get_no_report_and_own_ones_do(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([GOOD])
    forbid(sessions)
    with serve_judge() as judge:
        evaluate(sessions, key, judges_at(judge), 5)
        status, message = state_of(sessions, key)
        assert status is Status.HELD
        assert "judges of third parties, and judge-0 is one" in message
        assert judge.asked == []
    allow(sessions)

    def forbid_then_judge(asked: Asked) -> Answered:
        forbid(sessions)
        return judge_honestly(asked)

    requeue(sessions, key)
    with serve_judge(forbid_then_judge) as judge:
        evaluate(sessions, key, judges_at(judge), 5)
        assert state_of(sessions, key)[0] is Status.HELD
        assert judge.asked
        assert GOOD not in {asked.report for asked in judge.asked}
    requeue(sessions, key)
    with serve_judge() as judge:
        evaluate(sessions, key, judges_at(judge, own_server=True), 5)
        assert state_of(sessions, key)[0] is Status.SCORED
    outside = JudgeSettings(name="a", base_url="https://a.example", model="m")
    inside = JudgeSettings(name="b", base_url="https://b.example", model="m", own_server=True)
    assert keep_allowed([outside, inside], NONE) == (inside,)
    assert keep_allowed([outside, inside], ThirdParties()) == (outside, inside)
