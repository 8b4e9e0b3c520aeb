"""What every act of a host has: who, why, and what must follow once it is committed."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.errors import InvalidRequest

MAX_REASON = 500


@dataclass(frozen=True)
class Act:
    """An act that is done: `message` for the host, splits to rank and submissions to evaluate."""

    message: str
    rank: tuple[int, ...] = ()
    evaluate: tuple[str, ...] = ()


def read_reason(text: str) -> str:
    """The reason of an act that needs one. Raises InvalidRequest if it is empty or too long."""
    reason = " ".join(text.split())
    if not 1 <= len(reason) <= MAX_REASON:
        raise InvalidRequest(
            "The reason is missing or too long.",
            f"Give a reason of 1 to {MAX_REASON} characters; it is kept in the audit trail.",
        ).at("reason")
    return reason
