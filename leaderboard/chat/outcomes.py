"""What one request to a model server came to: one of five kinds, each with its facts."""

from __future__ import annotations

import enum
from dataclasses import dataclass

# A gateway's words for a server that is not there; those above 520 are Cloudflare's.
DOWN = frozenset({502, 503, 504, 521, 522, 523, 524, 530})


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a completion says beside its text, without the key; None where it does not say."""

    finish_reason: str | None = None
    model: str | None = None
    n_prompt_tokens: int | None = None
    n_completion_tokens: int | None = None
    cost: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reply(Told):
    """A complete reply: the model ended, or was cut by the limit on its tokens.

    `text` is what stands outside the server's fields of reasoning, perhaps nothing.
    `is_only_reasoning` says that there was reasoning, in a field of its own or as a marked thought,
    and no word beside it; `is_refusal` that the text stood in the field of refusals.
    """

    text: str
    is_cut: bool = False
    is_only_reasoning: bool = False
    is_refusal: bool = False


@dataclass(frozen=True, kw_only=True)
class Filtered(Told):
    """The server's content filter took the reply, or the question; `text` is what it left."""

    text: str = ""


class Break(enum.StrEnum):
    """How a request broke off."""

    SERVER = "server"
    """5xx, an error object in a 200, a finish reason such as error or abort."""
    TIMEOUT = "timeout"
    PAGE = "page"
    """A web page instead of an answer."""
    NOT_JSON = "not_json"
    """Empty, cut, or no JSON."""
    NO_CHOICE = "no_choice"
    """JSON that is no chat completion, or has neither text nor end."""
    STREAM = "stream"
    """An event stream without its end."""


@dataclass(frozen=True, kw_only=True)
class ServerError:
    """The server's own words and names, safe to show to whoever set its key.

    `status` is that of the answer or, in a 200, the one that the error names. `param`, `code` and
    `type` are short names such as `max_tokens`, never free text.
    """

    status: int
    words: str = ""
    param: str | None = None
    code: str | None = None
    type: str | None = None
    wait: float | None = None
    """Retry-After in seconds."""

    @property
    def names(self) -> str:
        """Status and names on one line, without free text: "HTTP 400, max_tokens"."""
        named = (self.param, self.code if self.code != str(self.status) else None)
        return ", ".join([f"HTTP {self.status}", *(name for name in named if name)])


@dataclass(frozen=True, kw_only=True)
class BrokenOff(ServerError):
    """No answer, and asking again may bring one."""

    kind: Break = Break.SERVER
    finish_reason: str | None = None
    is_in_good: bool = False
    """Whether the error came inside a 200: then a server is there, or a gateway at least."""

    @property
    def is_down(self) -> bool:
        """Whether a server says so that is starting, or a proxy of one that is not there."""
        return self.kind is Break.SERVER and self.status in DOWN


@dataclass(frozen=True, kw_only=True)
class RateLimited(ServerError):
    """The server asks everybody to slow down."""


@dataclass(frozen=True, kw_only=True)
class Rejected(ServerError):
    """The server will not take this request; the same again is refused again.

    Redirects are here too: they are not followed.
    """


Outcome = Reply | Filtered | BrokenOff | RateLimited | Rejected
