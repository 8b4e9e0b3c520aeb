"""Open the next release of a split by hand, which publishes new results, and rank it again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict
from leaderboard.evaluation.publish import publish, read_candidates
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Split
from leaderboard.rankings.read import count_deciding, count_items
from leaderboard.rankings.releases import find_ranking, find_release, lock_releases, open_release

POLICY = (
    "Policy of releases: {n_published} results became public, {n_waiting} others wait; "
    "ranks rest on {n_deciding} of {n_items} items."
)


def open_next(session: Session, split: Split, actor: str, reason: str) -> Act:
    """Keep the ranking of the open release as it is, and go on in the next.

    New results on a protected split become public by that (see `publish.read_candidates`). Raises
    InvalidRequest without a reason, Conflict where the open release has no ranking yet, or nothing
    would become public in a first one.
    """
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    reason = read_reason(reason)
    lock_releases(session, split.id)
    ranking, release = find_ranking(session, split.id), find_release(session, split.id)
    candidates = read_candidates(session, split) if is_protected(split) else []
    is_first = release is None and any(one.is_published for one in candidates)
    if not is_first and (ranking is None or ranking.release is not release):
        raise Conflict(
            f"The open release of {name} has no ranking yet."
            if release
            else f"Nothing of {name} would become public.",
            "Wait until a worker has ranked it."
            if release
            else "Wait until there are results that do.",
        )
    opened = open_release(session, split.id, reason)
    note = f"{opened.number}: {reason}"
    message = f"Release {opened.number} of {name} is open."
    if is_protected(split):
        n_published = len(publish(session, candidates))
        n_waiting = len(candidates) - n_published
        note += " " + POLICY.format(
            n_published=n_published,
            n_waiting=n_waiting,
            n_deciding=sum(count_deciding(session, split).values()),
            n_items=sum(count_items(session, split).values()),
        )
        message += f" Results that became public: {n_published}. Still waiting: {n_waiting}."
    benchmark = split.benchmark.slug
    add_audit(session, actor, "open release", f"split {name}", note, benchmark=benchmark)
    return Act(message, rank=(split.id,))


def rank_again(session: Session, split: Split, actor: str) -> Act:
    """Have a worker rank a split again."""
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    add_audit(session, actor, "rank again", f"split {name}", benchmark=split.benchmark.slug)
    return Act(f"A worker will rank {name} again.", rank=(split.id,))
