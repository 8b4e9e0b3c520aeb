"""Open the next release of a split by hand, and rank it again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.errors import Conflict
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Split
from leaderboard.rankings.releases import find_ranking, find_release, lock_releases, open_release


def open_next(session: Session, split: Split, actor: str, reason: str) -> Act:
    """Keep the ranking of the open release as it is, and go on in the next.

    Raises InvalidRequest without a reason, Conflict where the open release has no ranking yet.
    """
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    reason = read_reason(reason)
    lock_releases(session, split.id)
    ranking, release = find_ranking(session, split.id), find_release(session, split.id)
    if ranking is None or ranking.release is not release:
        raise Conflict(
            f"The open release of {name} has no ranking yet.", "Wait until a worker has ranked it."
        )
    opened = open_release(session, split.id, reason)
    note = f"{opened.number}: {reason}"
    benchmark = split.benchmark.slug
    add_audit(session, actor, "open release", f"split {name}", note, benchmark=benchmark)
    return Act(f"Release {opened.number} of {name} is open.", rank=(split.id,))


def rank_again(session: Session, split: Split, actor: str) -> Act:
    """Have a worker rank a split again."""
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    add_audit(session, actor, "rank again", f"split {name}", benchmark=split.benchmark.slug)
    return Act(f"A worker will rank {name} again.", rank=(split.id,))
