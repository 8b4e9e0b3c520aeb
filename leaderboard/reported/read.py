"""Reported results beside a ranking: their rows, and the totals that their parts give."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from leaderboard.errors import NotFound, require_found
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board
from leaderboard.models.reported import (
    Difference,
    ReportedFigure,
    ReportedLink,
    ReportedModel,
    ReportedSource,
)
from leaderboard.models.team import ModelCard
from leaderboard.rankings.columns import COLUMNS
from leaderboard.rankings.filter import Facts
from leaderboard.rankings.selection import Selection
from leaderboard.reported.totals import Printed, find_mismatches, recompute, recompute_by
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.totals import rule_of

REPORTED = "reported"
"""The standing of what was not measured here, in tables and answers of the API."""
OTHER_ITEMS = (Difference.ITEMS, Difference.SPLIT)


@dataclass(frozen=True)
class ReportedRow:
    """A model as its source reports it, the card that a host linked it with, and its totals again.

    `again` has the totals that the parts give, `mismatches` those of them that are not as printed.
    """

    source: ReportedSource
    model: ReportedModel
    card: ModelCard | None
    again: Mapping[Board, float]
    mismatches: Mapping[Board, float]

    @property
    def others(self) -> list[ReportedFigure]:
        """The figures that no board orders by."""
        return [figure for figure in self.model.figures if figure.board is None]

    def find_other(self, metric: str) -> ReportedFigure | None:
        """The figure of that name that no board orders by."""
        return next((one for one in self.others if one.metric == metric), None)

    def find(self, board: Board) -> ReportedFigure | None:
        """What is printed for `board`."""
        return next((one for one in self.model.figures if one.board == board), None)

    @property
    def boards(self) -> list[Board]:
        """The boards that it has a figure of, in their order."""
        known = {one.board for one in self.model.figures if one.board is not None}
        return sorted(known, key=lambda board: board.order)

    def find_n(self, board: Board) -> int | None:
        """How many items the figure of `board` is of, by the figure itself or its source."""
        figure, counts = self.find(board), self.source.counts
        if figure is not None and figure.n is not None:
            return figure.n
        tracks = board.take(self.source.split.benchmark.tracks)
        if any(track.value not in counts for track in tracks):
            return None
        return sum(counts[track.value] for track in tracks)


@dataclass(frozen=True)
class ShownSource:
    """A source with its rows, as a table."""

    source: ReportedSource
    rows: Sequence[ReportedRow]

    @property
    def boards(self) -> list[Board]:
        """The boards on which any row has a figure, printed or computed again."""
        return sorted(
            {b for r in self.rows for b in (*r.boards, *r.again)}, key=lambda board: board.order
        )

    def find_n(self, board: Board) -> int | None:
        """How many items the figures of `board` are of, where that is the same for all of them."""
        known = {row.find_n(board) for row in self.rows if row.find(board)}
        return known.pop() if len(known) == 1 else None

    @property
    def metrics(self) -> list[str]:
        """The names of the figures that no board orders by, as the first rows order them."""
        return list(dict.fromkeys(one.metric for row in self.rows for one in row.others))


def read_sources(session: Session, splits: Collection[int]) -> list[ReportedSource]:
    """The sources beside these splits with their models, the one added last first."""
    query = _select_sources().where(ReportedSource.split_id.in_(splits))
    return list(session.scalars(query))


def get_source(session: Session, key: int) -> ReportedSource:
    """The source of this number. Raises NotFound."""
    found = session.scalar(_select_sources().where(ReportedSource.id == key))
    return require_found(found, no_source(key))


def no_source(key: int) -> NotFound:
    """What says that there is no source of this number."""
    return NotFound(f"There is no reported source {key}.", "See the list of what is reported.")


def read_reported(
    session: Session, split: Split, n_items: Mapping[Track, int]
) -> list[ReportedRow]:
    """What is reported beside a split of `n_items`, by source as in `read_sources`."""
    sources = read_sources(session, [split.id])
    return [row for source in sources for row in make_rows(source, n_items)]


def make_rows(source: ReportedSource, n_items: Mapping[Track, int]) -> list[ReportedRow]:
    """The rows of a source in its order.

    Where the source says no number of items and measured on those of the split, `n_items` count.
    """
    counts = {Track(name): n for name, n in source.counts.items()}
    if not counts and not set(source.differs) & set(OTHER_ITEMS):
        counts = dict(n_items)
    rows, benchmark = [], source.split.benchmark
    for model in source.models:
        figures = {
            one.board: Printed(one.value, one.decimals, one.n)
            for one in model.figures
            if one.board is not None
        }
        again = (
            recompute(figures, counts)
            if benchmark.tracks == DEFAULT_TRACKS
            else recompute_by(rule_of(benchmark.manifest), benchmark.tracks, figures, counts)
        )
        card = model.link.model_card if model.link else None
        rows.append(ReportedRow(source, model, card, again, find_mismatches(figures, again)))
    return rows


def choose_rows(rows: Sequence[ReportedRow], selection: Selection) -> list[ReportedRow]:
    """Those with a figure on a board that pass the filter, sorted among themselves.

    By a column of boards or facts that the selection sorts by, else by its board; the highest
    first where nothing else is said, unknown always last.
    """
    if selection.only_measured:
        return []
    accepts = selection.accepted.accepts
    shown = [row for row in rows if row.boards and accepts(read_reported_facts(row))]
    by_text = {COLUMNS["model"]: _name, COLUMNS["organisation"]: _organisation}
    if selection.sort in by_text:
        read = by_text[selection.sort]
        shown.sort(key=lambda row: read(row) or "", reverse=selection.is_descending)
        return sorted(shown, key=lambda row: read(row) is None)
    is_size = selection.sort == COLUMNS["parameters"]
    board = selection.sort.board or selection.board
    descends = selection.is_descending if is_size or selection.sort.board else True

    def height(row: ReportedRow) -> float:
        figure = row.find(board)
        known = figure.value if figure else None
        value = row.model.parameters_billion if is_size else known
        return math.inf if value is None else (-value if descends else value)

    return sorted(shown, key=height)


def read_reported_facts(row: ReportedRow) -> Facts:
    """What a filter of models may know of a reported one: no licence, no day, never verified."""
    model = row.model
    return Facts(
        names=f"{model.name} {model.organisation or ''}",
        organisation=model.organisation,
        open_weights=model.open_weights,
        parameters_billion=model.parameters_billion,
        stated={},
        is_verified=False,
        tracks=[board.value for board in row.boards if board.is_of_one_track],
        submitted_on=None,
    )


def read_linked(rows: Sequence[ReportedRow], cards: Collection[int]) -> list[ReportedRow]:
    """The rows that a host linked with one of these cards."""
    return [row for row in rows if row.card is not None and row.card.id in cards]


def _select_sources() -> Select[ReportedSource]:
    models = selectinload(ReportedSource.models)
    return (
        select(ReportedSource)
        .options(
            models.selectinload(ReportedModel.figures),
            models.selectinload(ReportedModel.link).joinedload(ReportedLink.model_card),
            joinedload(ReportedSource.split).joinedload(Split.benchmark),
        )
        .order_by(ReportedSource.id.desc())
    )


def _name(row: ReportedRow) -> str:
    return row.model.name.casefold()


def _organisation(row: ReportedRow) -> str | None:
    return row.model.organisation.casefold() if row.model.organisation else None
