"""The public ranking."""

from __future__ import annotations

import click

from spinebench.choices import choose_benchmark
from spinebench.invocation import Invocation
from spinebench.options import Command, pass_invocation, slug, split_option
from spinebench.reading import read_answer
from spinebench.shapes.rankings import BOARDS, RankingRecord
from spinebench.tables import ranking_table


@click.command(cls=Command)
@click.argument("benchmark", required=False, type=slug)
@split_option
@click.option(
    "--release",
    type=click.IntRange(1),
    help="The number of a release; by default the newest that was ranked.",
)
@click.option(
    "--board",
    type=click.Choice(BOARDS),
    help="What to order by: overall unless another is named; closed is the MCQ total.",
)
@click.option(
    "--style-controlled",
    is_flag=True,
    help="By report score, with a column for what it is at the field's length and formatting.",
)
@pass_invocation
def rankings(
    invocation: Invocation,
    benchmark: str | None,
    split: str,
    release: int | None,
    board: str | None,
    style_controlled: bool,
) -> None:
    """Show a benchmark's ranking."""
    terminal = invocation.terminal
    with invocation.api(public=True) as api:
        benchmark = choose_benchmark(api, terminal, benchmark)
        raw = api.get_ranking(
            benchmark, split, release, board=board, controls_style=style_controlled
        )
    if terminal.as_json:
        terminal.show_json(raw)
        return
    ranking = read_answer(RankingRecord, raw)
    if ranking.entries:
        terminal.show_table(ranking_table(ranking))
    else:
        terminal.show(f"No model is ranked on {benchmark} {split} yet.")
