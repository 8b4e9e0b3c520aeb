"""What a format of prediction files is, what its reader gets, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import Meta

from spinebench.formats.file import File
from spinebench.formats.problem import Problem
from spinebench.shapes.submissions import Recognised

MOST_BYTES = 2**20
"""A longer line or field is not read: reading one costs many times its length in memory."""
MOST_MENDED = 500_000
"""After so many half characters of one file were replaced, a further one is a problem."""
TOO_LONG_WORDS = f"The {{}} is longer than {MOST_BYTES // 2**20} MiB."
TOO_LONG_REMEDY = (
    "Shorten the prediction, and leave out what is beside it: of a long prediction only its end is "
    "read."
)
NO_OUTPUT = "[no output]"
"""What stands for an output that a tool says is not there: it counts as unparsed."""
MOST_COUNTED = 10**12
"""The largest number of tokens, dollars or seconds."""
MOST_SHOWN = 12
"""Of more keys or ids the first are shown."""


_Share = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
_Amount = Annotated[float, Meta(ge=0, le=MOST_COUNTED, description="a number from 0 on")]
_Count = Annotated[int, Meta(ge=0, le=MOST_COUNTED, description="a whole number from 0 on")]
_Label = Annotated[str, Meta(max_length=100, description="a text of up to 100 characters")]


class Extras(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a file may say beside a prediction, under these names; None where it says nothing.

    `confidence` is the model's own probability that its answer is right, `cost_usd` in US dollars,
    `latency_s` in seconds, `run` the name of the run that the prediction comes from.
    """

    confidence: _Share | None = None
    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cost_usd: _Amount | None = None
    latency_s: _Amount | None = None
    run: _Label | None = None


EXTRA_TYPES: Mapping[str, Any] = get_type_hints(Extras, include_extras=True)
"""The type of each of the optional facts, with what it allows."""


def read_extras(values: Mapping[str, object], line: int, key: str) -> Extras | Problem | None:
    """The optional facts among `values`, each a JSON value or its text; None where none is there.

    An empty text says nothing. One that is not as it should be is a problem of its line.
    """
    texts = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if name in EXTRA_TYPES and value is not None
    }
    given = {name: value for name, value in texts.items() if value != ""}
    if type(given.get("run")) is int:
        given["run"] = str(given["run"])
    try:
        return msgspec.convert(given, Extras, strict=False) if given else None
    except msgspec.ValidationError:
        return _explain_extras(given, line, key)


def _explain_extras(given: Mapping[str, object], line: int, key: str) -> Problem:
    for name, value in given.items():
        try:
            msgspec.convert(value, EXTRA_TYPES[name], strict=False)
        except msgspec.ValidationError:
            break
    wanted = get_args(EXTRA_TYPES[name])[0].__metadata__[0].description
    shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return Problem(
        f'"{name}" is {shown[:40]!r}.', f"Write {wanted}, or leave it out.", line, key[:120]
    )


class Shown(NamedTuple):
    """The options as the model saw them, letter to text.

    They `are_certain` where the tool says so, and not where they were found in a prompt.
    """

    options: Mapping[str, str]
    are_certain: bool


class Row(NamedTuple):
    """One prediction as it stands in the file; lines, or samples, count from 1.

    With `shown` the letters in the text are those of another order of the options, maybe.
    """

    line: int
    key: str
    text: str
    extras: Extras | None = None
    shown: Shown | None = None


Rows = Iterator[Row | Problem | None]
"""A row or a problem for each record, None for a blank one."""


class FileFacts:
    """What a reader learns of a file beside its rows, filled while it reads.

    `n_failed` requests failed, and `n_silent` outputs are empty: NO_OUTPUT stands in their place.
    `path` is the file that is being read, where there are several.
    """

    def __init__(self) -> None:
        self.tool = ""
        self.path = ""
        self.version = ""
        self.models: dict[str, None] = {}
        self.n_failed = 0
        self.n_silent = 0
        self.notes: list[str] = []
        self.warnings: list[str] = []

    def name_model(self, name: str | None) -> None:
        """The file names this model."""
        if name and len(self.models) < MOST_SHOWN:
            self.models[name[:200]] = None

    def settle(self, text: str | None, *, failed: bool = False) -> str:
        """The text of a tool's sample, or what stands for one that is not there."""
        if failed:
            self.n_failed += 1
            return NO_OUTPUT
        if not text or text.isspace():
            self.n_silent += 1
            return NO_OUTPUT
        return text

    def note(self, words: str) -> None:
        """Say so once."""
        if words not in self.notes and len(self.notes) < MOST_SHOWN:
            self.notes.append(words)

    def warn(self, words: str) -> None:
        """Warn of it once."""
        if words not in self.warnings and len(self.warnings) < MOST_SHOWN:
            self.warnings.append(words)

    def recognised(self, n_samples: int) -> Recognised:
        """All of it."""
        warnings = list(self.warnings)
        if self.n_failed:
            warnings.insert(0, describe_failed(self.n_failed))
        if self.n_silent:
            are = "output is" if self.n_silent == 1 else "outputs are"
            warnings.append(f"{self.n_silent:,} {are} empty and will count as unparsed.")
        if len(self.models) > 1:
            warnings.append(f"The file names {len(self.models)} models.")
        return Recognised(
            tool=self.tool,
            version=self.version,
            n_samples=n_samples,
            model=", ".join(self.models),
            notes=list(self.notes),
            warnings=warnings,
        )


class Origin(msgspec.Struct, frozen=True):
    """What the facts of a file were, as its conversion into JSONL tells them on."""

    tool: str
    version: str = ""
    models: list[str] = []
    notes: list[str] = []
    warnings: list[str] = []
    n_silent: int = 0

    @classmethod
    def of(cls, facts: FileFacts) -> Origin:
        """Those of a file that was read. Failed requests are told line by line."""
        names = (facts.tool, facts.version, list(facts.models))
        return cls(*names, facts.notes, facts.warnings, facts.n_silent)

    def tell(self, facts: FileFacts) -> None:
        """Fill `facts` with it, within the lengths that a file's own have."""
        facts.tool, facts.version = self.tool[:100], self.version[:100]
        for name in self.models:
            facts.name_model(name)
        for words in self.notes:
            facts.note(words[:300])
        for words in self.warnings:
            facts.warn(words[:300])
        facts.n_silent += max(0, self.n_silent)


def describe_failed(n: int) -> str:
    """That so many requests have no answer in the file."""
    request = "request has" if n == 1 else "requests have"
    return f"{n:,} failed {request} no answer in the file and will count as unparsed."


@dataclass(frozen=True)
class Format:
    """A format: its name, how its files' names end, and how it is recognised and read.

    `recognises` looks at a file's content, whatever its name is; the format without one is that of
    every file that no other recognises. `read_rows` yields a row or a problem for each record, None
    for a blank one, and reads no further than it is asked: whoever asks decides when to stop. It
    raises Unreadable where one message says all; one of which that is all that can be said
    `is_refused`. `is_of_tool` tells what evaluation tools write from what people do.
    """

    name: str
    endings: tuple[str, ...]
    read_rows: Callable[[File, FileFacts], Rows]
    recognises: Callable[[File], bool] | None = None
    is_of_tool: bool = False
    is_refused: bool = False
