"""What the person sees: results on standard output, everything said beside them on standard error.

`rich` is imported inside the functions that draw: `spinebench --version` draws nothing.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from spinebench.errors import SpinebenchError
from spinebench.shapes.errors import ProblemRecord

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

# Nothing is cut short in a file or a pipe.
PIPE_WIDTH = 100_000
# Unicode's explicit embeddings, overrides and isolates.
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class Column(NamedTuple):
    """A table's column. The one with the highest `spare` is left out first; 0 always stays."""

    header: str
    right: bool = False
    spare: int = 0


class Table(NamedTuple):
    """Cells as text, one row a line, with a caption and notes below (reasons for dashes)."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


class Terminal:
    """Standard output and standard error, as people and programs like them."""

    def __init__(self) -> None:
        self.quiet = False
        self.as_json = False

    def say(self, text: str) -> None:
        """A remark beside the result; silent with -q."""
        if not self.quiet:
            self._console(errors=True).print(plain(text), markup=False, highlight=False)

    def show(self, text: str) -> None:
        """A line of the result."""
        self._console().print(plain(text), markup=False, highlight=False, soft_wrap=True)

    def show_json(self, raw: Any) -> None:
        """One JSON document, the whole of standard output."""
        unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        sys.stdout.write(json.dumps(raw, indent=2, ensure_ascii=not unicode) + "\n")

    def show_table(self, table: Table) -> None:
        """The table; where the window is too narrow, without its most spare columns."""
        console = self._console()
        kept, left_out = _fit(table, console)
        console.print(plain(table.caption), style="bold", markup=False, highlight=False)
        console.print(_draw(table, kept))
        for note in table.notes:
            console.print(plain(note), style="dim", markup=False, highlight=False)
        if left_out:
            self.say(f"Left out because the window is narrow: {', '.join(left_out)}.")

    def show_problems(self, problems: Sequence[ProblemRecord], n_problems: int) -> None:
        """The problems of a file by line, or of fields by name, and how many more there are."""
        has_lines = any(p.line is not None for p in problems)
        rows = [
            (
                *(["-" if p.line is None else str(p.line)] if has_lines else []),
                *(p.id or "-", p.message, p.remedy or "-"),
            )
            for p in problems
        ]
        columns = [
            *([Column("line", right=True)] if has_lines else []),
            *(Column("id"), Column("problem"), Column("remedy")),
        ]
        n_hidden = n_problems - sum(p.n_lines or 1 for p in problems)
        notes = [f"... and {n_hidden:,} more."] if n_hidden > 0 else []
        caption = "1 problem" if n_problems == 1 else f"{n_problems:,} problems"
        self.show_table(Table(caption, columns, rows, notes))

    def fail(self, error: SpinebenchError) -> None:
        """The error in words, and as JSON where JSON is wanted."""
        if self.as_json:
            self.show_json(error.as_json())
        elif [p.message for p in error.problems] not in ([], [error.message]):
            self.show_problems(error.problems, error.n_problems)
        console = self._console(errors=True)
        console.print("Error:", style="bold red", end=" ")
        console.print(plain(error.message), markup=False, highlight=False)
        said = error.message + error.remedy
        for line in ("" if error.url in said else error.url, error.remedy):
            if line:
                console.print(plain(line), markup=False, highlight=False)

    @property
    def asks(self) -> bool:
        """Whether somebody is there to answer a question: never with -q or --json, or in a pipe."""
        return not self.quiet and not self.as_json and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def draws(self) -> bool:
        """Whether something that moves can be drawn beside the result."""
        if self.quiet:
            return False
        console = self._console(errors=True)
        return console.is_terminal and not console.is_dumb_terminal

    @contextmanager
    def transfer(self, label: str, then: str) -> Iterator[Callable[[int, int | None], None]]:
        """A bar for bytes, labelled `then` once all are over.

        Call it with the bytes so far and the total (None: unknown).
        """
        if not self.draws:
            yield lambda n_done, n_total: None
            return
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), DownloadColumn())
        with Progress(*columns, console=self._console(errors=True), transient=True) as progress:
            task = progress.add_task(plain(label), total=None)

            def move(n_done: int, n_total: int | None) -> None:
                text = plain(then if n_done == n_total else label)
                progress.update(task, description=text, completed=n_done, total=n_total)

            yield move

    @contextmanager
    def steps(self) -> Iterator[StepBar | None]:
        """A bar for a submission's steps; None where nothing that moves can be drawn."""
        if not self.draws:
            yield None
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console(errors=True), transient=True) as progress:
            task = progress.add_task("", total=None, count="")

            def move(label: str, n_done: int, n_total: int) -> None:
                count = f"{n_done:,}/{n_total:,}" if n_total else ""
                total = n_total or None
                progress.update(
                    task, description=plain(label), completed=n_done, total=total, count=count
                )

            def tell(line: str) -> None:
                progress.console.print(plain(line), markup=False, highlight=False)

            yield StepBar(move, tell)

    def _console(self, *, errors: bool = False) -> Console:
        from rich.console import Console

        stream = sys.stderr if errors else sys.stdout
        width = None if stream.isatty() else PIPE_WIDTH
        return Console(file=stream, width=width, emoji=False, soft_wrap=False)


class StepBar(NamedTuple):
    """`move(label, n_done, n_total)` redraws the bar (n_total 0: unknown); `tell` prints above."""

    move: Callable[[str, int, int], None]
    tell: Callable[[str], None]


def plain(text: str) -> str:
    """The text without characters that command a terminal or turn the reading direction.

    Other people's model names come through here; line ends stay.
    """
    return "".join("\N{REPLACEMENT CHARACTER}" if _commands(c) else c for c in text)


def _commands(character: str) -> bool:
    if character == "\n":
        return False
    return (
        unicodedata.category(character) in {"Cc", "Cs"}
        or unicodedata.bidirectional(character) in _DIRECTIONS
    )


def _fit(table: Table, console: Console) -> tuple[list[int], list[str]]:
    """The columns to keep, by index, and the headers of those left out."""
    unlimited = console.options.update_width(PIPE_WIDTH)
    kept = list(range(len(table.columns)))
    left_out: list[str] = []
    while True:
        width = console.measure(_draw(table, kept), options=unlimited).maximum
        spare = max(kept, key=lambda index: (table.columns[index].spare, index))
        if width <= console.width or table.columns[spare].spare == 0:
            return kept, left_out
        kept.remove(spare)
        left_out.insert(0, table.columns[spare].header)


def _draw(table: Table, kept: Sequence[int]) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for index in kept:
        column = table.columns[index]
        justify: Literal["left", "right"] = "right" if column.right else "left"
        drawn.add_column(Text(column.header), justify=justify, overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(plain(row[index])) for index in kept))
    return drawn
