"""Fixtures: experts, and ranked models with reports to rate."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.users import register
from leaderboard.db import Sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Split
from leaderboard.models.role import Role
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.loaded import Load, Submit

Rank = Callable[..., list[str]]
AddExperts = Callable[..., None]


@pytest.fixture
def rank_reports(load: Load, submit_texts: Submit, sessions: Sessions) -> Rank:
    """Load 12 report cases; score `n` reports by each model, of its own team: the submissions."""
    load(0, 0, 12)

    def rank(models: Sequence[str], n: int = 12) -> list[str]:
        keys = []
        for model in models:
            texts = {f"test-report-{i:03}": f"Report {i} by {model}." for i in range(n)}
            keys.append(submit_texts(texts, model, f"team-{model}"))
            evaluate(sessions, keys[-1], [ChecklistJudge()], 5)
        return keys

    return rank


@pytest.fixture
def add_experts(sessions: Sessions) -> AddExperts:
    """Make users NAME@example.org with the expert role."""

    def add(*names: str) -> None:
        with sessions.write() as session:
            for name in names:
                email, password = f"{name}@example.org", "long enough pass"
                user = register(session, email=email, name=name, password=password)
                grant_role(session, user, Role.EXPERT)

    return add


def get_test_split(session: Session) -> Split:
    return get_split(get_benchmark(session, "tiny"), "test")


def get_user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.email == f"{name}@example.org")).one()
