"""Which language model reads what the answer parser left unparsed: none, or that of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from leaderboard.errors import InvalidRequest
from leaderboard.judges.settings import (
    JudgeSettings,
    ServerEntry,
    read_key,
    read_settings_file,
)

VARIABLE = "READER_FILE"
DOCUMENT = "docs/hosting.md"


class _Entry(ServerEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader as the file has it."""

    max_tokens: Annotated[int, Meta(ge=50)] = 2_000


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reader: _Entry


def read_reader_settings(environ: Mapping[str, str], file: str) -> JudgeSettings | None:
    """The reader that READER_FILE describes: a server and how it is asked, as a judge's is.

    None where no file is named. `environ` holds the key that the file names. Raises InvalidRequest
    with what to change.
    """
    if not file:
        return None
    try:
        entry = msgspec.convert(read_settings_file(file, VARIABLE, DOCUMENT), _File).reader
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{VARIABLE}: {error}.", f"See {DOCUMENT}.") from None
    values = {name: getattr(entry, name) for name in entry.__struct_fields__}
    key = read_key(environ, VARIABLE, entry.name, values.pop("api_key_variable"))
    return JudgeSettings(api_key=key, **values)
