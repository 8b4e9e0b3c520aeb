"""Models compared by their paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from leaderboard.rankings.comparisons.boards import BoardComparison, PairComparison
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.comparisons.harm import HarmPair
from leaderboard.rankings.comparisons.slices import SliceComparison
from leaderboard.scoring.statistics.paired import PairedDifference
from leaderboard.web.address import read_slugs
from leaderboard.web.allowance import Work
from leaderboard.web.api.confidence import ConfidenceFiguresRecord, show_figures
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, about, find_standing, name_split
from leaderboard.web.comparison_words import summarise
from leaderboard.web.services import database, spend
from spinebench.shapes.rankings import RankedModel
from spinebench.shapes.shape import Shape


class ComparisonQuery(VersionQuery, frozen=True, kw_only=True):
    """Which models, in which version of the benchmark."""

    models: Annotated[str, about("Two to six models by short name, separated by commas.")]


class DifferenceRecord(Shape, frozen=True, kw_only=True):
    """First less second, in points, with its 95 % interval and a two-sided p-value.

    The ends are null where every item differs alike.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float


class PairRecord(Shape, frozen=True, kw_only=True):
    """Two models on one board, by their short names.

    `adjusted_p` is Holm's over the pairs of the board; `winner` the significantly better one,
    null where they are not told apart or a report score that makes no winner decides. `first_only`
    and `second_only` count the questions that one alone had right, and `mid_p` is McNemar's of
    them; null on boards with reports. `difference` is null where one report score is calibrated
    and the other is not. `smallest_difference` is what these items would show with a power of
    80 %, in points, adjusted for the pairs compared; null where it is unknown.
    """

    first: str
    second: str
    difference: DifferenceRecord | None
    adjusted_p: float
    winner: str | None
    first_only: int | None
    second_only: int | None
    mid_p: float | None
    smallest_difference: float | None


class BoardComparisonRecord(Shape, frozen=True, kw_only=True):
    """All pairs on a board of n items, of the models that have a value on every one."""

    board: str
    n: int
    pairs: list[PairRecord]


class SliceValueRecord(Shape, frozen=True, kw_only=True):
    """A model on a slice; `k` counts right answers, and `difference` is the first model less it.

    `winner` is the significantly better of the two by Holm over all slices of questions.
    """

    model: str
    value: float | None
    k: int | None
    difference: DifferenceRecord | None
    winner: str | None


class SliceComparisonRecord(Shape, frozen=True, kw_only=True):
    """The models on a slice of n items, as in the scores of a submission, but never shrunk."""

    metric: str
    slice: str
    name: str
    n: int
    models: list[SliceValueRecord]


class HarmPairRecord(Shape, frozen=True, kw_only=True):
    """Two models on the `n` graded cases of a board whose errors are known of both.

    `first_only` and `second_only` count the cases in which one alone made a severe error,
    `both` those in which both did; `difference` is the first less the second per 100 cases.
    `mid_p` is McNemar's of the first two. These four are null where one of both stands by several
    runs. `adjusted_p` is Holm's over the pairs of the board, of runs by the paired test.
    """

    board: str
    first: str
    second: str
    n: int
    difference: float
    first_only: int | None
    second_only: int | None
    both: int | None
    mid_p: float | None
    adjusted_p: float


class ComparisonRecord(Shape, frozen=True, kw_only=True):
    """Models in the order asked for; `summary` says in one sentence who is better.

    `confidence` has what a model's confidences are worth, by its short name, where it gave any.
    """

    benchmark: str
    version: str
    split: str
    summary: str
    models: list[RankedModel]
    boards: list[BoardComparisonRecord]
    slices: list[SliceComparisonRecord]
    harm: list[HarmPairRecord]
    confidence: dict[str, ConfidenceFiguresRecord]


@get("/comparisons/<slug>/<split>", query=ComparisonQuery, errors=(429,))
def show_comparison(slug: str, split: str) -> ComparisonRecord:
    """Two to six models compared by their paired differences."""
    found = find_standing(slug, split)
    spend(Work.COMPARISON)
    comparison = compare_models(database(), found, read_slugs())
    slugs = [row.model.slug for row in comparison.models]
    return ComparisonRecord(
        **name_split(found),
        summary=summarise(comparison),
        models=[RankedModel.of(row.model) for row in comparison.models],
        boards=[_show_board(one, slugs) for one in comparison.boards],
        slices=[_show_slice(one, slugs) for one in comparison.slices],
        harm=[_show_harm(one, slugs) for one in comparison.harm],
        confidence={
            slug: show_figures(one)
            for slug, one in zip(slugs, comparison.confidence, strict=True)
            if one is not None
        },
    )


def _show_board(one: BoardComparison, slugs: Sequence[str]) -> BoardComparisonRecord:
    return BoardComparisonRecord.of(one, pairs=[_show_pair(pair, slugs) for pair in one.pairs])


def _show_pair(pair: PairComparison, slugs: Sequence[str]) -> PairRecord:
    return PairRecord.of(
        pair,
        first=slugs[pair.first],
        second=slugs[pair.second],
        difference=show_difference(pair.difference if pair.same_scale else None),
        winner=None if pair.winner is None else slugs[pair.winner],
        first_only=pair.n_first_only,
        second_only=pair.n_second_only,
        smallest_difference=pair.smallest,
    )


def _show_harm(one: HarmPair, slugs: Sequence[str]) -> HarmPairRecord:
    found = one.difference
    return HarmPairRecord(
        board=one.board.value,
        first=slugs[one.first],
        second=slugs[one.second],
        n=found.n,
        difference=found.value,
        first_only=found.n_first,
        second_only=found.n_second,
        both=found.n_both,
        mid_p=None if found.n_first is None else found.p_value,
        adjusted_p=one.adjusted_p,
    )


def _show_slice(one: SliceComparison, slugs: Sequence[str]) -> SliceComparisonRecord:
    return SliceComparisonRecord.of(
        one,
        models=[
            SliceValueRecord(
                model=slug,
                value=value,
                k=k,
                difference=show_difference(difference),
                winner=None if winner is None else slugs[winner],
            )
            for slug, value, k, difference, winner in zip(
                slugs, one.values, one.n_correct, one.differences, one.winners, strict=True
            )
        ],
    )


def show_difference(difference: PairedDifference | None) -> DifferenceRecord | None:
    """A difference, or null."""
    return None if difference is None else DifferenceRecord.of(difference)
