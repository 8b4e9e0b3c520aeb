"""What a host says of a source of reported results, read with every problem at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from leaderboard.errors import FieldProblems, InvalidRequest
from leaderboard.models.benchmark import Track
from leaderboard.models.reported import Difference, SourceKind
from leaderboard.names import read_line, read_name, read_prose
from leaderboard.reported.cells import read_count
from leaderboard.reported.lines import ReportedFile
from leaderboard.scoring.boards import DEFAULT_TRACKS

MAX_TITLE = 200
MAX_CITATION = 1000
MAX_ADDRESS = 300
MAX_NOTE = 2000
Choice = TypeVar("Choice", SourceKind, Difference)
_DOI = re.compile(r"10\.\d{4,9}/\S+")


@dataclass(frozen=True)
class SourceFacts:
    """A source's facts; see models.reported.ReportedSource."""

    kind: SourceKind
    title: str
    citation: str
    address: str
    measured_on: str
    differs: Sequence[Difference]
    note: str
    counts: Mapping[Track, int]


@dataclass(frozen=True)
class SaidOfSource:
    """What a host wrote of a source: an empty text leaves it to the file, if that says it.

    `counts` has how many items its tracks have, such as "text=294, image=193, report=87".
    """

    kind: str = ""
    title: str = ""
    citation: str = ""
    address: str = ""
    measured_on: str = ""
    differs: Sequence[str] = ()
    note: str = ""
    counts: str = ""


def read_source(
    said: SaidOfSource, file: ReportedFile, tracks: Sequence[Track] = DEFAULT_TRACKS
) -> SourceFacts:
    """What is said of a source, by the host or else by its file; of items of these `tracks`.

    Raises every problem.
    """
    fields = FieldProblems()
    kind, differs, counts = file.kind, [], {}
    title = citation = address = measured_on = note = ""
    with fields.at("kind"):
        kind = _read_choice(said.kind, SourceKind, "kind of source") if said.kind else file.kind
    with fields.at("title"):
        title = read_name(said.title or file.title, "The title", MAX_TITLE)
    with fields.at("citation"):
        citation = read_prose(said.citation or file.citation, "The citation", MAX_CITATION)
    with fields.at("address"):
        address = read_address(said.address or file.address)
    with fields.at("measured_on"):
        measured_on = read_line(said.measured_on or file.measured_on, "The benchmark", MAX_TITLE)
    with fields.at("differs"):
        differs = [_read_choice(one, Difference, "difference") for one in said.differs]
    with fields.at("note"):
        note = read_prose(said.note or file.note, "The note", MAX_NOTE)
    with fields.at("counts"):
        counts = read_counts(said.counts, tracks)
    fields.raise_all()
    named = [one for one in Difference if one in differs]
    return SourceFacts(kind, title, citation, address, measured_on, named, note, counts)


def read_address(text: str) -> str:
    """A URL or a DOI, with or without "doi:". Raises InvalidRequest if it is neither."""
    address = text.strip().removeprefix("doi:").strip()
    if _DOI.fullmatch(address) and len(address) <= MAX_ADDRESS - 20:
        return f"https://doi.org/{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    if not is_web or len(address) > MAX_ADDRESS or " " in address:
        raise InvalidRequest(
            f"{address[:60]!r} is neither a web address nor a DOI."
            if address
            else "There is no address of the source.",
            "Give where the figures can be checked, such as https://arxiv.org/abs/2510.03160 or "
            "10.48550/arXiv.2510.03160.",
        )
    return read_line(address, "The address", MAX_ADDRESS)


def _remedy_counts(tracks: Sequence[Track]) -> str:
    some = ", ".join(f"{one}={n}" for one, n in zip(tracks, (294, 193, 87), strict=False))
    return f"Name each track once, such as {some}."


def read_counts(text: str, tracks: Sequence[Track] = DEFAULT_TRACKS) -> dict[Track, int]:
    """How many items tracks have, from "text=294, image=193". Raises InvalidRequest."""
    counts: dict[Track, int] = {}
    for part in filter(None, (one.strip() for one in re.split("[,;]", text))):
        name, _, number = (one.strip() for one in part.partition("="))
        n = read_count(number, name[:40] or "The number")
        if name not in tracks or n is None or Track(name) in counts:
            raise InvalidRequest(
                f"{part[:40]!r} says no track's number of items.",
                _remedy_counts(tracks),
            )
        counts[Track(name)] = n
    return counts


def _read_choice(text: str, kind: type[Choice], what: str) -> Choice:
    if text not in {one.value for one in kind}:
        known = ", ".join(one.value for one in kind)
        raise InvalidRequest(f"There is no {what} {text[:40]!r}.", f"Use one of {known}.")
    return kind(text)
