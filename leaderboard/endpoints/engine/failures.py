"""Why an item got no prediction or a run ended: a short fixed list, in words for the team."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from leaderboard.chat import MAX_WORDS, Break, BrokenOff, RateLimited, Rejected, ServerError

TURN_OFF_IMAGES = (
    "Turn off images in the endpoint's settings, or choose a model and server that accept them."
)


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
    """What happened and what the team can do; whether a repetition may help, or the run ends.

    `is_of_item` says that it ends the run only while the server has answered nothing: then it is
    about the key or the address, later about the one item.
    """

    message: str
    remedy: str
    is_retried: bool = False
    ends_run: bool = False
    is_of_item: bool = False


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
        "The server reported an internal error (5xx) or broke off the answer.",
        "Check the server's log.",
        True,
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
        is_of_item=True,
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
        is_of_item=True,
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
_BREAKS = {
    Break.SERVER: Reason.SERVER_ERROR,
    Break.TIMEOUT: Reason.TIMEOUT,
    Break.PAGE: Reason.NOT_JSON,
    Break.NOT_JSON: Reason.NOT_JSON,
    Break.NO_CHOICE: Reason.NO_CHOICE,
    Break.STREAM: Reason.INTERRUPTED,
}
_STATUSES = {
    401: Reason.KEY_REFUSED,
    402: Reason.NO_CREDIT,
    403: Reason.KEY_REFUSED,
    404: Reason.NOT_FOUND,
    405: Reason.NOT_FOUND,
    # A 429 that is no request to slow down: the account is empty.
    429: Reason.NO_CREDIT,
}


@dataclass(frozen=True)
class Failure:
    """One request without a prediction.

    `excerpt` is what the server said, short and without secrets, for the endpoint's own team
    alone. `wait` is the server's Retry-After in seconds. `is_down` says that no server was there:
    no connection, or 502, 503 or 504; `is_lost` that perhaps none was.
    """

    reason: Reason
    status: int | None = None
    excerpt: str = ""
    wait: float | None = None
    is_down: bool = False
    is_lost: bool = False

    @property
    def words(self) -> ReasonWords:
        """What to tell the team."""
        return REASONS[self.reason]

    @property
    def message(self) -> str:
        """What happened, with the server's own words where it said any."""
        said = f" The server said: {self.excerpt}" if self.excerpt else ""
        return f"{self.words.message}{said}"


def make_failure(told: BrokenOff | RateLimited | Rejected) -> Failure:
    """What an outcome without a reply means for a run."""
    is_lost = isinstance(told, BrokenOff) and told.is_down
    return Failure(
        _find_reason(told),
        told.status,
        make_excerpt(told),
        told.wait,
        is_down=isinstance(told, BrokenOff) and is_lost and not told.is_in_good,
        is_lost=is_lost,
    )


def make_excerpt(told: ServerError) -> str:
    """Status, names and words on one line: "HTTP 403: requires moderation"."""
    named = "" if told.status == 200 else told.names
    if isinstance(told, BrokenOff) and told.finish_reason:
        named = f"finish reason {told.finish_reason}"
    return ": ".join(filter(None, (named, told.words)))[:MAX_WORDS]


def _find_reason(told: BrokenOff | RateLimited | Rejected) -> Reason:
    if isinstance(told, RateLimited):
        return Reason.RATE_LIMITED
    if isinstance(told, BrokenOff):
        return _BREAKS[told.kind]
    if told.status < 400:
        return Reason.REDIRECTED
    return _STATUSES.get(told.status, Reason.REJECTED)
