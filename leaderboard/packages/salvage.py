"""What of an object is in order where its whole departs from the format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

Made = TypeVar("Made", bound=Struct)


class Salvaged(NamedTuple):
    """An object that may be looked at but in its `broken` fields, which hold nothing of use."""

    made: Any
    broken: frozenset[str]


def salvage(kind: type[Made], value: Mapping[str, Any]) -> Salvaged:
    """`value` as a `kind`, field by field: those that are missing or wrong are broken."""
    found: dict[str, Any] = {}
    broken = set()
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in value and not field.required:
            continue
        try:
            found[field.name] = msgspec.convert(value[field.encode_name], field.type)
        except (KeyError, msgspec.ValidationError):
            found[field.name] = None
            broken.add(field.name)
    return Salvaged(kind(**found), frozenset(broken))
