"""A model and its variants, each against the base."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, render_template

from leaderboard.models.ranking import Board
from leaderboard.rankings.columns import is_loose
from leaderboard.rankings.comparisons.ablation import read_ablation
from leaderboard.rankings.read import read_ranking, read_state
from leaderboard.web.address import find_standing, read_place
from leaderboard.web.services import database, services

blueprint = Blueprint("ablations", __name__)


def _order(boards: Sequence[Board]) -> list[Board]:
    """In the order of published ablations."""
    return sorted(boards, key=lambda board: board == Board.OVERALL)


@blueprint.get("/ablations/<slug>")
def ablation(slug: str) -> Response:
    """The model `slug` and its variants in the ranking that the address names."""
    split = find_standing()

    def render() -> str:
        return render_template(
            "ablations/ablation.html",
            ablation=read_ablation(database(), read_ranking(database(), split), slug),
            boards=_order(split.benchmark.boards),
            is_loose=is_loose,
            place=read_place(split),
        )

    return services().pages.respond(read_state(database(), split), render)
