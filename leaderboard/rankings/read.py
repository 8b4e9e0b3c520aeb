"""The ranking as everybody may see it, read through the disclosure policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, func, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from leaderboard.disclosure import Viewer, disclosure, is_protected, stands_in_public
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Benchmark, Item, Split, Track
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
    boards_of,
)
from leaderboard.models.release import Release
from leaderboard.models.run import RankedRun
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard, VariantConsent
from leaderboard.packages.catalogue import find_successor
from leaderboard.rankings.provenance import ReportProvenance, compare_traits
from leaderboard.rankings.raters import find_teams_with_raters
from leaderboard.rankings.releases import decides_by_reports, find_ranking, get_ranking
from leaderboard.rankings.scores import BoardScore
from leaderboard.scoring.answers import AnswerOutcome
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.harm_rates import FEWEST_SHOWN
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.style import StyleControlled


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


class BoardHarm(NamedTuple):
    """Severe errors per 100 cases on a board: `n_severe` of `n` cases have at least one.

    The value is None where a case has no answer. Where several runs stand it is their mean, and
    `n_severe` counts the cases in which any of them has one.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_severe: int


@dataclass(frozen=True)
class RankingRow:
    """A model in the ranking, by the submission it is ranked by.

    Where it stands by several, `submission` is the latest of them and `parts` has the one of each
    track; where it stands by one, `parts` is empty. On the tracks of `runs` the mean of several
    runs stands, the first of which is the one in `parts`. It has a breakdown where all may see that
    of each of them (`is_compared`), but of several on a protected split there is none: less that of
    one of them, it would tell those of the others' tracks apart.
    `scores` and `ranks` have a board only where the model has a value and a rank. `coverage` is
    the share of the items that decide ranks which were scored. `outcomes` counts MCQ predictions.
    On boards in `separable` the leader is significantly better. `n_attempts` are the scored
    submissions of the model's team. `report` says where the report score comes from. It `is_apart`
    where the host gives it no rank because its team says that it was trained on the questions. It
    `has_rater` where somebody of its team, now or ever, has rated reports of the split and so seen
    references. All but that and the model card are as they were when the ranking was made.
    `harm` has the boards of which severe errors were counted, where all may see its breakdown.
    `controlled` is its report score with style controlled for, where that was asked for and known.
    `split_tracks` are those that the split has items of.
    """

    model: ModelCard
    submission: Submission
    scores: dict[Board, BoardScore]
    ranks: dict[Board, RankRange]
    separable: frozenset[Board]
    coverage: float
    outcomes: dict[str, int]
    n_attempts: int
    report: ReportProvenance | None
    is_apart: bool = False
    parts: Mapping[Track, Submission] = field(default_factory=dict)
    has_rater: bool = False
    harm: Mapping[Board, BoardHarm] = field(default_factory=dict)
    runs: Mapping[Track, tuple[Submission, ...]] = field(default_factory=dict)
    controlled: StyleControlled | None = None
    split_tracks: tuple[Track, ...] = DEFAULT_TRACKS

    @property
    def submissions(self) -> list[Submission]:
        """All that it stands by, the latest first."""
        repeated = (run for of_track in self.runs.values() for run in of_track)
        found = {one.id: one for one in (self.submission, *self.parts.values(), *repeated)}
        return sorted(found.values(), key=lambda one: one is not self.submission)

    @property
    def tracks(self) -> list[str]:
        """Those that it has results on."""
        return [track.value for track in self.parts] or self.submission.tracks

    @property
    def n_runs(self) -> int:
        """How many runs the track with the most has: 1 where each stands by one."""
        return max((len(of_track) for of_track in self.runs.values()), default=1)

    @property
    def n_files(self) -> int:
        """How many files it is made of, the runs of a set counted as one."""
        return len({one.id for one in self.parts.values()}) or 1

    @property
    def files(self) -> dict[Track, Submission]:
        """The submission that its result on each track is of, in the tracks' order.

        Of several runs it is the one by which the row is known there.
        """
        tracks = map(Track, self.tracks)
        return {track: self.find_file(track) for track in tracks}

    def find_file(self, track: Track) -> Submission:
        """The submission that has its predictions on a track, if any has."""
        return self.parts.get(track, self.submission)

    @property
    def stands_by(self) -> dict[Track, tuple[Submission, ...]]:
        """By track, the submissions of which the mean stands there: one, or all runs of a set."""
        return {track: self.runs.get(track, (one,)) for track, one in self.files.items()}

    @property
    def is_compared(self) -> bool:
        """Whether it may be compared with others item by item."""
        return all(
            disclosure(one, Viewer.PUBLIC).breakdown or one.published_run is not None
            for one in self.submissions
        )

    @property
    def has_breakdown(self) -> bool:
        """Whether all may see its breakdown."""
        return self.is_compared and not (self.parts and is_protected(self.submission.split))

    @property
    def n_scored(self) -> int:
        """How many items have a score: each counts on the board of its track."""
        return sum(score.n for board, score in self.scores.items() if board.is_of_one_track)

    def name_files(self, board: Board = Board.OVERALL) -> str:
        """The submissions that its results on the tracks of `board` are of, by their ids."""
        found = [
            ", ".join(run.id for run in self.runs.get(track, (part,)))
            for track, part in self.parts.items()
            if board.covers(track)
        ]
        return " + ".join(dict.fromkeys(found)) or self.submission.id


@dataclass(frozen=True)
class RankingTable:
    """The ranking of a split; rows by rank range, then score, on `board`; unranked ones last.

    `release` is the one whose scores these are, None before the first ranking, and `successor`
    the newest version, where the split is of an older one: the ranking is frozen then. `is_current`
    says whether it is the newest that was ranked. `n_items` counts the items of the split,
    `n_deciding` those of them that decide ranks. It `controls_style` where its rows have their
    report scores with style controlled for too.
    """

    split: Split
    board: Board
    release: Release | None
    is_current: bool
    serial: int
    ranked_at: datetime | None
    n_items: dict[Track, int]
    n_deciding: dict[Track, int]
    rows: list[RankingRow]
    successor: Benchmark | None = None
    ranking_id: int | None = None
    controls_style: bool = False

    @property
    def n_ranked(self) -> int:
        """How many rows have a rank on the board."""
        return sum(self.board in row.ranks for row in self.rows)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks that the split has items of."""
        return tuple(track for track, n in self.n_items.items() if n)

    @property
    def boards(self) -> tuple[Board, ...]:
        """The boards that say something of the split's tracks."""
        return boards_of(self.tracks)

    def count_items(self, board: Board) -> int:
        """How many items that decide ranks a board is about."""
        return sum(n for track, n in self.n_deciding.items() if board.covers(track))


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
