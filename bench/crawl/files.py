"""A crawl as a folder: one file an address, and the differences between two folders."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bench.crawl.normalise import normalise
from bench.crawl.read import HEADERS, Answer, read_body

MAX_LINES, MAX_CHARACTERS, LONG = 30, 300, 200
NAME_CHARACTERS = 120


class Difference(NamedTuple):
    """An address whose answers differ, with a bounded unified diff."""

    address: str
    lines: list[str]

    @property
    def changes(self) -> tuple[str, ...]:
        """What it says without the places: equal where one change shows at many addresses."""
        return tuple(
            line for line in self.lines if not line.startswith((" ", "@@", "--- ", "+++ "))
        )


def write_answers(folder: Path, answers: Iterable[Answer], ids: Mapping[str, str]) -> int:
    """A file for each answer with address, status, headers and normalised body; how many."""
    folder.mkdir(parents=True)
    n_written = 0
    for answer in answers:
        address = normalise(answer.address, ids)
        head = [address, str(answer.status)]
        head += [f"{name}: {answer.headers[name]}" for name in HEADERS if name in answer.headers]
        text = "\n".join([*(normalise(line, ids) for line in head), "", ""])
        text += normalise(read_body(answer), ids)
        (folder / make_name(address)).write_bytes(text.encode())
        n_written += 1
    return n_written


def make_name(address: str) -> str:
    """A file name for `address` that is readable, and different for every address."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:10]
    readable = re.sub(r"[^A-Za-z0-9.=-]+", "_", address).strip("_")[:NAME_CHARACTERS]
    return f"{readable}-{digest}.txt"


def compare(left: Path, right: Path) -> Iterator[Difference]:
    """Each address whose files differ or that one of the folders alone has, by name."""
    names = [{str(path.relative_to(one)) for path in one.rglob("*.txt")} for one in (left, right)]
    for name in sorted(names[0] | names[1]):
        if name not in names[0] or name not in names[1]:
            place, other = (left, right) if name in names[0] else (right, left)
            yield Difference(_read_address(place / name), [f"is in {place} and not in {other}"])
            continue
        texts = [(one / name).read_bytes().decode() for one in (left, right)]
        if texts[0] != texts[1]:
            yield Difference(_read_address(left / name), _diff(left, right, texts))


def _read_address(path: Path) -> str:
    """What the file is of: the part of the crawl and the address."""
    address, _, _ = path.read_bytes().decode().partition("\n")
    return f"{path.parent.name} {address}"


def _diff(left: Path, right: Path, texts: list[str]) -> list[str]:
    """A unified diff of at most MAX_LINES lines of MAX_CHARACTERS each."""
    old, new = ([piece for line in text.split("\n") for piece in _split(line)] for text in texts)
    found = list(difflib.unified_diff(old, new, str(left), str(right), lineterm="", n=1))
    shown = [
        line if len(line) <= MAX_CHARACTERS else f"{line[:MAX_CHARACTERS]} ..."
        for line in found[:MAX_LINES]
    ]
    if len(found) > MAX_LINES:
        shown.append(f"... and {len(found) - MAX_LINES} lines more")
    return shown


def _split(line: str) -> list[str]:
    """A long line in pieces, cut where cells and elements end, so that a diff shows which."""
    return [line] if len(line) <= LONG else re.split(r"(?<=[,>])", line)
