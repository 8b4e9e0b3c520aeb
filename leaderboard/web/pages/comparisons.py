"""Two to six models side by side, by their paired differences."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.figures.intervals import make_difference_axis, make_dot
from leaderboard.models.benchmark import Split
from leaderboard.rankings.comparisons.compare import (
    MAX_MODELS,
    MIN_MODELS,
    Comparison,
    compare_models,
)
from leaderboard.rankings.harm import find_graded_by
from leaderboard.rankings.read import read_ranking, read_state
from leaderboard.reported.read import read_reported
from leaderboard.scoring.statistics.paired import reverse
from leaderboard.web.address import find_standing, read_place, read_slugs
from leaderboard.web.allowance import Work
from leaderboard.web.comparison_words import find_lead_board, say_better, summarise
from leaderboard.web.services import database, services, spend

blueprint = Blueprint("comparisons", __name__)


@blueprint.get("/compare")
def compare() -> AnyResponse | tuple[str, int] | str:
    """The comparison of the models that the address names, or boxes to choose them."""
    split, slugs = find_standing(), read_slugs()
    place = read_place(split)
    if len(request.args.getlist("models")) > 1:
        query = urlencode({"models": ",".join(slugs), **place}, safe=",")
        return redirect(f"{request.path}?{query}")
    if not slugs:
        return _render_choice(split, [])
    try:
        return services().pages.respond(
            read_state(database(), split),
            lambda: _render(_compare(split, slugs), place),
        )
    except (InvalidRequest, NotFound) as problem:
        return _render_choice(split, slugs, problem), problem.status


def _compare(split: Split, slugs: list[str]) -> Comparison:
    spend(Work.COMPARISON)
    return compare_models(database(), split, slugs)


def _render(comparison: Comparison, place: dict[str, str]) -> str:
    boards = [pair.difference for one in comparison.boards for pair in one.pairs]
    slices = [one.differences[1] for one in comparison.slices]
    table = comparison.table
    reported = read_reported(database(), table.split, table.n_items)
    return render_template(
        "comparisons/comparison.html",
        comparison=comparison,
        table=comparison.table,
        sentence=summarise(comparison),
        lead=find_lead_board(comparison),
        board_axis=make_difference_axis(boards),
        slice_axis=make_difference_axis(slices),
        make_dot=make_dot,
        reverse=reverse,
        graded_by=find_graded_by(database(), comparison.table.split.benchmark),
        say_better=say_better,
        boards=comparison.table.split.benchmark.boards,
        reported=[row for row in reported if row.boards],
        n_most=MAX_MODELS,
        place=place,
    )


def _render_choice(
    split: Split, slugs: list[str], problem: InvalidRequest | NotFound | None = None
) -> str:
    return render_template(
        "comparisons/choice.html",
        table=read_ranking(database(), split),
        chosen=slugs,
        problem=problem,
        n_least=MIN_MODELS,
        n_most=MAX_MODELS,
        place=read_place(split),
    )
