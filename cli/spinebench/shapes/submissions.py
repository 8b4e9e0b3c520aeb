"""Submissions: how they stand, and the dry run before them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from spinebench.shapes.shape import Shape

FINISHED = frozenset({"pending", "scored", "failed", "cancelled", "held"})
"""Statuses after which nothing more happens, or not before the host has looked."""


READ_AS = "Read as:"
PLAIN = ("JSONL", "CSV")
"""Files as the document asks for them: of these there is nothing to say."""


class Recognised(Shape, frozen=True, kw_only=True):
    """What a prediction file was taken for: the tool that wrote it, and what was read of it.

    `model` is as the file names it; `notes` say how it was read, `warnings` what may be wrong.
    """

    tool: str
    version: str = ""
    n_samples: int
    model: str = ""
    notes: list[str] = msgspec.field(default_factory=list)
    warnings: list[str] = msgspec.field(default_factory=list)

    @property
    def words(self) -> str:
        """All but the warnings, such as: inspect_ai 0.3 log, 98 samples, model X."""
        tool = f"{self.tool} {self.version}".strip()
        n = f"{self.n_samples:,} sample{'' if self.n_samples == 1 else 's'}"
        model = f"model {self.model}" if self.model else ""
        return ", ".join(part for part in (tool, n, model, *self.notes) if part)

    @property
    def said(self) -> str:
        """What there is to say of the file, with the warnings; nothing of an ordinary one."""
        if self.tool in PLAIN and not (self.model or self.notes or self.warnings):
            return ""
        return " ".join([f"{READ_AS} {self.words}.", *self.warnings])


class Validation(Shape, frozen=True, kw_only=True):
    """A prediction file without problems.

    `missing` are the tracks of the split that the file leaves out, with their numbers of items: if
    there are any, the submission gets no overall score. `effect` says in a sentence what that does
    to the model that it is for, where one was named. `recognised` is what the file was taken for.
    """

    valid: bool
    n_predictions: int
    tracks: list[str]
    missing: dict[str, int] = msgspec.field(default_factory=dict)
    effect: str = ""
    file_hash: str
    recognised: Recognised | None = None

    @property
    def missing_words(self) -> str:
        """What the missing tracks mean; empty where there are none."""
        if self.effect:
            return self.effect
        if not self.missing:
            return ""
        tracks = [
            f"{track} ({n:,} item{'' if n == 1 else 's'})" for track, n in self.missing.items()
        ]
        verb = "is" if len(tracks) == 1 else "are"
        return f"There will be no overall score: {' and '.join(tracks)} {verb} missing."


class Progress(Shape, frozen=True, kw_only=True):
    """How much of the work of all steps is done."""

    n_done: int
    n_total: int


class QueuePlace(Shape, frozen=True, kw_only=True):
    """Where a submission waits: 1 is next of `n_waiting`, while `n_running` are at work.

    Files and endpoint runs wait apart. People take turns, so that it may move back.
    """

    place: int
    n_waiting: int
    n_running: int

    @property
    def words(self) -> str:
        """The place in words, such as 2nd of 61 in the queue."""
        if self.place == 1:
            return "next in the queue"
        last, is_teen = self.place % 10, self.place // 10 % 10 == 1
        ending = "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
        return f"{self.place:,}{ending} of {self.n_waiting:,} in the queue"


class Failure(Shape, frozen=True, kw_only=True):
    """Why a submission failed and what to do."""

    message: str
    remedy: str


class EventRecord(Shape, frozen=True, kw_only=True):
    """Something that happened to a submission."""

    at: datetime
    kind: str
    message: str


class SaidRecord(Shape, frozen=True, kw_only=True):
    """Why items got no prediction: the reason, the server's own words, how many, some of their ids.

    Words are cut to one line and keys are blanked.
    """

    reason: str
    message: str
    n_items: int
    items: list[str]


class EndpointRunRecord(Shape, frozen=True, kw_only=True):
    """How a submission's endpoint is or was asked.

    `n_failed` items have no prediction, counted by `reasons`, with what the server `said` most
    often; `per_second` and `seconds_left` are live while it is asked. Of the replies `n_cut` were
    cut at the token limit, `n_only_reasoning` had only reasoning, `n_filtered` were refused by a
    content filter, and `n_silent` had no answer because they were cut or had only reasoning;
    `notes` says so in words. `end` says why the asking ended.
    """

    endpoint: str | None
    name: str
    model: str
    model_reported: str | None
    saw_hidden_items: bool
    n_sent: int
    n_failed: int
    reasons: dict[str, int]
    said: list[SaidRecord] = msgspec.field(default_factory=list)
    n_cut: int = 0
    n_only_reasoning: int = 0
    n_filtered: int = 0
    n_silent: int = 0
    notes: list[str] = msgspec.field(default_factory=list)
    n_requests: int
    n_tokens: int
    per_second: float
    seconds_left: float | None
    end: str
    key_wiped_at: datetime | None


class SubmissionRecord(Shape, frozen=True, kw_only=True):
    """A submission: status is pending, queued, running, held, scored, failed or cancelled.

    A pending one waits until the host has approved its team, with `failure` saying so.

    `queue` says where it waits for a worker; null if it does not, or waits for something else.
    `decision` on a scored one on hidden answers is accepted, where it was news to its team, or
    unchanged. `is_public` says whether its scores are public, `is_chosen` whether its team chose it
    to stand at the next release. `effect` says, until it is scored, what a file that leaves tracks
    out does to the model. `run_of` is the submission that it repeats as another run, `run_label`
    what is different about it; `runs` are all of their set, the first one first, where there are
    several.
    """

    id: str
    benchmark: str
    split: str
    model: str
    status: str
    step: str
    queue: QueuePlace | None = None
    progress: Progress
    file_name: str
    file_hash: str
    n_predictions: int
    tracks: list[str]
    created_at: datetime
    finished_at: datetime | None
    failure: Failure | None
    endpoint: EndpointRunRecord | None
    decision: str | None
    is_public: bool = False
    is_chosen: bool = False
    effect: str = ""
    run_of: str | None = None
    run_label: str = ""
    runs: list[str] = msgspec.field(default_factory=list)
    events: list[EventRecord]
    url: str

    @property
    def read_as(self) -> str:
        """What its file was taken for, as its events say; nothing of an ordinary one."""
        for event in self.events:
            _, found, words = event.message.partition(READ_AS)
            if found:
                return f"{READ_AS}{words}"
        return ""

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it, or not before the host has looked at it."""
        return self.status in FINISHED


class SubmissionList(Shape, frozen=True, kw_only=True):
    """Submissions, newest first."""

    submissions: list[SubmissionRecord]
