"""Open the next release of a split by hand, which publishes new results, and rank it again."""

from __future__ import annotations

from collections.abc import Collection

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
    "Policy of releases. Results that became public: {n_published}; models that wait: {n_waiting}. "
    "Ranks rest on {n_deciding} of {n_items} items."
)


def open_next(
    session: Session,
    split: Split,
    actor: str,
    reason: str,
    seen: Collection[str] | None = None,
) -> Act:
    """Keep the ranking of the open release as it is, and go on in the next.

    New results on a protected split become public by that (see `publish.read_candidates`): those
    that the host has `seen`, by their ids, None for whatever there is. Raises InvalidRequest
    without a reason, Conflict where the open release has no ranking yet, nothing would become
    public on a protected split, or something else than the host has seen.
    """
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    reason = read_reason(reason)
    lock_releases(session, split.id)
    ranking, release = find_ranking(session, split.id), find_release(session, split.id)
    is_first = release is None and is_protected(split)
    if not is_first and (ranking is None or ranking.release is not release):
        raise Conflict(
            f"The open release of {name} has no ranking yet.", "Wait until a worker has ranked it."
        )
    published = _publish(session, split, name, seen) if is_protected(split) else None
    opened = open_release(session, split.id, reason)
    note = f"{opened.number}: {reason}"
    message = f"Release {opened.number} of {name} is open."
    if published is not None:
        n_published, n_waiting = published
        note += " " + POLICY.format(
            n_published=n_published,
            n_waiting=n_waiting,
            n_deciding=sum(count_deciding(session, split).values()),
            n_items=sum(count_items(session, split).values()),
        )
        message += f" Results that became public: {n_published}. Models that wait: {n_waiting}."
    benchmark = split.benchmark.slug
    add_audit(session, actor, "open release", f"split {name}", note, benchmark=benchmark)
    return Act(message, rank=(split.id,))


def _publish(
    session: Session, split: Split, name: str, seen: Collection[str] | None
) -> tuple[int, int]:
    """How many results became public and how many wait; Conflict before anything is changed."""
    candidates = read_candidates(session, split)
    would = {run.id for one in candidates if one.is_published for run in one.runs}
    if not would:
        raise Conflict(
            f"Nothing of {name} would become public.", "Wait until there are results that do."
        )
    if seen is not None and would != set(seen):
        raise Conflict(
            f"What the next release of {name} would publish has changed since you looked.",
            "Look at the list again.",
        )
    n_published = len(publish(session, candidates))
    return n_published, len(candidates) - n_published


def rank_again(session: Session, split: Split, actor: str) -> Act:
    """Have a worker rank a split again."""
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    add_audit(session, actor, "rank again", f"split {name}", benchmark=split.benchmark.slug)
    return Act(f"A worker will rank {name} again.", rank=(split.id,))
