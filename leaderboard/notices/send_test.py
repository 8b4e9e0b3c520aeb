"""Send test notices: once each, for somebody waits before a page and may ask again."""

from __future__ import annotations

import logging

from leaderboard.db import Sessions
from leaderboard.errors import ClaimLost
from leaderboard.leases import claim_row, end
from leaderboard.models.notice import NoticeState, NoticeTarget
from leaderboard.notices.channels import NotSent
from leaderboard.notices.lease import NOTICE_TESTS
from leaderboard.notices.message import write_test
from leaderboard.notices.send import Outbox, prepare

log = logging.getLogger(__name__)


def send_test(sessions: Sessions, target_id: int, outbox: Outbox) -> None:
    """Send the test notice that waits for a target and write down how it went; nothing if none."""
    with sessions.write() as session:
        claim = claim_row(session, NOTICE_TESTS, target_id)
    if claim is None:
        return
    with sessions.read() as session:
        target = session.get(NoticeTarget, target_id)
        if target is None or target.test is None:
            return
        deliver = prepare(target, write_test(target.test, outbox.site), outbox)
    try:
        result, state = deliver(), NoticeState.SENT
    except NotSent as error:
        result, state = str(error), NoticeState.FAILED
        log.warning("test notice to target %d: %s", target_id, error)
    try:
        with sessions.write() as session:
            end(session, claim, state=state, result=result[:200])
    except ClaimLost:
        log.info("another test notice to target %d was asked for meanwhile", target_id)
