"""What can go wrong, and the exit status that says so.

SpinebenchError                1  unexpected, or refused for a reason of its own
├── UsageError                 2  the command was not given what it needs
├── NotSignedInError           3  no server, no token, or no safe way to send it
├── EmptyFileError             5  found before anything was sent
├── UnreadableFileError        5  the same
├── UnreachableError           7  no answer
│   └── LostConnectionError    7  no answer to a request that may have arrived
├── UnexpectedAnswerError      1  an answer, but not this API's
├── InterruptedByUserError   130  Ctrl-C
├── NotVerifiedError           9  a proof that was changed, or is not the site's
└── ApiError                      the server's own refusal; the status is in EXIT_CODES
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

import msgspec

from spinebench.shapes.errors import ErrorAnswer, ProblemRecord


class ExitCode(IntEnum):
    """What the command's exit status means; scripts may rely on it."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    NOT_ALLOWED = 3
    DUPLICATE = 4
    INVALID_PREDICTIONS = 5
    NOT_SCORED = 6
    UNREACHABLE = 7
    NOT_FOUND = 8
    NOT_VERIFIED = 9
    INTERRUPTED = 130


EXIT_CODE_MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.OK: "success",
    ExitCode.UNEXPECTED: "anything not listed below (a conflict, a used-up quota, a bug)",
    ExitCode.USAGE: "the command was used incorrectly",
    ExitCode.NOT_ALLOWED: "not signed in, or not allowed",
    ExitCode.DUPLICATE: "the same file has already been submitted for the model",
    ExitCode.INVALID_PREDICTIONS: "the predictions are not valid, or the file is too large",
    ExitCode.NOT_SCORED: "the watched submission failed, was cancelled or is waiting for the host",
    ExitCode.UNREACHABLE: "the server cannot be reached, or reports an internal error",
    ExitCode.NOT_FOUND: "not found",
    ExitCode.NOT_VERIFIED: "a figure of a proof differs, or the proof was changed",
    ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
}

EXIT_CODES: Mapping[str, ExitCode] = {
    "invalid_request": ExitCode.USAGE,
    "unauthenticated": ExitCode.NOT_ALLOWED,
    "forbidden": ExitCode.NOT_ALLOWED,
    "unconfirmed": ExitCode.NOT_ALLOWED,
    "agreement_needed": ExitCode.NOT_ALLOWED,
    "duplicate_submission": ExitCode.DUPLICATE,
    "invalid_predictions": ExitCode.INVALID_PREDICTIONS,
    "too_large": ExitCode.INVALID_PREDICTIONS,
    "not_found": ExitCode.NOT_FOUND,
    "conflict": ExitCode.UNEXPECTED,
    "phase_closed": ExitCode.UNEXPECTED,
    "rate_limited": ExitCode.UNEXPECTED,
    "internal": ExitCode.UNREACHABLE,
    "unavailable": ExitCode.UNREACHABLE,
}


class SpinebenchError(Exception):
    """What went wrong and what to do about it, in words for the person at the terminal."""

    code = "unexpected"
    exit_code = ExitCode.UNEXPECTED
    # Whether a GET may simply be sent again.
    may_pass = False

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.problems: Sequence[ProblemRecord] = ()
        self.n_problems = 0
        self.url = ""
        # Seconds the server asked to wait; None when it did not.
        self.retry_after: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The error in the API's shape."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "remedy": self.remedy,
                "problems": [msgspec.to_builtins(one) for one in self.problems],
                "n_problems": self.n_problems,
            }
        }


class UsageError(SpinebenchError):
    """The command lacks something that only its user can say."""

    code = "usage"
    exit_code = ExitCode.USAGE


class NotSignedInError(SpinebenchError):
    """There is no server or token to use, or the token must not be sent there."""

    code = "unauthenticated"
    exit_code = ExitCode.NOT_ALLOWED


class EmptyFileError(SpinebenchError):
    """The prediction file holds nothing."""

    code = "invalid_predictions"
    exit_code = ExitCode.INVALID_PREDICTIONS


class UnreadableFileError(SpinebenchError):
    """A prediction file that cannot be read here, with every problem of it."""

    code = "invalid_predictions"
    exit_code = ExitCode.INVALID_PREDICTIONS

    def __init__(
        self, message: str, *, remedy: str, problems: Sequence[ProblemRecord], n_problems: int
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.problems = problems
        self.n_problems = n_problems


class UnreachableError(SpinebenchError):
    """The server did not answer; nothing is known to have happened there."""

    code = "unreachable"
    exit_code = ExitCode.UNREACHABLE

    def __init__(self, message: str, *, remedy: str = "", may_pass: bool = True) -> None:
        super().__init__(message, remedy=remedy)
        self.may_pass = may_pass


class LostConnectionError(UnreachableError):
    """The connection ended before the answer to a request that changes something."""

    code = "connection_lost"


class UnexpectedAnswerError(SpinebenchError):
    """Something answered that does not speak this API."""

    code = "unexpected_answer"


class InterruptedByUserError(SpinebenchError):
    """Ctrl-C, at a moment that needs a word about what goes on without us."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED


class NotVerifiedError(SpinebenchError):
    """An archive that was changed, or that is not signed by the key that was given."""

    code = "not_verified"
    exit_code = ExitCode.NOT_VERIFIED


class ApiError(SpinebenchError):
    """The server's refusal, kept exactly as it came."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        """`body` is the answer's JSON. Raises ValueError where it is not an ErrorAnswer."""
        error = ErrorAnswer.read(body).error
        super().__init__(error.message, remedy=error.remedy)
        self.status = status
        self.body = body
        self.code = error.code
        self.exit_code = _exit_code(status, self.code)
        self.may_pass = status in {429, 502, 503, 504}
        # What the refusal points at, such as the first submission of the same file.
        self.url = error.url or ""
        self.problems = error.problems
        self.n_problems = error.n_problems or len(self.problems)

    def as_json(self) -> dict[str, Any]:
        """The answer's own JSON."""
        return dict(self.body)


def _exit_code(status: int, code: str) -> ExitCode:
    if code in EXIT_CODES:
        return EXIT_CODES[code]
    if status >= 500:
        return ExitCode.UNREACHABLE
    by_status = {401: ExitCode.NOT_ALLOWED, 403: ExitCode.NOT_ALLOWED, 404: ExitCode.NOT_FOUND}
    return by_status.get(status, ExitCode.UNEXPECTED)
