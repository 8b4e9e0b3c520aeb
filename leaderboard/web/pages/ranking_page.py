"""The ranking page: the table of one split as an address asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from flask import render_template, url_for

from leaderboard.accounts.card_fields import write_size
from leaderboard.figures.intervals import Axis, Tie, make_axis, make_dot, tie_bands
from leaderboard.figures.rankings import count_unsized, find_best_so_far
from leaderboard.models.benchmark import Benchmark
from leaderboard.packages.catalogue import OpenItem, read_first_items
from leaderboard.packages.phases import PhaseView
from leaderboard.rankings.columns import (
    CONTROLLED,
    RANK,
    Column,
    Look,
    NoRank,
    count_unread,
    count_unscored,
    find_no_rank,
    is_in_lead_group,
    is_loose,
)
from leaderboard.rankings.filter import FILTERED_FACTS, ModelFilter
from leaderboard.rankings.harm import GradedBy
from leaderboard.rankings.overall import say_overall
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.selection import DIRECTIONS, Selection, write_selection
from leaderboard.reported.read import ReportedRow, choose_rows
from leaderboard.web.agreements import shows_to_some
from leaderboard.web.harm_words import say_of_ranking
from leaderboard.web.services import database, services

CALLED = {fact.key: fact.called for fact in FILTERED_FACTS}
FIELD_WORDS: Mapping[str, Callable[[Any], str]] = {
    "open_weights": lambda is_open: "open weights" if is_open else "closed weights",
    "min_parameters": lambda size: f"from {write_size(size)}",
    "max_parameters": lambda size: f"up to {write_size(size)}",
    "stated": lambda one: f"{CALLED[one[0]]} {one[1]}",
    "track": lambda track: f"with the {track.value} track",
    "is_verified": lambda _: "verified by the host",
    "organisation": lambda organisation: f"of {organisation}",
    "since": lambda day: f"submitted since {day}",
    "until": lambda day: f"submitted until {day}",
    "words": lambda words: f"named “{words}”",
}
"""What each field of a filter says to a reader; of the stated facts, what each of them says."""
WORDS = {
    "DIRECTIONS": DIRECTIONS,
    "FILTERED_FACTS": FILTERED_FACTS,
    "make_dot": make_dot,
    "count_unread": count_unread,
    "count_unscored": count_unscored,
    "is_in_lead_group": is_in_lead_group,
    "is_loose": is_loose,
}
"""What the template calls by these names."""


class Line(NamedTuple):
    """A line of the table: a model with its tie, where ties are marked."""

    row: RankingRow
    tie: Tie | None


class Choices(NamedTuple):
    """What the models of a ranking have, for the form's lists; `stated` by the facts' keys."""

    stated: Mapping[str, list[str]]
    organisations: list[str]


def render_ranking(
    whole: RankingTable,
    selection: Selection,
    benchmarks: Sequence[Benchmark],
    place: Mapping[str, str],
    kept: Mapping[str, str],
    graded_by: GradedBy | None,
    reported: Sequence[ReportedRow],
    phases: Sequence[PhaseView],
) -> str:
    """The page of a ranking, read whole on the board of `selection`, with all that is `reported`.

    `place` is the query that stays on it, `kept` what of it the page's own address names;
    `graded_by` says who graded the harm of mistakes, `phases` when the split takes submissions.
    """
    table, board = selection.apply(whole), selection.board
    is_parted = selection.is_by_rank
    ranked = [row for row in table.rows if not is_parted or board in row.ranks]
    unranked = [row for row in table.rows if is_parted and board not in row.ranks]
    apart = {
        reason: [row for row in unranked if find_no_rank(board, row) is reason] for reason in NoRank
    }
    return render_template(
        "leaderboards/ranking.html",
        table=table,
        n_models=len(whole.rows),
        can_compare=whole.is_current and len(table.rows) > 1,
        lines=make_lines(ranked, selection),
        apart=apart,
        reported=choose_rows(reported, selection),
        n_reported=len(reported),
        axis=_make_axis(table),
        benchmarks=benchmarks,
        choices=read_choices(whole),
        best=find_best_so_far(table),
        n_unsized=count_unsized(table),
        has_scores=any(board in row.scores for row in table.rows),
        cases=_read_cases(table.split.benchmark),
        place=place,
        kept=kept,
        query={**place, **write_selection(selection)},
        api_query=_ask_api(selection, place),
        base_url=services().base_url,
        address=make_address(selection, kept),
        **WORDS | _describe(selection, whole),
        phases=phases,
        harm_note=say_of_ranking(table, graded_by),
    )


def _read_cases(benchmark: Benchmark) -> list[OpenItem]:
    """A case of each track to try; none where only those may see them who accepted something."""
    return [] if shows_to_some(benchmark) else read_first_items(database(), benchmark)


def _describe(selection: Selection, table: RankingTable) -> dict[str, Any]:
    """What the page says of the selection, and the other ones that it offers."""
    return {
        "selection": selection,
        "columns": [
            *([CONTROLLED] if table.controls_style else []),
            *(
                one
                for one in selection.columns
                if one.board != selection.board and _has_place(table, one)
            ),
        ],
        "details": [
            one
            for one in selection.known.choosable
            if one.look is not Look.FACT
            and one.board != selection.board
            and not (one.board and one.board.penalises_guesses)
            and _has_place(table, one)
        ],
        "COLUMNS": selection.known.by_key,
        "DEFAULT_COLUMNS": selection.known.usual,
        "CHOOSABLE": [one for one in selection.known.choosable if _has_place(table, one)],
        "boards": [
            one for one in table.split.benchmark.boards if one in {*table.boards, selection.board}
        ],
        "tracks": table.tracks,
        "overall_words": say_overall(table.split.benchmark.manifest, table.tracks),
        "without": read_without(selection),
        "of_all": replace(selection, accepted=ModelFilter()),
        "of_rank": replace(selection, sort=RANK, descends=None),
        "of_size": _with_size(selection),
    }


def _has_place(table: RankingTable, column: Column) -> bool:
    """Whether the split has the board of a column; of one of harm, whether errors were counted."""
    if column.harm_of is not None:
        return any(column.harm_of in row.harm for row in table.rows)
    return column.board is None or column.board in table.boards


def _ask_api(selection: Selection, place: Mapping[str, str]) -> dict[str, str]:
    """The query at which the API has the rows of this page, which has no columns to choose."""
    rows = replace(selection, columns=selection.known.usual, only_measured=False)
    version = {"version": place["version"]} if "version" in place else {}
    return {**version, **write_selection(rows)}


def make_lines(rows: Sequence[RankingRow], selection: Selection) -> list[Line]:
    """The lines of `rows` in their order, ties marked where that is the ranking's."""
    if not selection.is_by_rank:
        return [Line(row, None) for row in rows]
    ties = tie_bands([row.ranks[selection.board] for row in rows])
    return [Line(row, tie) for row, tie in zip(rows, ties, strict=True)]


def read_choices(table: RankingTable) -> Choices:
    """What all models of a ranking state and who made them, in the order of the alphabet."""
    models = [row.model for row in table.rows]
    stated = {fact.key: {fact.write(model) for model in models} - {""} for fact in FILTERED_FACTS}
    return Choices(
        {key: sorted(values, key=str.casefold) for key, values in stated.items()},
        sorted({model.organisation for model in models}, key=str.casefold),
    )


def read_without(selection: Selection) -> list[tuple[str, Selection]]:
    """What the filter asks for, in words, each with the selection that does without it."""
    nothing, accepted = ModelFilter(), selection.accepted
    found: list[tuple[str, dict[str, Any]]] = []
    for name, say in FIELD_WORDS.items():
        if name == "stated":
            found += _without_stated(accepted)
        elif getattr(accepted, name) != getattr(nothing, name):
            found.append((say(getattr(accepted, name)), {name: getattr(nothing, name)}))
    return [
        (words, replace(selection, accepted=replace(accepted, **changes)))
        for words, changes in found
    ]


def _without_stated(accepted: ModelFilter) -> list[tuple[str, dict[str, Any]]]:
    say, stated = FIELD_WORDS["stated"], accepted.stated
    return [
        (say(one), {"stated": {key: asked for key, asked in stated.items() if key != one[0]}})
        for one in stated.items()
    ]


def make_address(selection: Selection, place: Mapping[str, str]) -> Callable[..., str]:
    """A function of the address of this page with another selection or some of its fields.

    `place` is what of the page's place the address names; defaults are left out.
    """

    def address(of: Selection = selection, **changes: Any) -> str:
        query: dict[str, Any] = {**place, **write_selection(replace(of, **changes))}
        return url_for("leaderboards.ranking", **query)

    return address


def _with_size(selection: Selection) -> Selection:
    """The selection by size, with its column."""
    size = selection.known.by_key["parameters"]
    chosen = {*selection.columns, size}
    columns = tuple(column for column in selection.known.choosable if column in chosen)
    return replace(selection, sort=size, descends=None, columns=columns)


def _make_axis(table: RankingTable) -> Axis:
    board = table.board
    return make_axis([row.scores[board] for row in table.rows if board in row.scores])
