"""The ranking as a table in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from leaderboard.models.ranking import Board
from leaderboard.scoring.boards import DEFAULT_BOARDS

# Where there is no terminal, lines are as long as the table needs.
PLAIN_WIDTH = 160
BOARDS = [board for board in DEFAULT_BOARDS if not board.penalises_guesses]
"""Those of the ranking page: reliability has a board of its own."""


def make_console() -> Console:
    """A console that does not break lines where nobody watches."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    return console


def make_table(ranking: Mapping[str, Any]) -> Table:
    """The ranking of the API as a table: a row a model, every score with its interval."""
    counts = ranking.get("n_items") or {}
    table = Table(
        title=f"{ranking['benchmark']} {ranking['version']}, {ranking['split']} split",
        caption="Scores with 95 % intervals, from 0 to 100. A rank is a range if models are not "
        "significantly different. The word under a report score says how it was calibrated.",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("Rank", justify="right", no_wrap=True)
    table.add_column("Model", overflow="fold")
    for board in BOARDS:
        n_items = f"\nn={counts[board]}" if board in counts else ""
        table.add_column(board.label + n_items, justify="right", no_wrap=True)
    table.add_column("Unparsed", justify="right")
    for entry in ranking["entries"]:
        table.add_row(
            _show_ranks(entry),
            Text(str(entry["model"]["name"])),
            *(_show_board(entry, board) for board in BOARDS),
            str(entry["n_unparsed"]),
        )
    return table


def _show_board(entry: Mapping[str, Any], board: Board) -> Text:
    """A board's score; one by judges with the badge that says how it came to the experts' scale."""
    shown, provenance = _show_score(entry.get(board)), entry.get("report_provenance")
    if provenance and board.is_judged:
        shown.append(f"\n{provenance['badge']}", style="dim")
    return shown


def _show_ranks(entry: Mapping[str, Any]) -> str:
    low, high = entry["rank_low"], entry["rank_high"]
    if low is None:
        return "-"
    return str(low) if low == high else f"{low}-{high}"


def _show_score(score: Mapping[str, Any] | None) -> Text:
    if score is None or score["value"] is None:
        return Text("-")
    shown = Text(f"{score['value']:.1f}")
    if score["low"] is not None:
        shown.append(f"\n{score['low']:.1f}-{score['high']:.1f}", style="dim")
    return shown
