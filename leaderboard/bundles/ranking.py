"""Gather what the ranking of a release follows from: for hosts, since it holds all item values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.bundles.facts import (
    EntryFact,
    Fact,
    MeanFact,
    RankedFact,
    RaterPartFact,
    write_facts,
)
from leaderboard.bundles.gather import Bundle, describe_split, read_item_facts
from leaderboard.errors import NotFound
from leaderboard.evaluation.release import find_foreign
from leaderboard.items.runs import mean_calibrated, stack_runs
from leaderboard.items.values import (
    read_influences,
    read_items,
    read_packed_values,
    unpack_values,
)
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.commitment import RankedCommitment
from leaderboard.models.ranking import (
    RankedApart,
    RankedPart,
    RankedReports,
    RankedSubmission,
    Ranking,
    RankingEntry,
)
from leaderboard.models.run import RankedRun
from leaderboard.models.sealed import CommittedValues
from leaderboard.models.submission import Submission
from leaderboard.rankings.provenance import UNCALIBRATED, read_report_means
from leaderboard.rankings.releases import decides_by_reports, find_ranking, get_ranking
from leaderboard.scoring.ranking import set_loose
from leaderboard.scoring.statistics.calibration import CalibratedMean


def gather_ranking(session: Session, split: Split, release: int | None = None) -> Bundle:
    """The facts behind the ranking of a split, or that of a release of this number.

    Of a closed release the values are those that it was committed to, where answers are hidden;
    its calibrated means are not kept. Raises NotFound.
    """
    current = find_ranking(session, split.id)
    ranking = current if release is None else get_ranking(session, split, release)
    if ranking is None:
        raise NotFound("Nothing is ranked on this split yet.", "Wait for the first ranking.")
    split = ranking.release.split
    is_current = ranking is find_ranking(session, split.id)
    facts = {
        "items": read_item_facts(session, split, is_whole=True),
        "ranked": _read_ranked(session, ranking, is_current=is_current),
        "entries": _read_entries(session, ranking),
    }
    manifest = {
        "kind": "ranking",
        "reader": "host",
        "benchmark": describe_split(split),
        "release": ranking.release.number,
        "serial": ranking.serial,
        "is_current": is_current,
    }
    return Bundle(manifest, {f"{name}.jsonl": write_facts(one) for name, one in facts.items()})


def _read_ranked(session: Session, ranking: Ranking, *, is_current: bool) -> Iterator[Fact]:
    rows = session.scalars(
        select(RankedSubmission)
        .where(RankedSubmission.ranking_id == ranking.id)
        .options(joinedload(RankedSubmission.submission))
        .order_by(RankedSubmission.submission_id)
    ).all()
    keys = [row.submission_id for row in rows]
    apart = set(
        session.scalars(
            select(RankedApart.submission_id).where(RankedApart.ranking_id == ranking.id)
        )
    )
    badges = _read_badges(session, ranking)
    values = _read_values(session, ranking, keys, is_current=is_current)
    several = _read_parts(session, ranking)
    tracks = ranking.release.split.benchmark.tracks
    parts = {key: several.get(key, dict.fromkeys(tracks, key)) for key in keys}
    repeated = _read_runs(session, ranking)
    every = {part for of_model in parts.values() for part in of_model.values()}
    every |= {run for sets in repeated.values() for runs in sets.values() for run in runs}
    means = read_report_means(session, sorted(every)) if is_current else {}
    influences = read_influences(session, every) if is_current else {}
    foreign = find_foreign(session, ranking.release, every) if is_current else None
    if not decides_by_reports(session, ranking.release_id):
        means = {key: set_loose(mean) for key, mean in means.items()}
    items = read_items(session, ranking.release.split_id) if repeated else None
    for row in rows:
        key, left_out = row.submission_id, []
        sets = repeated.get(key, {})
        judged = sets.get(Track.REPORT, [parts[key].get(Track.REPORT, key)])
        for track, part in parts[key].items():
            is_judged = track.is_report
            if foreign and part in (foreign.reports if is_judged else foreign.questions):
                left_out.append(track.value)
        yield RankedFact(
            submission=key,
            model=row.submission.model_card.slug,
            is_apart=key in apart,
            left_out=left_out,
            # Of a closed release the values of single runs are not kept, and ranks need them.
            values=None if sets and not is_current else values.get(key),
            runs=_read_blocks(session, sets, items) if sets and is_current else [],
            report=_describe(_find_mean([means.get(run) for run in judged])),
            badge=badges.get(key, UNCALIBRATED),
            influences=None
            if sets
            else _list_influences(influences.get(parts[key].get(Track.REPORT, key))),
        )


def _list_influences(known: NDArray[np.float64] | None) -> list[float] | None:
    return None if known is None else known.tolist()


def _read_parts(session: Session, ranking: Ranking) -> dict[str, dict[Track, str]]:
    """The submission of each track of those models that stand by several."""
    found: dict[str, dict[Track, str]] = {}
    for row in session.scalars(select(RankedPart).where(RankedPart.ranking_id == ranking.id)):
        found.setdefault(row.submission_id, {})[row.track] = row.part_id
    return found


def _read_runs(session: Session, ranking: Ranking) -> dict[str, dict[Track, list[str]]]:
    """The runs of each track of those models that stand by several."""
    found: dict[str, dict[Track, list[str]]] = {}
    rows = session.execute(
        select(RankedRun.submission_id, RankedRun.track, RankedRun.run_id)
        .join(Submission, Submission.id == RankedRun.run_id)
        .where(RankedRun.ranking_id == ranking.id)
        .order_by(Submission.created_at, RankedRun.run_id)
    )
    for key, track, run in rows:
        found.setdefault(key, {}).setdefault(track, []).append(run)
    return found


def _read_blocks(
    session: Session, sets: Mapping[Track, Sequence[str]], items: pd.DataFrame | None
) -> list[list[list[float | None]]]:
    if items is None:
        return []
    packed = read_packed_values(session, {run for runs in sets.values() for run in runs}, None)
    values = {key: unpack_values(content) for key, content in packed.items()}
    blocks = stack_runs(sets, values, items)[1]
    return [[_blank(run) for run in block] for block in blocks]


def _blank(values: NDArray[np.float64]) -> list[float | None]:
    """The same with None in place of NaN."""
    return [None if value != value else value for value in values.tolist()]


def _find_mean(means: Sequence[CalibratedMean | None]) -> CalibratedMean | None:
    known = [one for one in means if one is not None]
    if not known or len(known) < len(means):
        return None
    return known[0] if len(known) == 1 else mean_calibrated(known)


def _read_badges(session: Session, ranking: Ranking) -> Mapping[str, str]:
    rows = session.execute(
        select(RankedReports.submission_id, RankedReports.badge).where(
            RankedReports.ranking_id == ranking.id
        )
    )
    return {row[0]: row[1] for row in rows}


def _read_values(
    session: Session, ranking: Ranking, keys: list[str], *, is_current: bool
) -> dict[str, list[float | None]]:
    """Item values by submission: those of now, or those that a closed release committed to."""
    if is_current:
        packed = read_packed_values(session, keys, ranking.id)
    else:
        rows = session.execute(
            select(RankedCommitment.submission_id, CommittedValues.content)
            .join(
                CommittedValues,
                CommittedValues.value_commitment_id == RankedCommitment.value_commitment_id,
            )
            .where(RankedCommitment.ranking_id == ranking.id)
        )
        packed = {row[0]: row[1] for row in rows}
    return {key: _blank(unpack_values(content)) for key, content in packed.items()}


def _describe(mean: CalibratedMean | None) -> MeanFact | None:
    if mean is None:
        return None
    facts: dict[str, Any] = mean._asdict()
    part = mean.raters
    raters = None if part is None else RaterPartFact(**part._asdict())
    return MeanFact(**facts | {"badge": mean.badge.value, "raters": raters})


def _read_entries(session: Session, ranking: Ranking) -> Iterator[Fact]:
    rows = session.scalars(
        select(RankingEntry)
        .where(RankingEntry.ranking_id == ranking.id)
        .order_by(RankingEntry.submission_id, RankingEntry.board)
    )
    for row in rows:
        yield EntryFact(
            submission=row.submission_id,
            board=row.board.value,
            rank_low=row.rank_low,
            rank_high=row.rank_high,
            is_separable=row.is_separable,
        )
