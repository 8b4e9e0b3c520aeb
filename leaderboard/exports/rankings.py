"""The ranking of a split, and all scores of a model in it, as tables."""

from __future__ import annotations

from datetime import datetime

from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.ranking import Board, Score
from leaderboard.rankings.columns import count_unscored
from leaderboard.rankings.provenance import ReportProvenance
from leaderboard.rankings.read import BoardScore, RankingRow, RankingTable, SubmissionScores

SCALE = "0 to 100"
_MODEL = (
    Column("model", str, "short name of the model"),
    Column("model_name", str, "name of the model"),
    Column("organisation", str, "who made the model"),
    Column("parameters_billion", float, "its size in billions of parameters, as its team states"),
    Column("open_weights", bool, "whether its weights are open, as its team states"),
    Column("licence", str, "its licence, as its team states"),
    Column("base_model", str, "what it was trained from, as its team states"),
)
_REPORT = (
    Column("report_judge", str, "who rated the reports"),
    Column(
        "report_badge",
        str,
        "how the report score was calibrated: expert-anchored, probe-anchored, transported or "
        "uncalibrated",
    ),
    Column("report_n_labels", int, "labels of the model's own reports behind it"),
    Column("report_label_kind", str, "whose labels calibrated it: expert or constructed"),
    Column("report_raw_mean", float, "the judge's own mean before calibration, 20 to 100"),
)
_READING = ("answered", "unparsed", "refused", "ambiguous")
RANKING_COLUMNS = (
    Column("release", int, "number of the release; scores compare only within one"),
    Column("board", str, "which score the ranks are of"),
    Column("rank_low", int, "best rank that the data allow; none without every item"),
    Column("rank_high", int, "worst rank that the data allow"),
    *_MODEL,
    *(
        column
        for board in Board
        for column in (
            Column(f"{board.value}_score", float, f"{board.value} score, {SCALE}"),
            Column(f"{board.value}_low", float, "lower end of its 95 % interval"),
            Column(f"{board.value}_high", float, "upper end of its 95 % interval"),
            Column(f"{board.value}_n_items", int, "items scored"),
            Column(
                f"{board.value}_separable",
                bool,
                f"whether the leader by {board.value} is significantly better; none without a rank",
            ),
        )
    ),
    *_REPORT,
    Column("coverage_share", float, "share of the split's items that were scored, 0 to 1"),
    *(Column(f"n_{name}", int, f"multiple-choice predictions read as {name}") for name in _READING),
    Column("n_unscored", int, "items of the split without a score"),
    Column("n_attempts", int, "scored submissions of the model's team on this split"),
    Column("submission", str, "the submission that stands for the model"),
    Column("submitted_at", datetime, "when it was sent, UTC"),
    Column("predictions_sha256", str, "hash of its file"),
)
SCORE_VALUES = (
    Column("value", float, "the score; none is unscored, never 0"),
    Column("low", float, "lower end of its 95 % interval"),
    Column("high", float, "upper end of its 95 % interval"),
    Column("n_items", int, "items scored"),
    Column("n_correct", int, "right ones, for accuracies"),
    Column("n_unscored", int, "items without a usable prediction or rating"),
    Column("is_shrunk", bool, "whether it rests on few items and is drawn to the model's others"),
)
SCORE_COLUMNS = (
    Column("model", str, "short name of the model"),
    Column("model_name", str, "name of the model"),
    Column("submission", str, "the submission"),
    Column(
        "metric",
        str,
        f"what is measured; ratings are on 1 to 5, gaps on -100 to 100, all others on {SCALE}",
    ),
    Column("slice", str, "by what the items are chosen"),
    Column("name", str, "the value that they have"),
    *SCORE_VALUES,
)


def make_ranking_table(table: RankingTable) -> Table:
    """The rows of a ranking as its page shows them, in the same order."""
    split = table.split
    name = f"{split.benchmark.slug}-{split.benchmark.version}-{split.name}-{table.board.value}"
    return make_measured_table(
        name,
        f"{split.benchmark.name} {split.benchmark.version}, {split.name} split, "
        f"by {table.board.value} score",
        RANKING_COLUMNS,
        [_make_ranking_row(table, row) for row in table.rows],
        split=split,
        ranked_at=table.ranked_at,
    )


def make_score_table(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> Table:
    """All scores of the submission that stands for a model."""
    split = table.split
    head = (row.model.slug, row.model.name, row.submission.id)
    return make_measured_table(
        f"{row.model.slug}-{split.benchmark.slug}-{split.benchmark.version}-{split.name}",
        f"Scores of {row.model.name} on {split.benchmark.name} {split.benchmark.version}, "
        f"{split.name} split",
        SCORE_COLUMNS,
        [(*head, *_make_score_row(score)) for score in scores.scores],
        split=split,
        ranked_at=table.ranked_at,
    )


def _make_ranking_row(table: RankingTable, row: RankingRow) -> tuple[Cell, ...]:
    rank, model = row.ranks.get(table.board), row.model
    return (
        table.release.number if table.release else None,
        table.board.value,
        rank.low if rank else None,
        rank.high if rank else None,
        model.slug,
        model.name,
        model.organisation,
        model.parameters_billion,
        model.open_weights,
        model.licence,
        model.base_model,
        *(
            cell
            for one in Board
            for cell in (*make_board_cells(row.scores.get(one)), _is_separable(row, one))
        ),
        *_make_report_cells(row.report),
        row.coverage,
        *(row.outcomes.get(name, 0) for name in _READING),
        count_unscored(table, row),
        row.n_attempts,
        row.submission.id,
        row.submission.created_at,
        row.submission.file_hash,
    )


def make_board_cells(score: BoardScore | None) -> tuple[Cell, ...]:
    """A board's score, the ends of its interval and its items; nothing where there is none."""
    return (None,) * 4 if score is None else tuple(score)


def _is_separable(row: RankingRow, board: Board) -> bool | None:
    return board in row.separable if board in row.ranks else None


def _make_report_cells(report: ReportProvenance | None) -> tuple[Cell, ...]:
    if report is None:
        return (None,) * len(_REPORT)
    kind = report.label_kind.value if report.label_kind else None
    return report.judge, report.badge, report.n_labels, kind, report.raw_value


def _make_score_row(score: Score) -> tuple[Cell, ...]:
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
