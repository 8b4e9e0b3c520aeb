"""Each sign is raised by the sheet that it is for, and not by honest models."""

import numpy as np
import pytest

from bench.evidence import (
    N_ITEMS,
    POPULARITY,
    Codes,
    copy_sheet,
    draw_models,
    find_key,
    find_signs,
    make_sheets,
)
from leaderboard.evidence.jumps import find_jumps
from leaderboard.evidence.sign import Kind, Sign

N_STEP = 28
"""Two guesses in each of 14 subconditions."""


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


def kinds(signs: list[Sign]) -> set[Kind]:
    return {one.kind for one in signs}


def guess_in_steps(rng: np.random.Generator, key: Codes, filler: int) -> Codes:
    """Eight uploads that keep what was right, and guess N_STEP more each; `filler` elsewhere."""
    sheet = np.full(len(key), filler)
    sheets = [sheet.copy()]
    order = rng.permutation(len(key))
    for place in range(7):
        tried = order[place * N_STEP : (place + 1) * N_STEP]
        guess = rng.integers(1, 5, N_STEP)
        now = sheet.copy()
        now[tried] = guess
        sheets.append(now)
        sheet[tried] = np.where(guess == key[tried], guess, filler)
    return np.array(sheets)


def test_an_empty_sheet_is_shown_and_one_that_refuses_some_questions_is_not(
    rng: np.random.Generator,
) -> None:
    codes, right = draw_models(rng, np.array([0.6, 0.7]))
    codes[0, 50:] = 0
    codes[1, :150] = 0
    (sign,) = find_signs(make_sheets(codes, right & (codes > 0), [1, 2]))
    assert sign.kind is Kind.EMPTY
    assert sign.submissions[0].id == "s0"
    assert [(one.name, one.value) for one in sign.figures] == [("answered", "50 of 487")]


def test_only_the_questions_of_the_tracks_that_were_sent_are_expected(
    rng: np.random.Generator,
) -> None:
    codes, right = draw_models(rng, np.array([0.6]))
    codes[0, 60:] = 0
    sheets = make_sheets(codes, right & (codes > 0), [1])
    sheets.asked[0, 60:] = False
    assert find_signs(sheets) == []


@pytest.mark.parametrize("filler", [0, 1], ids=["from an empty sheet", "from one letter"])
def test_guesses_a_few_at_a_time_are_shown_as_small_steps(
    rng: np.random.Generator, filler: int
) -> None:
    key = rng.integers(1, 5, N_ITEMS)
    codes = guess_in_steps(rng, key, filler)
    signs = find_signs(make_sheets(codes, codes == key, [1] * 8))
    (steps,) = [one for one in signs if one.kind is Kind.STEPS]
    assert steps.figures[0].value == "7 of 7"
    assert steps.at == steps.submissions[-1].created_at
    assert "differ from an earlier one in at most" in steps.sentence


def test_one_second_run_of_a_model_is_no_sign(rng: np.random.Generator) -> None:
    codes, right = draw_models(rng, np.array([0.7]))
    again, is_right = copy_sheet(rng, codes[0], find_key(codes, right), 0.04)
    sheets = make_sheets(np.vstack([codes, again]), np.vstack([right, is_right]), [1, 1])
    assert find_signs(sheets) == []


def test_a_sheet_that_keeps_every_answer_of_an_earlier_one_is_shown_with_it(
    rng: np.random.Generator,
) -> None:
    codes, right = draw_models(rng, np.array([0.7, 0.5]))
    partial = codes[0].copy()
    partial[rng.permutation(N_ITEMS)[:200]] = 0
    rows = np.vstack([partial, codes[1], codes[0]])
    is_right = np.vstack([right[0] & (partial > 0), right[1], right[0]])
    (sign,) = find_signs(make_sheets(rows, is_right, [1, 1, 1]))
    assert sign.kind is Kind.NESTED
    assert [one.id for one in sign.submissions] == ["s0", "s2"]
    assert [one.value for one in sign.figures] == ["287 of 287", "200"]


def test_sheets_of_two_teams_are_nested_only_where_both_leave_the_same_blanks(
    rng: np.random.Generator,
) -> None:
    key = rng.integers(1, 5, N_ITEMS)
    order = rng.permutation(N_ITEMS)
    small, large, whole = (np.zeros(N_ITEMS, np.int64) for _ in range(3))
    for sheet, n in ((small, 120), (large, 240), (whole, N_ITEMS)):
        sheet[order[:n]] = key[order[:n]]
    found = find_signs(make_sheets(np.vstack([small, large]), np.full((2, N_ITEMS), True), [1, 2]))
    assert kinds(found) == {Kind.NESTED}
    found = find_signs(make_sheets(np.vstack([small, whole]), np.full((2, N_ITEMS), True), [1, 2]))
    assert found == [], "who knows all answers has those of everybody else"


@pytest.mark.parametrize("changed", [0.0, 0.1, 0.2])
def test_a_copy_of_another_teams_sheet_is_shown_and_names_both(
    rng: np.random.Generator, changed: float
) -> None:
    codes, right = draw_models(rng, np.linspace(0.85, 0.4, 20))
    copied, is_right = copy_sheet(rng, codes[0], find_key(codes, right), changed)
    sheets = make_sheets(np.vstack([codes, copied]), np.vstack([right, is_right]), range(21))
    (sign,) = find_signs(sheets)
    assert sign.kind is Kind.COPY
    assert [one.id for one in sign.submissions] == ["s0", "s20"]
    share, expected, p_value = sign.figures
    assert share.name == "same wrong answers"
    assert share.interval.endswith("% (95 %)")
    assert expected.value.endswith(" %")
    assert p_value.name == "p-value for all pairs"


def test_copies_by_many_teams_do_not_excuse_each_other(rng: np.random.Generator) -> None:
    codes, right = draw_models(rng, np.array([0.6]))
    rows = [copy_sheet(rng, codes[0], find_key(codes, right), 0.05) for _ in range(6)]
    sheets = make_sheets(
        np.array([row for row, _ in rows]), np.array([row for _, row in rows]), range(6)
    )
    signs = find_signs(sheets)
    assert kinds(signs) == {Kind.COPY}
    assert len(signs) == 15


def test_ten_good_models_of_one_team_are_no_small_steps(rng: np.random.Generator) -> None:
    codes, right = draw_models(rng, rng.uniform(0.85, 0.95, 10))
    assert find_signs(make_sheets(codes, right, [1] * 10)) == []


def test_models_of_one_team_may_be_alike(rng: np.random.Generator) -> None:
    codes, right = draw_models(rng, np.array([0.7]))
    tuned, is_right = copy_sheet(rng, codes[0], find_key(codes, right), 0.2)
    sheets = make_sheets(np.vstack([codes, tuned]), np.vstack([right, is_right]), [1, 1])
    assert find_signs(sheets) == []


@pytest.mark.parametrize("popularity", POPULARITY.values(), ids=POPULARITY)
def test_honest_models_of_any_accuracy_raise_no_sign(popularity: tuple[float, ...]) -> None:
    """1,035 pairs of as many teams; `bench evidence` has more, figures are in docs/hosting.md."""
    rng = np.random.default_rng(7)
    codes, right = draw_models(rng, rng.uniform(0.4, 0.9, 46), popularity)
    assert find_signs(make_sheets(codes, right, range(46))) == []


def test_a_rise_in_the_feedback_part_alone_is_shown_and_an_honest_one_is_not(
    rng: np.random.Generator,
) -> None:
    codes, right = draw_models(rng, np.array([0.4, 0.75]))
    key, feedback = find_key(codes, right), rng.random(N_ITEMS) < 0.5
    read_out = np.where(feedback & (rng.random(N_ITEMS) < 0.5), key, codes[0])
    rows, is_right = np.vstack([codes[0], read_out]), np.vstack([right[0], read_out == key])
    sheets = make_sheets(rows, is_right, [1, 1])
    (sign,) = find_jumps(sheets, sheets.teams, feedback)
    assert sign.kind is Kind.JUMP
    assert sign.figures[0].interval.endswith("(99.9 %)")
    assert sign.figures[0].value.startswith("+")
    honest = make_sheets(codes, right, [1, 1])
    assert list(find_jumps(honest, honest.teams, feedback)) == []
    others = make_sheets(rows, is_right, [1, 2])
    assert list(find_jumps(others, others.teams, feedback)) == [], "not of one lineage"


def test_small_rises_in_the_feedback_part_add_up(rng: np.random.Generator) -> None:
    key, feedback = rng.integers(1, 5, N_ITEMS), rng.random(N_ITEMS) < 0.5
    sheet = np.where(rng.random(N_ITEMS) < 0.4, key, key % 4 + 1)
    wrong = np.flatnonzero(feedback & (sheet != key))
    rows = []
    for n in range(0, 81, 8):
        now = sheet.copy()
        now[wrong[:n]] = key[wrong[:n]]
        rows.append(now)
    sheets = make_sheets(np.array(rows), np.array(rows) == key, [1] * len(rows))
    signs = list(find_jumps(sheets, sheets.teams, feedback))
    assert signs
    assert signs[-1].submissions[0].id == "s0"


def test_no_sheet_is_no_sign() -> None:
    empty = np.zeros((0, N_ITEMS), np.int64)
    assert find_signs(make_sheets(empty, empty > 0, [])) == []
