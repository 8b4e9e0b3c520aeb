"""The ranking in the terminal."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from demo.display import make_table


def show(entries: list[Mapping[str, Any]]) -> list[str]:
    """The table's lines, each as its words joined by one space."""
    ranking = {
        "benchmark": "spinebench-mini",
        "version": "1.0.0",
        "split": "test",
        "n_items": {"text": 56, "image": 28, "report": 14},
        "entries": entries,
    }
    console = Console(file=io.StringIO(), width=160)
    console.print(make_table(ranking))
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def make_entry(**changes: Any) -> dict[str, Any]:
    score = {"value": 51.75, "low": 40.04, "high": 63.0, "n": 56}
    entry: dict[str, Any] = {"rank_low": 1, "rank_high": 3, "model": {"name": "Small model"}}
    entry |= dict.fromkeys(("overall", "text", "image", "closed", "report"), score)
    return {**entry, "n_unparsed": 7, **changes}


def test_a_row_shows_rank_range_scores_and_intervals() -> None:
    lines = show([make_entry()])
    assert "1-3 Small model 51.8 51.8 51.8 51.8 51.8 7" in lines
    assert "40.0-63.0 40.0-63.0 40.0-63.0 40.0-63.0 40.0-63.0" in lines


def test_a_rank_that_is_certain_is_one_number() -> None:
    assert any(line.startswith("2 Small") for line in show([make_entry(rank_low=2, rank_high=2)]))


def test_what_is_unknown_is_a_dash_and_never_a_zero() -> None:
    entry = make_entry(rank_low=None, rank_high=None, overall=None, report=None)
    assert "- Small model - 51.8 51.8 51.8 - 7" in show([entry])


def test_a_name_with_brackets_is_shown_as_it_is() -> None:
    entry = make_entry(model={"name": "[bold]Model[/bold] [v2]"})
    assert any("[bold]Model[/bold] [v2]" in line for line in show([entry]))


def test_no_entry_is_an_empty_table() -> None:
    assert any("spinebench-mini 1.0.0, test split" in line for line in show([]))


def test_a_report_score_says_how_it_was_calibrated() -> None:
    provenance = {"badge": "transported", "n_labels": 0}
    lines = show([make_entry(report_provenance=provenance)])
    assert "transported" in lines
