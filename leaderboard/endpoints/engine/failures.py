"""Why an item got no prediction or a run ended: a short fixed list, in words for the team."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

MAX_EXCERPT = 300


class Reason(enum.StrEnum):
    """Why a request brought no prediction."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    NOT_JSON = "not_json"
    NO_CHOICE = "no_choice"
    TOO_LARGE = "too_large"
    REJECTED = "rejected"
    KEY_REFUSED = "key_refused"
    NO_CREDIT = "no_credit"
    NOT_FOUND = "not_found"
    REDIRECTED = "redirected"
    CERTIFICATE = "certificate"
    PEER = "peer"


class ReasonWords(NamedTuple):
    """What happened and what the team can do; whether a repetition may help, or the run ends."""

    message: str
    remedy: str
    is_retried: bool = False
    ends_run: bool = False


REASONS = {
    Reason.CONNECTION: ReasonWords(
        "The endpoint could not be reached.",
        "Check that the server is running and reachable.",
        True,
    ),
    Reason.TIMEOUT: ReasonWords(
        "The answer took longer than the timeout.",
        "Raise the timeout, lower the concurrency or the limit on new tokens.",
        True,
    ),
    Reason.INTERRUPTED: ReasonWords(
        "The connection was lost before the answer was complete.",
        "Check the server's log; a proxy in between may cut off long answers.",
        True,
    ),
    Reason.SERVER_ERROR: ReasonWords(
        "The server reported an internal error (5xx).", "Check the server's log.", True
    ),
    Reason.RATE_LIMITED: ReasonWords(
        "The server asked to slow down (429).",
        "Lower the concurrency or set the requests per minute.",
        True,
    ),
    Reason.NOT_JSON: ReasonWords(
        "The answer is not the JSON of a chat completion.",
        "Check that the base URL is that of the API (it often ends in /v1), not of a web page.",
        True,
    ),
    Reason.NO_CHOICE: ReasonWords(
        "The answer contains no choice with a message.",
        "Check that the server supports the chat completions API.",
        True,
    ),
    Reason.TOO_LARGE: ReasonWords(
        "The answer was larger than this server accepts.", "Lower the limit on new tokens."
    ),
    Reason.REJECTED: ReasonWords(
        "The server rejected the request (4xx).",
        "It may be too long for the model, contain images that the model does not accept, or use "
        "a generation setting that the server does not know.",
    ),
    Reason.KEY_REFUSED: ReasonWords(
        "The server rejected the key (401 or 403).",
        "Enter a key that is valid for this model.",
        ends_run=True,
    ),
    Reason.NO_CREDIT: ReasonWords(
        "The account behind the key has no credit left.",
        "Top it up or enter another key.",
        ends_run=True,
    ),
    Reason.NOT_FOUND: ReasonWords(
        "The server does not know this address or model (404).",
        "Check the base URL (it often ends in /v1) and the model's name.",
        ends_run=True,
    ),
    Reason.REDIRECTED: ReasonWords(
        "The server redirected to another address; redirects are not followed.",
        "Enter the final address as the base URL.",
        ends_run=True,
    ),
    Reason.CERTIFICATE: ReasonWords(
        "The server's TLS certificate is not valid for its name.",
        "Install a certificate that browsers accept.",
        ends_run=True,
    ),
    Reason.PEER: ReasonWords(
        "The connection led to a different address from the one that was checked.",
        "Try again; if it keeps happening, tell the host.",
        ends_run=True,
    ),
}


@dataclass(frozen=True)
class Failure:
    """One request without a prediction.

    `excerpt` is a short cleaned piece of what the server wrote, for the endpoint's own team
    alone. `wait` is the server's Retry-After in seconds.
    """

    reason: Reason
    status: int | None = None
    excerpt: str = ""
    wait: float | None = None

    @property
    def words(self) -> ReasonWords:
        """What to tell the team."""
        return REASONS[self.reason]


def make_excerpt(raw: bytes, key: str | None) -> str:
    """The beginning of a server's text on one line, without control characters and the key."""
    text = raw[: 8 * MAX_EXCERPT].decode("utf-8", "replace")
    if key:
        text = text.replace(key, "[key]")
    text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.split())[:MAX_EXCERPT]
