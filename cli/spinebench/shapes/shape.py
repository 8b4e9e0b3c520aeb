"""What every shape of the API is."""

from __future__ import annotations

from inspect import cleandoc
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    NamedTuple,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from typing import Self


class FieldFacts(NamedTuple):
    """A field: its name, what its values are but null, what is said of it."""

    name: str
    kind: type
    meaning: str
    is_listed: bool


def _describe(name: str, hint: Any) -> FieldFacts:
    known, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    about = next((note for note in notes if isinstance(note, Meta)), Meta())
    kinds = [kind for kind in get_args(known) or (known,) if kind is not type(None)]
    is_listed = bool((about.extra or {}).get("is_listed"))
    return FieldFacts(name, kinds[0], about.description or "", is_listed)


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON object of the API; times are ISO 8601 in UTC.

    A reader ignores keys that it does not know, for a server may add some.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep a text of several lines without its indentation: documents show it."""
        super().__init_subclass__(**options)
        cls.__doc__ = cleandoc(cls.__doc__ or "")

    @classmethod
    def read(cls, raw: Any) -> Self:
        """The shape of decoded JSON. Raises ValueError."""
        return msgspec.convert(raw, cls)

    @classmethod
    def describe(cls) -> list[FieldFacts]:
        """The fields in their order."""
        hints = get_type_hints(cls, include_extras=True)
        return [_describe(name, hints[name]) for name in cls.__struct_fields__]

    @classmethod
    def of(cls, source: object, **given: Any) -> Self:
        """The shape of `source`: its attributes of the fields' names, but for those `given`."""
        own = (name for name in cls.__struct_fields__ if name not in given)
        return cls(**{name: getattr(source, name) for name in own}, **given)


class Body(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object that a request brings; `called` names it in an error."""

    called: ClassVar[str] = "body"
