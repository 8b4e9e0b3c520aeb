"""A model and its variants."""

from __future__ import annotations

from typing import Annotated

from flask import request

from leaderboard.rankings.comparisons.ablation import Ablation, AblationVariant, read_ablation
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow
from leaderboard.web.api.comparisons import DifferenceRecord, show_difference
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, about, find_standing, name_split
from leaderboard.web.api.rankings import show_scores
from leaderboard.web.services import database
from spinebench.shapes.rankings import BoardScores, RankedModel
from spinebench.shapes.shape import Shape


class AblationQuery(VersionQuery, frozen=True, kw_only=True):
    """Which base, in which version of the benchmark."""

    base: Annotated[str, about("The base's short name.")]


class ChangeRecord(Shape, frozen=True, kw_only=True):
    """The variant less the base on a board, over the items that both answered.

    `adjusted_p` is Holm's over the variants of the board; `better` the significantly better of the
    two, null where they are not told apart or a report score that makes no winner decides.
    `difference` is null where one report score is calibrated and the other is not.
    """

    board: str
    difference: DifferenceRecord | None
    adjusted_p: float
    better: str | None


class VariantRecord(Shape, frozen=True, kw_only=True):
    """A model that was made from the base; a board that it does not share with it has no change."""

    model: RankedModel
    variant: str
    scores: BoardScores
    changes: list[ChangeRecord]


class AblationRecord(Shape, frozen=True, kw_only=True):
    """A base and its variants in the order of the ranking."""

    benchmark: str
    version: str
    split: str
    base: RankedModel
    scores: BoardScores
    variants: list[VariantRecord]


@get("/ablations/<slug>/<split>", query=AblationQuery)
def show_ablation(slug: str, split: str) -> AblationRecord:
    """A model and its variants, each compared with it."""
    found = find_standing(slug, split)
    ablation = read_ablation(
        database(), read_ranking(database(), found), request.args.get("base", "")
    )
    return AblationRecord(
        **name_split(found),
        base=RankedModel.of(ablation.base.model),
        scores=_show_scores(ablation.base),
        variants=[_show_variant(ablation, one) for one in ablation.variants],
    )


def _show_variant(ablation: Ablation, one: AblationVariant) -> VariantRecord:
    slugs = (one.row.model.slug, ablation.base.model.slug)
    return VariantRecord(
        model=RankedModel.of(one.row.model),
        variant=one.label,
        scores=_show_scores(one.row),
        changes=[
            ChangeRecord.of(
                pair,
                board=board,
                difference=show_difference(pair.difference if pair.same_scale else None),
                better=None if pair.winner is None else slugs[pair.winner],
            )
            for board, pair in one.pairs.items()
        ],
    )


def _show_scores(row: RankingRow) -> BoardScores:
    return BoardScores(**show_scores(row))
