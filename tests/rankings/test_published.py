"""The published tables: printed figures as printed, totals as the stated rule gives them."""

import pytest

from leaderboard.rankings.published import read_published


def test_recomputed_totals_are_those_that_the_notes_state() -> None:
    rows = {row.model: row for row in read_published().spinemed}
    assert rows["SpineGPT"].recomputed_closed == pytest.approx(87.47, abs=0.01)
    expected = {
        "SpineGPT": 87.44,
        "GPT5-mini": 87.00,
        "Medgemma-27B": 80.49,
        "Qwen2.5-VL-7B": 71.85,
    }
    for model, total in expected.items():
        assert rows[model].recomputed_total == pytest.approx(total, abs=0.01)


def test_what_was_not_printed_is_unknown_and_never_made_up() -> None:
    rows = {row.model: row for row in read_published().spinemed}
    assert rows["GPT-4o"].report is None
    assert rows["GPT-4o"].total is None
    assert rows["GPT-4o"].recomputed_total is None
    assert rows["Gemini-2.5-Pro"].recomputed_closed is None
    assert rows["SpineGPT"].total == 87.44


def test_the_ablation_and_the_second_benchmark_are_complete() -> None:
    tables = read_published()
    assert len(tables.ablation) == 6
    assert tables.ablation[-1].recomputed_closed == pytest.approx(87.47, abs=0.01)
    assert len(tables.pathology) == 13
    apart = [
        row
        for row in tables.pathology
        if row.overall is not None
        and row.overall != pytest.approx(row.recomputed_overall, abs=0.011)
    ]
    # By hand: (22.28 + 8.80) / 2 = 15.54, printed as 15.84. Shown as both, never mended.
    assert [(row.model, row.overall) for row in apart] == [("HuatuoGPT-Vision-7B", 15.84)]
    assert apart[0].recomputed_overall == pytest.approx(15.54)
