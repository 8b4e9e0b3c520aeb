"""A ranking as everybody may see it: its table, and the row of each model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from leaderboard.disclosure import Viewer, disclosure, is_protected
from leaderboard.models.benchmark import Benchmark, Split, Track
from leaderboard.models.ranking import (
    Board,
    boards_of,
)
from leaderboard.models.release import Release
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.provenance import ReportProvenance
from leaderboard.rankings.scores import BoardScore
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.style import StyleControlled


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
