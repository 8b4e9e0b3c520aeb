"""What every shape of the API is."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from inspect import cleandoc
from typing import Self


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON object of the API; times are ISO 8601 in UTC.

    A reader ignores keys that it does not know, for a server may add some.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep a text of several lines without its indentation: documents show it."""
        super().__init_subclass__(**options)
        cls.__doc__ = cleandoc(cls.__doc__ or "")

    @classmethod
    def of(cls, source: object, **given: Any) -> Self:
        """The shape of `source`: its attributes of the fields' names, but for those `given`."""
        own = (name for name in cls.__struct_fields__ if name not in given)
        return cls(**{name: getattr(source, name) for name in own}, **given)


class Body(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object that a request brings; `called` names it in an error."""

    called: ClassVar[str] = "body"
