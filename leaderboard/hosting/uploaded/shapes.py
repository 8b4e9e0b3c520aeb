"""What is kept of an uploaded package beside its bytes: what the host said, and the dry run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from leaderboard.pictures import Confirmed

Shape = TypeVar("Shape", bound=msgspec.Struct)


class Said(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a host gives beside a file: what its layout does not say, and what was confirmed.

    `place` is the file of questions inside a zip; `fields` are lines NAME=FIELD.
    """

    name: str = ""
    licence: str = ""
    description: str = ""
    answers: str = ""
    slug: str = ""
    version: str = "1.0.0"
    split: str = "test"
    alt: str = ""
    place: str = ""
    fields: list[str] = []
    confirmed: list[Confirmed] = []


class SplitPart(msgspec.Struct, kw_only=True):
    """A split of the package."""

    name: str
    answers: str
    n_items: int
    reveal_at: str = ""


class Unconfirmed(msgspec.Struct, kw_only=True):
    """A concern that nobody has confirmed, and of how many pictures."""

    concern: str
    label: str
    n_pictures: int


class SplitChange(msgspec.Struct, kw_only=True):
    """What the package changes of a split of the version in front; `keys` names some items."""

    name: str
    words: str
    keys: list[str]


class Missing(msgspec.Struct, kw_only=True):
    """Something that an importer asks for, by the name of what `Said` has for it."""

    field: str
    message: str


class Report(msgspec.Struct, kw_only=True):
    """What a dry run found; `shared` and `changes` are against the version `front`, if any."""

    name: str = ""
    slug: str = ""
    version: str = ""
    licence: str = ""
    description: str = ""
    content_hash: str = ""
    splits: list[SplitPart] = []
    n_items: int = 0
    n_pictures: int = 0
    n_problems: int = 0
    n_warned: int = 0
    missing: list[Missing] = []
    unconfirmed: list[Unconfirmed] = []
    front: str = ""
    shared: str = ""
    changes: list[SplitChange] = []

    @property
    def is_loadable(self) -> bool:
        """Whether it has no problem; pictures may have to be confirmed first."""
        return not self.n_problems and not self.missing


class ShownProblem(msgspec.Struct, kw_only=True):
    """A problem with where it stands."""

    message: str
    remedy: str
    path: str = ""
    line: int | None = None
    id: str = ""


class ShownOption(msgspec.Struct, kw_only=True):
    """An option of a question."""

    letter: str
    text: str
    is_right: bool


class ShownImage(msgspec.Struct, kw_only=True):
    """A picture of an item; `place` is where the preview has it, None where it cannot be read."""

    path: str
    alt: str
    place: int | None


class ShownItem(msgspec.Struct, kw_only=True):
    """An item as the preview shows it; long texts are cut."""

    id: str
    split: str
    kind: str
    question: str
    options: list[ShownOption] = []
    reference: str = ""
    n_checks: int = 0
    explanation: str = ""
    facts: dict[str, str] = {}
    images: list[ShownImage] = []


class ShownPicture(msgspec.Struct, kw_only=True):
    """A picture with the patient's sides at its edges, how it was made, and what is odd about it.

    `items` names some of the `n_items` that show it.
    """

    place: int
    path: str
    alt: str
    width: int
    height: int
    left: str
    right: str
    top: str
    bottom: str
    facts: dict[str, str]
    warnings: list[str]
    items: list[str]
    n_items: int


def write_shape(shape: msgspec.Struct) -> dict[str, Any]:
    """As a column of JSON keeps it."""
    written: dict[str, Any] = msgspec.to_builtins(shape)
    return written


def read_shape(kept: Mapping[str, Any], kind: type[Shape]) -> Shape:
    """What a column of JSON keeps."""
    return msgspec.convert(kept, kind)
