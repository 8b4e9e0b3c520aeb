"""A model and its variants, each against the base."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from leaderboard.models.ranking import Board
from leaderboard.rankings.columns import is_loose
from leaderboard.rankings.comparisons.ablation import read_ablation
from leaderboard.rankings.read import read_ranking, read_state
from leaderboard.web.address import find_standing, read_place
from leaderboard.web.services import database, services

blueprint = Blueprint("ablations", __name__)
SHOWN_BOARDS = (*(board for board in Board if board is not Board.OVERALL), Board.OVERALL)
"""In the order of published ablations."""


@blueprint.get("/ablations/<slug>")
def ablation(slug: str) -> Response:
    """The model `slug` and its variants in the ranking that the address names."""
    split = find_standing()

    def render() -> str:
        return render_template(
            "ablations/ablation.html",
            ablation=read_ablation(database(), read_ranking(database(), split), slug),
            boards=SHOWN_BOARDS,
            is_loose=is_loose,
            place=read_place(split),
        )

    return services().pages.respond(read_state(database(), split), render)
