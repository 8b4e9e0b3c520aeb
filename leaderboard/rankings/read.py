"""The ranking as everybody may see it, read through the disclosure policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, func, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from leaderboard.disclosure import Viewer, disclosure, is_protected, stands_in_public
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.harm import RankedHarm
from leaderboard.models.publication import FeedbackItem
from leaderboard.models.ranking import (
    Board,
    RankedApart,
    RankedPart,
    RankedReports,
    RankedSubmission,
    Ranking,
    RankingEntry,
)
from leaderboard.models.run import RankedRun
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard, VariantConsent
from leaderboard.packages.catalogue import find_successor
from leaderboard.rankings.provenance import ReportProvenance, compare_traits
from leaderboard.rankings.raters import find_teams_with_raters
from leaderboard.rankings.releases import decides_by_reports, find_ranking, get_ranking
from leaderboard.rankings.rows import BoardHarm, RankingRow, RankingTable
from leaderboard.rankings.scores import BoardScore
from leaderboard.scoring.answers import AnswerOutcome
from leaderboard.scoring.harm_rates import FEWEST_SHOWN
from leaderboard.scoring.rank_range import RankRange


class _Entry(NamedTuple):
    """A model on a board, as of RankingEntry."""

    board: Board
    rank_low: int | None
    rank_high: int | None
    is_separable: bool
    value: float | None
    low: float | None
    high: float | None
    n: int


def count_items(session: Session, split: Split) -> dict[Track, int]:
    """How many items each track of `split` has."""
    return _count(session, split)


def count_deciding(session: Session, split: Split) -> dict[Track, int]:
    """How many of them decide ranks: all but those of the feedback part."""
    of_feedback = select(FeedbackItem.item_id)
    return _count(session, split, Item.id.not_in(of_feedback))


def _count(session: Session, split: Split, *which: ColumnElement[bool]) -> dict[Track, int]:
    own = Item.split_id == split.id
    query = select(Item.track, func.count()).where(own, *which).group_by(Item.track)
    counts = {row[0]: row[1] for row in session.execute(query)}
    return {track: counts.get(track, 0) for track in split.benchmark.tracks}


def read_state(session: Session, split: Split) -> tuple[object, ...]:
    """What changes whenever a page of the split's ranking would, but by an act of a host.

    The split, for which one an address means may change; the version that followed; the number of
    its ranking (0 before the first); the last change of any model card or of a consent to a base;
    and the teams with somebody who rated its reports. Acts of hosts, such as a verification, are
    part of the state of every page.
    """
    ranking = find_ranking(session, split.id)
    answered_at = select(func.max(VariantConsent.answered_at)).scalar_subquery()
    changes = session.execute(select(func.max(ModelCard.changed_at), answered_at)).one()
    known = [at for at in changes if at is not None]
    newest = find_successor(session, split.benchmark)
    serial = ranking.serial if ranking else 0
    changed_at, raters = max(known, default=None), find_teams_with_raters(session, split.id)
    return split.id, newest.id if newest else None, serial, changed_at, tuple(sorted(raters))


def read_ranking(
    session: Session, split: Split, board: Board = Board.OVERALL, release: int | None = None
) -> RankingTable:
    """The ranking of `split` on `board`: the current one, or that of the release of that number.

    A release may be of another version of the benchmark: the table's split is its own. The current
    ranking of an older version is its last one. Raises NotFound.
    """
    current = find_ranking(session, split.id)
    ranking = current if release is None else get_ranking(session, split, release)
    if ranking is not None:
        split = ranking.release.split
    successor = find_successor(session, split.benchmark)
    n_deciding = count_deciding(session, split)
    rows = _read_rows(session, ranking, n_deciding) if ranking else []
    rows.sort(key=lambda row: _order(row, board))
    return RankingTable(
        split,
        board,
        release=ranking.release if ranking else None,
        is_current=ranking is current and successor is None,
        serial=ranking.serial if ranking else 0,
        ranked_at=ranking.ranked_at if ranking else None,
        n_items=count_items(session, split),
        n_deciding=n_deciding,
        rows=rows,
        successor=successor,
        ranking_id=ranking.id if ranking else None,
    )


def get_row(session: Session, split: Split, slug: str) -> tuple[RankingTable, RankingRow]:
    """The current ranking and the row of the model `slug` in it.

    Raises NotFound, in the same words for a model that does not exist and for one that has nothing
    to show to all: that it is prepared, waits or was withheld is its team's own matter.
    """
    table = read_ranking(session, split)
    for row in table.rows:
        if row.model.slug == slug:
            return table, row
    raise NotFound(
        f"There is no public result of a model {slug!r} on {split.benchmark.name} {split.name}.",
        "See the ranking for those that have one.",
    )


def _order(row: RankingRow, board: Board) -> tuple[float, float, str]:
    rank, score = row.ranks.get(board), row.scores.get(board)
    return (
        rank.low if rank else float("inf"),
        -score.value if score is not None else 1.0,
        row.model.name,
    )


def _read_rows(
    session: Session, ranking: Ranking, n_deciding: Mapping[Track, int]
) -> list[RankingRow]:
    ranked = session.scalars(
        select(RankedSubmission)
        .where(RankedSubmission.ranking_id == ranking.id)
        .options(joinedload(RankedSubmission.submission).joinedload(Submission.model_card))
    )
    parts, runs = _read_parts(session, ranking), _read_runs(session, ranking)
    shown = [
        row
        for row in ranked
        if all(
            stands_in_public(one)
            for one in (
                row.submission,
                *parts.get(row.submission_id, {}).values(),
                *(run for of in runs.get(row.submission_id, {}).values() for run in of),
            )
        )
    ]
    entries = _read_entries(session, ranking)
    reports = _read_reports(session, ranking)
    apart = set(
        session.scalars(
            select(RankedApart.submission_id).where(RankedApart.ranking_id == ranking.id)
        )
    )
    harms = _read_harms(session, ranking)
    raters = find_teams_with_raters(session, ranking.release.split_id)
    made = (
        _make_row(
            row,
            entries.get(row.submission_id, ()),
            reports.get(row.submission_id),
            n_deciding,
            is_apart=row.submission_id in apart,
            parts=parts.get(row.submission_id, {}),
            runs=runs.get(row.submission_id, {}),
        )
        for row in shown
    )
    return [
        replace(row, has_rater=row.model.team_id in raters, harm=_find_told(row, harm))
        if (harm := harms.get(row.submission.id, {})) or row.model.team_id in raters
        else row
        for row in made
    ]


def _read_entries(session: Session, ranking: Ranking) -> dict[str, list[_Entry]]:
    """Every model's by the key of its row. There are many: no object is made of each row."""
    columns = (
        RankingEntry.submission_id,
        type_coerce(RankingEntry.board, String),
        *(getattr(RankingEntry, name) for name in _Entry._fields if name != "board"),
    )
    rows = session.connection().execute(
        select(*columns).where(RankingEntry.ranking_id == ranking.id)
    )
    boards = {board.value: board for board in ranking.release.split.benchmark.boards}
    found: dict[str, list[_Entry]] = {}
    for key, board, *facts in rows.all():
        found.setdefault(key, []).append(_Entry(boards[board], *facts))
    return found


def _read_harms(session: Session, ranking: Ranking) -> dict[str, dict[Board, BoardHarm]]:
    found: dict[str, dict[Board, BoardHarm]] = {}
    for one in session.scalars(select(RankedHarm).where(RankedHarm.ranking_id == ranking.id)):
        rate = BoardHarm(one.value, one.low, one.high, one.n, one.n_severe)
        found.setdefault(one.submission_id, {})[one.board] = rate
    return found


def _find_told(row: RankingRow, harm: Mapping[Board, BoardHarm]) -> dict[Board, BoardHarm]:
    """What all may see of it: where answers are hidden, nothing of a few cases.

    Nor of a few answers: a file of one letter and refusals would tell whether that letter does
    harm.
    """
    if not row.has_breakdown:
        return {}
    if not is_protected(row.submission.split):
        return dict(harm)
    n_said = row.outcomes.get(AnswerOutcome.ANSWERED.value, 0)
    return {
        board: one
        for board, one in harm.items()
        if one.n >= FEWEST_SHOWN and (board.is_judged or n_said >= FEWEST_SHOWN)
    }


def _read_parts(session: Session, ranking: Ranking) -> dict[str, dict[Track, Submission]]:
    """By the key of each model that stands by several submissions, that of each of its tracks."""
    rows = session.scalars(
        select(RankedPart)
        .where(RankedPart.ranking_id == ranking.id)
        .options(joinedload(RankedPart.part))
    )
    found: dict[str, dict[Track, Submission]] = {}
    order = ranking.release.split.benchmark.tracks
    for row in sorted(rows, key=lambda row: order.index(row.track)):
        found.setdefault(row.submission_id, {})[row.track] = row.part
    return found


def _read_runs(
    session: Session, ranking: Ranking
) -> dict[str, dict[Track, tuple[Submission, ...]]]:
    """By the key of each model that stands by several runs, those of each track, oldest first."""
    rows = session.scalars(
        select(RankedRun)
        .where(RankedRun.ranking_id == ranking.id)
        .options(joinedload(RankedRun.run))
    )
    found: dict[str, dict[Track, list[Submission]]] = {}
    for row in sorted(rows, key=lambda row: (row.run.created_at, row.run_id)):
        found.setdefault(row.submission_id, {}).setdefault(row.track, []).append(row.run)
    order = ranking.release.split.benchmark.tracks
    return {
        key: {track: tuple(of_model[track]) for track in order if track in of_model}
        for key, of_model in found.items()
    }


def _make_row(
    ranked: RankedSubmission,
    entries: Sequence[_Entry],
    report: ReportProvenance | None,
    n_deciding: Mapping[Track, int],
    *,
    is_apart: bool,
    parts: Mapping[Track, Submission],
    runs: Mapping[Track, tuple[Submission, ...]],
) -> RankingRow:
    scores = {
        entry.board: BoardScore(entry.value, entry.low, entry.high, entry.n)
        for entry in entries
        if entry.value is not None
    }
    return RankingRow(
        model=ranked.submission.model_card,
        submission=ranked.submission,
        scores=scores,
        ranks={
            entry.board: RankRange(entry.rank_low, entry.rank_high)
            for entry in entries
            if entry.rank_low is not None and entry.rank_high is not None
        },
        separable=frozenset(entry.board for entry in entries if entry.is_separable),
        coverage=_coverage(scores, sum(n_deciding.values())),
        outcomes=ranked.outcomes,
        n_attempts=ranked.n_attempts,
        report=report,
        is_apart=is_apart,
        parts=parts,
        runs=runs,
        split_tracks=tuple(track for track, n in n_deciding.items() if n),
    )


def _read_reports(session: Session, ranking: Ranking) -> dict[str, ReportProvenance]:
    names = ("judge", "badge", "n_labels", "label_kind", "raw_value", "n_words", "density")
    rows = session.execute(
        select(
            RankedReports.submission_id, *(getattr(RankedReports, name) for name in names)
        ).where(RankedReports.ranking_id == ranking.id)
    )
    may_decide = decides_by_reports(session, ranking.release_id)
    found = {
        key: ReportProvenance(**dict(zip(names, facts, strict=True)), may_decide=may_decide)
        for key, *facts in rows.all()
    }
    return compare_traits(found)


def _coverage(scores: dict[Board, BoardScore], n_items: int) -> float:
    return sum(score.n for one, score in scores.items() if one.is_of_one_track) / max(n_items, 1)


def read_history(session: Session, model: ModelCard, split: Split) -> list[Submission]:
    """The submissions of `model` on `split` that the public may know of, newest first."""
    rows = session.scalars(
        select(Submission)
        .where(Submission.model_card_id == model.id, Submission.split_id == split.id)
        .order_by(Submission.created_at.desc())
    )
    return [row for row in rows if disclosure(row, Viewer.PUBLIC).existence]
