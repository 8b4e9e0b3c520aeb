"""The errors of the domain, translated once, at the edge.

SpineBenchError
├── NotFound               nothing of that name, or not yours to see
│   └── NoSuchTeam             the team that a form or a body names is none of theirs
├── NotSignedIn            no or no valid credentials
├── Forbidden              known, but not allowed
│   ├── Unconfirmed            before their e-mail address is confirmed
│   └── AgreementNeeded        before a data-use agreement is accepted
├── RateLimited            too many attempts in a while
│   └── QuotaUsed              a team's or a person's submissions of the while are used
├── Conflict               the state of things does not allow it
│   ├── PhaseClosed            outside of all phases of a split
│   └── DuplicateSubmission    this file was sent for this model before
├── InvalidRequest         a value that cannot be used
│   ├── InvalidFields      several fields of a form or a body, each with its problem
│   ├── InvalidFile        a file with problems, all of them with line and remedy
│   │   ├── InvalidPackage
│   │   ├── InvalidPredictions
│   │   ├── InvalidRatings
│   │   ├── InvalidReadings
│   │   └── InvalidReported
│   ├── AddressRefused     an address that this server does not call
│   └── TooLarge           over a limit, before or after decompression
├── StorageAway            the store of pictures does not give or take one
├── OnHold                 an evaluation that waits for the host
│   └── JudgeUnavailable       a judge's server does not serve
│       ├── ReaderUnavailable      so with the second reader of answers
│       └── DatabaseUnavailable    so with our own database
└── PermanentError         an evaluation that no retry can mend
    (ClaimLost is nobody's error: the row went to another run, stop quietly)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from leaderboard.problems import FileProblems, LineProblems
from leaderboard.problems import Problem as Problem

Found = TypeVar("Found")


class SpineBenchError(Exception):
    """`message` says what is wrong and `remedy` what to do, both fit for the person who asked.

    `field` is the key of the field that it is about, where it is about one.
    """

    code = "internal"
    status = 500

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field: str | None = None

    def at(self, field: str) -> Self:
        """This error as one about the field `field`, or the part of it that it named before."""
        self.field = f"{field}.{self.field}" if self.field else field
        return self

    @property
    def fields(self) -> tuple[Problem, ...]:
        """What is wrong with fields, each named; nothing where the error is about none."""
        return (Problem(self.message, self.remedy, field=self.field),) if self.field else ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of a file or of fields, in their order; of a file the first ones."""
        return self.fields

    @property
    def n_problems(self) -> int:
        """How many problems there are, with those that were not kept."""
        return len(self.problems)


class NotFound(SpineBenchError):
    """There is no such thing, or it is not for the one who asks."""

    code = "not_found"
    status = 404


class NoSuchTeam(NotFound):
    """A form or a body names a team that the person asking does not belong to."""

    def __init__(self) -> None:
        super().__init__("You have no such team.", "Your account page lists your teams.")


class NotSignedIn(SpineBenchError):
    """No credentials came, or they are wrong, expired or revoked."""

    code = "unauthenticated"
    status = 401


class Forbidden(SpineBenchError):
    """The credentials are good, but do not allow this."""

    code = "forbidden"
    status = 403


class Unconfirmed(Forbidden):
    """The person's e-mail address is not known to be theirs."""

    code = "unconfirmed"


class AgreementNeeded(Forbidden):
    """What is asked for needs a data-use agreement that nobody accepted; `path` is its page's."""

    code = "agreement_needed"

    def __init__(self, message: str, slug: str) -> None:
        self.path = f"/benchmarks/{slug}/agreement"
        super().__init__(
            message, f"An owner of the team reads and accepts it at {self.path}, once for the team."
        )


class RateLimited(SpineBenchError):
    """Too many attempts in a while; in `retry_after` seconds one is allowed again, if known."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, remedy: str, *, retry_after: int | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after


class QuotaUsed(RateLimited):
    """A team or a person has used the submissions of the while; more may be sent at `next_at`."""

    code = "quota_used"

    def __init__(self, message: str, remedy: str, next_at: datetime) -> None:
        super().__init__(message, remedy)
        self.next_at = next_at


class Conflict(SpineBenchError):
    """The present state does not allow what was asked."""

    code = "conflict"
    status = 409


class PhaseClosed(Conflict):
    """The split takes no submissions now; `next_at` is when it does again, None is not planned."""

    code = "phase_closed"

    def __init__(self, message: str, remedy: str, next_at: datetime | None) -> None:
        super().__init__(message, remedy)
        self.next_at = next_at


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


class InvalidFields(InvalidRequest):
    """Fields of a form or a body with `problems` (at least one), each naming its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        names = list(dict.fromkeys(problem.field for problem in problems if problem.field))
        super().__init__(
            f"{len(names)} fields have problems: {', '.join(names)}.",
            "Correct them and send everything again. Nothing was changed.",
        )
        self._fields = tuple(problems)

    def at(self, field: str) -> Self:
        """These problems as those of parts of `field`."""
        self._fields = tuple(p._replace(field=f"{field}.{p.field}") for p in self._fields)
        return self

    @property
    def fields(self) -> tuple[Problem, ...]:
        """The problems."""
        return self._fields


class InvalidFile(InvalidRequest):
    """A file with `problems` (at least one), in the order of its lines."""

    code = "invalid_file"
    status = 422

    def __init__(self, message: str, remedy: str, problems: Sequence[Problem]) -> None:
        super().__init__(message, remedy)
        self._problems = tuple(
            problems.list_rows() if isinstance(problems, LineProblems) else problems
        )
        self._n_problems = (
            problems.n_all if isinstance(problems, FileProblems) else len(self._problems)
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the file that were kept."""
        return self._problems

    @property
    def n_problems(self) -> int:
        """How many problems were found in the file."""
        return self._n_problems


class InvalidPackage(InvalidFile):
    """A benchmark package with problems."""

    code = "invalid_package"


class InvalidPredictions(InvalidFile):
    """A prediction file with problems."""

    code = "invalid_predictions"


class InvalidRatings(InvalidFile):
    """A file of ratings with problems."""

    code = "invalid_ratings"


class InvalidReadings(InvalidFile):
    """A file of people's readings of answers with problems."""

    code = "invalid_readings"


class InvalidReported(InvalidFile):
    """A file of reported results with problems."""

    code = "invalid_reported"


class PermanentError(SpineBenchError):
    """An evaluation that no retry can mend; its message is for the team."""

    code = "permanent"


class OnHold(SpineBenchError):
    """An evaluation that cannot end well before the host has looked; its message is for the team.

    What the host must know goes to the log and to the tables, not into the message.
    """

    code = "on_hold"


# The event that says so marks an outage: evaluation/outage.py compares its message with this
# sentence. Whoever changes the words makes waiting submissions count as waiting from then on.
JUDGE_AWAITED = (
    "A judge of reports is not available at the moment. What has been rated is kept, and the rest "
    "is rated once the judge is back."
)
JUDGE_HELD = (
    "A judge of reports cannot be asked, so this submission waits for the host. What has been "
    "rated is kept."
)
JUDGE_FAILED = "A judge of reports failed at some of them; what is missing will be asked again."
READER_AWAITED = (
    "The second reader of answers is not available at the moment. What has been read is kept, and "
    "the rest is read once it is back."
)
READER_HELD = (
    "The second reader of answers cannot be asked, so this submission waits for the host. What has "
    "been read is kept."
)
READER_FAILED = (
    "The second reader of answers failed at some of them; what is missing will be asked again."
)
DATABASE_AWAITED = (
    "This server's database could not take what was computed. What was done before is kept, and "
    "the rest follows once it can."
)
DATABASE_HELD = (
    "This server's database has refused what was computed for too long, so this submission waits "
    "for the host. What was done before is kept."
)
AWAITED = (JUDGE_AWAITED, READER_AWAITED, DATABASE_AWAITED)
"""What a team reads when its submission begins to wait for a server."""


class JudgeUnavailable(OnHold):
    """The server of the judge `name` does not serve.

    `is_final`: trying again will not help before the host has changed something. `is_outage`: it
    serves nobody at the moment, and `wait` is for how many seconds it asked for a pause, if it
    did. The message is for the team, `what` for the host.
    """

    awaited, held, failed = JUDGE_AWAITED, JUDGE_HELD, JUDGE_FAILED

    def __init__(
        self,
        name: str,
        what: str,
        *,
        is_final: bool,
        is_outage: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(
            self.awaited if is_outage else self.held,
            "You do not have to do anything; the host can see this.",
        )
        self.name = name
        self.what = what
        self.is_final = is_final
        self.is_outage = is_outage
        self.wait = wait


class ReaderUnavailable(JudgeUnavailable):
    """The same of the language model that reads what the answer parser left unparsed."""

    awaited, held, failed = READER_AWAITED, READER_HELD, READER_FAILED


class DatabaseUnavailable(JudgeUnavailable):
    """The same of our own database: it is away, or has no room. It uses up no attempt either."""

    awaited = failed = DATABASE_AWAITED
    held = DATABASE_HELD

    def __init__(self, what: str) -> None:
        super().__init__("the database", what, is_final=False, is_outage=True)


class ClaimLost(Exception):
    """The submission was cancelled or went to another run: this run must stop and write no more."""


def require_found(found: Found | None, error: NotFound) -> Found:
    """`found`. Raises `error` where it is None."""
    if found is None:
        raise error
    return found


class FieldProblems:
    """Gathers what is wrong with the fields of one request, so that all of it is said at once."""

    def __init__(self) -> None:
        self.errors: list[SpineBenchError] = []

    def at(self, field: str) -> _Gathering:
        """A block whose domain error is noted as one about `field`; what follows it goes on."""
        return _Gathering(self, field)

    def inside(self) -> _Gathering:
        """The same for a block whose errors name their fields themselves."""
        return _Gathering(self, None)

    def note(self, problems: Iterable[Problem]) -> None:
        """Note problems that name their fields."""
        for problem in problems:
            error = InvalidRequest(problem.message, problem.remedy)
            self.errors.append(error.at(problem.field) if problem.field else error)

    def raise_all(self) -> None:
        """Raise what was noted: a single error as itself, several as InvalidFields."""
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            every = [(*error.fields, *error.problems) for error in self.errors]
            raise InvalidFields(list(dict.fromkeys(problem for one in every for problem in one)))


class _Gathering:
    def __init__(self, gathered: FieldProblems, field: str | None) -> None:
        self._gathered = gathered
        self._field = field

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, SpineBenchError):
            return False
        self._gathered.errors.append(error if self._field is None else error.at(self._field))
        return True
