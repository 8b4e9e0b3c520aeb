"""What notices say: an event of a submission and where to look; no score, no prediction."""

from __future__ import annotations

from email.message import EmailMessage
from typing import NamedTuple

import msgspec

from leaderboard.models.notice import Notice, NoticeTarget, NoticeTest
from leaderboard.models.submission import EventKind
from leaderboard.site import Site

WORDS = {
    EventKind.PENDING: "is pending: it waits until the host has approved your team",
    EventKind.APPROVED: "is in the queue: the host has approved your team",
    EventKind.SCORED: "is scored",
    EventKind.HELD: "is held: it is waiting for the host",
    EventKind.FAILED: "failed",
    EventKind.CANCELLED: "was cancelled",
}


class Message(NamedTuple):
    """The same news for either way out: `payload` is JSON for a webhook, the rest is a mail.

    `id` names it for good, however often it is sent.
    """

    id: str
    payload: bytes
    subject: str
    text: str


def write_notice(notice: Notice, site: Site) -> Message:
    """The message of a notice; `id` stays the same when it is sent again."""
    submission, split = notice.submission, notice.submission.split
    address = f"{site.url}/submissions/{submission.id}"
    name = " ".join(submission.model_card.name.split())
    payload = {
        "id": notice.id,
        "event": notice.event.value,
        "at": notice.at,
        "submission": {
            "id": submission.id,
            "model": submission.model_card.slug,
            "team": submission.model_card.team.slug,
            "benchmark": split.benchmark.slug,
            "version": split.benchmark.version,
            "split": split.name,
            "url": address,
        },
    }
    return Message(
        f"notice-{notice.id}-{notice.at:%Y%m%d%H%M%S%f}",
        msgspec.json.encode(payload),
        f"{site.name}: {name} {WORDS[notice.event]}",
        f"The submission {submission.id} of {name} on {split.benchmark.name} "
        f"{split.benchmark.version}, {split.name} split, {WORDS[notice.event]}.\n\n"
        f"See {address}\n",
    )


def write_test(test: NoticeTest, site: Site) -> Message:
    """The message of a test notice: of no submission, and 0 for its `id`."""
    payload = {"id": 0, "event": "test", "at": test.asked_at, "submission": None}
    return Message(
        f"test-{test.target_id}-{test.asked_at:%Y%m%d%H%M%S%f}",
        msgspec.json.encode(payload),
        f"{site.name}: a test notice",
        "A member of your team requested this test: notices reach this address.\n",
    )


def make_mail(message: Message, target: NoticeTarget, base_url: str, sender: str) -> EmailMessage:
    """`message` as a mail to `target`, which says why it came."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, target.address
    mail["Subject"] = message.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        f"{message.text}\nYou get this mail because your team {target.team.name} has set it up: "
        f"{base_url}/account/notices\n"
    )
    return mail
