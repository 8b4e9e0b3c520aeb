"""Versions of a benchmark follow each other: open one, and say which takes submissions."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.agreements import has_stated, state_agreement
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict
from leaderboard.models.benchmark import Benchmark, Opening, Split
from leaderboard.packages.catalogue import find_successor, get_benchmark, read_versions


def open_version(session: Session, benchmark: Benchmark) -> Opening:
    """Write that `benchmark` is open from now on: it is the newest of its versions then.

    Nothing that was sent to the version before is moved by it; whoever is sending waits for the end
    of this transaction, and is refused then. Raises Conflict if it was opened before.
    """
    for former in read_versions(session, benchmark.slug):
        lock_row(session, Benchmark.id, former.id)
    session.refresh(benchmark)
    if benchmark.opening is not None:
        raise Conflict(
            f"{benchmark.slug} {benchmark.version} was opened on "
            f"{benchmark.opening.opened_at:%Y-%m-%d}.",
            "A version is opened once: load a new one with a higher version.",
        )
    benchmark.opening = Opening(opened_at=now())
    session.flush()
    _state_agreement(session, benchmark)
    return benchmark.opening


def _state_agreement(session: Session, benchmark: Benchmark) -> None:
    """Put what the manifest asks teams to accept in force, unless this was stated before."""
    said = benchmark.manifest.get("agreement")
    if said and not has_stated(session, benchmark.slug, said["version"]):
        state_agreement(session, benchmark.slug, **said)


def is_frozen(session: Session, split_id: int) -> bool:
    """Whether the split is of a version that a newer one followed: its rankings stay as they are.

    One of a prepared version is not.
    """
    return find_successor(session, session.get_one(Split, split_id).benchmark) is not None


def require_newest(session: Session, split: Split) -> None:
    """Have whoever opens the next version wait for this transaction, and `refuse_followed`."""
    # An opening locks this row for itself alone.
    row = select(Benchmark.id).where(Benchmark.id == split.benchmark_id)
    session.execute(row.with_for_update(read=True))
    refuse_followed(session, split)


def refuse_followed(session: Session, split: Split) -> None:
    """Raise Conflict for a split of an older version, NotFound for one of a prepared version."""
    benchmark = split.benchmark
    if benchmark.opening is None:
        get_benchmark(session, benchmark.slug, benchmark.version)
    newest = find_successor(session, benchmark)
    if newest is not None:
        raise Conflict(
            f"{benchmark.slug} {benchmark.version} takes no more submissions: "
            f"version {newest.version} followed it.",
            f"Send to {newest.version}: download its questions and answer those.",
        )
