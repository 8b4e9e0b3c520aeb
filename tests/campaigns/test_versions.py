"""A corrected key, in the end: nothing is lost, and the ranking changes when the host means it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from leaderboard.calibration.labels import find_kind
from leaderboard.campaigns.content import Changed
from leaderboard.campaigns.plan import read_plan, read_view
from leaderboard.campaigns.score import make_new_result
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.campaigns import ask_version
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.protocol import Judge
from leaderboard.lens.checks import get_item
from leaderboard.lens.corrected_checks import CheckEdit, correct_check
from leaderboard.lens.next_version import prepare_corrected
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.campaign import Campaign, CampaignState
from leaderboard.models.judging import JudgeCall
from leaderboard.models.ranking import Board
from leaderboard.models.rating import RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission
from leaderboard.packages.catalogue import get_benchmark, get_loaded, get_split, read_versions
from leaderboard.packages.versions import Change
from leaderboard.rankings.errata import read_errata
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingTable
from tests.calibration.test_calibrations import judge_value, rate_as
from tests.campaigns.campaigns import HOST, find_report, open_all, recalibrate, run_campaign
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import prepare_items
from tests.loaded import Load, Submit
from tests.package_files import make_items, make_manifest

N_TEXT, N_REPORT = 12, 8
JUDGE = ScriptedJudge(judge_value)
Edit = Callable[[list[dict[str, Any]]], None]


def submit_model(submit_texts: Submit, number: int) -> str:
    texts = {f"test-text-{n:03}": "B" if n % (number + 1) else "A" for n in range(N_TEXT)}
    texts |= {f"test-report-{n:03}": f"Report {number}." for n in range(N_REPORT)}
    return submit_texts(texts, f"model-{number}", f"team-{number}", judges=[JUDGE])


@pytest.fixture
def keys(sessions: Sessions, load: Load, submit_texts: Submit) -> list[str]:
    """Three ranked models, whose reports are calibrated by labels of experts."""
    load(N_TEXT, 0, N_REPORT)
    keys = [submit_model(submit_texts, number) for number in range(1, 4)]
    for key in keys:
        rate_as(sessions, key, range(N_REPORT))
    with sessions.read() as session:
        split_id = session.get_one(Submission, keys[0]).split_id
    recalibrate(sessions, split_id, JUDGE)
    return keys


@pytest.fixture
def prepare_version(sessions: Sessions) -> Callable[[Edit], int]:
    """Load version 1.0.1 with edited items, ask what it changes, and compute it."""

    def prepare(edit: Edit) -> int:
        items = make_items(N_TEXT, 0, N_REPORT)
        edit(items)
        return compute(sessions, items, JUDGE)

    return prepare


def compute(sessions: Sessions, items: list[dict[str, Any]], judge: Judge) -> int:
    """The campaign of a version 1.0.1 of `items`, up to its proposal."""
    with sessions.write() as session:
        target = prepare_items(session, items, make_manifest(version="1.0.1"))
        (nudge,) = ask_version(session, target, HOST).waiting
    assert run_campaign(sessions, nudge.key, judge).state is CampaignState.PROPOSED
    return int(nudge.key)


def correct(item_id: str, answer: str) -> Edit:
    def edit(items: list[dict[str, Any]]) -> None:
        for item in items:
            if item["id"] == item_id:
                item["answer"] = [answer]

    return edit


def read_table(sessions: Sessions, board: Board = Board.TEXT, **which: Any) -> RankingTable:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        return read_ranking(session, split, board, **which)


def read_scores(sessions: Sessions, board: Board = Board.TEXT, **which: Any) -> dict[str, float]:
    table = read_table(sessions, board, **which)
    return {row.submission.id: row.scores[board].value for row in table.rows}


def count_rows(sessions: Sessions, *tables: Any) -> list[int | None]:
    with sessions.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_a_corrected_key_is_proposed_beside_the_live_ranking_and_opened_without_a_loss(
    sessions: Sessions, keys: list[str], prepare_version: Callable[[Edit], int]
) -> None:
    before = {board: read_scores(sessions, board) for board in (Board.TEXT, Board.REPORT)}
    facts = count_rows(sessions, Submission, Prediction, Rating, JudgeCall)
    key = prepare_version(correct("test-text-000", "A"))
    assert {board: read_scores(sessions, board) for board in before} == before

    (split,) = [one for one in find_report(sessions, key).splits if one.models]
    assert {model.submission_id: model.items for model in split.models} == {
        one: ["test-text-000"] for one in keys
    }
    assert split.shares == {Track.TEXT: (N_TEXT, N_TEXT), Track.REPORT: (N_REPORT, N_REPORT)}
    assert open_all(sessions, key, "The key was wrong.").state is CampaignState.OPENED

    table = read_table(sessions)
    # All three said A, so each has one more of twelve right.
    after = read_scores(sessions)
    for one in keys:
        assert after[one] == pytest.approx(before[Board.TEXT][one] + 100 / N_TEXT)
    assert read_scores(sessions, Board.REPORT) == before[Board.REPORT]
    assert all(row.report and row.report.label_kind is RaterKind.EXPERT for row in table.rows)
    assert count_rows(sessions, Submission, Prediction, Rating, JudgeCall) == facts
    with sessions.read() as session:
        assert session.get_one(Split, table.split.id).benchmark.version == "1.0.1"
        assert find_kind(session, table.split.id) is RaterKind.EXPERT
        # Nothing is left on the version before but its frozen rankings.
        former = next(one for one in read_versions(session, "tiny") if one.version == "1.0.0")
        old = get_split(former, "test")
        assert session.scalars(select(Submission).where(Submission.split_id == old.id)).all() == []
        of_old = select(Item.id).where(Item.split_id == old.id)
        assert session.scalars(
            select(Prediction.id).where(Prediction.item_id.in_(of_old))
        ).all() == []  # fmt: skip
        frozen = read_ranking(session, old, Board.TEXT)
        assert {row.submission.id: row.scores[Board.TEXT].value for row in frozen.rows} == (
            before[Board.TEXT]
        )


def test_a_model_can_be_sent_and_labelled_again_after_the_opening(
    sessions: Sessions,
    keys: list[str],
    prepare_version: Callable[[Edit], int],
    submit_texts: Submit,
) -> None:
    open_all(sessions, prepare_version(correct("test-text-000", "A")))
    new = submit_model(submit_texts, 4)
    table = read_table(sessions, Board.OVERALL)
    assert {row.submission.id for row in table.rows} == {*keys, new}
    assert all(Board.OVERALL in row.ranks for row in table.rows)
    rate_as(sessions, new, range(4))
    campaign = recalibrate(sessions, table.split.id, JUDGE)
    assert campaign.state is CampaignState.OPENED
    assert {row.submission.id for row in read_table(sessions).rows} == {*keys, new}


def test_a_reworded_question_does_not_carry_over_and_is_named_with_its_share(
    sessions: Sessions, keys: list[str], prepare_version: Callable[[Edit], int]
) -> None:
    def reword(items: list[dict[str, Any]]) -> None:
        for item in items:
            if item["id"] == "test-text-003":
                item["question"] += " Choose one."

    key = prepare_version(reword)
    (split,) = [one for one in find_report(sessions, key).splits if one.models]
    assert split.shares[Track.TEXT] == (N_TEXT, N_TEXT - 1)
    assert len(split.unranked(Board.TEXT)) == len(split.unranked(Board.OVERALL)) == len(keys)
    assert split.unranked(Board.REPORT) == []
    open_all(sessions, key)
    table = read_table(sessions, Board.REPORT)
    assert {row.submission.id for row in table.rows} == set(keys)
    for row in table.rows:
        assert Board.REPORT in row.scores
        assert Board.TEXT not in row.ranks


def test_a_touched_checklist_has_reports_rated_again_by_the_judge_that_costs_nothing(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 2)
    texts = {"test-report-000": "Excellent alignment.", "test-report-001": "Fine alignment."}
    key = submit_texts(texts, judges=[ChecklistJudge()])
    assert read_scores(sessions, Board.REPORT)[key] == pytest.approx((100 + 20) / 2)
    items = make_items(0, 0, 2)
    for item in items:
        if item["id"] == "test-report-001":
            item["checklist"][0]["any_of"] += ["fine alignment"]
    campaign_id = compute(sessions, items, ChecklistJudge())
    assert read_scores(sessions, Board.REPORT)[key] == pytest.approx((100 + 20) / 2)
    n_ratings = count_rows(sessions, Rating)
    open_all(sessions, campaign_id)
    assert read_scores(sessions, Board.REPORT)[key] == pytest.approx(100)
    assert count_rows(sessions, Rating) == n_ratings
    with sessions.read() as session:
        values = session.scalars(select(Rating.value).distinct()).all()
        reasons = session.scalars(select(Rating.reason).distinct()).all()
    assert (values, reasons) == ([5.0], ["1 of 1 checks met, 0 contradicted"])


def test_a_check_corrected_on_its_page_is_rated_by_once_its_version_is_opened_and_told_of(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 2)
    texts = {"test-report-000": "Excellent alignment.", "test-report-001": "Fine alignment."}
    key = submit_texts(texts, judges=[ChecklistJudge()])
    with sessions.write() as session:
        before = get_benchmark(session, "tiny")
        item = get_item(session, get_split(before, "test"), "test-report-001")
        correct_check(session, item, "praise", CheckEdit("fine alignment"), "The atlas.", HOST)
        prepare_corrected(session, before, "1.0.1", HOST)
        target = get_loaded(session, "tiny", "1.0.1")
        (nudge,) = ask_version(session, target, HOST).waiting
    assert run_campaign(sessions, nudge.key, ChecklistJudge()).state is CampaignState.PROPOSED
    assert read_scores(sessions, Board.REPORT)[key] == pytest.approx((100 + 20) / 2)
    open_all(sessions, int(nudge.key), "A check asked for too much.")
    assert read_scores(sessions, Board.REPORT)[key] == pytest.approx(100)
    with sessions.read() as session:
        (told,) = read_errata(session, get_benchmark(session, "tiny"))
        counts = {one.change: one.n for split in told.splits for one in split.counts}
        assert (told.reason, counts) == ("A check asked for too much.", {Change.CHECKLIST: 1})


def test_a_submission_that_waits_goes_over_and_is_scored_on_the_new_version(
    sessions: Sessions,
    keys: list[str],
    prepare_version: Callable[[Edit], int],
    submit_texts: Submit,
) -> None:
    texts = {f"test-text-{n:03}": "A" for n in range(N_TEXT)}
    waiting = submit_texts(texts, "model-9", "team-9")
    open_all(sessions, prepare_version(correct("test-text-000", "A")))
    with sessions.read() as session:
        row = session.get_one(Submission, waiting)
        assert (row.status, row.split.benchmark.version) == (Status.QUEUED, "1.0.1")
    evaluate(sessions, waiting, [JUDGE], 3)
    assert read_scores(sessions)[waiting] == pytest.approx(100 / N_TEXT)


def test_a_version_is_opened_once_and_one_that_is_open_starts_nothing(
    sessions: Sessions, keys: list[str], prepare_version: Callable[[Edit], int]
) -> None:
    open_all(sessions, prepare_version(correct("test-text-000", "A")))
    with sessions.write() as session:
        newest = get_benchmark(session, "tiny")
        with pytest.raises(Conflict, match="is open already"):
            ask_version(session, newest, HOST)


def test_a_result_that_is_kept_is_the_one_that_would_be_computed(
    sessions: Sessions, keys: list[str], prepare_version: Callable[[Edit], int]
) -> None:
    key = prepare_version(correct("test-text-002", "D"))
    with sessions.read() as session:
        campaign = session.get_one(Campaign, key)
        (plan,) = [one for one in read_plan(campaign).splits if one.n_labels]
        view = read_view(session, campaign, plan)
        assert view.keeps_results
        for one in keys:
            submission = session.get_one(Submission, one)
            found = [
                make_new_result(session, submission, replace(view, keeps_results=keeps), Changed())
                for keeps in (True, False)
            ]
            kept, computed = (
                (set(one.scores), one.values, set(one.outcomes), set(one.calibrated), one.reports)
                for one in found
            )
            assert kept == computed
