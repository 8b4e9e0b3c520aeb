"""Commitments of a version: salted hashes of its hidden answers, and of what rankings came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leaderboard.commitments.answers import read_answers
from leaderboard.commitments.values import RankingRoots, read_rankings
from leaderboard.models.ranking import Board
from leaderboard.scoring.totals import rule_of
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_benchmark
from leaderboard.web.services import database
from spinebench.shapes.benchmarks import OverallRecord
from spinebench.shapes.shape import Shape


class AnswerCommitmentRecord(Shape, frozen=True, kw_only=True):
    """A hidden item with the salted hash of its answer, and the group of the overall score."""

    split: str
    key: str
    track: str
    commitment: str
    made_at: datetime
    group: str


class ValueCommitmentRecord(Shape, frozen=True, kw_only=True):
    """A model of a ranking, the root of the hash tree over its item values, and its scores.

    `report_badge` says how far its report score is that of judges alone: an uncalibrated one is
    the mean of the values.
    """

    model: str
    submission: str
    root: str
    scores: dict[str, float | None]
    report_badge: str | None


class RankingCommitmentRecord(Shape, frozen=True, kw_only=True):
    """A ranking that is kept; `root` is the hash of its models' roots as sorted lines."""

    split: str
    release: int
    serial: int
    ranked_at: datetime
    root: str
    models: list[ValueCommitmentRecord]


class CommitmentList(Shape, frozen=True, kw_only=True):
    """The commitments of a version; `root` is the hash of those of its answers as sorted lines.

    It is null where the version has no hidden answers, or none were made.
    """

    benchmark: str
    version: str
    overall: OverallRecord
    root: str | None
    answers: list[AnswerCommitmentRecord]
    rankings: list[RankingCommitmentRecord]


@get("/benchmarks/<slug>/commitments", query=VersionQuery)
def list_commitments(slug: str) -> CommitmentList:
    """Salted hashes of a version's hidden answers, and of the item values behind its rankings."""
    found = find_benchmark(slug)
    answers = read_answers(database(), found)
    return CommitmentList(
        benchmark=found.slug,
        version=found.version,
        overall=OverallRecord.of(rule_of(found.manifest)),
        root=answers.root,
        answers=[AnswerCommitmentRecord.of(item) for item in answers.items],
        rankings=[_show(ranking, found.boards) for ranking in read_rankings(database(), found)],
    )


def _show(ranking: RankingRoots, boards: Sequence[Board]) -> RankingCommitmentRecord:
    return RankingCommitmentRecord.of(
        ranking,
        models=[
            ValueCommitmentRecord.of(
                model,
                scores={board.value: model.scores.get(board) for board in boards},
                report_badge=model.badge,
            )
            for model in ranking.models
        ],
    )
