"""What a format of prediction files is, and what its reader yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import Meta

from leaderboard.errors import Problem
from leaderboard.scoring.replies import MOST_CHARACTERS

MOST_BYTES = 2**20
"""A longer line or field is not read: reading one costs many times its length in memory."""
MOST_MENDED = 500_000
"""After so many half characters of one file were replaced, a further one is a problem."""
TOO_LONG_WORDS = f"The {{}} is longer than {MOST_BYTES // 2**20} MiB."
TOO_LONG_REMEDY = (
    f"Shorten the prediction, and leave out what is beside it: of a long prediction only the last "
    f"{MOST_CHARACTERS:,} characters are read."
)


_Share = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
_Amount = Annotated[float, Meta(ge=0, le=1e12, description="a number from 0 on")]
_Count = Annotated[int, Meta(ge=0, le=10**12, description="a whole number from 0 on")]
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


class Row(NamedTuple):
    """One prediction as it stands in the file; lines count from 1."""

    line: int
    key: str
    text: str
    extras: Extras | None = None


@dataclass(frozen=True)
class Format:
    """A format: its name, how its files' names end, and how it is recognised and read.

    `recognises` looks at a file's bytes, whatever its name is; without one, the format is that of
    every file that no other recognises. `read_rows` yields a row or a problem for each record, None
    for a blank one, and reads no further than it is asked: whoever asks decides when to stop.
    """

    name: str
    endings: tuple[str, ...]
    read_rows: Callable[[bytes], Iterator[Row | Problem | None]]
    recognises: Callable[[bytes], bool] | None = None
