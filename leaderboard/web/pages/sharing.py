"""What other sites show of this one: badges, pictures of links, a feed, a table, citations."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from leaderboard.models.ranking import Board
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.rankings.read import get_row, read_ranking, read_state
from leaderboard.sharing.badge import make_badge
from leaderboard.sharing.feed import write_feed
from leaderboard.sharing.news import read_news
from leaderboard.sharing.picture import MAX_BARS, Bar, draw_picture
from leaderboard.web.address import find_board, find_split, find_standing, read_place
from leaderboard.web.citations import cite_benchmark, cite_model, write_standing
from leaderboard.web.security import CONTENT_SECURITY_POLICY
from leaderboard.web.services import database, services

blueprint = Blueprint("sharing", __name__)
DEFAULT_EMBEDDED, MAX_EMBEDDED = 10, 50
BEGAN_AT = datetime(2026, 1, 1, tzinfo=UTC)
FRAMABLE_POLICY = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
blueprint.add_app_template_global(cite_model)
blueprint.add_app_template_global(cite_benchmark)
FOR_OTHER_SITES = {"Cross-Origin-Resource-Policy": "cross-origin"}


@blueprint.get("/models/<slug>/badge.svg")
def badge(slug: str) -> Response:
    """A model's rank range and score on a board, as an SVG of one line."""
    split = find_standing()
    board = find_board(split)

    def render() -> str:
        table, row = get_row(database(), split, slug)
        return make_badge(split.benchmark.name, write_standing(table, row, board))

    state = read_state(database(), split)
    response = services().pages.respond(state, render, "image/svg+xml")
    response.headers.update(FOR_OTHER_SITES)
    return response


@blueprint.get("/models/<slug>/picture.png")
def model_picture(slug: str) -> Response:
    """The picture of a link to a model's page: its scores."""
    split = find_standing()

    def render() -> bytes:
        table, row = get_row(database(), split, slug)
        bars = [
            Bar(one.label, score.value, score.low, score.high, f"{score.value:.1f}")
            for one in split.benchmark.boards
            if (score := row.scores.get(one)) is not None
        ]
        line = f"{row.model.organisation}; {write_standing(table, row, Board.OVERALL)}"
        return draw_picture(row.model.name, line, bars, services().site.name)

    return _send_picture(read_state(database(), split), render)


@blueprint.get("/picture.png")
def ranking_picture() -> Response:
    """The picture of a link to the ranking: its first models."""
    split = find_split()
    board = find_board(split)

    def render() -> bytes:
        table = read_ranking(database(), split, board)
        bars = [
            Bar(row.model.name, score.value, score.low, score.high, f"{score.value:.1f}")
            for row in table.rows[:MAX_BARS]
            if (score := row.scores.get(board)) is not None
        ]
        name = f"{split.benchmark.name} {split.benchmark.version}"
        line = f"{name}, {split.name} split: models by {board.value} score, 95 % intervals"
        return draw_picture("AI models in spine care", line, bars, services().site.name)

    return _send_picture(read_state(database(), split), render)


@blueprint.get("/embed/ranking")
def embedded_ranking() -> Response:
    """The first rows of a ranking for a frame on another site: no scripts, no cookies."""
    split = find_split()
    board = find_board(split)
    asked = request.args.get("n", DEFAULT_EMBEDDED, type=int)

    def render() -> str:
        return render_template(
            "sharing/embedded_ranking.html",
            table=read_ranking(database(), split, board),
            n_rows=max(1, min(asked, MAX_EMBEDDED)),
            place=read_place(split),
        )

    response = services().pages.respond(read_state(database(), split), render)
    response.headers.update(FOR_OTHER_SITES)
    response.headers["Content-Security-Policy"] = FRAMABLE_POLICY
    return response


@blueprint.get("/feed.atom")
def feed() -> Response:
    """New results and benchmarks."""
    entries = read_news(database())
    return services().pages.respond(
        tuple(entries),
        lambda: write_feed(entries, services().site, BEGAN_AT),
        "application/atom+xml",
    )


@blueprint.get("/models/<slug>/citation.bib")
def model_citation(slug: str) -> Response:
    """How to cite a model's result."""
    return _send_citation(cite_model(*get_row(database(), find_standing(), slug)), f"{slug}.bib")


@blueprint.get("/benchmarks/<slug>/citation.bib")
def benchmark_citation(slug: str) -> Response:
    """How to cite a benchmark."""
    found = get_benchmark(database(), slug, request.args.get("version"))
    return _send_citation(cite_benchmark(found), f"{slug}.bib")


def _send_picture(state: Hashable, render: Callable[[], bytes]) -> Response:
    response = services().pages.respond(state, render, "image/png")
    response.headers.update(FOR_OTHER_SITES)
    return response


def _send_citation(text: str, file_name: str) -> Response:
    response = services().pages.respond(text, lambda: text, "application/x-bibtex")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
