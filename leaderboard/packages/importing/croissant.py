"""Croissant metadata (JSON-LD): what it says of the whole, and the files beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.errors import InvalidRequest
from leaderboard.packages.importing.jsonl import make_questions
from leaderboard.packages.importing.question import Asked, Question
from leaderboard.packages.importing.rows import Row, read_rows


def read_metadata(place: Path) -> dict[str, Any]:
    """The object in the file. Raises InvalidRequest."""
    try:
        value: Any = msgspec.json.decode(place.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidRequest(f"{place} cannot be read: {error}.", "Fix the file.") from error
    if not isinstance(value, dict):
        raise InvalidRequest(f"{place} is not an object of JSON-LD.", "Give Croissant metadata.")
    return value


def find_facts(place: Path) -> dict[str, str]:
    """Name, licence, description and version, as far as they are said."""
    metadata = read_metadata(place)
    licence = metadata.get("license")
    licence = licence[0] if isinstance(licence, list) and licence else licence
    said = {
        "name": metadata.get("name"),
        "licence": licence,
        "description": metadata.get("description"),
    }
    return {key: str(value) for key, value in said.items() if value}


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """The questions of the first record set that holds its data, else of the files beside it."""
    metadata = read_metadata(place)
    yield from make_questions(list(_read_rows(metadata, place.parent, asked)), asked)


def _read_rows(metadata: Mapping[str, Any], folder: Path, asked: Asked) -> Iterator[Row]:
    for records in metadata.get("recordSet") or ():
        if records.get("data"):
            for row in records["data"]:
                yield {key.rpartition("/")[2]: value for key, value in row.items()}
            return
    for one in metadata.get("distribution") or ():
        address = str(one.get("contentUrl") or "")
        name = address.rpartition("/")[2]
        if one.get("@type") in ("cr:FileObject", "sc:FileObject", "FileObject") and Path(
            name
        ).suffix in (".jsonl", ".json", ".csv", ".tsv", ".parquet"):
            if (folder / name).is_file():
                yield from read_rows(folder / name)
            else:
                asked.note(f"{name} is not beside the metadata.", f"Put it there, from {address}.")
