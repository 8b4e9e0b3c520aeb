"""Which LLM judges a host has set up: one by variables, or a panel by a file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from leaderboard.chat import KeyHeader
from leaderboard.errors import InvalidRequest

DOCUMENT = "docs/llm-judge.md"
RESERVED_NAMES = frozenset(("panel", "checklist"))
Structured = Literal["auto", "on", "off"]


class Retries(NamedTuple):
    """How often a request that a server failed is sent in all, and the waits between in seconds.

    The first wait doubles up to the longest. A server that asks for more than `longest_pause` is
    not waited for by a worker: the submission is.
    """

    n: int = 6
    first: float = 0.5
    longest: float = 30.0
    longest_pause: float = 300.0


@dataclass(frozen=True, kw_only=True)
class JudgeSettings:
    """A language model behind an OpenAI-compatible server, and how it is asked; times in seconds.

    An `own_server` is inside the host's network: what it is sent goes to no third party.
    `family` holds words: a model whose card holds one of them is not rated by this judge.
    Prices are for a million tokens; None is not known. None for `temperature` or `max_tokens`
    leaves the field out of the requests; `extra` is sent as it is.
    """

    name: str
    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    key_header: KeyHeader = "authorization"
    own_server: bool = False
    family: tuple[str, ...] = ()
    price_input: float | None = None
    price_output: float | None = None
    concurrency: int = 8
    requests_per_minute: int | None = None
    repeats: int = 1
    timeout_seconds: float = 120.0
    structured: Structured = "auto"
    temperature: float | None = 0.0
    max_tokens: int | None = 2_000
    extra: Mapping[str, Any] = field(default_factory=dict)
    retries: Retries = field(default_factory=Retries)


Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/-]*$", max_length=100)]
Price = Annotated[float, Meta(ge=0)]


class ServerEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language model's server as a file has it; its key stands in a variable named there."""

    name: Name
    base_url: Annotated[str, Meta(pattern="^https?://")]
    model: Annotated[str, Meta(min_length=1, max_length=200)]
    api_key_variable: str = ""
    key_header: KeyHeader = "authorization"
    own_server: bool = False
    concurrency: Annotated[int, Meta(ge=1, le=256)] = 8
    requests_per_minute: Annotated[int, Meta(ge=1)] | None = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=3_600)] = 120.0
    structured: Structured = "auto"
    extra: dict[str, Any] = {}


class _Entry(ServerEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judge as the file has it."""

    family: list[Annotated[str, Meta(min_length=2)]] = []
    price_input: Price | None = None
    price_output: Price | None = None
    repeats: Annotated[int, Meta(ge=1, le=25)] = 1
    temperature: Annotated[float, Meta(ge=0, le=2)] | Literal["default"] | None = 0.0
    max_tokens: Annotated[int, Meta(ge=50)] | Literal["default"] = 2_000


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    judges: Annotated[list[_Entry], Meta(min_length=1)]


def read_judge_settings(
    environ: Mapping[str, str], *, base_url: str, model: str, api_key: str, file: str
) -> tuple[JudgeSettings, ...]:
    """The judges that JUDGE_BASE_URL and JUDGE_MODEL, or JUDGES_FILE, describe; none by default.

    `environ` holds the keys that the file names. Raises InvalidRequest with what to change.
    """
    if file and (base_url or model):
        raise InvalidRequest(
            "JUDGES_FILE and JUDGE_BASE_URL are both set.",
            "Set either one judge or a file with several.",
        )
    if bool(base_url) is not bool(model):
        raise InvalidRequest(
            "JUDGE_BASE_URL and JUDGE_MODEL belong together.", "Set both or neither."
        )
    if base_url:
        entry = {"name": model, "base_url": base_url, "model": model}
        return (_make_settings(_convert({"judges": [entry]}, "JUDGE_MODEL")[0], api_key),)
    if not file:
        return ()
    entries = _convert(read_settings_file(file, "JUDGES_FILE", DOCUMENT), "JUDGES_FILE")
    names = [entry.name for entry in entries]
    if len(set(names)) < len(names) or RESERVED_NAMES & set(names):
        raise InvalidRequest(
            "JUDGES_FILE: a name occurs twice, or is reserved.",
            f"Give each judge its own name, other than {', '.join(sorted(RESERVED_NAMES))}.",
        )
    return tuple(
        _make_settings(entry, read_key(environ, "JUDGES_FILE", entry.name, entry.api_key_variable))
        for entry in entries
    )


def read_settings_file(file: str, variable: str, document: str) -> object:
    """What a TOML or JSON file holds. Raises InvalidRequest, which names the `variable`."""
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{variable} cannot be read: {error}.", "Fix the path.") from None
    except (tomllib.TOMLDecodeError, msgspec.DecodeError) as error:
        raise InvalidRequest(
            f"{variable} is neither TOML (.toml) nor JSON: {error}.", f"See {document}."
        ) from None


def _convert(raw: object, variable: str) -> list[_Entry]:
    try:
        return msgspec.convert({"judges": raw} if isinstance(raw, list) else raw, _File).judges
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{variable}: {error}.", f"See {DOCUMENT}.") from None


def read_key(environ: Mapping[str, str], file_variable: str, name: str, variable: str) -> str:
    """The key of the model `name` in `variable`; "" where it needs none.

    Raises InvalidRequest, which names `file_variable`, where the key is not set.
    """
    if not variable:
        return ""
    key = environ.get(variable, "")
    if not key:
        raise InvalidRequest(
            f"{file_variable}: the key of {name} is not set.", f"Set the variable {variable}."
        )
    return key


def _make_settings(entry: _Entry, api_key: str) -> JudgeSettings:
    values = {name: getattr(entry, name) for name in entry.__struct_fields__}
    del values["api_key_variable"]
    values["family"] = tuple(word.lower() for word in entry.family)
    for name in ("temperature", "max_tokens"):
        values[name] = None if values[name] == "default" else values[name]
    return JudgeSettings(api_key=api_key, **values)
