"""Models compared, in the API."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.comparisons.boards import BoardComparison, PairComparison
from leaderboard.rankings.comparisons.compare import Comparison, compare_models
from leaderboard.rankings.comparisons.slices import SliceComparison
from leaderboard.scoring.statistics.paired import PairedDifference
from leaderboard.web.api import comparison_records as records
from leaderboard.web.api.blueprint import answer, blueprint
from leaderboard.web.api.make_rankings import make_ranked_model
from leaderboard.web.pages.comparison_words import summarise
from leaderboard.web.pages.comparisons import read_slugs
from leaderboard.web.services import database


@blueprint.get("/comparisons/<slug>/<split>")
def show_comparison(slug: str, split: str) -> Response:
    """Two to six models compared by their paired differences; `models` names them."""
    row = get_split(get_benchmark(database(), slug, request.args.get("version")), split)
    return answer(_make_comparison(compare_models(database(), row, read_slugs())))


def _make_comparison(comparison: Comparison) -> records.ComparisonRecord:
    split, slugs = comparison.table.split, [row.model.slug for row in comparison.models]
    return records.ComparisonRecord(
        benchmark=split.benchmark.slug,
        version=split.benchmark.version,
        split=split.name,
        summary=summarise(comparison),
        models=[make_ranked_model(row.model) for row in comparison.models],
        boards=[_make_board(one, slugs) for one in comparison.boards],
        slices=[_make_slice(one, slugs) for one in comparison.slices],
    )


def _make_board(one: BoardComparison, slugs: Sequence[str]) -> records.BoardComparisonRecord:
    return records.BoardComparisonRecord(
        board=one.board.value, n=one.n, pairs=[_make_pair(pair, slugs) for pair in one.pairs]
    )


def _make_pair(pair: PairComparison, slugs: Sequence[str]) -> records.PairRecord:
    return records.PairRecord(
        first=slugs[pair.first],
        second=slugs[pair.second],
        difference=make_difference(pair.difference if pair.same_scale else None),
        adjusted_p=pair.adjusted_p,
        winner=None if pair.winner is None else slugs[pair.winner],
        first_only=pair.n_first_only,
        second_only=pair.n_second_only,
        mid_p=pair.mid_p,
    )


def _make_slice(one: SliceComparison, slugs: Sequence[str]) -> records.SliceComparisonRecord:
    return records.SliceComparisonRecord(
        metric=one.metric.value,
        slice=one.slice.value,
        name=one.name,
        n=one.n,
        models=[
            records.SliceValueRecord(
                model=slug,
                value=value,
                k=k,
                difference=make_difference(difference),
                winner=None if winner is None else slugs[winner],
            )
            for slug, value, k, difference, winner in zip(
                slugs, one.values, one.n_correct, one.differences, one.winners, strict=True
            )
        ],
    )


def make_difference(difference: PairedDifference | None) -> records.DifferenceRecord | None:
    """A difference, or null."""
    return None if difference is None else records.DifferenceRecord(**difference._asdict())
