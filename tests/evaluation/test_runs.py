"""A model that was sent in several runs stands by their mean."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.evaluation.publish import read_candidates
from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.submissions import hide
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.models.submission import Submission
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.comparisons.power import read_power
from leaderboard.rankings.scores import (
    read_scores,
)
from leaderboard.scoring.boards import DEFAULT_BOARDS
from leaderboard.submissions.choose import choose
from tests.campaigns.campaigns import open_all
from tests.campaigns.test_upgrades import BEFORE, NOW, TEXTS, make_judge, upgrade
from tests.evaluation import test_publish as publish
from tests.evaluation.scripted import ScriptedJudge
from tests.evaluation.test_evaluate import reports, texts
from tests.evaluation.test_feedback import N, answer, read_parts
from tests.evaluation.test_standing import read, read_scores_of, read_table
from tests.loaded import Load, Submit


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge(lambda item: 1.0 + int(item[-1]) % 5)


def some(right: set[int], n: int = 40) -> dict[str, str]:
    """Text answers of which those of these numbers are right."""
    return {f"test-text-{k:03}": f"ANSWER: {'B' if k in right else 'C'}" for k in range(n)}


RUNS = (
    {*range(30)},
    {*range(5, 35)} - {10, 11, 12, 13},
    {*range(33)},
)
"""The items of 40 that each of three runs has right: 30, 26 and 33."""


def rank(sessions: Sessions) -> None:
    with sessions.write() as session:
        rank_split(session, session.scalars(select(Submission)).first().split_id)  # type: ignore[union-attr]


def find_interval(rights: tuple[set[int], ...], n: int) -> tuple[float, float, float]:
    """Mean and interval in percent, by the analysis of variance written out item by item."""
    table = np.array([[100.0 * (k in right) for k in range(n)] for right in rights])
    runs, mean = len(rights), table.mean()
    of_run, of_item = table.mean(axis=1), table.mean(axis=0)
    residual = table - of_run[:, None] - of_item[None, :] + mean
    ms_run = n * ((of_run - mean) ** 2).sum() / (runs - 1)
    ms_residual = (residual**2).sum() / ((runs - 1) * (n - 1))
    added = max(0.0, (ms_run - ms_residual) / (runs * n))
    square = ms_run / (runs * n)
    share = mean / 100
    effective = min(runs * n, share * (1 - share) / (of_item.var(ddof=1) / 1e4 / n))
    z = stats.norm.ppf(0.975)
    middle = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = (
        z
        / (1 + z**2 / effective)
        * math.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    )
    ends = []
    for end in (middle - half, middle + half):
        distance = abs(100 * end - mean)
        own = (distance / z) ** 2
        quantile = (own * z + square * stats.t.ppf(0.975, runs - 1)) / (own + square)
        ends.append(quantile * math.sqrt(own + added))
    return mean, max(0, mean - ends[0]), min(100, mean + ends[1])


def test_the_mean_of_the_runs_stands_with_what_differs_between_them(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 0, 0)
    first = submit_texts(some(RUNS[0]), judges=[judge])
    alone = read(sessions)["model-a"].scores[Board.TEXT]
    keys = [first]
    keys += [submit_texts(some(right), judges=[judge], run_of=first) for right in RUNS[1:]]
    row = read(sessions)["model-a"]
    assert [run.id for run in row.runs[Track.TEXT]] == keys
    assert (row.n_runs, row.n_files, row.submission.id) == (3, 1, keys[-1])
    assert row.parts[Track.TEXT].id == first
    expected = find_interval(RUNS, 40)
    score = row.scores[Board.TEXT]
    assert (score.value, score.low, score.high) == pytest.approx(expected, abs=1e-3)
    assert score.value == pytest.approx(100 * (30 + 26 + 33) / 120)
    assert alone.value == 75
    scores = read_scores_of(sessions, "model-a")
    (track,) = scores.of(Metric.ACCURACY, Slice.TRACK)
    assert (track.n, track.n_correct, track.n_unscored) == (40, None, 0)
    assert row.outcomes == {"answered": 120}


def test_a_single_run_is_the_result_that_it_was(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 0, 0)
    first = submit_texts(some(RUNS[0]), judges=[judge])
    before = read(sessions)["model-a"]
    second = submit_texts(some(RUNS[1]), judges=[judge], run_of=first)
    assert read(sessions)["model-a"].n_runs == 2
    with sessions.write() as session:
        hide(session, second, "host", "A mistake.")
    rank(sessions)
    row = read(sessions)["model-a"]
    assert (row.runs, row.parts, row.scores) == ({}, {}, before.scores)


def test_what_is_sent_later_and_is_no_run_stands_alone_until_the_set_is_chosen_again(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 0, 0)
    first = submit_texts(some(RUNS[0]), judges=[judge])
    second = submit_texts(some(RUNS[1]), judges=[judge], run_of=first)
    alone = submit_texts(some(RUNS[2]), judges=[judge])
    row = read(sessions)["model-a"]
    assert (row.submission.id, row.runs) == (alone, {})
    with sessions.write() as session:
        choose(session, session.get_one(Submission, second))
    rank(sessions)
    assert [run.id for run in read(sessions)["model-a"].runs[Track.TEXT]] == [first, second]


def test_runs_of_every_track_and_a_file_of_another_make_one_result(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 20, 10)
    whole = submit_texts(
        texts("text", 40, 20) | texts("image", 20, 15) | reports(10), judges=[judge]
    )
    first = submit_texts(some(RUNS[0]), judges=[judge])
    for right in RUNS[1:]:
        submit_texts(some(right), judges=[judge], run_of=first)
    row = read(sessions)["model-a"]
    assert set(row.runs) == {Track.TEXT}
    assert (row.parts[Track.IMAGE].id, row.n_files, row.n_runs) == (whole, 2, 3)
    text = 100 * (30 + 26 + 33) / 120
    overall = row.scores[Board.OVERALL]
    assert overall.value == pytest.approx((40 * text + 20 * 75 + 10 * 60) / 70)
    assert overall.low is not None
    assert overall.low < overall.value
    assert set(row.ranks) == set(DEFAULT_BOARDS) - {Board.REPORT}
    names = {
        (score.metric, score.slice, score.name)
        for score in read_scores_of(sessions, "model-a").scores
    }
    submit_texts(some(RUNS[0]) | texts("image", 20, 15) | reports(10), "model-b", judges=[judge])
    other = read_scores_of(sessions, "model-b").scores
    assert names == {(score.metric, score.slice, score.name) for score in other}


def test_runs_are_compared_with_the_errors_of_both_models(
    sessions: Sessions, load: Load, submit_texts: Submit, judge: ScriptedJudge
) -> None:
    load(40, 0, 0)
    first = submit_texts(some(RUNS[0]), judges=[judge])
    for right in RUNS[1:]:
        submit_texts(some(right), judges=[judge], run_of=first)
    submit_texts(some({*range(15)}), "model-b", judges=[judge])
    with sessions.read() as session:
        table = read_table(session)
        found = compare_models(session, table.split, ["model-a", "model-b"])
        (pair,) = next(one for one in found.boards if one.board == Board.TEXT).pairs
        power = next(one for one in read_power(session, table.split) if one.board == Board.TEXT)
    # Of two ranked models the table has one pair, the same.
    assert power.pair == power.table == pair.smallest
    means = np.mean([[100.0 * (k in right) for k in range(40)] for right in RUNS], axis=0)
    gaps = means - np.array([100.0 * (k < 15) for k in range(40)])
    assert pair.difference.value == pytest.approx(gaps.mean(), abs=1e-4)
    narrow = stats.t.interval(0.95, 39, gaps.mean(), stats.sem(gaps))
    assert pair.difference.low is not None
    assert pair.difference.high is not None
    assert pair.difference.low < narrow[0]
    assert pair.difference.high > narrow[1]
    # What can be shown, by hand: both quantiles are those of items and runs, by their mean squares.
    table_of_runs = np.array([[100.0 * (k in right) for k in range(40)] for right in RUNS])
    of_run, of_item = table_of_runs.mean(axis=1), table_of_runs.mean(axis=0)
    residual = table_of_runs - of_run[:, None] - of_item[None, :] + table_of_runs.mean()
    square = of_run.var(ddof=1) / 3
    added = max(0.0, square - (residual**2).sum() / (2 * 39) / (3 * 40))
    items = stats.sem(gaps) ** 2
    of_items, of_runs = (stats.t.ppf(0.975, f) + stats.t.ppf(0.8, f) for f in (39, 2))
    expected = (items * of_items + square * of_runs) / (items + square) * math.sqrt(items + added)
    assert pair.smallest == pytest.approx(expected, rel=1e-4)
    assert (pair.n_first_only, pair.n_second_only, pair.mid_p) == (None, None, None)
    assert all(one.n_correct[0] is None for one in found.slices)
    assert all(one.n_correct[1] is not None for one in found.slices)


def test_a_release_publishes_runs_on_hidden_answers_as_one_result_and_no_single_one(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    first = publish.send(sessions, answer({*feedback[:20], *deciding[:60]}))
    second = publish.send(sessions, answer({*feedback[:20], *deciding[10:66]}), run_of=first)
    with sessions.read() as session:
        split = session.get_one(Split, publish.get_test_split(sessions))
        (candidate,) = read_candidates(session, split)
        assert [run.id for run in candidate.runs] == [first, second]
    (row,) = publish.release(sessions).rows
    assert row.scores[Board.TEXT].value == pytest.approx(100 * (60 + 56) / 160)
    assert (row.n_runs, row.has_breakdown) == (2, False)
    with sessions.read() as session:
        for key in (first, second):
            submission = session.get_one(Submission, key)
            for viewer in Viewer:
                assert not read_scores(session, submission, viewer).scores
    scores = read_scores_of(sessions, "model").scores
    assert {score.slice for score in scores} <= {Slice.ALL, Slice.CLOSED, Slice.TRACK}
    # A third run waits for the next release, which adds it to the mean.
    third = publish.send(sessions, answer({*feedback[:20], *deciding[:70]}), run_of=first)
    assert read(sessions)["model"].n_runs == 2
    (row,) = publish.release(sessions).rows
    assert row.n_runs == 3
    assert row.scores[Board.TEXT].value == pytest.approx(100 * (60 + 56 + 70) / 240)
    with sessions.read() as session:
        assert not read_scores(session, session.get_one(Submission, third), Viewer.TEAM).scores


def test_a_run_of_guesses_keeps_its_set_from_being_published(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(N, 0, 0)
    _, deciding = read_parts(sessions)
    first = publish.send(sessions, answer({*deciding[:60]}))
    publish.send(sessions, answer({*deciding[:20]}), run_of=first)
    with sessions.read() as session:
        split = session.get_one(Split, publish.get_test_split(sessions))
        (candidate,) = read_candidates(session, split)
        assert not candidate.is_published
        assert session.scalars(select(Submission)).first() is not None


def test_runs_that_two_judges_rated_are_never_mixed(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 3)
    before, now = make_judge(BEFORE, 4.0), make_judge(NOW, 3.0)
    first = submit_texts(TEXTS, judges=[before])
    other = {key: f"{text} Again." for key, text in TEXTS.items()}
    second = submit_texts(other, judges=[before], run_of=first)
    third = submit_texts(
        {key: f"{text} Once more." for key, text in TEXTS.items()}, judges=[now], run_of=first
    )
    row = read(sessions)["model-a"]
    assert [run.id for run in row.runs[Track.REPORT]] == [first, second]
    assert row.scores[Board.REPORT].value == 80
    open_all(sessions, upgrade(sessions, now).id)
    row = read(sessions)["model-a"]
    assert [run.id for run in row.runs[Track.REPORT]] == [first, second, third]
    assert row.scores[Board.REPORT].value == 60
