"""What a document to take away is: a file of a format that other software of the field reads."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

from sqlalchemy.orm import Session

Facts = TypeVar("Facts")


class About(enum.StrEnum):
    """Whose facts a document has: a model's results on a benchmark's version, or the version's."""

    MODEL = "model"
    BENCHMARK = "benchmark"


@dataclass(frozen=True)
class Document(Generic[Facts]):
    """A format: its `key` in addresses, its name, what it is good for, and how it is written.

    `name_file` gives the name of its file, which is followed by a dot and the `ending`.

    One that `needs_dataset` names the benchmark by its dataset repository on Hugging Face, which
    whoever asks has to know. `write` gives the same bytes for the same facts.
    """

    key: str
    about: About
    title: str
    use: str
    media_type: str
    ending: str
    name_file: Callable[[Facts], str]
    write: Callable[[Session, Facts, BinaryIO], None]
    needs_dataset: bool = False
