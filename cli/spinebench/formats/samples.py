"""What the logs of evaluation tools have in common: samples, prompts with options, messages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from spinebench.formats.columns import ID_NAMES, show_names
from spinebench.formats.file import File, Kind, decode_mended
from spinebench.formats.format import MOST_COUNTED, Extras, Shown
from spinebench.formats.problem import Problem, Unreadable

_OPTION = re.compile(r"^[ \t*(\[]*([A-Z])[\])*]*[.):][ \t*]*(\S[^\n]*)$", re.MULTILINE)

Sample = TypeVar("Sample")


def read_samples(
    file: File, type_: type[Sample], called: str
) -> Iterator[tuple[int, Sample | Problem | None]]:
    """Each line, or value of the array, as a sample with its number; None for a blank line."""
    decode = msgspec.json.Decoder(type_).decode
    is_array = file.kind is Kind.ARRAY
    parts: Iterator[Any] = iter(file.elements if is_array else io.BytesIO(file.raw))
    for number, part in enumerate(parts, start=1):
        line = bytes(part)
        try:
            yield number, decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield number, _read_mended(number, line, type_, called)


def _read_mended(
    number: int, line: bytes, type_: type[Sample], called: str
) -> Sample | Problem | None:
    if not line or line.isspace():
        return None
    try:
        return decode_mended(line, msgspec.json.Decoder(type_).decode, called)
    except Unreadable as error:
        return error.problem._replace(line=number)


def find_key(values: Mapping[str, object], called: str, remedy: str) -> str:
    """The id that stands among a sample's values, as text. Raises Unreadable where there is none.

    A number is no id of an item unless it stands under a name of ids.
    """
    for name in ID_NAMES[:-1]:
        value = values.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return str(value)
    raise Unreadable(
        f"{called} does not hold the ids of the items: it has the keys {show_names(list(values))}.",
        remedy,
    )


def find_options(prompt: str) -> Shown | None:
    """The options that the last lines A, B, C ... of a prompt show."""
    runs: list[dict[str, str]] = []
    for found in _OPTION.finditer(prompt):
        letter, text = found[1], found[2].strip(" \t\r*")
        if letter == "A":
            runs.append({})
        if runs and letter == chr(ord("A") + len(runs[-1])):
            runs[-1][letter] = text
    options = next((one for one in reversed(runs) if len(one) > 1), None)
    return Shown(options, False) if options else None


def list_options(texts: Sequence[str] | None) -> dict[str, str]:
    """Texts in the order of the letters, by letter."""
    return {chr(ord("A") + n): text for n, text in enumerate((texts or ())[:26])}


def read_text(content: object) -> str:
    """The text of a message's content, be it one or in parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = [one.get("text") for one in content if isinstance(one, dict)]
    return "\n".join(one for one in parts if isinstance(one, str))


def make_extras(
    *,
    input_tokens: object = None,
    output_tokens: object = None,
    latency_s: object = None,
    cost_usd: object = None,
) -> Extras | None:
    """What a tool says beside an output; a value that cannot be is left out."""
    amount, seconds = _amount(cost_usd), _amount(latency_s)
    n_in, n_out = _count(input_tokens), _count(output_tokens)
    if n_in is n_out is amount is seconds is None:
        return None
    return Extras(input_tokens=n_in, output_tokens=n_out, latency_s=seconds, cost_usd=amount)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_COUNTED else None


def _amount(value: object) -> float | None:
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value <= MOST_COUNTED else None
