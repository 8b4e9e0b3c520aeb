"""A model and its variants, in the API."""

from __future__ import annotations

from flask import Response, request

from leaderboard.models.ranking import Board
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.comparisons.ablation import Ablation, AblationVariant
from leaderboard.rankings.read import RankingRow
from leaderboard.web.api import ablation_records as records
from leaderboard.web.api.blueprint import answer, blueprint
from leaderboard.web.api.comparison_views import make_difference
from leaderboard.web.api.make_rankings import make_board_score, make_ranked_model
from leaderboard.web.pages.ablations import find_ablation
from leaderboard.web.services import database


@blueprint.get("/ablations/<slug>/<split>")
def show_ablation(slug: str, split: str) -> Response:
    """The variants of the model `base`, each against it."""
    row = get_split(get_benchmark(database(), slug, request.args.get("version")), split)
    return answer(_make_ablation(find_ablation(row, request.args.get("base", ""))))


def _make_ablation(ablation: Ablation) -> records.AblationRecord:
    split = ablation.table.split
    return records.AblationRecord(
        benchmark=split.benchmark.slug,
        version=split.benchmark.version,
        split=split.name,
        base=make_ranked_model(ablation.base.model),
        scores=_make_scores(ablation.base),
        variants=[_make_variant(ablation, one) for one in ablation.variants],
    )


def _make_variant(ablation: Ablation, one: AblationVariant) -> records.VariantRecord:
    slugs = (one.row.model.slug, ablation.base.model.slug)
    return records.VariantRecord(
        model=make_ranked_model(one.row.model),
        variant=one.label,
        scores=_make_scores(one.row),
        changes=[
            records.ChangeRecord(
                board=board.value,
                difference=make_difference(pair.difference if pair.same_scale else None),
                adjusted_p=pair.adjusted_p,
                better=None if pair.winner is None else slugs[pair.winner],
            )
            for board, pair in one.pairs.items()
        ],
    )


def _make_scores(row: RankingRow) -> records.BoardScores:
    return records.BoardScores(**{b.value: make_board_score(row.scores.get(b)) for b in Board})
