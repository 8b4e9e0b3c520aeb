"""The ranking of a split, and all scores of a model in it, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leaderboard.exports.reported import MEASURED, STANDING, read_cells
from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.ranking import Board, Metric, ScoreFields, Slice
from leaderboard.rankings.columns import (
    CONTROLLED,
    COUNTS,
    FACT_FIGURES,
    HARMS,
    MODEL,
    RANK,
    SCALE,
    Figure,
    make_columns,
)
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    SubmissionScores,
)
from leaderboard.reported.read import ReportedRow
from leaderboard.scoring.boards import DEFAULT_BOARDS

_HEAD = (
    Figure(
        "release",
        int,
        "number of the release; scores are comparable only within a release",
        lambda table, row: table.release.number if table.release else None,
    ),
    Figure("board", str, "which score the ranks refer to", lambda table, row: table.board.value),
)
_REPORT = (
    Figure(
        "report_judge",
        str,
        "who rated the reports",
        lambda table, row: row.report.judge if row.report else None,
    ),
    Figure(
        "report_badge",
        str,
        "how the report score was calibrated: expert-anchored, probe-anchored, transported, "
        "host-chosen or uncalibrated",
        lambda table, row: row.report.badge if row.report else None,
    ),
    Figure(
        "report_n_labels",
        int,
        "labels of the model's own reports that it rests on",
        lambda table, row: row.report.n_labels if row.report else None,
    ),
    Figure(
        "report_label_kind",
        str,
        "who gave the labels that calibrated it: expert or constructed",
        lambda table, row: (
            row.report.label_kind.value if row.report and row.report.label_kind else None
        ),
    ),
    Figure(
        "report_unlike",
        str,
        "traits (score, length, formatting) in which a transported model lies outside the range of "
        "those with labels of their own, separated by spaces; none where not known",
        lambda table, row: (
            " ".join(row.report.unlike) if row.report and row.report.unlike is not None else None
        ),
    ),
    Figure(
        "report_raw_mean",
        float,
        "the judge's own mean before calibration, 20 to 100",
        lambda table, row: row.report.raw_value if row.report else None,
    ),
)
_PARTS = Figure(
    "parts",
    str,
    "where the model stands by several submissions, the one of each track",
    lambda table, row: (
        "; ".join(f"{track.value}: {one.id}" for track, one in row.parts.items()) or None
    ),
)
_RUNS = Figure(
    "runs",
    str,
    "where the mean of several runs stands, the submissions of each track",
    lambda table, row: (
        "; ".join(
            f"{track.value}: {', '.join(run.id for run in runs)}"
            for track, runs in row.runs.items()
        )
        or None
    ),
)
_BEFORE = (*_HEAD, *RANK.figures, *MODEL.figures, *FACT_FIGURES)
_AFTER = (
    *_REPORT,
    *(figure for column in HARMS for figure in column.figures),
    *(figure for column in COUNTS for figure in column.figures),
    _PARTS,
    _RUNS,
)
SCORE_VALUES = (
    Column("value", float, "the score; none is unscored, never 0"),
    Column("low", float, "lower end of its 95 % interval"),
    Column("high", float, "upper end of its 95 % interval"),
    Column("n_items", int, "items scored"),
    Column("n_correct", int, "number right, for accuracies"),
    Column("n_unscored", int, "items without a usable prediction or rating"),
    Column(
        "is_shrunk",
        bool,
        "whether it rests on few items and is drawn towards the model's other values",
    ),
)
SCORE_COLUMNS = (
    Column("model", str, "short name of the model"),
    Column("model_name", str, "name of the model"),
    Column("submission", str, "the submission; several joined by + where it is made from several"),
    Column(
        "metric",
        str,
        f"what is measured; ratings run from 1 to 5, gaps from -100 to 100, all others on {SCALE}",
    ),
    Column("slice", str, "what the items are selected by"),
    Column("name", str, "the value that they share"),
    *SCORE_VALUES,
)


def list_figures(boards: Iterable[Board] = DEFAULT_BOARDS) -> tuple[Figure, ...]:
    """The columns of a ranking on a benchmark with these boards."""
    scores = (figure for column in make_columns(boards).scores for figure in column.figures)
    return (*_BEFORE, *scores, *_AFTER)


def make_ranking_table(table: RankingTable, reported: Sequence[ReportedRow] = ()) -> Table:
    """The rows of a ranking as its page shows them, in the same order, then what is `reported`."""
    split = table.split
    name = f"{split.benchmark.slug}-{split.benchmark.version}-{split.name}-{table.board.value}"
    name += "-style-controlled" if table.controls_style else ""
    figures = (
        *list_figures(split.benchmark.boards),
        *(CONTROLLED.figures if table.controls_style else ()),
    )
    columns = [*(Column(one.name, one.type, one.meaning) for one in figures), STANDING]
    known = [read_cells(row) for row in reported]
    return make_measured_table(
        name,
        f"{split.benchmark.name} {split.benchmark.version}, {split.name} split, "
        f"by {table.board.value} score",
        columns,
        [
            *((*(one.read(table, row) for one in figures), MEASURED) for row in table.rows),
            *(tuple(cells.get(column.name) for column in columns) for cells in known),
        ],
        split=split,
        ranked_at=table.ranked_at,
    )


def make_score_table(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> Table:
    """All scores that a model stands by, each with the submissions that it is made from."""
    split = table.split
    head = (row.model.slug, row.model.name)
    return make_measured_table(
        f"{row.model.slug}-{split.benchmark.slug}-{split.benchmark.version}-{split.name}",
        f"Scores of {row.model.name} on {split.benchmark.name} {split.benchmark.version}, "
        f"{split.name} split",
        SCORE_COLUMNS,
        [
            (*head, row.name_files(_find_whole(score)), *_make_score_row(score))
            for score in scores.scores
        ],
        split=split,
        ranked_at=table.ranked_at,
    )


def _find_whole(score: ScoreFields) -> Board:
    """The board of all the tracks whose results a score is made from."""
    if score.slice is Slice.TRACK:
        return Board(score.name)
    if score.metric is Metric.OVERALL:
        return Board.OVERALL
    return Board.REPORT if score.metric in (Metric.REPORT, Metric.RATING) else Board.CLOSED


def _make_score_row(score: ScoreFields) -> tuple[Cell, ...]:
    return (
        score.metric.value,
        score.slice.value,
        score.name,
        score.value,
        score.low,
        score.high,
        score.n,
        score.n_correct,
        score.n_unscored,
        score.is_shrunk,
    )
