"""Send notices: each is claimed, sent with no transaction open, and tried again for a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.leases import claim_row
from leaderboard.models.notice import Notice, NoticeTarget, TargetKind
from leaderboard.notices.attempt import attempt
from leaderboard.notices.channels import MailSettings, NotSent, post_webhook, send_mail
from leaderboard.notices.lease import NOTICES, PAUSES
from leaderboard.notices.message import Message, make_mail, write_notice
from leaderboard.notices.signature import sign
from leaderboard.notices.targets import is_members_address
from leaderboard.site import NAME, Site


@dataclass(frozen=True)
class Outbox:
    """What sending needs of the host; without `mail` no mail is sent.

    Addresses that are not confirmed get mail for the `grace` of older accounts alone.
    """

    policy: AddressPolicy
    mail: MailSettings | None
    base_url: str
    grace: timedelta
    site_name: str = NAME

    @property
    def site(self) -> Site:
        """The site that writes."""
        return Site(self.base_url, self.site_name)


def send_notice(sessions: Sessions, notice_id: int, outbox: Outbox) -> None:
    """Send a waiting notice and write down how it went; do nothing if it is not waiting."""
    with sessions.write() as session:
        claim = claim_row(session, NOTICES, notice_id)
    if claim is None:
        return
    with sessions.read() as session:
        notice = session.get_one(Notice, notice_id)
        deliver = prepare(notice.target, write_notice(notice, outbox.site), outbox)
    attempt(sessions, claim, deliver, PAUSES)


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
        return partial(_refuse, "this server sends no mail")
    if not is_members_address(target.team, target.address, outbox.grace):
        return partial(_refuse, "no member of the team has confirmed this address")
    mail = make_mail(message, target, outbox.base_url, outbox.mail.sender)
    return partial(send_mail, mail, outbox.mail)


def _refuse(reason: str) -> str:
    raise NotSent(reason)
