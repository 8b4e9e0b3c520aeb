"""How webhooks are signed: the Standard Webhooks scheme, by which a replay can be refused."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from standardwebhooks import Webhook


def make_secret() -> str:
    """A new secret as a target's row keeps it: text whose bytes are the key."""
    return secrets.token_urlsafe(24)


def write_secrets(kept: str) -> list[str]:
    """The secrets that a target's row keeps, apart by blanks, as receivers are given them."""
    return [f"whsec_{base64.b64encode(one.encode()).decode()}" for one in kept.split()]


def sign(kept: str, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that vouch for `body`, sent `at` this time in UTC, by each secret of a target."""
    signatures = [
        Webhook(secret).sign(message_id, at, body.decode()) for secret in write_secrets(kept)
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
