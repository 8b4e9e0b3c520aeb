"""Rankings and releases as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board
from leaderboard.models.team import ModelCard
from leaderboard.rankings import read as rankings
from leaderboard.rankings.columns import read_api_figures
from leaderboard.rankings.provenance import ReportProvenance
from leaderboard.rankings.read import RankingRow, RankingTable
from leaderboard.rankings.releases import ReleaseSummary
from leaderboard.web.api.ranking_records import (
    BoardScore,
    RankedModel,
    RankingEntryRecord,
    RankingRecord,
    ReleaseJudgeRecord,
    ReleaseList,
    ReleaseRecord,
    ReportProvenanceRecord,
)


def make_ranking(table: RankingTable, saw_hidden: Set[str]) -> RankingRecord:
    """The ranking of a split; `saw_hidden` are the submissions whose endpoint saw hidden items."""
    return RankingRecord(
        benchmark=table.split.benchmark.slug,
        version=table.split.benchmark.version,
        split=table.split.name,
        release=table.release.number if table.release else None,
        board=table.board.value,
        ranked_at=table.ranked_at,
        n_items={track.value: count for track, count in table.n_items.items()},
        entries=[_make_entry(table, row, saw_hidden) for row in table.rows],
    )


def make_releases(split: Split, releases: Sequence[ReleaseSummary]) -> ReleaseList:
    """The releases of a split."""
    return ReleaseList(
        benchmark=split.benchmark.slug,
        version=split.benchmark.version,
        split=split.name,
        releases=[
            ReleaseRecord(
                number=one.release.number,
                opened_at=one.release.opened_at,
                closed_at=one.closed_at,
                ranked_at=one.ranked_at,
                n_models=one.n_models,
                note=one.release.note,
                judges=[
                    ReleaseJudgeRecord(
                        name=judge.rater.name,
                        version=judge.rater.version,
                        labels=judge.label_kind.value if judge.label_kind else None,
                        n_labels=judge.n_labels,
                        fitted_at=judge.fitted_at,
                    )
                    for judge in one.release.judges
                ],
            )
            for one in releases
        ],
    )


def _make_entry(table: RankingTable, row: RankingRow, saw_hidden: Set[str]) -> RankingEntryRecord:
    scores = {board.value: make_board_score(row.scores.get(board)) for board in Board}
    return RankingEntryRecord(
        **read_api_figures(table, row),
        **dict[str, Any](scores),
        model=make_ranked_model(row.model),
        report_provenance=_make_provenance(row.report),
        separable_from_leader=table.board in row.separable,
        saw_hidden_items=row.submission.id in saw_hidden,
    )


def _make_provenance(report: ReportProvenance | None) -> ReportProvenanceRecord | None:
    if report is None:
        return None
    return ReportProvenanceRecord(
        judge=report.judge,
        badge=report.badge,
        n_labels=report.n_labels,
        labels=None if report.label_kind is None else report.label_kind.value,
        raw_value=report.raw_value,
    )


def make_ranked_model(card: ModelCard) -> RankedModel:
    """Which model."""
    return RankedModel(slug=card.slug, name=card.name, organisation=card.organisation)


def make_board_score(score: rankings.BoardScore | None) -> BoardScore | None:
    """A board's score, or null."""
    if score is None:
        return None
    return BoardScore(value=score.value, low=score.low, high=score.high, n=score.n)
