"""One attempt to send what was claimed, be it a notice or a letter."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from leaderboard.db import Sessions, clock
from leaderboard.errors import ClaimLost
from leaderboard.leases import Claim, end
from leaderboard.models.notice import NoticeState
from leaderboard.notices.channels import NotSent

log = logging.getLogger(__name__)


def attempt(
    sessions: Sessions,
    claim: Claim[int],
    deliver: Callable[[], str],
    pauses: Sequence[timedelta],
) -> None:
    """Deliver with no transaction open, and write down how it went.

    `deliver` says how, or raises NotSent: then the row waits for the next of `pauses`, and has
    failed after the last.
    """
    noun, n = claim.table.job.noun, claim.n_attempts
    next_at = clock()
    try:
        result, state = deliver(), NoticeState.SENT
    except NotSent as error:
        log.warning("%s %d, attempt %d: %s", noun, claim.key, n, error)
        result, state = str(error), NoticeState.FAILED
        if n <= len(pauses):
            state, next_at = NoticeState.WAITING, clock(pauses[n - 1])
    try:
        with sessions.write() as session:
            end(session, claim, state=state, result=result[:200], next_at=next_at)
    except ClaimLost:
        log.info("%s %d was taken by another worker", noun, claim.key)
