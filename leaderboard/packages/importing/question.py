"""A question as importers find it, and what they lack or cannot use, told all at once."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from leaderboard.errors import Problem

LETTERS = string.ascii_uppercase
_NOT_OF_KEYS = re.compile(r"[^A-Za-z0-9._:()-]+")
_NOT_OF_TERMS = re.compile(r"[^a-z0-9]+")
_LABELLED = re.compile(r"(?:^|\s)\(?([A-Z])[).:]\s*")


class Question(NamedTuple):
    """A question with its options in order, its right letters, and its pictures by name.

    What the source does not say is empty. `case` is what questions of one case have in common,
    `track` the name of a track of the benchmark's own.
    """

    key: str
    text: str
    options: Sequence[str]
    right: Sequence[str]
    pictures: Sequence[tuple[str, bytes]] = ()
    multiple: bool = False
    axis: str = ""
    subcondition: str = ""
    modality: str = ""
    case: str = ""
    explanation: str = ""
    track: str = ""


@dataclass(frozen=True)
class Asked:
    """What the host gives beside the source: where its pictures are, what its fields are called.

    `fields` names fields of the source by the importer's own names for them. Problems are kept.
    """

    images: Path | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, message: str, remedy: str, line: int | None = None) -> None:
        """Keep a problem of a row, counted from 1, or of the whole."""
        self.problems.append(Problem(message, remedy, line=line))

    def get(self, row: Mapping[str, Any], name: str) -> Any:
        """The value of a field of a row by the importer's name for it; None without one."""
        return row.get(self.fields.get(name, name))

    def read_pictures(self, names: Sequence[str], line: int) -> list[tuple[str, bytes]]:
        """The pictures of these names in the folder of pictures; what is missing is a problem."""
        if names and self.images is None:
            self.note("Questions name pictures, and nothing says where they are.", "Give --images.")
            return []
        found = []
        for name in names:
            place = _find(self.images or Path(), name)
            if place is None:
                self.note(f"The picture {name} is not below --images.", "Add it.", line)
            else:
                found.append((PurePosixPath(name).name, place.read_bytes()))
        return found


def _find(folder: Path, name: str) -> Path | None:
    """The file of that path below a folder, or of its last part directly in it."""
    for one in (name, PurePosixPath(name).name):
        place = (folder / one).resolve()
        if place.is_relative_to(folder.resolve()) and place.is_file():
            return place
    return None


def list_options(value: Any) -> list[str]:
    """Options in their order, from a list of texts or an object with a text for each letter."""
    if isinstance(value, Mapping):
        return [str(value[key]) for key in sorted(value)]
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def split_options(text: str) -> tuple[str, list[str]]:
    """A question and the lettered options at its end: none where A, B ... are not in order."""
    found = list(_LABELLED.finditer(text))
    for first, match in enumerate(found):
        run = found[first:]
        if match[1] == "A" and [one[1] for one in run] == list(LETTERS[: len(run)]) and run[1:]:
            ends = [*(one.start() for one in run[1:]), len(text)]
            options = [text[a.end() : b].strip(" \n,;") for a, b in zip(run, ends, strict=True)]
            before = re.sub(
                r"(?i)(?:answer choices|options|choices):?\s*$", "", text[: match.start()]
            )
            return before.strip(), options
    return text, []


def find_letters(answer: Any, options: Sequence[str]) -> list[str]:
    """The letters that an answer names: letters, texts of options, or places from 0; none if any
    part of it names no option."""
    letters = []
    for one in answer if isinstance(answer, list | tuple) else [answer]:
        letter = _find_letter(one, options)
        if letter is None:
            return []
        letters.append(letter)
    return sorted(set(letters))


def _find_letter(answer: Any, options: Sequence[str]) -> str | None:
    if isinstance(answer, int) and not isinstance(answer, bool):
        return LETTERS[answer] if 0 <= answer < len(options) else None
    text = str(answer).strip()
    if text.upper() in LETTERS[: len(options)] and len(text) == 1:
        return text.upper()
    same = [n for n, one in enumerate(options) if one.strip().casefold() == text.casefold()]
    return LETTERS[same[0]] if len(same) == 1 else None


def make_key(text: str) -> str:
    """An id that a package may have, as near to `text` as there is."""
    words = (_NOT_OF_KEYS.sub("-", word).strip("-") for word in text.split())
    return " ".join(filter(None, words)).lstrip("._:()-")[:110].strip() or "item"


def make_term(text: str) -> str:
    """A key of the taxonomy for a name."""
    return _NOT_OF_TERMS.sub("_", text.casefold()).strip("_")[:80] or "other"
