"""The chat completions protocol as servers really speak it: one reader, endpoints and judges."""

from leaderboard.chat.keys import KeyHeader, make_key_headers
from leaderboard.chat.outcomes import (
    Break,
    BrokenOff,
    Filtered,
    Outcome,
    RateLimited,
    Rejected,
    Reply,
    ServerError,
)
from leaderboard.chat.read import read_answer
from leaderboard.chat.retry_after import read_retry_after
from leaderboard.chat.words import MAX_WORDS, make_words

__all__ = [
    "MAX_WORDS",
    "Break",
    "BrokenOff",
    "Filtered",
    "KeyHeader",
    "Outcome",
    "RateLimited",
    "Rejected",
    "Reply",
    "ServerError",
    "make_key_headers",
    "make_words",
    "read_answer",
    "read_retry_after",
]
