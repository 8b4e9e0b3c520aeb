"""How far a run is: counts, rate, time left, what was spent; and how it ended."""

from __future__ import annotations

import enum
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import NamedTuple

from leaderboard.chat import Filtered, Reply
from leaderboard.endpoints.engine.failures import Failure, Reason
from leaderboard.endpoints.engine.settings import Budget

# The rate is that of this many last seconds.
WINDOW_SECONDS = 30.0
CHARACTERS_PER_TOKEN = 4


class Progress(NamedTuple):
    """Live figures. `n_done` have a prediction, `n_failed` have none after their attempts.

    `n_retried` counts repeated requests, `per_second` items settled in the last half minute;
    `seconds_left` is None until something is settled. `outage` says what the server does, while
    it answers nothing and the run waits for it.
    """

    n_total: int
    n_done: int
    n_failed: int
    n_retried: int
    n_in_flight: int
    n_requests: int
    n_tokens: int
    per_second: float
    seconds_left: float | None
    outage: str = ""


@dataclass(frozen=True)
class ItemOutcome:
    """What became of one item: a prediction, or None and the last failure.

    `sent_hash` is the SHA-256 of the body that was sent; `reply` is what came with a prediction,
    `latency` how long that took, in seconds.
    """

    key: str
    prediction: str | None
    failure: Failure | None
    sent_hash: str
    n_attempts: int
    seconds: float
    reply: Reply | Filtered | None = None
    latency: float | None = None


class Ending(enum.StrEnum):
    """Why a run ended; after all but COMPLETE some items may not have been asked."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    BUDGET = "budget"
    ADDRESS = "address"
    REFUSED = "refused"
    FAILING = "failing"
    THROTTLED = "throttled"
    OUTAGE = "outage"


class End(NamedTuple):
    """An ending with words for the team."""

    ending: Ending
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class RunSummary:
    """A run from its first request to its end. `reasons` counts items without a prediction."""

    ending: Ending
    message: str
    remedy: str
    progress: Progress
    reasons: dict[Reason, int]
    model_reported: str | None
    seconds: float


class Tally:
    """Counts a run; the clock starts when it is made."""

    def __init__(self, n_total: int) -> None:
        self.n_total = n_total
        self._begun = time.monotonic()
        self._settled: deque[tuple[float, int]] = deque([(self._begun, 0)])
        self.n_done = 0
        self.n_failed = 0
        self.n_retried = 0
        self.n_requests = 0
        self.n_tokens = 0
        self.n_failed_in_a_row = 0
        self.reasons: Counter[Reason] = Counter()
        self.model_reported: str | None = None

    def add_reply(self, reply: Reply | Filtered, n_sent_characters: int) -> None:
        """Count an answer's tokens: as the server says, else a quarter of the characters."""
        prompt, completion = reply.n_prompt_tokens, reply.n_completion_tokens
        self.n_tokens += n_sent_characters // CHARACTERS_PER_TOKEN if prompt is None else prompt
        self.n_tokens += (
            len(reply.text) // CHARACTERS_PER_TOKEN if completion is None else completion
        )
        self.model_reported = reply.model or self.model_reported

    def add_outcome(self, outcome: ItemOutcome) -> None:
        """Count a settled item."""
        if outcome.failure is None:
            self.n_done += 1
            self.n_failed_in_a_row = 0
        else:
            self.n_failed += 1
            self.n_failed_in_a_row += 1
            self.reasons[outcome.failure.reason] += 1

    def find_spent(self, budget: Budget) -> End | None:
        """Which part of the budget is used up, if any."""
        for name, used, most in (
            ("requests", self.n_requests, budget.max_requests),
            ("tokens", self.n_tokens, budget.max_tokens),
            ("seconds", self.seconds(), budget.max_seconds),
        ):
            if most is not None and used >= most:
                return End(
                    Ending.BUDGET,
                    f"The budget of {most:,.0f} {name} is used up.",
                    "Raise the budget and continue: what is done is kept.",
                )
        return None

    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self._begun

    def make_progress(self, n_in_flight: int, outage: str = "") -> Progress:
        """The figures of this moment."""
        now, n_settled = time.monotonic(), self.n_done + self.n_failed
        self._settled.append((now, n_settled))
        while len(self._settled) > 2 and self._settled[1][0] < now - WINDOW_SECONDS:
            self._settled.popleft()
        since, n_before = self._settled[0]
        per_second = (n_settled - n_before) / max(now - since, 1e-9)
        n_left = max(0, self.n_total - n_settled)
        return Progress(
            n_total=self.n_total,
            n_done=self.n_done,
            n_failed=self.n_failed,
            n_retried=self.n_retried,
            n_in_flight=n_in_flight,
            n_requests=self.n_requests,
            n_tokens=self.n_tokens,
            per_second=per_second,
            seconds_left=n_left / per_second if per_second > 0 else None,
            outage=outage,
        )
