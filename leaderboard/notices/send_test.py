"""Send test notices: once each, for somebody waits before a page and may ask again."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.models.notice import NoticeState, NoticeTarget, NoticeTest
from leaderboard.notices.channels import NotSent
from leaderboard.notices.message import write_test
from leaderboard.notices.send import Outbox, prepare

log = logging.getLogger(__name__)


def send_test(sessions: Sessions, target_id: int, outbox: Outbox) -> None:
    """Send the test notice that waits for a target and write down how it went; nothing if none."""
    with sessions.write() as session:
        asked_at = _claim(session, target_id)
    if asked_at is None:
        return
    with sessions.read() as session:
        target = session.get(NoticeTarget, target_id)
        if target is None or target.test is None:
            return
        deliver = prepare(target, write_test(target.test), outbox)
    try:
        result, state = deliver(), NoticeState.SENT
    except NotSent as error:
        result, state = str(error), NoticeState.FAILED
        log.warning("test notice to target %d: %s", target_id, error)
    with sessions.write() as session:
        session.execute(
            update(NoticeTest)
            .where(
                NoticeTest.target_id == target_id,
                NoticeTest.state == NoticeState.SENDING,
                NoticeTest.asked_at == asked_at,
            )
            .values(state=state, result=result[:200])
        )


def _claim(session: Session, target_id: int) -> datetime | None:
    """When the test was asked for that this run now holds; None where none waits."""
    return session.execute(
        update(NoticeTest)
        .where(NoticeTest.target_id == target_id, NoticeTest.state == NoticeState.WAITING)
        .values(state=NoticeState.SENDING)
        .returning(NoticeTest.asked_at)
    ).scalar_one_or_none()
