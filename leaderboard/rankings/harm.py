"""The severe errors of a result as everybody may see them: by track, event and subcondition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, disclosure, is_protected
from leaderboard.items.values import read_items
from leaderboard.models.benchmark import Benchmark, Split, Track
from leaderboard.models.harm import GradeAgreement, HarmValues
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.rankings.read import RankingRow
from leaderboard.scoring.harm import Grade, HarmEvent, RedFlag
from leaderboard.scoring.harm_rates import (
    FEWEST_SHOWN,
    HarmRate,
    Rows,
    count_graded,
    find_told,
    join_tracks,
    rate_codes,
    take,
    unpack_rows,
)

BOARDS = (Board.CLOSED, Board.TEXT, Board.IMAGE, Board.REPORT)
COEFFICIENT = "Krippendorff's alpha, ordinal"


class GradedBy(NamedTuple):
    """Who graded the harm of a benchmark's mistakes, and how far they agree.

    `n` is None where the grades are constructed; `n_grades` counts the mistakes of which single
    grades are there, and is None where the package states the agreement or has none.
    """

    is_constructed: bool
    n: int | None
    who: str
    coefficient: str
    value: float | None
    low: float | None
    high: float | None
    n_grades: int | None


class HarmLine(NamedTuple):
    """Severe errors per 100 cases of one `part` of the items: a board, event, flag or condition.

    `worse` counts cases with an error that is moderate or worse; `n_errors` are all severe errors,
    None of an event or flag, of which a case has one.
    """

    part: str
    key: str
    title: str
    n_graded: int
    severe: HarmRate
    worse: HarmRate
    n_errors: int | None


@dataclass(frozen=True)
class HarmProfile:
    """All lines of a result; `judges` are those whose verdicts on reports these are."""

    lines: tuple[HarmLine, ...]
    judges: tuple[str, ...]
    graded_by: GradedBy

    def of(self, part: str) -> list[HarmLine]:
        """The lines of one part."""
        return [line for line in self.lines if line.part == part]


def find_graded_by(session: Session, benchmark: Benchmark) -> GradedBy | None:
    """Who graded; None of a benchmark without harm grades."""
    said = benchmark.manifest.get("harm")
    if said is None:
        return None
    computed = session.get(GradeAgreement, benchmark.id)
    stated = said.get("agreement", {})
    return GradedBy(
        is_constructed=said["by"] == "constructed",
        n=said.get("n"),
        who=said.get("who", ""),
        coefficient=COEFFICIENT if computed else stated.get("coefficient", ""),
        value=computed.value if computed else stated.get("value"),
        low=computed.low if computed else stated.get("low"),
        high=computed.high if computed else stated.get("high"),
        n_grades=computed.n_grades if computed else None,
    )


def find_row_harm(session: Session, row: RankingRow) -> HarmProfile | None:
    """That of a model in the ranking, by what it stands by; None without grades or a breakdown."""
    if not row.has_breakdown:
        return None
    return _find_profile(session, row.submission.split, row.files)


def find_submission_harm(
    session: Session, submission: Submission, viewer: Viewer
) -> HarmProfile | None:
    """That of a submission, where the viewer may see its breakdown; else None."""
    if not disclosure(submission, viewer).breakdown:
        return None
    parts = {Track(track): submission for track in submission.tracks}
    return _find_profile(session, submission.split, parts)


def read_harm_rows(session: Session, rows: Sequence[RankingRow]) -> list[Rows | None]:
    """The codes of these models of one ranking on every item of its split, None without any."""
    split = rows[0].submission.split
    tracks = read_items(session, split.id)["track"].tolist()
    parts = [row.files for row in rows]
    kept = _read_kept(session, [one.id for of_row in parts for one in of_row.values()])
    return [_join(of_row, kept, tracks) for of_row in parts]


def _read_kept(session: Session, keys: Sequence[str]) -> dict[str, HarmValues]:
    rows = session.scalars(select(HarmValues).where(HarmValues.submission_id.in_(set(keys))))
    return {one.submission_id: one for one in rows}


def _join(
    parts: Mapping[Track, Submission], kept: Mapping[str, HarmValues], tracks: Sequence[str]
) -> Rows | None:
    own = {
        track.value: unpack_rows(kept[one.id].content)
        for track, one in parts.items()
        if one.id in kept
    }
    return join_tracks(own, tracks)


def _find_profile(
    session: Session, split: Split, parts: Mapping[Track, Submission]
) -> HarmProfile | None:
    graded_by = find_graded_by(session, split.benchmark)
    kept = _read_kept(session, [one.id for one in parts.values()])
    if graded_by is None or not kept:
        return None
    items = read_items(session, split.id)
    joined = _join(parts, kept, items["track"].tolist())
    if joined is None:
        return None
    sent = items["track"].isin([track.value for track in parts])
    own = (items["decides"] & sent).to_numpy(bool)
    lines = list(_make_lines(items[own], joined[own], split.benchmark.manifest))
    if is_protected(split):
        lines = _leave_out_few(lines)
    reports = parts.get(Track.REPORT)
    judge = kept[reports.id].judge if reports is not None and reports.id in kept else ""
    return HarmProfile(tuple(lines), tuple(judge.split(" + ")) if judge else (), graded_by)


def _make_lines(items: pd.DataFrame, rows: Rows, manifest: Mapping[str, Any]) -> Iterator[HarmLine]:
    """The lines of the items that decide ranks, without those of which nothing is graded."""
    clusters = items["cluster"].to_numpy(np.int64)
    tracks, conditions = items["track"], items["subcondition"]
    every = np.ones(len(items), dtype=bool)
    names = {one["key"]: one["name"] for one in manifest["taxonomy"]["subconditions"]}
    wholes = [
        ("board", board.value, board.label, tracks.isin([t.value for t in board.tracks]).to_numpy())
        for board in BOARDS
    ]
    wholes += [
        ("subcondition", key, name, (conditions == key).to_numpy()) for key, name in names.items()
    ]
    kinds = [("event", event.value, event.label) for event in HarmEvent]
    kinds += [("red_flag", flag.value, flag.label) for flag in RedFlag]
    for part, key, title, own in wholes:
        line = _make_line(part, key, title, take(rows, "worst")[own], clusters[own])
        if line is not None:
            yield line._replace(n_errors=int(take(rows, "n_severe")[own].sum()))
    for part, key, title in kinds:
        line = _make_line(part, key, title, take(rows, key)[every], clusters)
        if line is not None:
            yield line


def _make_line(
    part: str, key: str, title: str, codes: NDArray[np.uint8], clusters: NDArray[np.int64]
) -> HarmLine | None:
    n_graded = count_graded(codes)
    if not n_graded:
        return None
    severe, worse = rate_codes(codes, clusters), rate_codes(codes, clusters, Grade.MODERATE)
    return HarmLine(part, key, title, n_graded, severe, worse, None)


def _leave_out_few(lines: Sequence[HarmLine]) -> list[HarmLine]:
    """Those of which figures may be told where answers are hidden."""
    told: set[tuple[str, str]] = set()
    for part in ("subcondition", "red_flag"):
        counts = {line.key: line.n_graded for line in lines if line.part == part}
        told |= {(part, key) for key in find_told(counts)}
    tracks = {line.key: line.n_graded for line in lines if line.part == "board"}
    whole = tracks.pop(Board.CLOSED.value, 0)
    told |= {("board", key) for key in find_told(tracks)}
    if whole >= FEWEST_SHOWN:
        told.add(("board", Board.CLOSED.value))
    told |= {
        ("event", line.key)
        for line in lines
        if line.part == "event" and line.n_graded >= FEWEST_SHOWN
    }
    return [line for line in lines if (line.part, line.key) in told]
