"""A model and what was made from it, each against the base on the same items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.errors import NotFound
from leaderboard.models.ranking import Board
from leaderboard.models.team import ModelVariant
from leaderboard.rankings.comparisons.boards import PairComparison, compare_board
from leaderboard.rankings.comparisons.values import Compared, read_compared
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.scoring.ranking import SIGNIFICANCE, holm


@dataclass(frozen=True)
class AblationVariant:
    """A variant: how it differs from the base, and its pair with the base on each board.

    It is the first of a pair and the base the second. `adjusted_p` is Holm's over the variants on
    that board. A board is there only where both have a value on every item, and none is there
    unless the breakdown of both is public (`is_compared`). `n_variants` were made from this one
    in turn.
    """

    row: RankingRow
    label: str
    is_compared: bool
    pairs: Mapping[Board, PairComparison]
    n_variants: int


@dataclass(frozen=True)
class Ablation:
    """A base and its variants in the order of the ranking."""

    table: RankingTable
    base: RankingRow
    variants: Sequence[AblationVariant]


def read_ablation(session: Session, table: RankingTable, slug: str) -> Ablation:
    """The model `slug` and those made from it that stand in `table`, as all may see them.

    Raises NotFound where the base has no public result.
    """
    rows = {row.model.id: row for row in table.rows}
    base = next((row for row in rows.values() if row.model.slug == slug), None)
    if base is None:
        raise NotFound(
            f"The model {slug!r} has no public result on {table.split.benchmark.name} "
            f"{table.split.name}.",
            "See the ranking for those that have.",
        )
    known = _read_variants(session, rows)
    own = [one for one in known if one.base_id == base.model.id]
    found = {one.model_card_id: one.label for one in own}
    counts = Counter(one.base_id for one in known)
    compared = [
        row for key, row in rows.items() if key in found and base.is_compared and row.is_compared
    ]
    boards = table.split.benchmark.boards
    pairs = _compare(read_compared(session, table, (base, *compared)), boards, len(compared))
    of_row = {row.model.id: pair for row, pair in zip(compared, pairs, strict=True)}
    return Ablation(
        table,
        base,
        [
            AblationVariant(row, found[key], key in of_row, of_row.get(key, {}), counts[key])
            for key, row in rows.items()
            if key in found
        ],
    )


def read_bases(session: Session, table: RankingTable) -> list[tuple[RankingRow, int]]:
    """The models of `table` that others of it were made from, and number of those models."""
    rows = {row.model.id: row for row in table.rows}
    counts = Counter(one.base_id for one in _read_variants(session, rows))
    return [(row, counts[key]) for key, row in rows.items() if counts[key]]


def _read_variants(session: Session, rows: Mapping[int, RankingRow]) -> Sequence[ModelVariant]:
    """Those of the models in `rows` that were made from one of them, as its team agrees."""
    found = session.scalars(
        select(ModelVariant)
        .where(ModelVariant.model_card_id.in_(list(rows)), ModelVariant.base_id.in_(list(rows)))
        .options(
            joinedload(ModelVariant.model_card),
            joinedload(ModelVariant.base),
            joinedload(ModelVariant.consent),
        )
    )
    return [one for one in found if one.is_agreed]


def _compare(
    compared: Compared, boards: Sequence[Board], n_variants: int
) -> list[dict[Board, PairComparison]]:
    """Each variant's pairs with the base, which is the first of `compared`."""
    made: list[dict[Board, PairComparison]] = [{} for _ in range(n_variants)]
    for board in boards:
        found = {}
        for place in range(n_variants):
            pairs = compare_board(compared.take([place + 1, 0]), board).pairs
            if pairs:
                found[place] = pairs[0]
        adjusted = holm(np.array([pair.adjusted_p for pair in found.values()]))
        for (place, pair), p_value in zip(found.items(), adjusted, strict=True):
            winner = pair.winner if p_value < SIGNIFICANCE else None
            made[place][board] = replace(pair, adjusted_p=float(p_value), winner=winner)
    return made
