"""Which results say something about items: those that each independent model stands by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import ItemValues, RankedPart, RankedSubmission
from leaderboard.models.run import RankedRun
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard, ModelVariant
from leaderboard.rankings.releases import find_ranking


class Results(NamedTuple):
    """The submissions that count, by id, and how many models were left out, and why.

    There is one key of each model. A model that stands on its tracks by several files is known by
    the latest of them, and `parts` has the file of each of its tracks. `n_with_runs` stand by the
    mean of several runs, of which the first counts here.
    """

    keys: list[str]
    n_variants: int
    n_trained: int
    parts: Mapping[str, Mapping[Track, str]]
    n_with_runs: int

    def find_part(self, key: str, track: Track) -> str | None:
        """The submission whose values on `track` count for the model known by `key`."""
        return self.parts[key].get(track) if key in self.parts else key

    @property
    def submissions(self) -> set[str]:
        """Every submission of which something counts."""
        return {
            part
            for key in self.keys
            for part in (self.parts[key].values() if key in self.parts else (key,))
        }


def read_results(session: Session, split: Split) -> Results:
    """What counts of each model that has a scored submission on `split`, in the order of their ids.

    That by which it stands in the ranking, on each track by the file that counts there, or else its
    latest scored one that is not withheld: what a team sends again does not count again. Of several
    runs of a model the first counts: figures of items are of single answers, not of means. A model
    that was trained on the questions, as its team says, tells nothing of them. Of a base and all
    that was made from it, over any number of steps, one counts: the base, or where it has no result
    the one whose card is the oldest.
    """
    chosen = _choose_submissions(session, split)
    trained = {card for card, one in chosen.items() if one.model_card.trained_on_split == "yes"}
    bases = _read_bases(session)
    families: dict[int, list[int]] = {}
    for card in sorted(set(chosen) - trained):
        families.setdefault(find_root(card, bases), []).append(card)
    kept = [root if root in cards else cards[0] for root, cards in families.items()]
    keys = sorted(chosen[card].id for card in kept)
    return Results(
        keys,
        len(chosen) - len(trained) - len(kept),
        len(trained),
        _read_parts(session, split, keys),
        _count_with_runs(session, split, keys),
    )


def find_root(card: int, bases: Mapping[int, int]) -> int:
    """The model that `card` was made from in the end: itself where it names none."""
    passed = {card}
    while (base := bases.get(card)) is not None and base not in passed:
        passed.add(base)
        card = base
    return card


def _choose_submissions(session: Session, split: Split) -> dict[int, Submission]:
    """By model card, the latest of a kind last, so that it replaces those before."""
    ranking = find_ranking(session, split.id)
    standing: set[str] = set()
    if ranking is not None:
        ranked = RankedSubmission.ranking_id == ranking.id
        standing |= set(session.scalars(select(RankedSubmission.submission_id).where(ranked)))
    rows = session.scalars(
        select(Submission)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .where(
            Submission.split_id == split.id,
            Submission.status == Status.SCORED,
            ~Submission.is_withheld,
        )
        .options(joinedload(Submission.model_card).lazyload(ModelCard.team))
        .order_by(Submission.created_at, Submission.id)
    )
    ordered = sorted(rows, key=lambda one: one.id in standing)
    return {one.model_card_id: one for one in ordered}


def _read_parts(
    session: Session, split: Split, keys: Collection[str]
) -> dict[str, dict[Track, str]]:
    ranking = find_ranking(session, split.id)
    if ranking is None:
        return {}
    parts: dict[str, dict[Track, str]] = {}
    for key, track, part in session.execute(
        select(RankedPart.submission_id, RankedPart.track, RankedPart.part_id).where(
            RankedPart.ranking_id == ranking.id, RankedPart.submission_id.in_(keys)
        )
    ):
        parts.setdefault(key, {})[track] = part
    return parts


def _count_with_runs(session: Session, split: Split, keys: Collection[str]) -> int:
    ranking = find_ranking(session, split.id)
    if ranking is None:
        return 0
    query = select(func.count(RankedRun.submission_id.distinct())).where(
        RankedRun.ranking_id == ranking.id, RankedRun.submission_id.in_(keys)
    )
    return session.scalar(query) or 0


def _read_bases(session: Session) -> dict[int, int]:
    rows = session.execute(select(ModelVariant.model_card_id, ModelVariant.base_id))
    return {row[0]: row[1] for row in rows}
