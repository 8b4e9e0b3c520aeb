"""Send notices: each is claimed, sent with no transaction open, and tried again for a day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.models.notice import Notice, NoticeState, NoticeTarget, TargetKind
from leaderboard.notices.channels import MailSettings, NotSent, post_webhook, send_mail
from leaderboard.notices.message import Message, make_mail, write_notice
from leaderboard.notices.signature import sign

log = logging.getLogger(__name__)
PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720))
"""How long to wait after each failed attempt; after one more it has failed."""
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Outbox:
    """What sending needs of the host; without `mail` no mail is sent."""

    policy: AddressPolicy
    mail: MailSettings | None
    base_url: str


class _Attempt(NamedTuple):
    notice_id: int
    number: int


def nudge_notices(session: Session) -> list[int]:
    """Ids of notices that are due, oldest first; each is due again after LEASE."""
    due = session.scalars(
        update(Notice)
        .where(
            Notice.state.in_([NoticeState.WAITING, NoticeState.SENDING]), Notice.next_at <= now()
        )
        .values(state=NoticeState.WAITING, next_at=now() + LEASE)
        .returning(Notice.id)
    )
    return sorted(due)


def send_notice(sessions: Sessions, notice_id: int, outbox: Outbox) -> None:
    """Send a waiting notice and write down how it went; do nothing if it is not waiting."""
    with sessions.write() as session:
        attempt = _find_claim(session, notice_id)
    if attempt is None:
        return
    with sessions.read() as session:
        notice = session.get_one(Notice, notice_id)
        deliver = prepare(notice.target, write_notice(notice, outbox.base_url), outbox)
    try:
        result, state = deliver(), NoticeState.SENT
    except NotSent as error:
        result, state = str(error), NoticeState.WAITING
        log.warning("notice %d, attempt %d: %s", notice_id, attempt.number, error)
    with sessions.write() as session:
        _settle(session, attempt, state, result)


def prepare(target: NoticeTarget, message: Message, outbox: Outbox) -> Callable[[], str]:
    """What delivers `message` to `target` and says how, needing the database no more.

    It raises NotSent where that failed.
    """
    if target.kind is TargetKind.WEBHOOK:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "SpineBench",
            **sign(target.secret, message.id, message.payload, now()),
        }
        return partial(post_webhook, target.address, message.payload, headers, outbox.policy)
    if outbox.mail is None:
        return _refuse_mail
    mail = make_mail(message, target, outbox.base_url, outbox.mail.sender)
    return partial(send_mail, mail, outbox.mail)


def _refuse_mail() -> str:
    raise NotSent("this server sends no mail")


def _find_claim(session: Session, notice_id: int) -> _Attempt | None:
    number = session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.WAITING)
        .values(
            state=NoticeState.SENDING,
            n_attempts=Notice.n_attempts + 1,
            next_at=now() + LEASE,
        )
        .returning(Notice.n_attempts)
    ).scalar_one_or_none()
    return None if number is None else _Attempt(notice_id, number)


def _settle(session: Session, attempt: _Attempt, state: NoticeState, result: str) -> None:
    """End the attempt, unless the notice went to another one or is gone."""
    next_at = now()
    if state is NoticeState.WAITING:
        if attempt.number > len(PAUSES):
            state = NoticeState.FAILED
        else:
            next_at += PAUSES[attempt.number - 1]
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Notice)
        .where(
            Notice.id == attempt.notice_id,
            Notice.state == NoticeState.SENDING,
            Notice.n_attempts == attempt.number,
        )
        .values(state=state, result=result[:200], next_at=next_at)
    )
    if done.rowcount == 0:
        log.info("notice %d went elsewhere meanwhile", attempt.notice_id)
