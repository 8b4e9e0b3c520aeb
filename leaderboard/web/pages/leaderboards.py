"""The ranking, and a model's page with its figures."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.accounts.variants import find_public_variant
from leaderboard.calibration.gate import read_gate
from leaderboard.disclosure import Viewer
from leaderboard.figures.models import (
    CONFIDENCE_FIGURES,
    PROFILE_FIGURES,
    SHOWN_STANDING,
    ShownModel,
    make_figure,
)
from leaderboard.figures.rankings import make_ranking_figure
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.packages.catalogue import read_benchmarks
from leaderboard.packages.phases import view_phases
from leaderboard.rankings.comparisons.ablation import read_bases
from leaderboard.rankings.confidence import find_row_confidence
from leaderboard.rankings.harm import find_graded_by, find_row_harm
from leaderboard.rankings.profiles import read_profile
from leaderboard.rankings.read import get_row, read_history, read_ranking, read_state
from leaderboard.rankings.rows import RankingRow
from leaderboard.rankings.runs import read_shown_runs
from leaderboard.rankings.standing import read_row_calibrated, read_row_scores
from leaderboard.rankings.style import read_selected
from leaderboard.reported.read import read_linked, read_reported
from leaderboard.robustness.results import AuditResults, find_audit
from leaderboard.submissions.endpoint_runs import find_run, find_saw_hidden
from leaderboard.web.address import (
    find_selection,
    find_split,
    find_standing,
    is_of_form,
    read_place,
)
from leaderboard.web.agreements import shows_to_some
from leaderboard.web.pages.ranking_page import make_address, render_ranking
from leaderboard.web.services import database, services

blueprint = Blueprint("leaderboards", __name__)


@blueprint.get("/")
def ranking() -> AnyResponse | str:
    """The ranking table of one split; a server without a benchmark says what to do.

    What a form sends leads to the address of the same selection without empty fields.
    """
    benchmarks = read_benchmarks(database())
    if not benchmarks:
        return render_template("leaderboards/welcome.html")
    split = find_split()
    selection = find_selection(split)
    phases, place = view_phases(database(), split.id), read_place(split)
    kept = {name: value for name, value in place.items() if request.args.get(name)}
    if is_of_form():
        return redirect(make_address(selection, kept)())

    def render() -> str:
        whole = read_selected(database(), split, selection)
        graded_by = find_graded_by(database(), whole.split.benchmark)
        reported = read_reported(database(), whole.split, whole.n_items)
        return render_ranking(
            whole, selection, benchmarks, place, kept, graded_by, reported, phases
        )

    shown = tuple(benchmark.content_hash for benchmark in benchmarks)
    state = (shown, phases, shows_to_some(split.benchmark), read_state(database(), split))
    return services().pages.respond(state, render)


@blueprint.get("/ranking/figures/<name>.json")
def ranking_figure(name: str) -> AnyResponse:
    """A figure of the models that the ranking page shows at the same query."""
    split = find_split()
    selection = find_selection(split)

    def render() -> str:
        ranking = read_ranking(database(), split, selection.board, selection.release)
        return make_ranking_figure(name, selection.apply(ranking))

    return services().pages.respond(read_state(database(), split), render, "application/json")


@blueprint.get("/models/<slug>")
def model(slug: str) -> str:
    """One model on one split: its standing, its breakdowns, its card."""
    split = find_standing()
    table, row = get_row(database(), split, slug)
    scores = read_row_scores(database(), table, row)
    reported = read_reported(database(), table.split, table.n_items)
    return render_template(
        "leaderboards/model.html",
        table=table,
        row=row,
        scores=scores,
        shown_runs=read_shown_runs(database(), table, row),
        profile=read_profile(database(), table, row, scores),
        harm=find_row_harm(database(), row),
        confidence=find_row_confidence(database(), row),
        asked=find_run(database(), row.submission.id),
        saw_hidden=find_saw_hidden(database(), [one.id for one in row.submissions]),
        robustness=_find_audit(row),
        history=read_history(database(), row.model, split),
        n_standing=SHOWN_STANDING,
        metrics=Metric,
        slices=Slice,
        boards=Board,
        calibrated=read_row_calibrated(database(), row, scores),
        read_gate=read_gate,
        reported=read_linked(reported, [row.model.id]),
        variant=find_public_variant(database(), row.model),
        bases={base.model.id: n for base, n in read_bases(database(), table)},
        place=read_place(split),
    )


def _find_audit(row: RankingRow) -> AuditResults | None:
    """The robustness audit of what a model stands by, the latest submission's first."""
    found = (find_audit(database(), one, Viewer.PUBLIC) for one in row.submissions)
    return next((one for one in found if one is not None), None)


@blueprint.get("/models/<slug>/figures/<name>.json")
def figure(slug: str, name: str) -> Response:
    """A figure of a model's page, as plotly's JSON."""
    split = find_standing()

    def render() -> str:
        table, row = get_row(database(), split, slug)
        scores = read_row_scores(database(), table, row)
        slices = [PROFILE_FIGURES[name]] if name in PROFILE_FIGURES else []
        profile = read_profile(database(), table, row, scores, slices)
        confidence = find_row_confidence(database(), row) if name in CONFIDENCE_FIGURES else None
        return make_figure(name, ShownModel(table, row, profile, confidence))

    return services().pages.respond(read_state(database(), split), render, "application/json")
