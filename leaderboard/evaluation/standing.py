"""Which submissions each model of a split stands by, and what it is ranked by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_public
from leaderboard.evaluation.places import RankedBy
from leaderboard.evaluation.results import Result, find_report_mean
from leaderboard.items.values import read_influences, unpack_values
from leaderboard.models.benchmark import Track
from leaderboard.models.publication import ChosenResult, Policy, Publication
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import Submission
from leaderboard.rankings.provenance import read_report_means


@dataclass(frozen=True)
class StandsBy:
    """The submissions that a model stands by: one for each of its tracks.

    `key` is the latest of them, by which its row is known.
    """

    key: str
    parts: Mapping[Track, str]

    @property
    def is_combined(self) -> bool:
        """Whether they are several."""
        return len(set(self.parts.values())) > 1


def choose_standing(session: Session, split_id: int) -> list[StandsBy]:
    """What each model stands by: on each track, its latest public submission that has the track.

    The latest is the one that a release made public last, whenever it was sent; else the one that
    its team chose last or sent last, of those whose scores are known as soon as they are scored.
    """
    by_release = Publication.policy == Policy.RELEASE
    since = case(
        (by_release, Publication.published_at),
        (ChosenResult.chosen_at.is_not(None), ChosenResult.chosen_at),
        else_=Submission.created_at,
    )
    rows = session.execute(
        select(Submission.id, Submission.model_card_id, Submission.tracks)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(Publication, Publication.submission_id == Submission.id)
        .outerjoin(
            ChosenResult,
            (ChosenResult.submission_id == Submission.id)
            & (ChosenResult.split_id == Submission.split_id),
        )
        .where(Submission.split_id == split_id, is_public())
        .order_by(since, Submission.created_at, Submission.id)
    ).all()
    latest: dict[int, str] = {card: key for key, card, _ in rows}
    parts: dict[int, dict[Track, str]] = {card: {} for card in latest}
    for key, card, tracks in rows:
        parts[card].update({Track(track): key for track in tracks})
    return [StandsBy(key, parts[card]) for card, key in latest.items()]


def list_parts(standing: Iterable[StandsBy]) -> list[str]:
    """Every submission that a model stands by, once."""
    return list(dict.fromkeys(key for one in standing for key in (one.key, *one.parts.values())))


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
    return RankedBy(unpack_values(result.values), find_report_mean(result), influences)
