"""What others report beside the ranking of a split."""

from __future__ import annotations

from leaderboard.models.reported import ReportedFigure
from leaderboard.rankings.read import count_items
from leaderboard.reported.read import REPORTED, ReportedRow, make_rows, read_sources
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_split, name_split
from leaderboard.web.services import database
from spinebench.shapes.reported import (
    ReportedFigureRecord,
    ReportedList,
    ReportedModelRecord,
    ReportedSourceRecord,
)


@get("/reported/<slug>/<split>", query=VersionQuery)
def list_reported(slug: str, split: str) -> ReportedList:
    """Results that others report beside a ranking: not measured here, and never ranked.

    A host adds and withdraws them.
    """
    found = find_split(slug, split)
    n_items = count_items(database(), found)
    sources = read_sources(database(), [found.id])
    return ReportedList(
        **name_split(found),
        sources=[
            ReportedSourceRecord.of(
                source,
                n_items=source.counts,
                models=[show_reported(row) for row in make_rows(source, n_items)],
            )
            for source in sources
        ],
    )


def show_reported(row: ReportedRow) -> ReportedModelRecord:
    """A reported model."""
    return ReportedModelRecord.of(
        row.model,
        standing=REPORTED,
        source_id=row.source.id,
        model=row.card.slug if row.card else None,
        figures=[_show_figure(row, one) for one in row.model.figures],
        recomputed={
            board.value: round(value, 4)
            for board, value in row.again.items()
            if row.find(board) is None
        },
    )


def _show_figure(row: ReportedRow, figure: ReportedFigure) -> ReportedFigureRecord:
    board = figure.board
    again = row.again.get(board) if board is not None else None
    return ReportedFigureRecord.of(
        figure,
        recomputed=None if again is None else round(again, 4),
        agrees=None if again is None else board not in row.mismatches,
        n=row.find_n(board) if board is not None else figure.n,
    )
