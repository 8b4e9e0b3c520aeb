"""Judges on the order suite: run whole, resumed, postponed, and what is said of them."""

import threading
from itertools import count
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from leaderboard.db import Sessions
from leaderboard.evaluation.rating.order import OfRubric, ask_missing, run_order
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.order_runs import add_order_run, read_order, read_orders, read_results
from leaderboard.judges.order_suite import read_suite
from leaderboard.judges.panel import Panel
from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase
from leaderboard.judges.roster import AnyJudge
from leaderboard.judges.runs import read_call_figures
from leaderboard.judges.settings import JudgeSettings
from leaderboard.models.order import OrderCall, OrderRun, OrderScore, OrderState
from leaderboard.scoring.order import Ordered, OrderKind
from tests.judges.judge_server import Answered, Asked, answer, fail, serve_judge
from tests.judges.rubric import RUBRIC
from tests.orders import finish_order

pytestmark = pytest.mark.one_database

PRICED: dict[str, Any] = {"price_input": 1.0, "price_output": 1.0}
SUITE = read_suite()
SOME = msgspec.structs.replace(SUITE, pairs=SUITE.pairs[::8])
"""An eighth of the suite, for judges that are asked over HTTP."""
N_REPORTS = len(SOME.reports)
GOOD = {pair.first.strip() for pair in SUITE.pairs}
SAME = {pair.second.strip() for pair in SUITE.pairs if pair.kind is OrderKind.SAME_WORDS}
LONGER = {pair.second.strip() for pair in SUITE.pairs if pair.kind is OrderKind.LONGER}


class Scripted:
    """A judge that asks nobody: a 5 for what `likes` says, else a 1."""

    kind = "checklist"
    limits = ""
    at_once = 1

    def __init__(self, likes: set[str], name: str = "scripted") -> None:
        self.identity = JudgeIdentity(name, "1")
        self._likes = likes
        self.n_rated = 0

    def rate(self, case: ReportCase, report: str) -> list[DimensionRating]:
        self.n_rated += 1
        value = 5.0 if report in self._likes else 1.0
        return [DimensionRating(key, value, "") for key in case.dimensions]


def ask(sessions: Sessions, judge: AnyJudge) -> int:
    with sessions.write() as session:
        return add_order_run(session, ensure_rater_id(session, judge.identity)).id


def state_of(sessions: Sessions, key: int) -> tuple[OrderState, str]:
    with sessions.read() as session:
        run = session.get_one(OrderRun, key)
        return run.state, run.reason


def totals(sessions: Sessions, judge: AnyJudge) -> Ordered:
    with sessions.write() as session:
        return read_order(session, ensure_rater_id(session, judge.identity)).total


def like_good(asked: Asked) -> Answered:
    """Yes to everything about a report without a mistake, shown by its first words."""
    is_good = asked.report.replace("\n\n", "\n") in {
        text.replace("\n\n", "\n") for text in GOOD | SAME | LONGER
    }
    quote = asked.report.splitlines()[1][:60]
    verdict = ("yes", quote) if is_good else ("no", "")
    return answer({n: verdict if "say" in q else ("no", "") for n, q in asked.questions.items()})


def test_a_judge_that_knows_the_order_may_decide_ranks(sessions: Sessions) -> None:
    others = {pair.second for pair in SUITE.pairs if pair.kind is OrderKind.OTHER_PATIENT}
    judge = Scripted(({p.first for p in SUITE.pairs} | SAME | LONGER) - others)
    key = ask(sessions, judge)
    assert run_order(sessions, key, [OfRubric(judge, RUBRIC)])
    # A scripted judge that looks at texts alone cannot tell whose report it is.
    with sessions.read() as session:
        rater_id = session.get_one(OrderRun, key).rater_id
        order = read_order(session, rater_id)
        results = read_results(session, key)
    assert {row.pair for row in results} == {pair.key for pair in SUITE.pairs}
    assert order.total.n == len(SUITE.pairs)
    assert order.finished is not None
    assert order.finished.suite == SUITE.version
    assert order.counts[OrderKind.WRONG_LEVEL].share.value <= 1.0


def test_a_judge_that_rates_everything_alike_orders_only_what_is_alike(
    sessions: Sessions,
) -> None:
    judge = Scripted(set())
    assert run_order(sessions, ask(sessions, judge), [OfRubric(judge, RUBRIC)])
    alike = sum(pair.kind in (OrderKind.SAME_WORDS, OrderKind.LONGER) for pair in SUITE.pairs)
    assert totals(sessions, judge) == Ordered(alike, len(SUITE.pairs))
    assert not totals(sessions, judge).may_rank


def test_the_checklist_judge_orders_so_many_pairs_right(sessions: Sessions) -> None:
    judge = ChecklistJudge()
    key = ask(sessions, judge)
    assert run_order(sessions, key, [OfRubric(judge, RUBRIC)])
    with sessions.read() as session:
        wrong = {row.pair for row in read_results(session, key) if not row.is_right}
        order = read_order(session, session.get_one(OrderRun, key).rater_id)
    # docs/checklist-judge.md says so. Its rules were written with the other 76 pairs in sight, all
    # of which it orders right; those that it was made without sight of decide.
    assert order.total == Ordered(148, 175)
    assert order.total_unseen == Ordered(72, 99)
    assert order.unseen is not None
    assert {kind.value: one for kind, one in order.unseen.items()} == {
        "wrong_level": Ordered(5, 10),
        "wrong_side": Ordered(3, 8),
        "wrong_finding": Ordered(10, 11),
        "wrong_grade": Ordered(6, 12),
        "missed_red_flag": Ordered(6, 9),
        "unsafe_plan": Ordered(9, 11),
        "other_patient": Ordered(9, 9),
        "same_words": Ordered(5, 10),
        "longer": Ordered(10, 10),
        "hedged": Ordered(9, 9),
    }
    assert [one.key for one in order.wrong if one.is_unseen] == [one.key for one in order.wrong]
    assert {one.key for one in order.wrong} == wrong
    assert not order.may_rank


def test_a_pair_is_unseen_by_rules_from_before_it_and_seen_by_all_later_ones() -> None:
    late = frozenset(pair.key for pair in SUITE.pairs if pair.unseen_by is not None)
    assert len(late) == 99
    assert SUITE.find_unseen(JudgeIdentity("checklist", "4")) == late
    assert SUITE.find_unseen(JudgeIdentity("checklist", "5")) == frozenset()
    assert SUITE.find_unseen(JudgeIdentity("a-language-model", "5")) is None


def test_a_judge_with_rules_of_ours_decides_nothing_by_pairs_that_they_were_made_with(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        checklist = ensure_rater_id(session, ChecklistJudge.identity)
        later = ensure_rater_id(session, JudgeIdentity("checklist", "99"))
        model = ensure_rater_id(session, JudgeIdentity("a-language-model", "1"))
        for rater_id in (checklist, later, model):
            finish_order(session, rater_id, n_wrong=5)  # of the unseen 99, or of all 175
        orders = read_orders(session, [checklist, later, model])
    assert orders[checklist].total_unseen == Ordered(94, 99)
    assert not orders[checklist].may_rank
    assert orders[later].total_unseen == Ordered(0, 0)
    assert not orders[later].may_rank
    assert orders[model].total_unseen is None
    assert orders[model].total == Ordered(170, 175)
    assert orders[model].may_rank


def test_a_language_model_is_asked_about_each_report_once_and_every_call_is_kept(
    sessions: Sessions,
) -> None:
    with serve_judge(like_good) as server:
        judge = LlmJudge(
            JudgeSettings(
                name="j", base_url=server.url, model="m", price_input=1.0, price_output=1.0
            ),
            RUBRIC,
        )
        key = ask(sessions, judge)
        assert run_order(sessions, key, [OfRubric(judge, RUBRIC)], SOME)
        n_asked = len(server.asked)
    assert n_asked == 2 * N_REPORTS
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(OrderCall)) == n_asked
        (figures,) = read_call_figures(session)
    assert figures.n_answers == n_asked
    assert figures.cost == pytest.approx(n_asked * 1_100 / 1e6)
    assert state_of(sessions, key) == (OrderState.FINISHED, "")
    assert totals(sessions, judge).n == len(SOME.pairs)
    with sessions.read() as session:
        # Nobody here made its rules: all pairs count.
        assert read_order(session, session.get_one(OrderRun, key).rater_id).unseen is None


def test_a_run_that_was_interrupted_goes_on_where_it_was(sessions: Sessions) -> None:
    n_calls, lock = count(), threading.Lock()

    def break_down(asked: Asked) -> Answered:
        with lock:
            return like_good(asked) if next(n_calls) < 40 else fail(401)

    with serve_judge(break_down) as server:
        judge = LlmJudge(JudgeSettings(name="j", base_url=server.url, model="m"), RUBRIC)
        key = ask(sessions, judge)
        assert not run_order(sessions, key, [OfRubric(judge, RUBRIC)], SOME)
        state, reason = state_of(sessions, key)
        assert state is OrderState.FAILED
        assert "cannot be asked" in reason
        with sessions.read() as session:
            kept = session.scalar(
                select(func.count()).select_from(OrderCall).where(OrderCall.outcome == "ok")
            )
        assert kept is not None
        assert 0 < kept <= 40
        with sessions.write() as session:
            session.get_one(OrderRun, key).state = OrderState.WAITING
        server.script = like_good
        server.asked.clear()
        assert run_order(sessions, key, [OfRubric(judge, RUBRIC)], SOME)
        assert len(server.asked) == 2 * N_REPORTS - kept


def test_a_judge_out_of_service_is_asked_again_later_and_uses_up_no_attempt(
    sessions: Sessions,
) -> None:
    with serve_judge(lambda asked: fail(503)) as server:
        settings = JudgeSettings(name="j", base_url=server.url, model="m", concurrency=1)
        judge = LlmJudge(settings, RUBRIC)
        key = ask(sessions, judge)
        assert not run_order(sessions, key, [OfRubric(judge, RUBRIC)], SOME)
    with sessions.read() as session:
        run = session.get_one(OrderRun, key)
        assert run.state is OrderState.WAITING
        assert run.n_attempts == 0
        assert run.heartbeat_at > run.requested_at
        assert "does not answer" in run.reason


def test_a_panel_is_ordered_by_the_median_of_its_members(sessions: Sessions) -> None:
    with serve_judge(like_good) as server:
        members = [
            LlmJudge(JudgeSettings(name=name, base_url=server.url, model=name), RUBRIC)
            for name in ("a", "b", "c")
        ]
        panel = Panel(members)
        assert run_order(sessions, ask(sessions, panel), [OfRubric(panel, RUBRIC)], SOME)
        assert len(server.asked) == 3 * 2 * N_REPORTS
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(OrderScore)) == N_REPORTS


def test_a_judge_that_is_not_set_up_any_more_ends_its_run_with_the_reason(
    sessions: Sessions,
) -> None:
    key = ask(sessions, Scripted(set()))
    assert not run_order(sessions, key, [OfRubric(ChecklistJudge(), RUBRIC)])
    state, reason = state_of(sessions, key)
    assert state is OrderState.FAILED
    assert "no longer set up" in reason


def test_each_new_judge_is_asked_for_once_until_a_host_asks_again(sessions: Sessions) -> None:
    judges: list[AnyJudge] = [ChecklistJudge(), Scripted(set())]
    with sessions.write() as session:
        assert len(ask_missing(session, judges)) == 2
    with sessions.write() as session:
        assert ask_missing(session, judges) == []
        rater_id = ensure_rater_id(session, judges[0].identity)
        again = add_order_run(session, rater_id)
        assert add_order_run(session, rater_id).id == again.id  # one waits at a time
        assert not read_order(session, rater_id).may_rank
