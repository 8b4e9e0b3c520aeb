"""The commitment of a submission's item values, and what a host has revealed of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.bundles.facts import Fact, LeafFact
from leaderboard.commitments.opened import count_revealed, read_opened
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import NotFound
from leaderboard.models.commitment import RankedCommitment, ValueCommitment
from leaderboard.models.ranking import ItemValues, Ranking
from leaderboard.models.release import Release
from leaderboard.models.sealed import CommittedValues
from leaderboard.models.submission import Submission


def find_commitment(
    session: Session, submission: Submission, *, has_seed: bool
) -> dict[str, Any] | None:
    """The root of the values as they are now, by the newest release whose ranking shows it.

    None where no public ranking was made from them. `seed` gives the salts of all items: it is
    as secret as the values.
    """
    if not disclosure(submission, Viewer.PUBLIC).scores:
        return None
    row = session.execute(
        select(ValueCommitment.root, Release.number, CommittedValues.seed)
        .join(RankedCommitment, RankedCommitment.value_commitment_id == ValueCommitment.id)
        .join(Ranking, Ranking.id == RankedCommitment.ranking_id)
        .join(Release, Release.id == Ranking.release_id)
        .join(CommittedValues, CommittedValues.value_commitment_id == ValueCommitment.id)
        .join(ItemValues, ItemValues.submission_id == ValueCommitment.submission_id)
        .where(
            ValueCommitment.submission_id == submission.id,
            CommittedValues.content == ItemValues.content,
        )
        .order_by(Release.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    root, release, seed = row
    found: dict[str, Any] = {"root": root, "release": release}
    return found | {"seed": seed.hex()} if has_seed else found


def read_leaves(session: Session, submission: Submission, root: str) -> Iterator[Fact]:
    """The values on revealed items as they were committed, with their way to the root."""
    benchmark = submission.split.benchmark
    if not count_revealed(session, benchmark):
        return
    try:
        opened = read_opened(session, benchmark, root)
    except NotFound:
        return
    for model in opened.models:
        for one in model.values:
            yield LeafFact(
                key=one.key,
                salt=one.salt,
                value=one.value,
                decides=one.decides,
                path=[(step.side, step.digest) for step in one.path],
            )
