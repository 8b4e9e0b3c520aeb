"""How results and benchmarks of this site are cited, on pages, in files and by the API."""

from __future__ import annotations

from leaderboard.models.benchmark import Benchmark
from leaderboard.models.ranking import Board
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.sharing.citation import cite
from leaderboard.web.services import services
from leaderboard.web.words import rank


def cite_model(table: RankingTable, row: RankingRow) -> str:
    """A BibTeX entry of a model's standing in a ranking."""
    benchmark, at = table.split.benchmark, table.ranked_at or row.submission.created_at
    place = f"benchmark={benchmark.slug}&version={benchmark.version}&split={table.split.name}"
    return cite(
        f"spinebench-{row.model.slug}-{at:%Y-%m-%d}",
        title=f"{row.model.name} on {benchmark.name} {benchmark.version}, {table.split.name} split",
        author=services().site.name,
        at=at,
        url=f"{services().base_url}/models/{row.model.slug}?{place}",
        note=f"Submission{'s' if row.parts else ''} {row.name_files()}, "
        f"{write_standing(table, row, Board.OVERALL)}, ranked {at:%Y-%m-%d}",
        version=benchmark.version,
    )


def cite_benchmark(benchmark: Benchmark) -> str:
    """A BibTeX entry of a benchmark's version."""
    return cite(
        f"{benchmark.slug}-{benchmark.version}",
        title=f"{benchmark.name} {benchmark.version}",
        author=services().site.name,
        at=benchmark.opened_at or benchmark.published_at,
        url=f"{services().base_url}/benchmarks/{benchmark.slug}?version={benchmark.version}",
        note=f"SHA-256 of its content: {benchmark.content_hash}",
        version=benchmark.version,
    )


def write_standing(table: RankingTable, row: RankingRow, board: Board) -> str:
    """Its rank range among how many, and its score on a board, in words."""
    score = row.scores.get(board)
    number = f"{score.value:.1f}" if score else "not scored"
    if board not in row.ranks:
        return f"{board.words} {number}, unranked"
    words = f"rank {rank(row.ranks[board])} of {_count_ranked(table, board)}"
    return f"{words}, {board.words} {number}"


def _count_ranked(table: RankingTable, board: Board) -> int:
    return sum(board in row.ranks for row in table.rows)
