"""The severe errors of a result as everybody may see them: by track, event and subcondition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, disclosure, is_protected
from leaderboard.items.harm_lines import HarmLine, make_lines
from leaderboard.items.values import read_items
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Benchmark, Split, Track
from leaderboard.models.harm import GradeAgreement, HarmValues
from leaderboard.models.ranking import Board
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.rankings.rows import RankingRow
from leaderboard.scoring.answers import AnswerOutcome
from leaderboard.scoring.harm import (
    N_GRADES,
    UNGRADED,
    UNJUDGED,
    HarmEvent,
)
from leaderboard.scoring.harm_rates import (
    FEWEST_SHOWN,
    ModelRows,
    Rows,
    find_told,
    join_tracks,
    unpack_rows,
)

Parts = Mapping[Track, Sequence[Submission]]
"""By track, the runs or the one file that a model stands by."""
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


@dataclass(frozen=True)
class HarmProfile:
    """All lines of a result; `judges` are those whose verdicts on reports these are.

    `n_runs` is how many runs stand on the track with the most, 1 where each stands by one.
    """

    lines: tuple[HarmLine, ...]
    judges: tuple[str, ...]
    graded_by: GradedBy
    n_runs: int

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
    return _find_profile(session, row.submission.split, row.stands_by)


def find_submission_harm(
    session: Session, submission: Submission, viewer: Viewer
) -> HarmProfile | None:
    """That of a submission, where the viewer may see its breakdown; else None."""
    if not disclosure(submission, viewer).breakdown:
        return None
    parts = {Track(track): (submission,) for track in submission.tracks}
    return _find_profile(session, submission.split, parts)


def read_submission_rows(session: Session, submission: Submission) -> Rows | None:
    """The codes of a submission on every item of its split, (N, len(COLUMNS)); None without any."""
    kept = session.get(HarmValues, submission.id)
    return None if kept is None else unpack_rows(kept.content)


def read_harm_rows(session: Session, rows: Sequence[RankingRow]) -> list[ModelRows | None]:
    """The codes of these models of one ranking on every item of its split, None without any."""
    split = rows[0].submission.split
    tracks = read_items(session, split.id)["track"].tolist()
    parts = [row.stands_by for row in rows]
    kept = _read_kept(session, parts)
    return [_join(of_row, kept, tracks) for of_row in parts]


def _read_kept(session: Session, parts: Iterable[Parts]) -> dict[str, HarmValues]:
    keys = {run.id for of_row in parts for runs in of_row.values() for run in runs}
    rows = session.scalars(select(HarmValues).where(HarmValues.submission_id.in_(keys)))
    return {one.submission_id: one for one in rows}


def _join(parts: Parts, kept: Mapping[str, HarmValues], tracks: Sequence[str]) -> ModelRows | None:
    runs = {track.value: [run.id for run in of_track] for track, of_track in parts.items()}
    return join_tracks(runs, {key: unpack_rows(one.content) for key, one in kept.items()}, tracks)


def _find_profile(session: Session, split: Split, parts: Parts) -> HarmProfile | None:
    graded_by = find_graded_by(session, split.benchmark)
    kept = _read_kept(session, [parts])
    if graded_by is None or not kept:
        return None
    items = read_items(session, split.id)
    joined = _join(parts, kept, items["track"].tolist())
    if joined is None:
        return None
    sent = items["track"].isin([track.value for track in parts])
    own = (items["decides"] & sent).to_numpy(bool)
    lines = list(make_lines(items, own, joined, _name_conditions(split)))
    if is_protected(split):
        told = _find_told(session, split, parts, items, own, joined)
        lines = [line for line in lines if (line.part, line.key) in told]
    judges = [kept[run.id].judge for run in parts.get(Track.REPORT, ()) if run.id in kept]
    names = dict.fromkeys(name for said in judges if said for name in said.split(" + "))
    n_runs = max(len(runs) for runs in parts.values())
    return HarmProfile(tuple(lines), tuple(names), graded_by, n_runs)


def _name_conditions(split: Split) -> dict[str, str]:
    """The names of subconditions by their keys."""
    found = split.benchmark.manifest["taxonomy"]["subconditions"]
    return {one["key"]: one["name"] for one in found}


def _find_told(
    session: Session,
    split: Split,
    parts: Parts,
    items: pd.DataFrame,
    own: NDArray[np.bool_],
    rows: ModelRows,
) -> set[tuple[str, str]]:
    """The lines of which figures may be told where answers are hidden, by part and key.

    What counts are the cases of which something was said and is known: a file of one letter and
    refusals would else tell whether that letter does harm.
    """
    said = session.scalars(
        select(Prediction.item_id)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(
            Prediction.submission_id.in_([run.id for runs in parts.values() for run in runs]),
            ParsedPrediction.outcome == AnswerOutcome.ANSWERED.value,
        )
    )
    is_said = items["item_id"].isin(list(said)) | (items["track"] == Track.REPORT.value)
    counted = rows.rows.copy()
    grades = counted[:, :N_GRADES]
    grades[~is_said.to_numpy()[:, None] & (grades != UNGRADED)] = UNJUDGED
    known = ModelRows(counted)
    lines = list(make_lines(items, own, known, _name_conditions(split)))
    return {(one.part, one.key) for one in leave_out_few(lines, _count_other(known, own))}


def leave_out_few(lines: Sequence[HarmLine], n_other: int) -> list[HarmLine]:
    """Those of which figures may be told where answers are hidden.

    What counts are the cases whose errors are known, however many are graded. `n_other` of all
    lines' cases can have no event. Each whole is looked at with what it is made of: MCQ of its
    tracks, all cases of MCQ and reports and of subconditions, missed red flags of the flags.
    """
    n: dict[str, dict[str, int]] = {}
    for line in lines:
        n.setdefault(line.part, {})[line.key] = line.severe.n
    boards, events = n.get("board", {}), n.get("event", {})
    wholes = {key: boards.get(key, 0) for key in (Board.CLOSED.value, Board.REPORT.value)}
    tracks = {key: boards.get(key, 0) for key in (Board.TEXT.value, Board.IMAGE.value)}
    n_few = sum(cases for cases in wholes.values() if cases < FEWEST_SHOWN)
    told = {("board", key) for key, cases in wholes.items() if cases >= FEWEST_SHOWN}
    told |= {("board", key) for key in find_told(tracks)}
    told |= {("subcondition", key) for key in find_told(n.get("subcondition", {}), n_few)}
    told |= {("event", key) for key in find_told(events, n_other)}
    if ("event", HarmEvent.MISSED_RED_FLAG.value) in told:
        told |= {("red_flag", key) for key in find_told(n.get("red_flag", {}))}
    return [line for line in lines if (line.part, line.key) in told]


def _count_other(rows: ModelRows, own: NDArray[np.bool_]) -> int:
    """How many cases of `own` whose errors are known can have none of the four events."""
    events = [rows.take(event.value, own).codes != UNGRADED for event in HarmEvent]
    return int((rows.take("worst", own).is_known & ~np.any(events, axis=0)).sum())
