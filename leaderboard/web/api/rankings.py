"""The ranking of a split."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import Annotated, Any, cast

from msgspec import UNSET, UnsetType, defstruct

from leaderboard.models.ranking import Board
from leaderboard.packages.catalogue import get_split
from leaderboard.rankings.columns import COLUMNS, RANK, read_api_figures
from leaderboard.rankings.filter import FILTERED_FACTS
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.selection import DIRECTIONS, STYLES
from leaderboard.rankings.style import read_selected
from leaderboard.reported.read import choose_rows, read_reported
from leaderboard.scoring.boards import DEFAULT_BOARDS
from leaderboard.submissions.endpoint_runs import find_saw_hidden
from leaderboard.web.address import find_selection
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import Text, VersionQuery, about, find_benchmark, name_split
from leaderboard.web.api.reported import show_reported
from leaderboard.web.services import database
from spinebench.shapes.rankings import (
    BoardScore,
    HarmRecord,
    RankedModel,
    RankingEntryRecord,
    RankingRecord,
    ReportProvenanceRecord,
    StyleControlledRecord,
)
from spinebench.shapes.shape import Shape


class BoardQuery(VersionQuery, frozen=True, kw_only=True):
    """Which version, and which board orders."""

    board: Annotated[
        str, about("What to order by: overall, closed, reliability or the key of a track.")
    ] = Board.OVERALL.value


class FixedQuery(BoardQuery, frozen=True, kw_only=True):
    """Which models of a ranking, and in which order."""

    release: Annotated[
        int | UnsetType, about("The number of a closed release; the open one by default.")
    ] = UNSET
    weights: Annotated[Text, about("Only models with such weights.", ("open", "closed"))] = UNSET
    size_from: Annotated[float | UnsetType, about("At least this many billions of parameters.")] = (
        UNSET
    )
    size: Annotated[float | UnsetType, about("Up to this many billions of parameters.")] = UNSET
    track: Annotated[Text, about("Models that submitted this track.")] = UNSET
    verified: Annotated[Text, about("1: models whose card the host has checked.", ("1",))] = UNSET
    organisation: Annotated[Text, about("Models of this organisation.")] = UNSET
    since: Annotated[date | UnsetType, about("Submitted on this day (UTC) or later.")] = UNSET
    until: Annotated[date | UnsetType, about("Submitted on this day (UTC) or earlier.")] = UNSET
    q: Annotated[
        str | UnsetType,
        about("Words that all occur in the model's name or organisation."),
    ] = UNSET
    sort: Annotated[str, about("What to sort by.", COLUMNS)] = RANK.key
    style: Annotated[
        Text,
        about(
            "Report scores with length and formatting at the field's mean too; with board=report.",
            STYLES,
        ),
    ] = UNSET
    measured: Annotated[Text, about("1: leave out what others report.", ("1",))] = UNSET
    direction: Annotated[Text, about("By default the usual one for the column.", DIRECTIONS)] = (
        UNSET
    )


RankingQuery = cast(
    type[Shape],
    defstruct(
        "RankingQuery",
        [
            (fact.key, Annotated[Text, about(f"Models of this {fact.called}.")], UNSET)
            for fact in FILTERED_FACTS
        ],
        bases=(FixedQuery,),
        frozen=True,
        kw_only=True,
    ),
)
"""That and the facts of the model card that one may filter by."""


@get("/rankings/<slug>/<split>", query=RankingQuery)
def show_ranking(slug: str, split: str) -> RankingRecord:
    """The ranking of a split, of the models and in the order that the query asks for."""
    found = get_split(find_benchmark(slug), split)
    selection = find_selection(found)
    table = selection.apply(read_selected(database(), found, selection))
    reported = read_reported(database(), table.split, table.n_items)
    saw_hidden = find_saw_hidden(
        database(), [one.id for row in table.rows for one in row.submissions]
    )
    return RankingRecord(
        **name_split(table.split),
        followed_by=table.successor.version if table.successor else None,
        release=table.release.number if table.release else None,
        board=table.board,
        ranked_at=table.ranked_at,
        n_items={track.value: count for track, count in table.n_items.items()},
        entries=[_show_entry(table, row, saw_hidden) for row in table.rows],
        reported=[show_reported(row) for row in choose_rows(reported, selection)],
    )


def _show_entry(table: RankingTable, row: RankingRow, saw_hidden: Set[str]) -> RankingEntryRecord:
    report = row.report
    return RankingEntryRecord(
        **read_api_figures(table, row),
        **dict[str, Any](show_scores(row)),
        model=RankedModel.of(row.model),
        report_provenance=(
            ReportProvenanceRecord.of(report, labels=report.label_kind) if report else None
        ),
        separable_from_leader=table.board in row.separable,
        saw_hidden_items=any(one.id in saw_hidden for one in row.submissions),
        stands_apart=row.is_apart,
        parts={track.value: one.id for track, one in row.parts.items()},
        harm={board.value: HarmRecord.of(one) for board, one in row.harm.items()},
        runs={track.value: [run.id for run in runs] for track, runs in row.runs.items()},
        report_controlled=_show_controlled(row) if table.controls_style else UNSET,
        tracks=show_tracks(row),
    )


def _show_controlled(row: RankingRow) -> StyleControlledRecord | None:
    return StyleControlledRecord.of(row.controlled) if row.controlled else None


def show_rank(board: Board, row: RankingRow) -> dict[str, int | None]:
    """A model's rank range on a board."""
    rank = row.ranks.get(board)
    return {"rank_low": rank.low if rank else None, "rank_high": rank.high if rank else None}


def show_scores(row: RankingRow) -> dict[str, BoardScore | None]:
    """A model's scores by the names of the boards, None where it has none."""
    found = {board.value: row.scores.get(board) for board in DEFAULT_BOARDS}
    return {name: BoardScore.of(score) if score else None for name, score in found.items()}


def show_tracks(row: RankingRow) -> dict[str, BoardScore | None] | UnsetType:
    """Its scores on the tracks that the host named; left out where there are none."""
    boards = row.submission.split.benchmark.boards
    found = {board.value: row.scores.get(board) for board in boards if board not in DEFAULT_BOARDS}
    shown = {name: BoardScore.of(score) if score else None for name, score in found.items()}
    return shown or UNSET
