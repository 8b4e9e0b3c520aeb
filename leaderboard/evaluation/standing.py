"""Which submissions each model of a split stands by, and what it is ranked by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from sqlalchemy import case, func, select, true
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_public
from leaderboard.evaluation.places import RankedBy
from leaderboard.evaluation.results import Result, find_report_mean
from leaderboard.items.values import read_influences, unpack_values
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.phase import Phase
from leaderboard.models.publication import ChosenResult, Policy, Publication, PublishedRun
from leaderboard.models.ranking import ItemValues
from leaderboard.models.run import SubmissionRun
from leaderboard.models.submission import Submission
from leaderboard.rankings.provenance import read_report_means
from leaderboard.submissions.phases import select_late


@dataclass(frozen=True)
class StandsBy:
    """The submissions that a model stands by: one for each of its tracks.

    `key` is the latest of them, by which its row is known. `runs` has the submissions of the
    tracks on which the mean of several stands, the first one first, which is the one in `parts`.
    """

    key: str
    parts: Mapping[Track, str]
    runs: Mapping[Track, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_combined(self) -> bool:
        """Whether they are several."""
        return bool(self.runs) or len(set(self.parts.values())) > 1


def choose_standing(session: Session, split_id: int, until: Phase | None = None) -> list[StandsBy]:
    """What each model stands by: on each track, its latest public submission that has the track.

    The latest is the one that a release made public last, whenever it was sent; else the one that
    its team chose last or sent last, of those whose scores are known as soon as they are scored.
    With it stand the other public runs of its set. `until` the end of a phase, where there is one:
    what later phases received does not count.
    """
    by_release = Publication.policy == Policy.RELEASE
    since = case(
        (by_release, Publication.published_at),
        (PublishedRun.published_at.is_not(None), PublishedRun.published_at),
        (ChosenResult.chosen_at.is_not(None), ChosenResult.chosen_at),
        else_=Submission.created_at,
    )
    rows = session.execute(
        select(
            Submission.id,
            Submission.model_card_id,
            Submission.tracks,
            func.coalesce(SubmissionRun.first_id, Submission.id),
        )
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(SubmissionRun, SubmissionRun.submission_id == Submission.id)
        .outerjoin(Publication, Publication.submission_id == Submission.id)
        .outerjoin(PublishedRun, PublishedRun.submission_id == Submission.id)
        .outerjoin(
            ChosenResult,
            (ChosenResult.submission_id == Submission.id)
            & (ChosenResult.split_id == Submission.split_id),
        )
        .where(
            Submission.split_id == split_id,
            is_public(),
            true() if until is None else Submission.id.not_in(select_late(until)),
        )
        .order_by(since, Submission.created_at, Submission.id)
    ).all()
    latest: dict[int, str] = {card: key for key, card, _, _ in rows}
    parts: dict[int, dict[Track, str]] = {card: {} for card in latest}
    first_of = {key: first for key, _, _, first in rows}
    members: dict[str, list[str]] = {}
    for key, card, tracks, first in rows:
        parts[card].update({Track(track): key for track in tracks})
        members.setdefault(first, []).append(key)
    found = []
    order = session.get_one(Split, split_id).benchmark.tracks
    for card, key in latest.items():
        own = {track: parts[card][track] for track in order if track in parts[card]}
        runs = _find_runs(own, first_of, members)
        # The first run stands for the others, so that what is said of its reports stays with them.
        firsts = {track: of[0] for track, of in runs.items()}
        found.append(StandsBy(key, own | firsts, runs))
    return found


def _find_runs(
    parts: Mapping[Track, str], first_of: Mapping[str, str], members: Mapping[str, list[str]]
) -> dict[Track, tuple[str, ...]]:
    """Those of the tracks that have several; every run of a set has the same tracks."""
    found = {}
    for track, key in parts.items():
        first = first_of[key]
        runs = sorted(members[first], key=lambda one: (one != first, members[first].index(one)))
        if len(runs) > 1:
            found[track] = tuple(runs)
    return found


def list_parts(standing: Iterable[StandsBy]) -> list[str]:
    """Every submission that a model stands by, once."""
    return list(
        dict.fromkeys(
            key
            for one in standing
            for key in (
                one.key,
                *one.parts.values(),
                *(run for runs in one.runs.values() for run in runs),
            )
        )
    )


def leave_out_runs(
    standing: Iterable[StandsBy], is_left_out: Callable[[Track, str], bool]
) -> list[StandsBy]:
    """The same without the runs of a track that are left out, as long as one of them is not.

    So runs that two rulers scored are never mixed: those of the other wait.
    """
    found = []
    for one in standing:
        parts, runs = dict(one.parts), dict(one.runs)
        for track, every in one.runs.items():
            kept = tuple(run for run in every if not is_left_out(track, run))
            if not kept or len(kept) == len(every):
                continue
            parts[track], runs[track] = kept[0], kept
            if len(kept) == 1:
                del runs[track]
        found.append(replace(one, parts=parts, runs=runs))
    return found


def read_ranked_by(session: Session, keys: Collection[str]) -> dict[str, RankedBy]:
    """What the submissions of these ids are ranked by, as they are scored now."""
    reports = read_report_means(session, list(keys))
    rows = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(keys)
        )
    )
    values = {key: unpack_values(content) for key, content in rows}
    influences = read_influences(session, keys)
    return {key: RankedBy(values[key], reports.get(key), influences.get(key)) for key in keys}


def make_ranked_by(result: Result) -> RankedBy:
    """What a result that is not stored would be ranked by."""
    influences = None if result.influences is None else unpack_values(result.influences)
    runs = tuple(np.stack([unpack_values(run) for run in block]) for block in result.runs)
    return RankedBy(unpack_values(result.values), find_report_mean(result), influences, runs)
