"""What happens at a date that somebody has set, by the clock of the database."""

from __future__ import annotations

import logging

from leaderboard.db import Sessions
from leaderboard.hosting.reveals import reveal_due

log = logging.getLogger(__name__)


def follow_calendar(sessions: Sessions) -> None:
    """Do what is due, each once. What fails is logged, and tried again the next time."""
    try:
        with sessions.write() as session:
            done = reveal_due(session)
    except Exception:
        log.exception("what is due at a date failed; it is tried again")
        return
    for line in done:
        log.info("%s", line)
