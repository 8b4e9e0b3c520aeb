"""What every act of a host has: who, why, and what must follow once it is committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leaderboard.errors import InvalidRequest
from leaderboard.queue import RANK, Nudge

MAX_REASON = 500


@dataclass(frozen=True)
class Act:
    """An act that is done: `message` for the host, splits to rank, what waits for a worker."""

    message: str
    rank: tuple[int, ...] = ()
    waiting: tuple[Nudge[Any], ...] = ()

    @property
    def nudges(self) -> list[Nudge[Any]]:
        """What to enqueue once it is committed."""
        return [*self.waiting, *(Nudge(RANK, split_id) for split_id in self.rank)]


def read_reason(text: str) -> str:
    """The reason of an act that needs one. Raises InvalidRequest if it is empty or too long."""
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= MAX_REASON:
        raise InvalidRequest(
            "The reason is missing or too long.",
            f"Give a reason of 1 to {MAX_REASON} characters; it is kept in the audit trail.",
        ).at("reason")
    return reason
