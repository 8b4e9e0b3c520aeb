"""The terms on which a benchmark's items leave the house, as its host sets them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.hosting.act import Act
from leaderboard.models.benchmark import Benchmark
from leaderboard.third_parties import ThirdParties, choose_third_parties


def set_third_parties(
    session: Session, benchmark: Benchmark, choice: ThirdParties, actor: str
) -> Act:
    """Say whether items of all versions may go to judges and endpoints of third parties."""
    choose_third_parties(session, benchmark.slug, choice)
    subject, note = f"benchmark {benchmark.slug}", say_third_parties(choice)
    add_audit(session, actor, "choose third parties", subject, note, benchmark=benchmark.slug)
    return Act(f"{benchmark.name}: {note}")


def say_third_parties(choice: ThirdParties) -> str:
    """What a choice means, in sentences."""
    judges = "may" if choice.judges else "may not"
    endpoints = "may" if choice.endpoints else "may not"
    return (
        f"Items {judges} go to judges of third parties. "
        f"Items {endpoints} go to endpoints of third parties."
    )
