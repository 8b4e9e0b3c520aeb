"""What a ranking keeps of the submissions in it, so that it can be read when they have moved on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from leaderboard.commitments.values import commit_values
from leaderboard.evaluation.places import Place
from leaderboard.evaluation.results import Result, find_report_mean, find_score
from leaderboard.evaluation.score import make_row
from leaderboard.evaluation.standing import StandsBy
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import (
    Board,
    CombinedScore,
    CombinedValues,
    OutcomeCount,
    RankedApart,
    RankedPart,
    RankedReports,
    RankedSubmission,
    Ranking,
    RankingEntry,
)
from leaderboard.models.release import Release
from leaderboard.models.run import RankedRun
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.provenance import (
    UNCALIBRATED,
    ReportProvenance,
    make_kept,
    read_provenance,
)
from leaderboard.rankings.scores import (
    BoardScore,
    read_scores_by_board,
)

_TABLES = (
    *(RankingEntry, RankedReports, RankedApart, RankedPart, RankedRun),
    *(CombinedScore, CombinedValues, RankedSubmission),
)


class Ranked(NamedTuple):
    """What stands in a ranking.

    combined: the result of each model that stands by several submissions, by its key.
    places: by board and key; a model without one has no rank on that board.
    apart: the keys of those that stand apart.
    """

    standing: Sequence[StandsBy]
    combined: Mapping[str, Result]
    places: Mapping[Board, Mapping[str, Place]]
    apart: Collection[str]


def replace_ranked(session: Session, ranking: Ranking, release: Release, ranked: Ranked) -> None:
    """Write what stands in a ranking in place of what stood there."""
    for table in _TABLES:
        session.execute(delete(table).where(table.ranking_id == ranking.id))
    keys = [one.key for one in ranked.standing]
    packed = {key: result.values for key, result in ranked.combined.items()}
    commit_values(session, ranking, keys, packed)
    if not keys:
        return
    scores = read_scores_by_board(session, keys) | {
        key: _find_board_scores(result, ranked.places) for key, result in ranked.combined.items()
    }
    session.execute(insert(RankedSubmission), _make_ranked(session, ranking, release, ranked))
    session.execute(
        insert(RankingEntry),
        [
            _make_entry(
                ranking.id, board, key, ranked.places[board].get(key), scores[key].get(board)
            )
            for board in ranked.places
            for key in keys
        ],
    )
    session.add_all(
        RankedApart(ranking_id=ranking.id, submission_id=key) for key in sorted(ranked.apart)
    )
    _add_reports(session, ranking, ranked)
    _add_combined(session, ranking, ranked)


def _add_reports(session: Session, ranking: Ranking, ranked: Ranked) -> None:
    of_reports = {
        one.key: one.parts.get(Track.REPORT, one.key) if one.is_combined else one.key
        for one in ranked.standing
    }
    read = read_provenance(session, list(of_reports.values()))
    several = {one.key for one in ranked.standing if Track.REPORT in one.runs}
    found = {
        key: _describe_mean(read[part], ranked.combined[key]) if key in several else read[part]
        for key, part in of_reports.items()
        if part in read
    }
    if found:
        session.execute(
            insert(RankedReports),
            [
                {"ranking_id": ranking.id, "submission_id": key, **make_kept(provenance)}
                for key, provenance in found.items()
            ],
        )


def _describe_mean(of_first: ReportProvenance, result: Result) -> ReportProvenance:
    """Where the mean report score of runs comes from, by that of the first of them."""
    mean = find_report_mean(result)
    if mean is None:
        return replace(of_first, badge=UNCALIBRATED, n_labels=0, label_kind=None, raw_value=None)
    return replace(
        of_first, badge=mean.badge.value, n_labels=mean.n_labels, raw_value=mean.raw_mean
    )


def _add_combined(session: Session, ranking: Ranking, ranked: Ranked) -> None:
    """What is kept of those that stand by several submissions."""
    session.add_all(
        RankedPart(ranking_id=ranking.id, submission_id=one.key, track=track, part_id=part)
        for one in ranked.standing
        if one.is_combined
        for track, part in one.parts.items()
    )
    session.add_all(
        RankedRun(ranking_id=ranking.id, submission_id=one.key, track=track, run_id=run)
        for one in ranked.standing
        for track, runs in one.runs.items()
        for run in runs
    )
    for key, result in ranked.combined.items():
        of_model = {"ranking_id": ranking.id, "submission_id": key}
        session.execute(
            insert(CombinedScore), [{**of_model, **make_row(score)} for score in result.scores]
        )
        session.add(CombinedValues(**of_model, content=result.values))
    session.flush()


def _find_board_scores(result: Result, boards: Iterable[Board]) -> dict[Board, BoardScore]:
    found = {board: find_score(result, board.place) for board in boards}
    return {
        board: BoardScore(*score.estimate, score.n)
        for board, score in found.items()
        if score is not None and score.estimate is not None
    }


def _make_ranked(
    session: Session, ranking: Ranking, release: Release, ranked: Ranked
) -> list[dict[str, object]]:
    keys = [one.key for one in ranked.standing]
    outcomes, attempts = _read_outcomes(session, keys), _count_attempts(session, release)
    for key, result in ranked.combined.items():
        outcomes[key] = Counter()
        for _, outcome, n in result.outcomes:
            outcomes[key][outcome] += n
    return [
        {
            "ranking_id": ranking.id,
            "submission_id": key,
            "outcomes": dict(outcomes[key]),
            "n_attempts": attempts[key],
        }
        for key in keys
    ]


def _make_entry(
    ranking_id: int, board: Board, key: str, place: Place | None, score: BoardScore | None
) -> dict[str, object]:
    return {
        "ranking_id": ranking_id,
        "board": board,
        "submission_id": key,
        "rank_low": place.rank.low if place else None,
        "rank_high": place.rank.high if place else None,
        "is_separable": place.is_separable if place else False,
        "value": score.value if score else None,
        "low": score.low if score else None,
        "high": score.high if score else None,
        "n": score.n if score else 0,
    }


def _read_outcomes(session: Session, keys: Sequence[str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {key: Counter() for key in keys}
    query = select(OutcomeCount.submission_id, OutcomeCount.outcome, OutcomeCount.n)
    for key, outcome, n in session.execute(query.where(OutcomeCount.submission_id.in_(keys))):
        found[key][outcome] += n
    return found


def _count_attempts(session: Session, release: Release) -> dict[str, int]:
    """How many submissions its team had scored on the split, public or not, by submission id."""
    rows = session.execute(
        select(Submission.id, ModelCard.team_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(Submission.split_id == release.split_id, Submission.status == Status.SCORED)
    ).all()
    n_of_team = Counter(team_id for _, team_id in rows)
    return {key: n_of_team[team_id] for key, team_id in rows}
