"""Two to six models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from leaderboard.disclosure import is_protected
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.models.benchmark import Split
from leaderboard.rankings.comparisons.boards import BoardComparison, compare_board
from leaderboard.rankings.comparisons.harm import HarmPair, compare_harm
from leaderboard.rankings.comparisons.slices import SliceComparison, compare_slices
from leaderboard.rankings.comparisons.values import read_compared
from leaderboard.rankings.confidence import ConfidenceProfile, find_row_confidence
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow, RankingTable

MIN_MODELS, MAX_MODELS = 2, 6


@dataclass(frozen=True)
class Comparison:
    """Models of a ranking in the order asked for, and what tells them apart.

    `harm` has the severe errors of each pair on each board whose cases are graded; `confidence`
    what the confidences of each model are worth, None where it gave none.
    There is neither this nor slices of a protected split: the interval of a difference tells on
    how many items both are right, and so, of two sheets of one's own, how many are right of those
    that they share.
    """

    table: RankingTable
    models: tuple[RankingRow, ...]
    boards: tuple[BoardComparison, ...]
    slices: tuple[SliceComparison, ...]
    harm: tuple[HarmPair, ...] = ()
    confidence: tuple[ConfidenceProfile | None, ...] = ()


def compare_models(
    session: Session,
    split: Split,
    slugs: Sequence[str],
) -> Comparison:
    """Compare the models of these short names on `split`, by the tests of its ranking.

    Raises InvalidRequest unless there are two to six different ones, NotFound for one without a
    public result.
    """
    if not MIN_MODELS <= len(set(slugs)) == len(slugs) <= MAX_MODELS:
        named = "One model" if len(slugs) == 1 else f"{len(slugs)} models"
        twice = " one of which is named twice" if len(set(slugs)) < len(slugs) else ""
        raise InvalidRequest(
            f"{named}{twice} cannot be compared.",
            f"Name {MIN_MODELS} to {MAX_MODELS} different models.",
        )
    table = read_ranking(session, split)
    by_slug = {row.model.slug: row for row in table.rows}
    models = tuple(_get_row(by_slug, slug, split) for slug in slugs)
    compared = read_compared(session, table, models)
    boards = (compare_board(compared, board) for board in split.benchmark.boards)
    slices = [] if is_protected(split) else compare_slices(compared)
    harm = [] if is_protected(split) else compare_harm(session, models)
    return Comparison(
        table,
        models,
        tuple(one for one in boards if one.pairs),
        tuple(slices),
        tuple(harm),
        tuple(find_row_confidence(session, row) for row in models),
    )


def _get_row(by_slug: Mapping[str, RankingRow], slug: str, split: Split) -> RankingRow:
    row = by_slug.get(slug)
    if row is None:
        raise NotFound(
            f"The model {slug!r} has no public result on {split.benchmark.name} {split.name}.",
            "See the ranking for those that have.",
        )
    if not row.is_compared:
        raise NotFound(
            f"The result of {slug!r} is only a small improvement on its team's best, so its "
            f"breakdown is not public.",
            "Its scores are in the ranking; choose another model to compare.",
        )
    return row
