"""What happens at a date that somebody has set, by the clock of the database."""

from __future__ import annotations

import logging
from typing import Any

from leaderboard.db import Sessions
from leaderboard.errors import SpineBenchError
from leaderboard.hosting.phases import freeze_due
from leaderboard.hosting.reveals import find_due, hold_reveal, reveal_due
from leaderboard.queue import Nudge

log = logging.getLogger(__name__)


def follow_calendar(sessions: Sessions) -> list[Nudge[Any]]:
    """Do what is due, each once; what is to be enqueued then.

    What fails is logged, holds up nothing else, and is tried again the next time; a reveal that is
    refused waits for a host, who sees why.
    """
    _reveal(sessions)
    try:
        with sessions.write() as session:
            return list(freeze_due(session).nudges)
    except Exception:
        log.exception("freezing the phases that have ended failed; it is tried again")
        return []


def _reveal(sessions: Sessions) -> None:
    try:
        with sessions.read() as session:
            due = find_due(session)
    except Exception:
        log.exception("finding the reveals that are due failed; it is tried again")
        return
    for split_id in due:
        try:
            if done := _reveal_one(sessions, split_id):
                log.info("%s", done)
        except Exception:
            log.exception("the reveal of split %d failed; it is tried again", split_id)


def _reveal_one(sessions: Sessions, split_id: int) -> str | None:
    try:
        with sessions.write() as session:
            return reveal_due(session, split_id)
    except SpineBenchError as error:
        message = f"{error.message} {error.remedy}".strip()
    with sessions.write() as session:
        hold_reveal(session, split_id, message)
    log.error("the reveal of split %d waits for a host: %s", split_id, message)
    return None
