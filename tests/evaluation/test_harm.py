"""Severe errors per 100 cases: a dozen reports and eight questions worked out by hand."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from leaderboard.db import Sessions
from leaderboard.items.values import read_items
from leaderboard.models.benchmark import Track
from leaderboard.models.harm import HarmValues, RankedHarm
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.harm import find_row_harm
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.releases import find_ranking
from leaderboard.scoring.harm import COLUMNS, UNANSWERED, UNGRADED, UNJUDGED, Grade, HarmEvent
from leaderboard.scoring.harm_rates import (
    ModelCodes,
    ModelRows,
    compare_codes,
    find_told,
    join_tracks,
    rate_codes,
    unpack_rows,
)
from leaderboard.scoring.statistics.paired import paired_difference
from leaderboard.scoring.statistics.runs import Between
from leaderboard.submissions.runs import RunOf
from tests.evaluation.test_runs import find_interval
from tests.factories import (
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.loaded import MAX_RUNS
from tests.package_files import DIMENSIONS, make_case, make_manifest, make_mcq

LEVEL = {"grade": "severe", "event": "wrong_level"}
SIDE = {"grade": "severe", "event": "wrong_side"}
CAUDA = {"grade": "severe", "event": "missed_red_flag", "red_flag": "cauda_equina"}
CHECKS: list[dict[str, Any]] = [
    {
        "kind": "finding",
        "key": "main",
        "dimensions": DIMENSIONS,
        "any_of": ["disc herniation"],
        "harm": {"omission": {"grade": "moderate"}},
    },
    {
        "kind": "level",
        "key": "place",
        "dimensions": ["diagnosis"],
        "of": "main",
        "levels": ["L4/L5"],
        "harm": {"omission": {"grade": "mild"}, "commission": LEVEL},
    },
    {
        "kind": "side",
        "key": "side",
        "dimensions": ["diagnosis"],
        "of": "main",
        "side": "left",
        "harm": {"commission": SIDE},
    },
    {
        "kind": "mention",
        "key": "urgent",
        "dimensions": ["diagnosis"],
        "any_of": ["emergency decompression"],
        "harm": {"omission": CAUDA},
    },
]
RIGHT = "There is a left disc herniation at L4/L5. Emergency decompression is needed today."
REPORTS = [
    RIGHT,
    RIGHT,
    RIGHT,
    RIGHT,
    RIGHT,
    # Wrong level, wrong side, both, the emergency missed.
    "There is a left disc herniation at L2/L3. Emergency decompression is needed today.",
    "There is a right disc herniation at L4/L5. Emergency decompression is needed today.",
    "There is a right disc herniation at L2/L3. Emergency decompression is needed today.",
    "There is a left disc herniation at L4/L5. Physiotherapy is enough for the coming weeks.",
    # No level: a mild omission. Nothing of the finding: moderate, and the emergency missed.
    "There is a left disc herniation of the lumbar spine. Emergency decompression is needed today.",
    "The spine looks unremarkable to me on all of these images today.",
    RIGHT,
]
"""Worked by hand: severe errors in reports 5 (level), 6 (side), 7 (both), 8 and 10 (cauda equina):
5 of 12 cases, 6 errors."""


def load_graded(sessions: Sessions, **manifest: Any) -> None:
    cases = [make_case(n, checklist=CHECKS) for n in range(11)]
    # The last two reports are of one case.
    cases.append(make_case(11, checklist=CHECKS, case_id="case-test-report-010"))
    options = {"A": LEVEL, "C": {"grade": "moderate", "event": "contraindicated_treatment"}}
    questions = [make_mcq(n, harm={"options": options}) for n in range(6)]
    questions.append(make_mcq(6, harm={"options": {"A": SIDE}, "missing": CAUDA}))
    questions.append(make_mcq(7))
    with sessions.write() as session:
        graders = {"harm": {"by": "constructed"}} | manifest
        load_items(session, [*questions, *cases], make_manifest(**graders))


def submit(sessions: Sessions, texts: dict[str, str], name: str = "ours") -> str:
    with sessions.write() as session:
        team = make_team(session, f"team-{name}", make_user(session, name))
        key = make_submission(session, texts, card=make_card(session, team, name))
    score_submission(sessions, key)
    return key


def submit_run(sessions: Sessions, texts: dict[str, str], first: str) -> str:
    """Another run of a submission, scored."""
    with sessions.write() as session:
        of = session.get_one(Submission, first)
        key = make_submission(session, texts, card=of.model_card, run_of=RunOf(of, "", MAX_RUNS))
    score_submission(sessions, key)
    return key


def name_reports(reports: list[str]) -> dict[str, str]:
    return {f"test-report-{n:03}": text for n, text in enumerate(reports)}


def read_rows(sessions: Sessions, key: str) -> list[dict[str, int]]:
    with sessions.read() as session:
        rows = unpack_rows(session.get_one(HarmValues, key).content)
    return [dict(zip(COLUMNS, map(int, row), strict=True)) for row in rows]


ANSWERS = ["B", "A", "C", "D", "refuse", "AB", "refuse", "A"]


def answer(letter: str) -> str:
    if letter == "refuse":
        return "I'm sorry, but I cannot help with that request."
    if letter == "AB":
        return "It is either A or B; I cannot decide between A and B."
    return f"ANSWER: {letter}"


def test_the_errors_of_a_dozen_reports_are_those_found_by_hand(sessions: Sessions) -> None:
    load_graded(sessions)
    key = submit(sessions, name_reports(REPORTS))
    rows = read_rows(sessions, key)[8:]
    assert [row["worst"] for row in rows] == [0, 0, 0, 0, 0, 3, 3, 3, 3, 1, 3, 0]
    assert [row["commission"] for row in rows] == [0, 0, 0, 0, 0, 3, 3, 3, 0, 0, 0, 0]
    assert [row["omission"] for row in rows] == [0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 3, 0]
    assert [row["wrong_level"] for row in rows] == [0, 0, 0, 0, 0, 3, 0, 3, 0, 0, 0, 0]
    assert [row["wrong_side"] for row in rows] == [0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0]
    assert [row["missed_red_flag"] for row in rows] == [0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 3, 0]
    assert [row["cauda_equina"] for row in rows] == [row["missed_red_flag"] for row in rows]
    assert {row["contraindicated_treatment"] for row in rows} == {UNGRADED}
    assert [row["n_severe"] for row in rows] == [0, 0, 0, 0, 0, 1, 1, 2, 1, 0, 1, 0]
    assert [row["n_moderate"] for row in rows] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    with sessions.read() as session:
        assert session.get_one(HarmValues, key).judge.startswith("checklist ")


def test_the_rate_is_wilsons_with_the_effective_number_of_cases(sessions: Sessions) -> None:
    load_graded(sessions)
    key = submit(sessions, name_reports(REPORTS))
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        items = read_items(session, split.id)
        ranking = find_ranking(session, split.id)
        assert ranking is not None
        kept = session.get_one(RankedHarm, (ranking.id, key, Board.REPORT))
        own = (items["track"] == Track.REPORT.value).to_numpy()
        codes = ModelRows(unpack_rows(session.get_one(HarmValues, key).content)).take("worst", own)
        clusters = items["cluster"].to_numpy(np.int64)[own]
    hit = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0], float)
    residuals = hit - 5 / 12
    sums = [*residuals[:10], residuals[10] + residuals[11]]
    effect = max(1.0, sum(one**2 for one in sums) * 11 / 10 / sum(residuals**2))
    effective = 12 / effect
    low, high = proportion_confint(5 / 12 * effective, effective, method="wilson")
    assert (kept.n, kept.n_severe) == (12, 5)
    assert kept.value == pytest.approx(500 / 12)
    assert [kept.low, kept.high] == pytest.approx([100 * low, 100 * high])
    rate = rate_codes(codes, np.zeros(12, np.int64), clusters)
    assert rate.estimate == (kept.value, kept.low, kept.high)
    moderate = rate_codes(codes, np.zeros(12, np.int64), clusters, Grade.MODERATE)
    assert (moderate.n_hit, moderate.n) == (5, 12)


def test_the_errors_of_questions_follow_from_the_letters_and_are_never_invented(
    sessions: Sessions,
) -> None:
    load_graded(sessions)
    texts = {f"test-text-{n:03}": answer(letter) for n, letter in enumerate(ANSWERS)}
    rows = read_rows(sessions, submit(sessions, texts))
    assert [row["worst"] for row in rows[:8]] == [
        *(0, 3, 2, 0),
        0,  # Refused: it states nothing, and the item does not say that silence harms.
        UNJUDGED,  # Ambiguous: what was meant is not known.
        3,  # Refused where a missing answer misses cauda equina.
        UNGRADED,
    ]
    assert (rows[6]["omission"], rows[6]["cauda_equina"]) == (3, 3)
    assert rows[2]["contraindicated_treatment"] == 2
    assert rows[0]["missed_red_flag"] == UNGRADED
    assert {row["worst"] for row in rows[8:]} == {UNANSWERED}


def test_whoever_leaves_cases_out_has_no_rate(sessions: Sessions) -> None:
    load_graded(sessions)
    key = submit(sessions, name_reports(REPORTS[:11]))
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        ranking = find_ranking(session, split.id)
        assert ranking is not None
        kept = session.get_one(RankedHarm, (ranking.id, key, Board.REPORT))
        assert (kept.value, kept.n, kept.n_severe) == (None, 11, 5)


def test_a_package_without_grades_counts_nothing(sessions: Sessions) -> None:
    with sessions.write() as session:
        load_items(session, [make_mcq(0), make_case(0)])
    key = submit(sessions, {"test-text-000": "ANSWER: A", "test-report-000": RIGHT})
    with sessions.read() as session:
        assert session.get(HarmValues, key) is None
        assert session.query(RankedHarm).count() == 0


def test_a_pair_is_told_apart_by_mcnemars_mid_p() -> None:
    first = np.array([3, 3, 3, 3, 3, 3, 0, 3, 0, 2, UNJUDGED], np.uint8)
    second = np.array([0, 0, 0, 1, 2, 0, 3, 3, 0, 0, 3], np.uint8)
    places = np.zeros(11, np.int64), np.arange(11)
    found = compare_codes(ModelCodes(first), ModelCodes(second), *places)
    assert found is not None
    assert (found.n, found.n_first, found.n_second, found.n_both) == (10, 6, 1, 1)
    assert found.value == 50
    exact = 2 * binom.cdf(1, 7, 0.5) - binom.pmf(1, 7, 0.5)
    assert found.p_value == pytest.approx(exact)
    unknown = ModelCodes(np.full(11, UNJUDGED, np.uint8))
    assert compare_codes(unknown, unknown, *places) is None


SEVERE = ({0, 1, 2, 3, 4, 5}, {0, 1, 2, 6}, {0, 1, 2, 3, 4, 7, 8, 9})
"""The questions, of 30, on which each of three runs makes a severe error."""


def test_severe_errors_of_several_runs_are_their_mean_with_the_interval_that_runs_give(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        items = [make_mcq(n, harm={"options": {"A": LEVEL}}) for n in range(30)]
        load_items(session, items, make_manifest(harm={"by": "constructed"}))
    texts = [
        {f"test-text-{n:03}": answer("A" if n in severe else "B") for n in range(30)}
        for severe in SEVERE
    ]
    first = submit(sessions, texts[0])
    for run in texts[1:]:
        key = submit_run(sessions, run, first)
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = read_ranking(session, split)
        (row,) = table.rows
        kept = session.get_one(RankedHarm, (table.ranking_id, key, Board.CLOSED))
        profile = find_row_harm(session, row)
    assert kept.value == pytest.approx(100 * (6 + 4 + 8) / 90)
    expected = find_interval(SEVERE, 30)
    assert (kept.value, kept.low, kept.high) == pytest.approx(expected, abs=1e-3)
    assert (kept.n, kept.n_severe) == (30, 10), "in any run: questions 0 to 9"
    assert profile is not None
    assert profile.n_runs == 3
    lines = {(line.part, line.key): line for line in profile.lines}
    for place in (("board", "closed"), ("event", "wrong_level")):
        assert lines[place].severe.estimate == (kept.value, kept.low, kept.high)
        assert lines[place].n_errors is None


def test_a_case_that_one_run_left_unknown_or_unanswered_is_so_of_all_of_them() -> None:
    def rows(codes: list[int]) -> NDArray[np.uint8]:
        return np.array([[code] * (len(COLUMNS) - 2) + [0, 0] for code in codes], np.uint8)

    tracks = ["text"] * 4 + ["image"] * 2
    found = {
        "a": rows([3, 0, 3, 1, UNANSWERED, UNANSWERED]),
        "b": rows([3, 3, UNJUDGED, 1, UNANSWERED, UNANSWERED]),
        "c": rows([UNANSWERED] * 4 + [3, UNGRADED]),
    }
    parts = {"text": ("a", "b"), "image": ("c",)}
    joined = join_tracks(parts, found, tracks)
    assert joined is not None
    codes = joined.take("worst", np.ones(6, bool))
    assert codes.codes.tolist() == [3, 3, UNJUDGED, 1, 3, UNGRADED]
    places = np.array([0, 0, 0, 0, 1, 1]), np.arange(6)
    rate = rate_codes(codes, *places)
    assert (rate.n, rate.n_hit, rate.n_unknown, rate.n_unanswered) == (4, 3, 1, 0)
    assert rate.estimate is not None
    assert rate.estimate.value == pytest.approx(100 * (1 + 0.5 + 0 + 1) / 4)
    assert not joined.take("worst", np.array(tracks) == "image").runs, "one file stands there"
    found["b"][0] = UNANSWERED
    again = join_tracks(parts, found, tracks)
    assert again is not None
    rate = rate_codes(again.take("worst", np.ones(6, bool)), *places)
    assert (rate.estimate, rate.n_unanswered) == (None, 1)
    assert join_tracks({"text": ("a", "lost")}, found, tracks) is None


def test_a_pair_with_several_runs_is_told_apart_by_its_mean_difference_and_what_runs_add() -> None:
    n = 30
    runs = np.array([[3 * (k in severe) for k in range(n)] for severe in SEVERE], np.uint8)
    other = np.array([3 * (k % 10 == 0) for k in range(n)], np.uint8)
    places = np.zeros(n, np.int64), np.arange(n)
    first = ModelCodes(runs.max(axis=0), (runs,))
    found = compare_codes(first, ModelCodes(other), *places)
    assert found is not None
    assert (found.n, found.n_first, found.n_second, found.n_both) == (n, None, None, None)
    assert found.value == pytest.approx(100 * (18 / 90 - 3 / 30))
    table = 100.0 * (runs == 3)
    of_run, of_item = table.mean(axis=1), table.mean(axis=0)
    residual = table - of_run[:, None] - of_item[None, :] + table.mean()
    ms_run = n * of_run.var(ddof=1)
    ms_residual = (residual**2).sum() / (2 * (n - 1))
    between = Between(max(0, (ms_run - ms_residual) / (3 * n)), ms_run / (3 * n), 2)
    nothing = Between(0, 0, 1)
    tested = paired_difference(of_item, 100.0 * (other == 3), *places, (between, nothing))
    assert found.p_value == pytest.approx(tested.p_value)
    back = compare_codes(ModelCodes(other), first, *places)
    assert back is not None
    assert (back.value, back.p_value) == pytest.approx((-found.value, found.p_value))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": 5, "b": 9}, {"a", "b"}),
        ({"a": 4, "b": 9, "c": 6}, {"b"}),
        ({"a": 4, "b": 4, "c": 6}, {"c"}),
        ({"a": 1, "b": 5}, set()),
        ({"a": 0, "b": 5}, {"b"}),
    ],
)
def test_small_parts_of_a_hidden_whole_are_not_told_by_what_is_left(
    counts: dict[str, int], told: set[str]
) -> None:
    assert find_told(counts) == told


def test_events_are_four() -> None:
    assert [event.value for event in HarmEvent] == [
        "wrong_level",
        "wrong_side",
        "missed_red_flag",
        "contraindicated_treatment",
    ]
