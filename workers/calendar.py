"""What happens at a date that somebody has set, by the clock of the database."""

from __future__ import annotations

import logging
from typing import Any

from leaderboard.db import Sessions
from leaderboard.hosting.phases import freeze_due
from leaderboard.hosting.reveals import reveal_due
from leaderboard.queue import Nudge

log = logging.getLogger(__name__)


def follow_calendar(sessions: Sessions) -> list[Nudge[Any]]:
    """Do what is due, each once; what is to be enqueued then.

    What fails is logged, and tried again the next time.
    """
    nudges: list[Nudge[Any]] = []
    try:
        with sessions.write() as session:
            done = reveal_due(session)
        with sessions.write() as session:
            nudges = freeze_due(session).nudges
    except Exception:
        log.exception("what is due at a date failed; it is tried again")
        return nudges
    for line in done:
        log.info("%s", line)
    return nudges
