"""Reading an answer, or saying that it cannot be read."""

from __future__ import annotations

from typing import Any, TypeVar

from spinebench.errors import UnexpectedAnswerError
from spinebench.shapes.shape import Shape

Read = TypeVar("Read", bound=Shape)


def read_answer(shape: type[Read], raw: Any) -> Read:
    """Decoded JSON as `shape`. Raises UnexpectedAnswerError where it does not fit."""
    try:
        return shape.read(raw)
    except ValueError as error:
        raise UnexpectedAnswerError(
            "The server's answer is not what this version of spinebench expects.",
            remedy="Update spinebench; if it is already the newest, tell the host.",
        ) from error
