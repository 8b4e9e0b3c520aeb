"""Fixtures: experts, and ranked models with reports to rate."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Split
from leaderboard.models.role import Role
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.databases import Prepare
from tests.factories import make_user
from tests.loaded import Load, Submit

Rank = Callable[..., list[str]]
AddExperts = Callable[..., None]


@pytest.fixture
def rank_reports(load: Load, submit_texts: Submit, prepare: Prepare) -> Rank:
    """Load 12 report cases; score `n` reports by each model, of its own team: the submissions."""
    load(0, 0, 12)

    def rank(models: Sequence[str], n: int = 12) -> list[str]:
        def score() -> list[str]:
            keys = []
            for model in models:
                texts = {f"test-report-{i:03}": f"Report {i} by {model}." for i in range(n)}
                team = f"team-{model}"
                keys.append(submit_texts(texts, model, team, judges=[ChecklistJudge()]))
            return keys

        return list(prepare(("ranked", *models, n), score))

    return rank


@pytest.fixture
def add_experts(sessions: Sessions) -> AddExperts:
    """Make users NAME@example.org who are experts of the benchmark tiny."""

    def add(*names: str) -> None:
        with sessions.write() as session:
            for name in names:
                make_user(session, name, role=Role.EXPERT)

    return add


def get_test_split(session: Session) -> Split:
    return get_split(get_benchmark(session, "tiny"), "test")


def get_user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.email == f"{name}@example.org")).one()
