"""What a ranking keeps of the submissions in it, so that it can be read when they have moved on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from leaderboard.commitments.values import commit_values
from leaderboard.evaluation.places import Place
from leaderboard.models.ranking import (
    Board,
    OutcomeCount,
    RankedApart,
    RankedReports,
    RankedSubmission,
    Ranking,
    RankingEntry,
)
from leaderboard.models.release import Release
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.provenance import read_provenance
from leaderboard.rankings.read import BoardScore, read_scores_by_board


def replace_ranked(
    session: Session,
    ranking: Ranking,
    release: Release,
    standing: Sequence[str],
    places: Mapping[Board, Mapping[str, Place]],
    apart: Collection[str],
) -> None:
    """Write what stands in a ranking in place of what stood there.

    places: by board and submission id; a submission without one has no rank on that board.
    apart: those of `standing` that stand apart.
    """
    for table in (RankingEntry, RankedReports, RankedApart, RankedSubmission):
        session.execute(delete(table).where(table.ranking_id == ranking.id))
    commit_values(session, ranking, standing)
    if not standing:
        return
    scores = read_scores_by_board(session, standing)
    session.execute(insert(RankedSubmission), _make_ranked(session, ranking, release, standing))
    session.execute(
        insert(RankingEntry),
        [
            _make_entry(ranking.id, board, key, places[board].get(key), scores[key].get(board))
            for board in Board
            for key in standing
        ],
    )
    session.add_all(RankedApart(ranking_id=ranking.id, submission_id=key) for key in sorted(apart))
    session.add_all(
        RankedReports(ranking_id=ranking.id, submission_id=key, **vars(one))
        for key, one in read_provenance(session, standing).items()
    )


def _make_ranked(
    session: Session, ranking: Ranking, release: Release, standing: Sequence[str]
) -> list[dict[str, object]]:
    outcomes, attempts = _read_outcomes(session, standing), _count_attempts(session, release)
    return [
        {
            "ranking_id": ranking.id,
            "submission_id": key,
            "outcomes": dict(outcomes[key]),
            "n_attempts": attempts[key],
        }
        for key in standing
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
    for row in session.scalars(select(OutcomeCount).where(OutcomeCount.submission_id.in_(keys))):
        found[row.submission_id][row.outcome] += row.n
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
