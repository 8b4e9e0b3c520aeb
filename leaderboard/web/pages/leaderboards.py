"""The ranking, a model's page with its figures, and the published results."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.accounts.variants import find_public_variant
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import NotFound
from leaderboard.figures.models import PROFILE_FIGURES, SHOWN_STANDING, ShownModel, make_figure
from leaderboard.figures.rankings import make_ranking_figure
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split, read_benchmarks
from leaderboard.rankings.comparisons.ablation import read_bases
from leaderboard.rankings.profiles import read_profile
from leaderboard.rankings.provenance import read_calibrated
from leaderboard.rankings.published import read_published
from leaderboard.rankings.read import (
    RankingRow,
    RankingTable,
    read_history,
    read_ranking,
    read_scores,
    read_state,
)
from leaderboard.rankings.selection import Selection, read_selection
from leaderboard.robustness.results import find_audit
from leaderboard.submissions.endpoint_runs import find_run
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
    split, selection = find_split(), find_selection()
    place = read_place(split)
    kept = {name: value for name, value in place.items() if request.args.get(name)}
    if is_of_form():
        return redirect(make_address(selection, kept)())
    shown = tuple(benchmark.content_hash for benchmark in benchmarks)
    return services().pages.respond(
        (shown, read_state(database(), split)),
        lambda: render_ranking(split, selection, benchmarks, place, kept),
    )


@blueprint.get("/ranking/figures/<name>.json")
def ranking_figure(name: str) -> AnyResponse:
    """A figure of the models that the ranking page shows at the same query."""
    split, selection = find_split(), find_selection()

    def render() -> str:
        ranking = read_ranking(database(), split, selection.board, selection.release)
        return make_ranking_figure(name, selection.apply(ranking))

    return services().pages.respond(read_state(database(), split), render, "application/json")


@blueprint.get("/models/<slug>")
def model(slug: str) -> str:
    """One model on one split: its standing, its breakdowns, its card."""
    split = find_split()
    table, row = get_row(slug, split)
    scores = read_scores(database(), row.submission, Viewer.PUBLIC)
    return render_template(
        "leaderboards/model.html",
        table=table,
        row=row,
        scores=scores,
        profile=read_profile(database(), table, scores),
        asked=find_run(database(), row.submission.id),
        has_breakdown=disclosure(row.submission, Viewer.PUBLIC).breakdown,
        robustness=find_audit(database(), row.submission, Viewer.PUBLIC),
        history=read_history(database(), row.model, split),
        n_standing=SHOWN_STANDING,
        metrics=Metric,
        slices=Slice,
        boards=Board,
        calibrated=read_calibrated(database(), row.submission.id),
        variant=find_public_variant(database(), row.model),
        bases={base.model.id: n for base, n in read_bases(database(), table)},
        place=read_place(split),
    )


@blueprint.get("/models/<slug>/figures/<name>.json")
def figure(slug: str, name: str) -> Response:
    """A figure of a model's page, as plotly's JSON."""
    split = find_split()

    def render() -> str:
        table, row = get_row(slug, split)
        scores = read_scores(database(), row.submission, Viewer.PUBLIC)
        slices = [PROFILE_FIGURES[name]] if name in PROFILE_FIGURES else []
        profile = read_profile(database(), table, scores, slices)
        return make_figure(name, ShownModel(table, row, profile))

    return services().pages.respond(read_state(database(), split), render, "application/json")


@blueprint.get("/published")
def published() -> Response:
    """Results as their authors reported them, with the totals recomputed."""
    tables = read_published()
    return services().pages.respond(
        "published", lambda: render_template("leaderboards/published.html", tables=tables)
    )


def find_split() -> Split:
    """The split that the address names, by default the ranked one of the newest benchmark."""
    slug, version = request.args.get("benchmark"), request.args.get("version")
    if slug:
        benchmark = get_benchmark(database(), slug, version)
    else:
        benchmarks = read_benchmarks(database())
        if not benchmarks:
            raise NotFound("There is no benchmark yet.", "See the first page.")
        benchmark = benchmarks[0]
    name = request.args.get("split")
    return get_split(benchmark, name) if name else ranked_split(benchmark)


def read_place(split: Split) -> dict[str, str]:
    """The query of addresses that stay on `split`, and on its version where one was asked for."""
    place = {"benchmark": split.benchmark.slug, "split": split.name}
    if "version" in request.args:
        place["version"] = split.benchmark.version
    return place


def is_of_form() -> bool:
    """Whether the address came from a form: it has empty fields, or boxes of one name."""
    return any(len(values) > 1 or "" in values for _, values in request.args.lists())


def find_selection() -> Selection:
    """What the address asks to show. Raises InvalidRequest."""
    return read_selection(request.args, request.args.getlist("columns"))


def get_row(slug: str, split: Split) -> tuple[RankingTable, RankingRow]:
    """The ranking and the row of the model `slug` in it. Raises NotFound."""
    table = read_ranking(database(), split)
    for row in table.rows:
        if row.model.slug == slug:
            return table, row
    known = database().scalar(select(ModelCard.id).where(ModelCard.slug == slug))
    if known is None:
        raise NotFound(f"There is no model {slug!r}.", "See the ranking.")
    raise NotFound(
        f"The model {slug!r} has no scored submission on {split.benchmark.name} {split.name}.",
        "See the ranking for those that have.",
    )
