"""The errors of the domain, translated once, at the edge.

SpineBenchError
├── NotFound               nothing of that name, or not yours to see
├── NotSignedIn            no or no valid credentials
├── Forbidden              known, but not allowed
├── RateLimited            too many attempts in a while
│   └── QuotaUsed              a team's submissions of the while are used
├── Conflict               the state of things does not allow it
│   └── DuplicateSubmission    this file was sent for this model before
├── InvalidRequest         a value that cannot be used
│   ├── InvalidFile        a file with problems, all of them with line and remedy
│   │   ├── InvalidPackage
│   │   ├── InvalidPredictions
│   │   └── InvalidRatings
│   ├── AddressRefused     an address that this server does not call
│   └── TooLarge           over a limit, before or after decompression
├── OnHold                 an evaluation that waits for the host
│   └── JudgeUnavailable       a judge's server does not serve
└── PermanentError         an evaluation that no retry can mend
    (ClaimLost is no error of anybody: the row went to another run, stop quietly)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong with a file: where (line from 1, id if known), what, and the remedy."""

    message: str
    remedy: str
    line: int | None = None
    id: str | None = None
    path: str | None = None


class SpineBenchError(Exception):
    """`message` says what is wrong and `remedy` what to do, both fit for the person who asked."""

    code = "internal"
    status = 500

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class NotFound(SpineBenchError):
    """There is no such thing, or it is not for the one who asks."""

    code = "not_found"
    status = 404


class NotSignedIn(SpineBenchError):
    """No credentials came, or they are wrong, expired or revoked."""

    code = "unauthenticated"
    status = 401


class Forbidden(SpineBenchError):
    """The credentials are good, but do not allow this."""

    code = "forbidden"
    status = 403


class RateLimited(SpineBenchError):
    """Too many attempts in a while."""

    code = "rate_limited"
    status = 429


class QuotaUsed(RateLimited):
    """A team has used its submissions of the while; it may send again at `next_at`."""

    code = "quota_used"

    def __init__(self, message: str, remedy: str, next_at: datetime) -> None:
        super().__init__(message, remedy)
        self.next_at = next_at


class Conflict(SpineBenchError):
    """The present state does not allow what was asked."""

    code = "conflict"
    status = 409


class DuplicateSubmission(Conflict):
    """The same file was submitted for the same model and split before, as `submission_id`."""

    code = "duplicate_submission"

    def __init__(self, message: str, remedy: str, submission_id: str) -> None:
        super().__init__(message, remedy)
        self.submission_id = submission_id


class InvalidRequest(SpineBenchError):
    """A value that cannot be used."""

    code = "invalid_request"
    status = 400


class TooLarge(InvalidRequest):
    """More bytes than the limit, as sent or once decompressed."""

    code = "too_large"
    status = 413


class AddressRefused(InvalidRequest):
    """A URL that this server does not call, for how it is written or where it leads."""

    code = "address_refused"


class InvalidFile(InvalidRequest):
    """A file with `problems` (at least one), in the order of its lines."""

    code = "invalid_file"
    status = 422

    def __init__(self, message: str, remedy: str, problems: Sequence[Problem]) -> None:
        super().__init__(message, remedy)
        self.problems = tuple(problems)


class InvalidPackage(InvalidFile):
    """A benchmark package with problems."""

    code = "invalid_package"


class InvalidPredictions(InvalidFile):
    """A prediction file with problems."""

    code = "invalid_predictions"


class InvalidRatings(InvalidFile):
    """A file of ratings with problems."""

    code = "invalid_ratings"


class PermanentError(SpineBenchError):
    """An evaluation that no retry can mend; its message is for the team."""

    code = "permanent"


class OnHold(SpineBenchError):
    """An evaluation that cannot end well before the host has looked; its message is for the team.

    What the host must know goes to the log and to the tables, not into the message.
    """

    code = "on_hold"


class JudgeUnavailable(OnHold):
    """The server of the judge `name` does not serve; `is_final`: trying again will not help.

    The message is for the team, `what` for the host.
    """

    def __init__(self, name: str, what: str, *, is_final: bool) -> None:
        super().__init__(
            "A judge of reports cannot be asked at present. What was rated is kept.",
            "Nothing is to be done on your side; the host can see it.",
        )
        self.name = name
        self.what = what
        self.is_final = is_final


class ClaimLost(Exception):
    """The submission was cancelled or went to another run: this run must stop and write no more."""
