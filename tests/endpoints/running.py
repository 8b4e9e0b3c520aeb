"""Runs of the collector against endpoints of tests, with limits that make them quick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaderboard.endpoints.engine.address import Resolve, read_policy, resolve_host
from leaderboard.endpoints.engine.progress import ItemOutcome, Progress, RunSummary
from leaderboard.endpoints.engine.requests import ItemRequest, Message
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from tests.endpoints.server import Endpoint
from tests.waiting import HANG_SECONDS

QUICK = Limits(first_backoff=0.01, max_backoff=0.05, max_attempts=3, beat=0.02)
KEY = "sk-test-0123456789"


@dataclass
class Run:
    """What a run gave to its sink."""

    outcomes: list[ItemOutcome] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)

    def take(self, batch: Sequence[ItemOutcome], progress: Progress) -> None:
        """The sink."""
        self.outcomes.extend(batch)
        self.progress.append(progress)

    @property
    def texts(self) -> dict[str, str | None]:
        """Predictions by the items' keys."""
        return {outcome.key: outcome.prediction for outcome in self.outcomes}


def make_requests(n: int) -> list[ItemRequest]:
    """Multiple-choice questions q0, q1 ..."""
    return [
        ItemRequest(f"q{i}", (Message("user", (f"Question {i}?\n\nA. yes\nB. no",)),))
        for i in range(n)
    ]


def make_settings(endpoint: Endpoint, **changes: Any) -> EndpointSettings:
    """Settings for a test's endpoint."""
    values: dict[str, Any] = {"base_url": endpoint.base_url, "model": "tested", "key": KEY}
    return EndpointSettings(**values | {"timeout_seconds": HANG_SECONDS} | changes)


def run_against(
    endpoint: Endpoint,
    requests: Iterable[ItemRequest],
    *,
    budget: Budget = Budget(),  # noqa: B008  frozen
    limits: Limits = QUICK,
    should_stop: Callable[[], bool] = lambda: False,
    resolve: Resolve = resolve_host,
    run: Run | None = None,
    **changes: Any,
) -> tuple[Run, RunSummary]:
    """Collect everything, in `run` if one is given; `changes` are to the settings."""
    run = run or Run()
    summary = collect(
        make_settings(endpoint, **changes),
        requests,
        run.take,
        budget,
        should_stop,
        n_total=len(requests) if isinstance(requests, Sequence) else 0,
        policy=read_policy([endpoint.place], allow_http=False),
        limits=limits,
        resolve=resolve,
    )
    return run, summary
