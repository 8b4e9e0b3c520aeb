"""Commitments of the item values that rankings are made from."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.commitments.answers import name_split
from leaderboard.commitments.hashing import (
    SALT_BYTES,
    SplitName,
    build_tree,
    derive_salt,
    hash_list,
    hash_value,
    write_value,
)
from leaderboard.db import now
from leaderboard.disclosure import is_public
from leaderboard.items.values import read_packed_values, unpack_values
from leaderboard.models.benchmark import Answers, Benchmark, Item, Split
from leaderboard.models.commitment import RankedCommitment, ValueCommitment
from leaderboard.models.publication import FeedbackItem
from leaderboard.models.ranking import (
    Board,
    RankedReports,
    RankedSubmission,
    Ranking,
    RankingEntry,
)
from leaderboard.models.release import Release
from leaderboard.models.sealed import CommittedValues
from leaderboard.models.submission import Submission


class RankedRoot(NamedTuple):
    """A model of a ranking: the root of its values, and the scores that it was ranked by.

    `badge` is that of its report score, None without one.
    """

    model: str
    submission: str
    root: str
    scores: dict[Board, float | None]
    badge: str | None


class RankingRoots(NamedTuple):
    """A ranking that is kept, with the models that the public may see in it."""

    split: str
    release: int
    serial: int
    ranked_at: datetime
    models: Sequence[RankedRoot]

    @property
    def root(self) -> str:
        """One hash that stands for the values of all of them."""
        return hash_list(model.root for model in self.models)


def commit_values(
    session: Session, ranking: Ranking, keys: Sequence[str], combined: Mapping[str, bytes]
) -> None:
    """Commit a ranking of hidden answers to the item values that its models are ranked by now.

    keys: the submissions that stand for them; their present values, or those in `combined` where a
    model stands by several. Values that were committed to before keep their commitment.
    """
    session.execute(delete(RankedCommitment).where(RankedCommitment.ranking_id == ranking.id))
    split = session.get_one(Release, ranking.release_id).split
    if split.answers is not Answers.HIDDEN:
        return
    rows = session.execute(
        select(Item.key, Item.id.not_in(select(FeedbackItem.item_id)))
        .where(Item.split_id == split.id)
        .order_by(Item.position)
    ).all()
    items, decides = [row[0] for row in rows], bytes(row[1] for row in rows)
    known = _read_known(session, keys, decides)
    made = []
    for submission_id, content in {**read_packed_values(session, keys, None), **combined}.items():
        commitment_id = known.get((submission_id, content))
        if commitment_id is None:
            sealed = CommittedValues(content=content, decides=decides)
            commitment_id = _add(session, name_split(split), submission_id, items, sealed)
        made.append(
            {
                "ranking_id": ranking.id,
                "submission_id": submission_id,
                "value_commitment_id": commitment_id,
            }
        )
    session.flush()
    if made:
        session.execute(insert(RankedCommitment), made)


def commit_present(session: Session, benchmark: Benchmark) -> int:
    """Commit the newest ranking of each split that has no commitments; how many those were.

    Of closed releases it is not known any more which values they were made from.
    """
    n_made = 0
    for split in benchmark.splits:
        ranking = session.scalar(
            select(Ranking)
            .join(Release)
            .where(Release.split_id == split.id)
            .order_by(Release.number.desc())
            .limit(1)
        )
        if ranking is None or split.answers is not Answers.HIDDEN:
            continue
        of_it = RankedCommitment.ranking_id == ranking.id
        if session.scalar(select(RankedCommitment.ranking_id).where(of_it).limit(1)) is None:
            ranked = RankedSubmission.ranking_id == ranking.id
            keys = session.scalars(select(RankedSubmission.submission_id).where(ranked)).all()
            packed = read_packed_values(session, keys, ranking.id)
            commit_values(session, ranking, keys, packed)
            n_made += 1
    return n_made


def hash_leaves(
    sealed: CommittedValues, split: SplitName, submission: str, items: Sequence[str]
) -> list[str]:
    """The leaves of a submission's tree, by the keys of all `items` of its split in their order."""
    values = unpack_values(sealed.content)
    return [
        hash_value(
            derive_salt(sealed.seed, key),
            split,
            submission,
            key,
            write_value(value),
            decides=bool(decides),
        )
        for key, value, decides in zip(items, values, sealed.decides, strict=True)
    ]


def read_rankings(session: Session, benchmark: Benchmark) -> list[RankingRoots]:
    """The rankings of a version that have commitments, by split and release, newest first."""
    rankings = session.execute(
        select(Split.name, Release.number, Ranking)
        .join(Release, Release.split_id == Split.id)
        .join(Ranking, Ranking.release_id == Release.id)
        .where(Split.benchmark_id == benchmark.id)
        .order_by(Split.id, Release.number.desc())
    ).all()
    found = [
        RankingRoots(split, number, one.serial, one.ranked_at, _read_models(session, one.id))
        for split, number, one in rankings
    ]
    return [one for one in found if one.models]


def _read_known(
    session: Session, keys: Sequence[str], decides: bytes
) -> dict[tuple[str, bytes], int]:
    """The first commitment to each submission's values, where the same items decide ranks."""
    rows = session.execute(
        select(ValueCommitment.submission_id, CommittedValues.content, ValueCommitment.id)
        .join(CommittedValues, CommittedValues.value_commitment_id == ValueCommitment.id)
        .where(ValueCommitment.submission_id.in_(keys), CommittedValues.decides == decides)
        .order_by(ValueCommitment.id.desc())
    )
    return {(submission_id, bytes(content)): key for submission_id, content, key in rows}


def _add(
    session: Session,
    split: SplitName,
    submission_id: str,
    items: Sequence[str],
    sealed: CommittedValues,
) -> int:
    sealed.seed = secrets.token_bytes(SALT_BYTES)
    root = build_tree(hash_leaves(sealed, split, submission_id, items))[-1][0]
    made = ValueCommitment(submission_id=submission_id, root=root, made_at=now())
    session.add(made)
    session.flush()
    sealed.value_commitment_id = made.id
    session.add(sealed)
    return made.id


def _read_models(session: Session, ranking_id: int) -> list[RankedRoot]:
    rows = session.execute(
        select(Submission, ValueCommitment.root, RankedReports.badge)
        .join(RankedCommitment, RankedCommitment.submission_id == Submission.id)
        .join(ValueCommitment, ValueCommitment.id == RankedCommitment.value_commitment_id)
        .outerjoin(
            RankedReports,
            (RankedReports.submission_id == Submission.id)
            & (RankedReports.ranking_id == ranking_id),
        )
        .where(RankedCommitment.ranking_id == ranking_id, is_public())
        .options(joinedload(Submission.model_card))
    ).all()
    scores: dict[str, dict[Board, float | None]] = {}
    for entry in session.scalars(select(RankingEntry).where(RankingEntry.ranking_id == ranking_id)):
        scores.setdefault(entry.submission_id, {})[entry.board] = entry.value
    return sorted(
        RankedRoot(one.model_card.slug, one.id, root, scores.get(one.id, {}), badge)
        for one, root, badge in rows
    )
