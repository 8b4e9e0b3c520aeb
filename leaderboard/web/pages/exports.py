"""Tables to take away: every public table as CSV, JSON and Parquet."""

from __future__ import annotations

from flask import Blueprint, Response, request

from leaderboard.calibration.between import compare_judges
from leaderboard.calibration.trust import read_judges, read_public_models
from leaderboard.disclosure import Viewer
from leaderboard.exports.ablations import make_ablation_table
from leaderboard.exports.agreement import make_agreement_table
from leaderboard.exports.benchmarks import make_composition_table
from leaderboard.exports.breakdowns import make_breakdown_table
from leaderboard.exports.comparisons import make_comparison_table
from leaderboard.exports.confidence import make_confidence_table
from leaderboard.exports.formats import Format, read_format, write_table
from leaderboard.exports.gates import make_gate_table
from leaderboard.exports.harm import make_harm_table
from leaderboard.exports.judge_pairs import make_judge_pair_table
from leaderboard.exports.order import make_order_table
from leaderboard.exports.rankings import make_ranking_table, make_score_table
from leaderboard.exports.releases import make_release_table
from leaderboard.exports.reported import make_reported_table
from leaderboard.exports.table import Table, state_of
from leaderboard.packages.catalogue import count_composition, get_benchmark
from leaderboard.rankings.breakdowns import read_breakdown
from leaderboard.rankings.comparisons.ablation import read_ablation
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.confidence import find_row_confidence
from leaderboard.rankings.harm import find_row_harm
from leaderboard.rankings.read import count_items, get_row, read_ranking
from leaderboard.rankings.releases import read_releases
from leaderboard.rankings.standing import read_row_scores
from leaderboard.rankings.style import read_selected
from leaderboard.reported.read import choose_rows, read_reported
from leaderboard.web.address import (
    find_board,
    find_selection,
    find_split,
    find_standing,
    read_slice,
    read_slugs,
)
from leaderboard.web.documents import send_benchmark_document, send_model_document
from leaderboard.web.pages.benchmarks import TAXONOMY
from leaderboard.web.readings import get_public_submission, send_readings
from leaderboard.web.services import database, services

blueprint = Blueprint("exports", __name__, url_prefix="/exports")


@blueprint.get("/ranking.<ending>")
def ranking(ending: str) -> Response:
    """The ranking as its page shows it at the same query: split, release, board, filter
    and order."""
    split = find_split()
    selection = find_selection(split)
    table = read_selected(database(), split, selection)
    reported = read_reported(database(), table.split, table.n_items)
    made = make_ranking_table(selection.apply(table), choose_rows(reported, selection))
    return send_table(made, ending)


@blueprint.get("/models/<slug>/scores.<ending>")
def scores(slug: str, ending: str) -> Response:
    """All scores of a model on a split."""
    table, row = get_row(database(), find_standing(), slug)
    found = read_row_scores(database(), table, row)
    return send_table(make_score_table(table, row, found), ending)


@blueprint.get("/models/<slug>/harm.<ending>")
def harm(slug: str, ending: str) -> Response:
    """The severe errors of a model on a split."""
    table, row = get_row(database(), find_standing(), slug)
    return send_table(make_harm_table(table, row, find_row_harm(database(), row)), ending)


@blueprint.get("/models/<slug>/confidence.<ending>")
def confidence(slug: str, ending: str) -> Response:
    """What a model's confidences are worth on a split: curve, bins and figures."""
    table, row = get_row(database(), find_standing(), slug)
    found = find_row_confidence(database(), row)
    return send_table(make_confidence_table(table, row, found), ending)


@blueprint.get("/models/<slug>/items.<ending>")
def readings(slug: str, ending: str) -> Response:
    """Each item of a model's public result, on a split with public answers."""
    return send_readings(get_public_submission(find_standing(), slug), Viewer.PUBLIC, ending)


@blueprint.get("/breakdowns.<ending>")
def breakdowns(ending: str) -> Response:
    """The models by a slice, as the page shows them at the same query."""
    split = find_standing()
    table = read_ranking(database(), split, find_board(split))
    found = read_breakdown(database(), table, read_slice())
    return send_table(make_breakdown_table(found), ending)


@blueprint.get("/ablations/<slug>.<ending>")
def ablations(slug: str, ending: str) -> Response:
    """A model and its variants."""
    found = read_ablation(database(), read_ranking(database(), find_standing()), slug)
    return send_table(make_ablation_table(found), ending)


@blueprint.get("/comparisons/<name>.<ending>")
def comparisons(name: str, ending: str) -> Response:
    """The models that the address names, by pairs on every board or by slices."""
    found = compare_models(database(), find_standing(), read_slugs())
    return send_table(make_comparison_table(name, found), ending)


@blueprint.get("/releases.<ending>")
def releases(ending: str) -> Response:
    """The releases of a split."""
    split = find_split()
    return send_table(make_release_table(split, read_releases(database(), split.id)), ending)


@blueprint.get("/benchmarks/<slug>/composition.<ending>")
def composition(slug: str, ending: str) -> Response:
    """What a benchmark is made of."""
    found = get_benchmark(database(), slug, request.args.get("version"))
    counts = {
        split.name: {name: count_composition(database(), split, name) for name in TAXONOMY}
        for split in found.splits
    }
    return send_table(make_composition_table(found, counts), ending)


@blueprint.get("/agreement.<ending>")
def agreement(ending: str) -> Response:
    """How far the judges of a split agree with experts."""
    split = find_standing()
    ranked_at = read_ranking(database(), split).ranked_at
    table = make_agreement_table(split, read_judges(database(), split), ranked_at)
    return send_table(table, ending)


@blueprint.get("/judges.<ending>")
def judges(ending: str) -> Response:
    """How far the judges of a split agree with each other."""
    split = find_standing()
    ranked_at = read_ranking(database(), split).ranked_at
    table = make_judge_pair_table(split, compare_judges(database(), split), ranked_at)
    return send_table(table, ending)


@blueprint.get("/order.<ending>")
def order(ending: str) -> Response:
    """How the judges of a split order pairs of reports whose order is beyond doubt."""
    split = find_standing()
    ranked_at = read_ranking(database(), split).ranked_at
    return send_table(make_order_table(split, read_judges(database(), split), ranked_at), ending)


@blueprint.get("/gates.<ending>")
def gates(ending: str) -> Response:
    """The bias of the judges of a split by model, and whether each target passes."""
    split = find_standing()
    ranked_at = read_ranking(database(), split).ranked_at
    models = read_public_models(database(), split)
    table = make_gate_table(split, read_judges(database(), split), models, ranked_at)
    return send_table(table, ending)


@blueprint.get("/reported.<ending>")
def reported(ending: str) -> Response:
    """What others report beside the ranking of a split."""
    split = find_split()
    rows = read_reported(database(), split, count_items(database(), split))
    return send_table(make_reported_table(split, rows), ending)


@blueprint.get("/models/<slug>/formats/<key>")
def model_document(slug: str, key: str) -> Response:
    """The public results of a model on a version, in a format of other software."""
    return send_model_document(find_split().benchmark, slug, key)


@blueprint.get("/benchmarks/<slug>/formats/<key>")
def benchmark_document(slug: str, key: str) -> Response:
    """A version of a benchmark, or its models' records, in a format of other software."""
    return send_benchmark_document(
        get_benchmark(database(), slug, request.args.get("version")), key
    )


def send_table(table: Table, ending: str) -> Response:
    """`table` as a download in the format of `ending`, answered by its ETag. Raises NotFound."""
    format_ = read_format(ending)
    response = services().pages.respond(
        state_of(table), lambda: write_table(table, format_), format_.media_type
    )
    if format_ is Format.CSV:
        response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Content-Disposition"] = f'attachment; filename="{table.name}.{ending}"'
    return response
