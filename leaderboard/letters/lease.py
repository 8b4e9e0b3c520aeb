"""Who sends a letter: its lease."""

from __future__ import annotations

from datetime import timedelta

from leaderboard.models.letter import Letter
from leaderboard.notices.lease import make_sent_table
from leaderboard.queue import SEND_LETTER

PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30))
"""How long to wait after each failed attempt; after one more it has failed."""

LETTERS = make_sent_table(SEND_LETTER, Letter, PAUSES)
