"""Open the next release of a split by hand."""

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
    add_audit(session, actor, "open release", f"split {name}", f"{opened.number}: {reason}")
    return Act(f"Release {opened.number} of {name} is open.", rank=(split.id,))
