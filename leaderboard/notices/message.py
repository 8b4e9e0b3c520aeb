"""What a notice says: an event of a submission and where to look; no score, no prediction."""

from __future__ import annotations

import hashlib
import hmac
from email.message import EmailMessage

import msgspec

from leaderboard.models.notice import Notice
from leaderboard.models.submission import EventKind

WORDS = {
    EventKind.SCORED: "is scored",
    EventKind.HELD: "is held: it waits for the host",
    EventKind.FAILED: "failed",
    EventKind.CANCELLED: "was cancelled",
}
SIGNATURE_HEADER = "X-SpineBench-Signature"


def make_payload(notice: Notice, base_url: str) -> bytes:
    """The JSON that a webhook gets; `id` stays the same when it is sent again."""
    submission = notice.submission
    return msgspec.json.encode(
        {
            "id": notice.id,
            "event": notice.event.value,
            "at": notice.at,
            "submission": {
                "id": submission.id,
                "model": submission.model_card.slug,
                "team": submission.model_card.team.slug,
                "benchmark": submission.split.benchmark.slug,
                "version": submission.split.benchmark.version,
                "split": submission.split.name,
                "url": f"{base_url}/submissions/{submission.id}",
            },
        }
    )


def sign(secret: str, body: bytes) -> str:
    """The signature of `body`: `sha256=` and its HMAC in hexadecimal, by the target's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make_mail(notice: Notice, base_url: str, sender: str) -> EmailMessage:
    """The mail of a notice."""
    submission = notice.submission
    name = " ".join(submission.model_card.name.split())
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, notice.target.address
    mail["Subject"] = f"SpineBench: {name} {WORDS[notice.event]}"
    mail["Auto-Submitted"] = "auto-generated"
    split = submission.split
    mail.set_content(
        f"The submission {submission.id} of {name} on {split.benchmark.name} "
        f"{split.benchmark.version}, {split.name} split, {WORDS[notice.event]}.\n\n"
        f"See {base_url}/submissions/{submission.id}\n\n"
        f"You get this mail because your team {submission.model_card.team.name} asked for it: "
        f"{base_url}/account/notices\n"
    )
    return mail
