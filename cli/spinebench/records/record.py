"""Reading an answer, or saying that it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from spinebench.errors import UnexpectedAnswerError

Record = TypeVar("Record")


def read_record(read: Callable[[Any], Record], raw: Any) -> Record:
    """`read(raw)`; raises UnexpectedAnswerError where the answer lacks something it must have."""
    try:
        return read(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnexpectedAnswerError(
            "The server's answer is not what this version of spinebench expects.",
            remedy="Update spinebench; if it is the newest already, tell the host.",
        ) from error
