"""Placeholder until the real one lands."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Benchmark


def open_version(session: Session, benchmark: Benchmark) -> None: ...
def write_errata(session: Session, before: Benchmark, after: Benchmark, reason: str) -> None: ...
