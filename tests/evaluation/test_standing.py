"""Which submissions a model stands by, and what several of them make together."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.commitments.values import read_rankings
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.submissions import hide
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board, Slice
from leaderboard.models.submission import Submission
from leaderboard.rankings.breakdowns import read_breakdown
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    SubmissionScores,
)
from leaderboard.rankings.standing import (
    describe_partial,
    find_parts,
    read_row_calibrated,
    read_row_scores,
)
from leaderboard.scoring.boards import DEFAULT_BOARDS, DEFAULT_TRACKS
from leaderboard.submissions.choose import choose
from tests.campaigns.campaigns import find_report, open_all
from tests.campaigns.test_upgrades import BEFORE, NOW, make_judge, upgrade
from tests.evaluation import test_publish as publish
from tests.evaluation.scripted import ScriptedJudge
from tests.evaluation.test_evaluate import reports, texts
from tests.evaluation.test_feedback import N, answer, read_parts
from tests.loaded import Load, Submit


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge(lambda item: 1.0 + int(item[-1]) % 5)


def read(sessions: Sessions, board: Board = Board.OVERALL) -> dict[str, RankingRow]:
    with sessions.read() as session:
        return {row.model.slug: row for row in read_table(session, board).rows}


def read_table(session: Session, board: Board = Board.OVERALL) -> RankingTable:
    found = session.scalars(select(Submission)).first()
    assert found is not None
    return read_ranking(session, found.split, board)


def read_scores_of(sessions: Sessions, slug: str) -> SubmissionScores:
    with sessions.read() as session:
        table = read_table(session)
        row = next(row for row in table.rows if row.model.slug == slug)
        return read_row_scores(session, table, row)


def test_a_later_file_of_one_track_leaves_the_model_its_rank_on_the_others(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 20, 10)
    whole = submit_texts(
        texts("text", 40, 20) | texts("image", 20, 15) | reports(10), judges=[judge]
    )
    before = read(sessions)["model-a"]
    assert (before.parts, before.tracks) == ({}, ["text", "image", "report"])
    later = submit_texts(texts("text", 40, 30), judges=[judge])
    row = read(sessions)["model-a"]
    assert set(row.ranks) == set(DEFAULT_BOARDS) - {Board.REPORT}, "which nothing is anchored on"
    assert (row.submission.id, [one.id for one in row.submissions]) == (later, [later, whole])
    assert {track: one.id for track, one in row.parts.items()} == {
        Track.TEXT: later,
        Track.IMAGE: whole,
        Track.REPORT: whole,
    }
    for board in (Board.IMAGE, Board.REPORT):
        assert row.scores[board] == before.scores[board]
    assert row.scores[Board.TEXT].value == 75
    assert row.scores[Board.CLOSED].value == pytest.approx(100 * (30 + 15) / 60)
    # Two reports of each mark from 1 to 5: 60 on average.
    assert row.scores[Board.OVERALL].value == pytest.approx((40 * 75 + 20 * 75 + 10 * 60) / 70)
    assert (row.coverage, row.outcomes) == (1.0, {"answered": 60})


def test_several_files_make_what_one_file_of_the_same_predictions_makes(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 20, 10)
    parts = texts("text", 40, 30), texts("image", 20, 15), reports(10)
    submit_texts(texts("text", 40, 3) | parts[1] | parts[2], judges=[judge])
    submit_texts(parts[0], judges=[judge])
    submit_texts(parts[0] | parts[1] | parts[2], "model-b", judges=[judge])
    submit_texts(
        texts("text", 40, 12) | texts("image", 20, 4) | reports(10), "other", judges=[judge]
    )
    rows = read(sessions)
    assert rows["model-a"].parts
    assert not rows["model-b"].parts
    assert rows["model-a"].ranks == rows["model-b"].ranks
    assert rows["model-a"].separable == rows["model-b"].separable
    several, one = (read_scores_of(sessions, slug) for slug in ("model-a", "model-b"))
    assert several.outcomes == one.outcomes
    assert len(several.scores) == len(one.scores)
    for mine, its in zip(several.scores, one.scores, strict=True):
        facts = [
            (score.metric, score.slice, score.name, score.n, score.n_correct, score.n_unscored)
            for score in (mine, its)
        ]
        assert facts[0] == facts[1]
        for field in ("value", "low", "high"):
            # Item values are kept as float32.
            assert getattr(mine, field) == pytest.approx(getattr(its, field), abs=1e-4)
    with sessions.read() as session:
        table = read_table(session)
        cells = read_breakdown(session, table, Slice.SUBCONDITION).cells
        ids = {slug: rows[slug].submission.id for slug in rows}
        assert cells[ids["model-a"]] == cells[ids["model-b"]]
        found = compare_models(session, table.split, ["model-a", "model-b"])
        assert {board.pairs[0].difference.value for board in found.boards} == {0.0}
        assert len(found.boards) == len(DEFAULT_BOARDS)
        assert read_row_calibrated(session, table.rows[0], several) == {}


def test_a_ranking_says_of_each_track_which_submission_stands(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(10, 10, 5)
    text = submit_texts(texts("text", 10, 3), judges=[judge])
    image = submit_texts(texts("image", 10, 4), judges=[judge])
    report = submit_texts(reports(5), judges=[judge])
    row = read(sessions)["model-a"]
    assert row.name_files() == f"{text} + {image} + {report}"
    assert row.name_files(Board.CLOSED) == f"{text} + {image}"
    assert set(row.ranks) == set(DEFAULT_BOARDS) - {Board.REPORT}, "which nothing is anchored on"
    again = submit_texts(texts("text", 10, 3) | texts("image", 10, 5) | reports(5), judges=[judge])
    row = read(sessions)["model-a"]
    assert (row.parts, row.name_files()) == ({}, again)
    with sessions.read() as session:
        latest = session.get_one(Submission, again)
        found = find_parts(session, latest.model_card, latest.split)
        assert {track: one.id for track, one in found.items()} == dict.fromkeys(
            DEFAULT_TRACKS, again
        )


def test_a_part_that_the_host_hides_takes_its_figures_out_of_every_ranking(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(10, 10, 0)
    whole = submit_texts(texts("text", 10, 3) | texts("image", 10, 4), judges=[judge])
    later = submit_texts(texts("text", 10, 9), judges=[judge])
    with sessions.write() as session:
        split_id = session.get_one(Submission, whole).split_id
        hide(session, whole, "host", "A test.")
    assert read(sessions) == {}, "it is not shown until it is ranked again"
    with sessions.write() as session:
        rank_split(session, split_id)
    row = read(sessions)["model-a"]
    assert (row.submission.id, row.parts, set(row.ranks)) == (later, {}, {Board.TEXT})


def test_a_team_has_a_model_stand_by_an_earlier_result_until_a_newer_one_comes(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(10, 10, 0)
    first = submit_texts(texts("text", 10, 8) | texts("image", 10, 4), judges=[judge])
    second = submit_texts(texts("text", 10, 3) | texts("image", 10, 9), judges=[judge])
    assert read(sessions)["model-a"].submission.id == second
    with sessions.write() as session:
        split_id = session.get_one(Submission, first).split_id
        (nudge,) = choose(session, session.get_one(Submission, first))
        assert nudge.key == split_id
        rank_split(session, split_id)
    row = read(sessions)["model-a"]
    assert (row.submission.id, row.parts) == (first, {})
    third = submit_texts(texts("image", 10, 2), judges=[judge])
    row = read(sessions)["model-a"]
    assert row.name_files() == f"{first} + {third}"


def test_of_files_on_hidden_answers_only_published_ones_stand_and_make_no_breakdown(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, N, 0)
    deciding = {track: read_parts(sessions, track)[1] for track in ("text", "image")}
    whole = publish.send(
        sessions, answer({*deciding["text"][:60]}) | answer({*deciding["image"]}, "image")
    )
    publish.release(sessions)
    text = publish.send(sessions, answer({*deciding["text"][:70]}))
    image = publish.send(sessions, answer({*deciding["image"][:40]}, "image"))
    with sessions.write() as session:
        rank_split(session, session.get_one(Submission, text).split_id)
        said = describe_partial(
            session,
            session.get_one(Submission, text).model_card,
            session.get_one(Submission, text).split,
            [Track.TEXT],
        )
        day = f"{session.get_one(Submission, whole).created_at:%-d %B %Y}"
    assert said == (
        f"This file has text questions only: Model keeps its image results of {day} "
        f"(submission {whole}), and its overall score is made of both files. That holds "
        "once a release makes this file public."
    )
    with sessions.read() as session:
        row = read_ranking(session, session.get_one(Submission, text).split).rows[0]
        assert (row.submission.id, row.parts) == (whole, {})
    with sessions.write() as session:
        assert choose(session, session.get_one(Submission, text)) == []
    publish.release(sessions)
    with sessions.read() as session:
        table = read_ranking(session, session.get_one(Submission, text).split)
        (row,) = table.rows
        assert row.name_files() == f"{text} + {whole}"
        assert image not in row.name_files()
        assert row.scores[Board.TEXT].value == pytest.approx(100 * 70 / 80)
        assert row.scores[Board.IMAGE].value == 100
        assert (row.is_compared, row.has_breakdown) == (True, False)
        scores = read_row_scores(session, table, row)
        assert {score.slice for score in scores.scores} == {Slice.CLOSED, Slice.TRACK, Slice.ALL}
        assert not read_breakdown(session, table, Slice.SUBCONDITION).rows
        roots = read_rankings(session, row.submission.split.benchmark)[0].models
        assert [(one.submission, one.scores[Board.CLOSED]) for one in roots] == [
            (text, row.scores[Board.CLOSED].value)
        ]
        with pytest.raises(Conflict, match="already public"):
            choose(session, session.get_one(Submission, whole))


def test_a_proposal_combines_files_as_the_ranking_does(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 3)
    before = make_judge(BEFORE, 4.0)
    submit_texts(texts("text", 20, 4) | reports(3), judges=[before])
    submit_texts(texts("text", 20, 10), judges=[before])
    submit_texts(texts("text", 20, 12) | reports(3), "model-b", judges=[before])
    row = read(sessions)["model-a"]
    assert row.scores[Board.OVERALL].value == pytest.approx((20 * 50 + 3 * 80) / 23)
    campaign = upgrade(sessions, make_judge(NOW, 3.0))
    (split,) = find_report(sessions, campaign.id).splits
    models = {model.slug: model for model in split.models}
    assert models["model-a"].submission_id == row.submission.id
    assert (models["model-a"].n_items, models["model-b"].n_items) == (3, 3)
    assert read(sessions)["model-a"].scores == row.scores
    open_all(sessions, campaign.id)
    after = read(sessions)
    assert after["model-a"].scores[Board.OVERALL].value == pytest.approx((20 * 50 + 3 * 60) / 23)
    for slug, model in models.items():
        for board, score in after[slug].scores.items():
            mark = model.boards[board].after
            assert (mark.value, mark.low, mark.high) == pytest.approx(tuple(score)[:3])
            ranks = after[slug].ranks.get(board, (None, None))
            assert (mark.rank_low, mark.rank_high) == tuple(ranks)


def test_files_that_two_rulers_scored_make_no_score_together(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 10, 3)
    before, now = make_judge(BEFORE, 4.0), make_judge(NOW, 3.0)
    whole = texts("text", 20, 4) | texts("image", 10, 5) | reports(3)
    submit_texts(whole, judges=[before])
    submit_texts(reports(3), judges=[now])
    row = read(sessions)["model-a"]
    assert len(row.parts) == 3
    assert set(row.ranks) == {Board.TEXT, Board.IMAGE, Board.CLOSED, Board.RELIABILITY}
    assert row.scores[Board.REPORT].value == pytest.approx(60), "shown, as what waits is, unranked"
    assert Board.OVERALL not in row.scores
